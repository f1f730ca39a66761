//! Allowances as a reviewed table: the CSV of an earlier run, with decisions in it.
//!
//! It comes back from a spreadsheet, with another separator, other line ends, columns in another
//! order and more of them, rows sorted anew. It is told by its header row and read by the names in
//! that. A row of which it is not clear what it says is an error: a decision that is not understood
//! must not count as no.

use csv::{ReaderBuilder, StringRecord};

use crate::cell::restore;
use crate::diff::{Class, Mark};
use crate::side::{Side, Sides};

use super::allowance::{Allowance, Name, Row, Subject};
use super::in_line;

/// What separates cells: programs write what the user's country is used to.
const SEPARATORS: [u8; 3] = [b',', b';', b'\t'];

/// The columns that a table must have.
const NEEDED: [&str; 6] = ["class", "marks", "key", "left_path", "right_path", "decision"];

/// Decisions that accept a row.
const YES: [&str; 3] = ["ok", "accept", "ignore"];
/// Decisions that do not, beside an empty one.
const NO: [&str; 3] = ["no", "reject", "fix"];

/// The first row of a table, and what separates its cells.
#[derive(Debug)]
pub(super) struct Header {
    separator: u8,
    line: u64,
    names: Vec<String>,
}

/// The header row that opens a text; `None` if it is no table.
pub(super) fn header(text: &[u8]) -> Option<Header> {
    let headers = SEPARATORS.iter().filter_map(|&separator| header_by(separator, text));
    let known = |header: &Header| NEEDED.iter().filter(|name| header.has(name)).count();
    // The first of the best: `max_by_key` gives the last.
    headers.rev().max_by_key(known).filter(|header| known(header) > 0)
}

fn header_by(separator: u8, text: &[u8]) -> Option<Header> {
    let text = String::from_utf8_lossy(text);
    let mut records = records(separator, &text);
    let (line, record) = records.next()?;
    let name = |cell: &str| cell.trim().to_ascii_lowercase();
    Some(Header { separator, line, names: record.iter().map(name).collect() })
}

fn is_blank(record: &StringRecord) -> bool {
    record.iter().all(|cell| cell.trim().is_empty())
}

/// The rows of a table that say anything, with the numbers of their first lines.
fn records(separator: u8, text: &str) -> impl Iterator<Item = (u64, StringRecord)> {
    let mut builder = ReaderBuilder::new();
    let reader = builder.has_headers(false).flexible(true).delimiter(separator);
    // What is read is text in memory, and rows may have any length: nothing can fail.
    let records = reader.from_reader(text.as_bytes()).into_records().map_while(Result::ok);
    let mut lines = Lines { text, read: 0, line: 1 };
    let numbered = records.map(move |record| (lines.line_at(start_of(&record)), record));
    numbered.filter(|(_, record)| !is_blank(record))
}

fn start_of(record: &StringRecord) -> usize {
    let byte = record.position().map_or(0, csv::Position::byte);
    usize::try_from(byte).unwrap_or(usize::MAX)
}

/// Counts lines as an editor does, which the reader of tables does not where they end with CR LF.
struct Lines<'t> {
    text: &'t str,
    read: usize,
    line: u64,
}

impl Lines<'_> {
    /// The line of the first character at or behind a place that is no line's end. Places come in
    /// their order.
    fn line_at(&mut self, start: usize) -> u64 {
        let rest = self.text.get(start..).unwrap_or_default();
        let start = start + (rest.len() - rest.trim_start_matches(['\r', '\n']).len());
        let passed = self.text.get(self.read..start).unwrap_or_default();
        let ends = passed.matches('\n').count() + passed.matches('\r').count();
        self.line += (ends - passed.matches("\r\n").count()) as u64;
        self.read = start;
        self.line
    }
}

impl Header {
    fn has(&self, name: &str) -> bool {
        self.names.iter().any(|other| other == name)
    }

    /// Where the one column of this name is.
    fn place(&self, name: &str) -> Result<usize, String> {
        let mut places = (0..).zip(&self.names).filter(|(_, other)| *other == name);
        match (places.next(), places.next()) {
            (Some((place, _)), None) => Ok(place),
            (None, _) => {
                let needed = NEEDED.join(", ");
                let told = format!("no column {name}: keep the columns {needed} as --csv has them");
                Err(in_line(self.line, &told))
            }
            (Some(_), Some(_)) => {
                let told = format!("two columns {name}: remove one");
                Err(in_line(self.line, &told))
            }
        }
    }
}

/// Reads the rows below the header.
pub(super) fn parse(text: &[u8], header: &Header) -> Result<Vec<Allowance>, String> {
    let columns = Columns::of(header)?;
    let text = str::from_utf8(text).map_err(|error| {
        let valid = text.get(..error.valid_up_to()).unwrap_or_default();
        let told = "not UTF-8: save the table again, as CSV in UTF-8";
        in_line(1 + memchr::memchr_iter(b'\n', valid).count() as u64, told)
    })?;
    let rows = records(header.separator, text).skip(1);
    let read = |(line, record): (u64, StringRecord)| {
        columns.read(line, &record).map_err(|told| in_line(line, &told))
    };
    let allowances = rows.map(read).collect::<Result<_, _>>()?;
    check_quotes(header.separator, text)?;
    Ok(allowances)
}

/// A quote that is opened and never closed makes one cell of all that follows it, and no row of
/// that would be read.
fn check_quotes(separator: u8, text: &str) -> Result<(), String> {
    let last = records(separator, text).last();
    let Some((line, record)) = last.filter(|(_, record)| spans_lines(record)) else {
        return Ok(());
    };
    let raw = text.get(start_of(&record)..).unwrap_or_default();
    if raw.matches('"').count().is_multiple_of(2) {
        return Ok(());
    }
    Err(in_line(line, "a quote is opened and not closed: all that follows is one cell"))
}

fn spans_lines(record: &StringRecord) -> bool {
    record.iter().any(|cell| cell.contains('\n'))
}

/// Where the columns are.
struct Columns {
    class: usize,
    marks: usize,
    key: usize,
    paths: Sides<usize>,
    /// What else tells of a file, where it has no path.
    places: Sides<Option<usize>>,
    decision: usize,
    /// Nothing hangs on it, so that a table may do without.
    comment: Option<usize>,
    /// How many there are.
    count: usize,
}

impl Columns {
    fn of(header: &Header) -> Result<Columns, String> {
        let [class, marks, key, left, right, decision] = NEEDED.map(|name| header.place(name));
        Ok(Columns {
            class: class?,
            marks: marks?,
            key: key?,
            paths: Sides::new(left?, right?),
            places: Sides::of(|side| header.place(&format!("{side}_place")).ok()),
            decision: decision?,
            comment: header.place("comment").ok(),
            count: header.names.len(),
        })
    }

    /// Reads the row that begins in a line. Cells that are not there are empty: some programs leave
    /// off those at the end.
    fn read(&self, line: u64, record: &StringRecord) -> Result<Allowance, String> {
        if record.iter().skip(self.count).any(|cell| !cell.trim().is_empty()) {
            let told =
                "more cells than the header row has columns: a separator that is not quoted?";
            return Err(told.to_owned());
        }
        let cell = |at: usize| record.get(at).unwrap_or_default();
        let class = class(cell(self.class).trim())?;
        let paths =
            self.paths.map(|at| Some(restore(cell(at)).to_owned()).filter(|path| !path.is_empty()));
        let is_told = |at: usize| !cell(at).trim().is_empty();
        let has_place = self.places.map(|at| at.is_some_and(is_told));
        check_sides(class, Sides::of(|side| paths[side].is_some() || has_place[side]))?;
        let may_lack_key = has_place.left || has_place.right;
        let decision = cell(self.decision).trim();
        let comment = self.comment.map(cell).unwrap_or_default();
        Ok(Allowance {
            line,
            subject: Subject::Row(Row {
                class,
                marks: cell(self.marks).split_whitespace().map(mark).collect::<Result<_, _>>()?,
                key: key(restore(cell(self.key).trim()), may_lack_key)?,
                paths,
            }),
            accepted: is_yes(decision)?,
            decision: decision.to_owned(),
            comment: restore(comment).to_owned(),
        })
    }
}

/// What is told of a cell that only the tool writes.
fn unknown(what: &str, cell: &str) -> String {
    format!("unknown {what} \"{cell}\": leave that column as --csv has written it")
}

fn class(cell: &str) -> Result<Class, String> {
    Class::named(&cell.to_ascii_lowercase()).ok_or_else(|| unknown("class", cell))
}

fn mark(word: &str) -> Result<Mark, String> {
    Mark::named(&word.to_ascii_lowercase()).ok_or_else(|| unknown("mark", word))
}

/// What was only counted has none.
fn key(cell: &str, may_lack: bool) -> Result<Name, String> {
    let id = || Name::Id(cell.as_bytes().into());
    match cell {
        "" if may_lack => Ok(Name::Unidentified),
        "" => Err(unknown("key", cell)),
        _ => Ok(Name::of_content(cell).unwrap_or_else(id)),
    }
}

/// A row has the files that its class says, or its cells have been shifted.
fn check_sides(class: Class, there: Sides<bool>) -> Result<(), String> {
    let there = (there.left, there.right);
    let fits = match class {
        Class::OnlyLeft => there == (true, false),
        Class::OnlyRight => there == (false, true),
        Class::Copies => there.0 != there.1,
        Class::Moved | Class::Same => there == (true, true),
    };
    let paths = Side::BOTH.map(|side| format!("{side}_path")).join(" and ");
    let told =
        || format!("{} does not go with what is in {paths}: a cell has been shifted", class.word());
    fits.then_some(()).ok_or_else(told)
}

/// Whether a decision accepts its row.
fn is_yes(decision: &str) -> Result<bool, String> {
    let word = decision.to_lowercase();
    let is = |words: &[&str]| words.contains(&word.as_str());
    if is(&YES) || is(&NO) || word.is_empty() {
        return Ok(is(&YES));
    }
    let (yes, no) = (YES.join(", "), NO.join(", "));
    let told = format!("to accept the row write one of {yes}; else one of {no}, or nothing");
    Err(format!("unknown decision \"{decision}\": {told}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADER: &str = "class,marks,key,left_path,right_path,decision,comment";

    fn read(text: &str) -> Result<Vec<Allowance>, String> {
        let header = header(text.as_bytes()).unwrap();
        parse(text.as_bytes(), &header)
    }

    /// What the rows below the header say: line, decision, subject.
    fn told(rows: &str) -> Vec<String> {
        let lines = read(&format!("{HEADER}\n{rows}")).unwrap();
        let told = |line: &Allowance| {
            let sign = if line.accepted { "+" } else { "-" };
            format!("{}{sign}{}", line.line, line.subject)
        };
        lines.iter().map(told).collect()
    }

    #[track_caller]
    fn fails(rows: &str, expected: &str) {
        let error = read(&format!("{HEADER}\n{rows}")).unwrap_err();
        assert!(error.starts_with(expected), "{error}");
    }

    #[test]
    fn decisions() {
        let rows = |words: &[&str]| -> String {
            let rows = words.iter().map(|word| format!("only-left,,a@b,cur/1,,{word},"));
            rows.collect::<Vec<_>>().join("\n")
        };
        let yes = told(&rows(&["ok", " OK ", "Accept", "ignore\t", "\u{a0}ok"]));
        assert!(yes.len() == 5 && yes.iter().all(|told| told.contains('+')), "{yes:?}");
        let no = told(&rows(&["", " ", "no", "NO", "Reject", "fix"]));
        assert!(no.len() == 6 && no.iter().all(|told| told.contains('-')), "{no:?}");
        for word in ["okay", "o", "yes", "'ok", "ok?", "accepted"] {
            let expected = format!("line 4: unknown decision \"{word}\": to accept");
            fails(&rows(&["ok", "no", word]), &expected);
        }
    }

    #[test]
    fn lines_are_counted_as_an_editor_does() {
        let rows =
            ["only-left,,a@b,cur/1,,ok,\"one\nand two\"", "", "moved,content,c@d,1,2,ok,", ",,"];
        for end in ["\n", "\r\n", "\r"] {
            let text = format!("{}{end}", [&[HEADER][..], &rows].concat().join(end));
            let lines: Vec<u64> = read(&text).unwrap().iter().map(|line| line.line).collect();
            assert_eq!(lines, [2, 5], "{end:?}");
            let bad = text + "onl,,,,,," + end;
            assert!(read(&bad).unwrap_err().starts_with("line 7: unknown class \"onl\""));
        }
    }

    #[test]
    fn whatever_a_spreadsheet_makes_of_it_says_the_same() {
        let row = "moved,content flags,a@b,cur/1;x,new/2,ok,\"a, b; c\"";
        let expected = read(&format!("{HEADER}\n{row}")).unwrap();
        let semicolons = HEADER.replace(',', ";")
            + "\r\nmoved;content flags;a@b;\"cur/1;x\";new/2;ok;\"a, b; c\"\r\n";
        let tabs =
            HEADER.replace(',', "\t") + "\nmoved\tcontent flags\ta@b\tcur/1;x\tnew/2\tok\ta, b; c";
        let others = "\"Comment\",\"note\",\"DECISION\",right_path,left_path,key,marks, class \n\
            \"a, b; c\",\"\",\"ok\",new/2,\"cur/1;x\",\"a@b\",content flags,moved\n,,,,,,,\n";
        for text in [&semicolons, &tabs, others] {
            assert_eq!(read(text).unwrap(), expected, "{text}");
        }
        assert_eq!(told(row), ["2+moved content flags a@b"]);
    }

    #[test]
    fn cells_that_are_left_off_at_the_end_are_empty() {
        assert_eq!(
            told("only-left,,a@b,cur/1\nonly-left,,a@b,cur/2,,ok"),
            ["2-only-left a@b", "3+only-left a@b"]
        );
        assert_eq!(told("only-left,,a@b,cur/1,,ok,,,, ,\n"), ["2+only-left a@b"]);
        let without = "class,marks,key,left_path,right_path,decision\nonly-left,,a@b,cur/1,,ok\n";
        assert_eq!(read(without).unwrap()[0].comment, "");
    }

    #[test]
    fn rows_that_make_no_sense_are_errors() {
        fails("only-left,,a@b,cur/1,,ok,fine, but not all\n", "line 2: more cells than");
        fails(",,a@b,cur/1,,ok,\n", "line 2: unknown class \"\"");
        fails("lost,,a@b,cur/1,,ok,\n", "line 2: unknown class \"lost\"");
        fails("moved,contents,a@b,1,2,ok,\n", "line 2: unknown mark \"contents\"");
        fails("only-left,,,cur/1,,ok,\n", "line 2: unknown key \"\"");
        for row in [
            "only-left,,a@b,,cur/1",
            "only-left,,a@b,1,2",
            "only-right,,a@b,1,",
            "same,,a,1,",
            "moved,,a@b,,2",
            "copies,,a@b,1,2",
            "copies,,a@b,,",
        ] {
            fails(&format!("{row},ok,\n"), "line 2: ");
            let error = read(&format!("{HEADER}\n{row},ok,\n")).unwrap_err();
            assert!(error.contains("does not go with"), "{error}");
        }
        fails("only-left,,a@b,1,,ok,\"it\nonly-left,,c@d,1,,ok,\n", "line 2: a quote is opened");
        assert_eq!(told("only-left,,a@b,1,,ok,5\" wide\n").len(), 1);
    }

    #[test]
    fn headers_that_lack_or_repeat_a_column_are_errors() {
        let fails = |text: &str, expected: &str| {
            let error = read(text).unwrap_err();
            assert!(error.starts_with(expected), "{error}");
        };
        for name in NEEDED {
            let rest: Vec<&str> = HEADER.split(',').filter(|other| *other != name).collect();
            fails(&rest.join(";"), &format!("line 1: no column {name}: keep"));
            fails(&format!("\n{HEADER},{name}\n"), &format!("line 2: two columns {name}"));
        }
        fails("decision\nok\n", "line 1: no column class");
        assert!(header(b"name,left,right\n").is_none() && header(b"<a@b>\n").is_none());
        assert!(header(b"").is_none());
    }

    #[test]
    fn what_is_not_utf_8_is_an_error() {
        let text = [HEADER.as_bytes(), b"\r\nonly-left,,a@b,1,,ok,\r\nonly-left,,\xe9@b,1,,ok,"];
        let text = text.concat();
        let error = parse(&text, &header(&text).unwrap()).unwrap_err();
        assert!(error.starts_with("line 3: not UTF-8"), "{error}");
    }

    #[test]
    fn comments_come_back_as_they_were() {
        let comment = |cell: &str| {
            read(&format!("{HEADER}\nonly-left,,a@b,1,,ok,{cell}")).unwrap()[0].comment.clone()
        };
        assert_eq!(comment("'=1+1"), "=1+1");
        assert_eq!(comment("'so called'"), "'so called'");
        assert_eq!(comment("\" two\nlines \""), " two\nlines ");
    }
}
