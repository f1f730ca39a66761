//! What `doveadm -f tab fetch` prints: a line of titles, and a row a message.
//!
//! Nothing is escaped in it (Dovecot `doveadm-print-tab.c`): a folded Message-ID, or a second one,
//! goes on in the next line, and a tab in it is a tab. The other columns have a form, by which rows
//! are told from such lines.

use crate::error::Error;
use crate::input::Input;
use crate::maildir::file::Place;
use crate::maildir::file_name::Flags;
use crate::message::fields::{Fields, Wanted};
use crate::message::header::Piece;
use crate::message::id::{LONGEST_VALUE, MessageId, message_id};

use super::lines::{LONGEST, Lines};
use super::{Entry, Tells};

/// What is to be typed for all that a comparison can use.
const FETCH: &str = "doveadm -f tab fetch 'mailbox uid size.physical flags hdr.message-id' all";

/// The title of the column that every table must have, beside `mailbox`.
const ID: &str = "hdr.message-id";

/// A column but that of Message-IDs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Column {
    User,
    Mailbox,
    Uid,
    Size,
    Flags,
    /// A number that is not needed.
    Number,
    /// A time that is not needed: none is that of the Date field.
    Time,
    /// A word that is not needed.
    Word,
}

impl Column {
    /// Which column has this title; `None` where that may hold anything, so that rows could not be
    /// told apart.
    fn of(title: &str) -> Option<Column> {
        Some(match title {
            "user" | "username" => Column::User,
            "mailbox" => Column::Mailbox,
            "uid" => Column::Uid,
            "size.physical" => Column::Size,
            "flags" => Column::Flags,
            "seq" | "modseq" | "size.virtual" | "refcount" | "pop3.order" => Column::Number,
            "guid" | "mailbox-guid" | "pop3.uidl" | "storageid" => Column::Word,
            _ if title.starts_with("date.") => Column::Time,
            _ => return None,
        })
    }

    /// Whether a cell may stand in the column.
    fn holds(self, cell: &[u8]) -> bool {
        let is_number = !cell.is_empty() && cell.iter().all(u8::is_ascii_digit);
        match self {
            Column::User | Column::Mailbox => !cell.is_empty() && !cell.contains(&b'\n'),
            Column::Uid | Column::Size => is_number,
            Column::Number => is_number || cell.is_empty(),
            Column::Time => is_number || cell.is_empty() || is_time(cell),
            Column::Flags | Column::Word => !cell.contains(&b'\n'),
        }
    }

    /// Whether no Message-ID has what such a column holds.
    fn is_sure(self) -> bool {
        matches!(self, Column::Uid | Column::Size)
    }
}

/// Whether it begins as `2021-02-01 08:55:00` does.
fn is_time(cell: &[u8]) -> bool {
    let form = b"0000-00-00 00:00:00";
    let fits =
        |(&byte, &of): (&u8, &u8)| if of == b'0' { byte.is_ascii_digit() } else { byte == of };
    cell.len() >= form.len() && cell.iter().zip(form).all(fits) && !cell.contains(&b'\n')
}

/// The columns of a table, on either side of that of Message-IDs.
#[derive(Clone, Debug)]
pub(super) struct Columns {
    titles: Vec<u8>,
    before: Vec<Column>,
    after: Vec<Column>,
}

/// Whether a first line looks like titles of `doveadm fetch`.
pub(super) fn are_titles(line: &[u8]) -> bool {
    let titles = || line.split(|&byte| byte == b'\t');
    let is = |title: &[u8], wanted: &str| title.eq_ignore_ascii_case(wanted.as_bytes());
    titles().any(|title| is(title, ID))
        || titles().count() > 1 && titles().any(|t| is(t, "mailbox"))
}

/// A row, as it was printed.
struct Row<'r> {
    cells: Vec<(Column, &'r [u8])>,
    /// The values of all Message-ID fields, one behind the other.
    ids: &'r [u8],
}

impl<'r> Row<'r> {
    fn cell(&self, wanted: Column) -> Option<&'r [u8]> {
        self.cells.iter().find(|(column, _)| *column == wanted).map(|(_, cell)| *cell)
    }
}

/// What a line may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Start {
    /// The first line of a row.
    Row,
    /// One that goes on.
    Continuation,
    /// Either.
    Doubtful,
}

impl Columns {
    /// The columns of these titles.
    pub(super) fn of(line: &[u8]) -> Result<Columns, String> {
        let text = String::from_utf8_lossy(line).to_ascii_lowercase();
        let titles: Vec<&str> = text.split('\t').collect();
        let lacks = |title: &str| format!("lacks the column {title}: make it with {FETCH}");
        let at = titles.iter().position(|title| *title == ID).ok_or_else(|| lacks(ID))?;
        let (before, after) = titles.split_at(at);
        let (before, after) = (known(before)?, known(after.get(1..).unwrap_or_default())?);
        let columns = Columns { titles: line.to_owned(), before, after };
        if columns.has(Column::Mailbox) { Ok(columns) } else { Err(lacks("mailbox")) }
    }

    /// What the table tells of messages.
    pub(super) fn tell(&self) -> Tells {
        Tells {
            folders: true,
            paths: false,
            sizes: self.has(Column::Size),
            flags: self.has(Column::Flags),
        }
    }

    fn has(&self, column: Column) -> bool {
        self.before.contains(&column) || self.after.contains(&column)
    }

    /// Hands on what each row names.
    pub(super) fn read(
        &self,
        input: &Input,
        take: &mut dyn FnMut(Entry<'_>) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let mut rows = Rows::of(self, input)?;
        let mut users = Users::default();
        let mut text = Vec::new();
        while let Some(number) = rows.read(&mut text)? {
            let Some(row) = self.cells(&text) else { continue };
            let user = users.check(row.cell(Column::User));
            user.map_err(|told| rows.lines.error_in(number, &told))?;
            take_row(&row, number, take)?;
        }
        rows.lines.check_end()
    }

    /// Whether a row begins in this line.
    fn start(&self, line: &[u8]) -> Start {
        let Some((cells, _)) = split_before(line, &self.before) else { return Start::Continuation };
        let sure = self.before.is_empty() || cells.iter().any(|(column, _)| column.is_sure());
        let goes_on = matches!(line.first(), Some(b' ' | b'\t'));
        if sure || !goes_on { Start::Row } else { Start::Doubtful }
    }

    /// The cells of a row, if these lines are all of one.
    fn cells<'r>(&self, row: &'r [u8]) -> Option<Row<'r>> {
        let (mut cells, mut ids) = split_before(row, &self.before)?;
        for &column in self.after.iter().rev() {
            let tab = memchr::memrchr(b'\t', ids)?;
            let (rest, cell) = ids.split_at_checked(tab)?;
            let cell = cell.get(1..).filter(|cell| column.holds(cell))?;
            cells.push((column, cell));
            ids = rest;
        }
        Some(Row { cells, ids })
    }
}

/// The rows of a table, each of one line or several.
struct Rows<'t> {
    columns: &'t Columns,
    lines: Lines<'t>,
    /// The line that is next, if there is one.
    line: Option<Vec<u8>>,
}

impl<'t> Rows<'t> {
    fn of(columns: &'t Columns, input: &'t Input) -> Result<Rows<'t>, Error> {
        let mut rows = Rows { columns, lines: Lines::of(input), line: Some(Vec::new()) };
        rows.advance()?;
        Ok(rows)
    }

    /// Goes on to the next line.
    fn advance(&mut self) -> Result<(), Error> {
        let mut line = self.line.take().unwrap_or_default();
        let is_one = self.lines.read(&mut line)?;
        self.line = is_one.then_some(line);
        Ok(())
    }

    /// Reads the next row, without its last line's end; gives the number of its first line.
    fn read(&mut self, row: &mut Vec<u8>) -> Result<Option<u64>, Error> {
        // Several tables, one behind the other, have their titles again.
        while self.is_at_titles() {
            self.advance()?;
        }
        let number = self.lines.number();
        let Some(line) = &self.line else { return Ok(None) };
        row.clone_from(line);
        if !self.is_at_row()? {
            return Err(self.no_row(number));
        }
        loop {
            self.advance()?;
            let is_whole = self.columns.cells(row).is_some();
            match &self.line {
                None if is_whole => return Ok(Some(number)),
                None => return Err(self.no_row(number)),
                Some(_) if is_whole && self.is_at_row()? => return Ok(Some(number)),
                Some(line) if row.len() + line.len() > LONGEST => {
                    let told = "begins a row of more than 1 MiB";
                    return Err(self.lines.error_in(number, told));
                }
                Some(line) => {
                    row.push(b'\n');
                    row.extend_from_slice(line);
                }
            }
        }
    }

    fn is_at_titles(&self) -> bool {
        self.line.as_deref() == Some(self.columns.titles.as_slice())
    }

    /// Whether the next line begins a row, or another table.
    fn is_at_row(&self) -> Result<bool, Error> {
        let told = "may be a message or the rest of a folded Message-ID: fetch the column uid too";
        match self.line.as_deref().map(|line| self.columns.start(line)) {
            _ if self.is_at_titles() => Ok(true),
            Some(Start::Row) => Ok(true),
            Some(Start::Continuation) | None => Ok(false),
            Some(Start::Doubtful) => Err(self.lines.error(told)),
        }
    }

    fn no_row(&self, number: u64) -> Error {
        let told = format!("is no row of what doveadm prints; make it with {FETCH}");
        self.lines.error_in(number, &told)
    }
}

/// The columns of these titles, if all are known.
fn known(titles: &[&str]) -> Result<Vec<Column>, String> {
    let told =
        |title| format!("has a column {title}, which is not known here: make it with {FETCH}");
    titles.iter().map(|title| Column::of(title).ok_or_else(|| told(title))).collect()
}

/// The first cells of a line, if they are what the columns hold, and what comes behind them.
#[allow(clippy::type_complexity, reason = "cells, and the rest")]
fn split_before<'r>(
    mut line: &'r [u8],
    columns: &[Column],
) -> Option<(Vec<(Column, &'r [u8])>, &'r [u8])> {
    let mut cells = Vec::with_capacity(columns.len());
    for &column in columns {
        let (cell, rest) = line.split_at_checked(memchr::memchr(b'\t', line)?)?;
        cells.push(column.holds(cell).then_some((column, cell))?);
        line = rest.get(1..).unwrap_or_default();
    }
    Some((cells, line))
}

/// Whose mail it is: that of two users is two sides.
#[derive(Debug, Default)]
pub(super) struct Users {
    first: Vec<u8>,
}

impl Users {
    /// Checks the user of a message, as far as that is told.
    pub(super) fn check(&mut self, user: Option<&[u8]>) -> Result<(), String> {
        let Some(user) = user else { return Ok(()) };
        if self.first.is_empty() {
            self.first.extend_from_slice(user);
        }
        if self.first == user {
            return Ok(());
        }
        let [one, other] = [&self.first, user].map(String::from_utf8_lossy);
        Err(format!(
            "is of the user {other}, and those before are of {one}: fetch the mail of one, with -u"
        ))
    }
}

/// By what a message of a mailbox is found, as an IMAP URL has it (RFC 5092 §6).
pub(super) fn path(mailbox: &[u8], uid: Option<&[u8]>) -> Option<Vec<u8>> {
    uid.map(|uid| [mailbox, b"/;UID=", uid].concat())
}

/// A decimal number.
pub(super) fn number(digits: &[u8]) -> Option<u64> {
    str::from_utf8(digits).ok()?.parse().ok()
}

fn take_row(
    row: &Row<'_>,
    line: u64,
    take: &mut dyn FnMut(Entry<'_>) -> Result<(), Error>,
) -> Result<(), Error> {
    let folder = row.cell(Column::Mailbox).unwrap_or_default();
    let path = path(folder, row.cell(Column::Uid));
    let path = path.unwrap_or_else(|| format!("line {line}").into_bytes());
    let size = row.cell(Column::Size).and_then(number);
    let flags = row.cell(Column::Flags).map(flags);
    take(Entry { id: id(row.ids), folder, path: &path, place: Place::Cur, size, flags })
}

/// The id, from the values of all Message-ID fields as they stand in the header, each from a line
/// of its own that does not begin with a blank (Dovecot `doveadm-mail-fetch.c`, `fetch_hdr_field`).
pub(super) fn id(values: &[u8]) -> Option<MessageId> {
    const FIELD: &[Wanted] = &[("message-id", LONGEST_VALUE)];
    let mut fields = Fields::new(FIELD);
    for (at, line) in values.split(|&byte| byte == b'\n').enumerate() {
        if at == 0 || !matches!(line.first(), Some(b' ' | b'\t')) {
            fields.take(&Piece::Field(b"message-id"));
        }
        fields.take(&Piece::Value(line));
        fields.take(&Piece::Value(b"\n"));
    }
    message_id(fields.all("message-id").filter(|value| value.len() <= LONGEST_VALUE))
}

/// The six flags that every Maildir program knows, in the words of IMAP (RFC 9051 §2.3.2).
pub(super) fn flags(cell: &[u8]) -> Flags {
    let letter = |word: &[u8]| match word.to_ascii_lowercase().as_slice() {
        b"\\draft" => Some(b'D'),
        b"\\flagged" => Some(b'F'),
        b"$forwarded" => Some(b'P'),
        b"\\answered" => Some(b'R'),
        b"\\seen" => Some(b'S'),
        b"\\deleted" => Some(b'T'),
        _ => None,
    };
    cell.split(|&byte| byte == b' ').filter_map(letter).collect()
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    /// What a table tells: folder, id, path, flags and size of each row.
    fn told(text: &str) -> Result<Vec<String>, String> {
        let input = Input::unpack(Path::new("t"), text.as_bytes()).unwrap();
        let titles = text.lines().next().unwrap_or_default();
        let columns = Columns::of(titles.as_bytes())?;
        let mut rows = Vec::new();
        let read = columns.read(&input, &mut |entry: Entry<'_>| {
            let id = entry.id.map_or_else(|| "-".to_owned(), |id| id.key(false).to_string());
            let text = |bytes| String::from_utf8_lossy(bytes).into_owned();
            let mut row = format!("{} {id} {}", text(entry.folder), text(entry.path));
            row.extend(entry.flags.map(|flags| format!(" [{flags}]")));
            row.extend(entry.size.map(|size| format!(" {size}")));
            rows.push(row);
            Ok(())
        });
        read.map(|()| rows).map_err(|error| error.to_string())
    }

    #[track_caller]
    fn check(text: &str, expected: &[&str]) {
        assert_eq!(told(text).unwrap(), expected);
    }

    #[test]
    fn columns_in_any_order() {
        let rows = "mailbox\tuid\tsize.physical\tflags\thdr.message-id\n\
            INBOX\t1\t84\t\\Answered \\Seen \\Recent $Forwarded x\t<One@example.org>\n\
            a/b\t2\t0\t\t\n";
        check(rows, &["INBOX one@example.org INBOX/;UID=1 [PRS] 84", "a/b - a/b/;UID=2 [] 0"]);
        check("hdr.Message-ID\tmailbox\n<a@b>\tX\n\tX\n", &["X a@b line 2", "X - line 3"]);
        let between = "Username\tmailbox\thdr.message-id\tuid\tdate.received\n\
            ann\tX\t<a@b>\t7\t2021-02-01 08:55:00\n";
        check(between, &["X a@b X/;UID=7"]);
    }

    #[test]
    fn values_that_go_on_in_other_lines() {
        let folded = "mailbox\tuid\thdr.message-id\n\
            INBOX\t1\t\n\t<folded@example.org>\n\
            INBOX\t2\t<ta\tb@example.org> (comment\twith tab)\n  more\n\
            INBOX\t3\t<two1@example.org>\n<two2@example.org>\n\
            INBOX\t4\t\n\nX\tY\n";
        let told = [
            "INBOX folded@example.org INBOX/;UID=1",
            "INBOX tab@example.org INBOX/;UID=2",
            "INBOX two1@example.org INBOX/;UID=3",
            "INBOX - INBOX/;UID=4",
        ];
        check(folded, &told);
        let between = "hdr.message-id\tuid\tmailbox\n\n\t<a@b>\t1\tX\n<c@d>\t2\tX\n";
        check(between, &["X a@b X/;UID=1", "X c@d X/;UID=2"]);
        check("mailbox\thdr.message-id\nX\t\n\t<a@b>\t\n", &["X a@b line 2"]);
    }

    #[test]
    fn tables_one_behind_the_other() {
        let twice = "mailbox\thdr.message-id\nX\t<a@b>\nmailbox\thdr.message-id\nY\t<a@b>\n";
        check(twice, &["X a@b line 2", "Y a@b line 4"]);
        check("mailbox\thdr.message-id\n", &[]);
    }

    #[test]
    fn what_is_wrong_is_told_with_its_line() {
        let fails = |text: &str| told(text).unwrap_err();
        let check = |text: &str, expected: &str| {
            let error = fails(text);
            assert!(error.contains(expected), "{error}");
        };
        check("mailbox\tuid\n", "lacks the column hdr.message-id: make it with doveadm");
        check("hdr.message-id\n", "lacks the column mailbox");
        check("mailbox\thdr.subject\thdr.message-id\n", "has a column hdr.subject, which is not");
        check("mailbox\tuid\thdr.message-id\nX\tone\t<a@b>\n", "t: line 2 is no row");
        check("hdr.message-id\tuid\tmailbox\n<a@b>\tone\tX\n", "t: line 2 is no row");
        check("mailbox\thdr.message-id\nX\t<a@b>\nX\t<a@", "t: line 3 has no end");
        check("mailbox\thdr.message-id\nX\t<a@b>\n x\ty\n", "t: line 3 may be a message or");
        let two = "username\tmailbox\thdr.message-id\nann\tX\t<a@b>\nbob\tX\t<a@b>\n";
        check(two, "t: line 3 is of the user bob, and those before are of ann");
        let long = format!("mailbox\thdr.message-id\nX\t<a@b>\n{}", " long\n".repeat(200_000));
        check(&long, "t: line 2 begins a row of more than 1 MiB");
    }
}
