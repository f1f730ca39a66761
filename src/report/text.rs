//! The report for people: what differs by folder, the differences by class and reason, where every
//! file went, and the verdict as the last line.

use std::collections::BTreeMap;
use std::io::{self, Write};

use crate::diff::{Class, Counts, FolderCounts, Ledger, Mark, Reason, Row};
use crate::finding::{Finding, Kind};
use crate::folders::Ground;
use crate::index::Message;
use crate::maildir::folder_name::FolderName;
use crate::side::{Side, Sides};
use crate::verdict::{Exit, Verdict};

use super::Report;
use super::command::{again, quote};
use super::escape::{escape, path_text};
use super::json::timestamp;
use super::table::{self, Align, cut};

/// How much of the report is written, and in what dress.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Shape {
    /// Only the verdict.
    pub brief: bool,
    /// With colours.
    pub color: bool,
}

/// How many rows of one class and reason are shown before the list is cut.
const SHOWN: usize = 10;
/// The heads of the folder table.
const FOLDER_HEAD: [&str; 9] =
    ["folder", "left", "right", "same", "only left", "only right", "moved", "copies", "content"];
/// How wide subjects and senders may be, in columns.
const SUBJECT: usize = 40;
const SENDER: usize = 30;

pub(super) fn write(report: &Report<'_>, shape: Shape, out: &mut dyn Write) -> io::Result<()> {
    let text = Text { report, paint: Paint { color: shape.color } };
    if !shape.brief {
        text.write_trees(out)?;
        text.write_folders(out)?;
        text.write_differences(out)?;
        text.write_findings(out)?;
        text.write_ledger(out)?;
        text.write_notes(out)?;
    }
    writeln!(out, "{}", text.verdict())
}

struct Text<'a> {
    report: &'a Report<'a>,
    paint: Paint,
}

/// Colours, or none.
#[derive(Clone, Copy)]
struct Paint {
    color: bool,
}

impl Paint {
    fn bold(self, text: &str) -> String {
        self.dress("1", text)
    }

    /// Green is for what is complete, whatever was allowed to be missing.
    fn verdict(self, verdict: &Verdict, text: &str) -> String {
        let code = match verdict.exit {
            Exit::Trouble => "1;33",
            Exit::Same if verdict.complete => "1;32",
            _ => "1;31",
        };
        self.dress(code, text)
    }

    fn dress(self, code: &str, text: &str) -> String {
        if self.color { format!("\x1b[{code}m{text}\x1b[0m") } else { text.to_owned() }
    }
}

impl Text<'_> {
    /// What was compared.
    fn write_trees(&self, out: &mut dyn Write) -> io::Result<()> {
        let rows = Side::BOTH.map(|side| {
            let index = self.report.indexes[side];
            let messages = self.messages(side);
            vec![
                side.word().to_owned(),
                escape(&path_text(&index.root)),
                escape(&index.layout.to_string()),
                plural(messages, "message"),
            ]
        });
        table::write(out, "", &[Align::Left, Align::Left, Align::Left, Align::Right], &rows)
    }

    fn messages(&self, side: Side) -> u64 {
        let Ledger { same, moved, copies, only, .. } = self.report.diff.ledger[side];
        same + moved + copies + only
    }

    /// The folders that differ, all with `--all`.
    fn write_folders(&self, out: &mut dyn Write) -> io::Result<()> {
        let folders = &self.report.diff.folders;
        let wanted = |folder: &&FolderCounts| self.report.all || folder.differs();
        let (shown, rest): (Vec<_>, Vec<_>) = folders.iter().partition(wanted);
        if shown.is_empty() {
            return Ok(());
        }
        let mut rows = vec![FOLDER_HEAD.map(str::to_owned).to_vec()];
        rows.extend(shown.into_iter().map(folder_row));
        let (excluded, equal): (Vec<_>, Vec<_>) =
            rest.into_iter().partition(|folder| folder.excluded);
        rows.extend(rest_row("equal", &equal));
        rows.extend(rest_row("excluded", &excluded));
        rows.push(total_row(folders));
        writeln!(out)?;
        let mut aligns = [Align::Right; FOLDER_HEAD.len()];
        aligns[0] = Align::Left;
        table::write(out, "", &aligns, &rows)
    }

    /// The differences: by class or mark, then by reason.
    fn write_differences(&self, out: &mut dyn Write) -> io::Result<()> {
        for section in Section::ALL {
            let rows: Vec<&Row<'_>> = self.report.rows().filter(|row| section.holds(row)).collect();
            if !rows.is_empty() {
                self.write_section(section, &rows, out)?;
            }
        }
        self.write_renamed(out)
    }

    fn write_section(
        &self,
        section: Section,
        rows: &[&Row<'_>],
        out: &mut dyn Write,
    ) -> io::Result<()> {
        let heading = format!("{} ({})", section.heading(), rows.len());
        writeln!(out, "\n{}", self.paint.bold(&heading))?;
        let mut by_reason: BTreeMap<Option<Reason>, Vec<&Row<'_>>> = BTreeMap::new();
        for row in rows {
            by_reason.entry(row.reason.filter(|_| section.has_reasons())).or_default().push(row);
        }
        for (reason, rows) in by_reason {
            self.write_reason(section, reason, &rows, out)?;
        }
        Ok(())
    }

    fn write_reason(
        &self,
        section: Section,
        reason: Option<Reason>,
        rows: &[&Row<'_>],
        out: &mut dyn Write,
    ) -> io::Result<()> {
        if let Some(reason) = reason {
            writeln!(out, "  {reason} ({}): {}", rows.len(), reason.advice())?;
        }
        let shown = if self.report.all { rows.len() } else { section.shown().min(rows.len()) };
        let lines: Vec<Vec<String>> =
            rows.iter().take(shown).map(|row| self.line(section, row)).collect();
        table::write(out, "    ", &[Align::Left; 6], &lines)?;
        if shown < rows.len() {
            let command = self.command_for_rest(section);
            let more = if shown == 0 { "" } else { " more" };
            writeln!(out, "    … {}{more}: {command}", rows.len() - shown)?;
        }
        Ok(())
    }

    /// The command that lists a section uncut.
    fn command_for_rest(&self, section: Section) -> String {
        let wanted = ["--all", "--only", section.word()];
        let options = if self.report.only.is_some() { &wanted[..1] } else { &wanted[..] };
        again(options, &self.report.command)
    }

    /// One message: where, when, who, what, which, and what else is to be said.
    fn line(&self, section: Section, row: &Row<'_>) -> Vec<String> {
        let envelope = &row.envelope;
        let date = envelope.date.and_then(timestamp);
        let date = date.and_then(|date| Some(date.split_once('T')?.0.to_owned()));
        vec![
            self.place(row),
            date.unwrap_or_else(|| "-".to_owned()),
            cut(&escape(&envelope.from), SENDER),
            cut(&escape(&envelope.subject), SUBJECT),
            if section.shows_ids() { String::new() } else { id(row) },
            remark(section, row),
        ]
    }

    fn place(&self, row: &Row<'_>) -> String {
        let name = |side: Side| {
            let folder = row.files[side].map(|file| file.folder);
            let folder = folder.and_then(|folder| self.report.indexes[side].folders.get(folder));
            folder.map(|folder| escape(folder.name.as_str()))
        };
        match (name(Side::Left), name(Side::Right)) {
            (Some(left), Some(right)) if row.class == Class::Moved => format!("{left} → {right}"),
            (Some(name), _) | (None, Some(name)) => name,
            (None, None) => String::new(),
        }
    }

    /// Folders that seem to have another name on the other side.
    fn write_renamed(&self, out: &mut dyn Write) -> io::Result<()> {
        for renamed in &self.report.diff.renamed {
            let names = renamed.names.as_ref().map(FolderName::as_str);
            let map = escape(&quote(&format!("{}={}", names.left, names.right)));
            let (left, right) = (escape(names.left), escape(names.right));
            let told = format!("{left} → {right} ({} of {})", renamed.shared, renamed.of);
            writeln!(out, "\n{}", self.paint.bold(&told))?;
            writeln!(out, "  these look like one folder; if they are, say: --map {map}")?;
        }
        Ok(())
    }

    /// What is wrong with the trees themselves: each kind with its count and one example.
    fn write_findings(&self, out: &mut dyn Write) -> io::Result<()> {
        let mut kinds: BTreeMap<(Kind, Side), Vec<&Finding>> = BTreeMap::new();
        for (side, findings) in self.report.findings.each() {
            for finding in findings {
                kinds.entry((finding.kind, side)).or_default().push(finding);
            }
        }
        if kinds.is_empty() {
            return Ok(());
        }
        writeln!(out, "\n{}", self.paint.bold("Findings"))?;
        for ((kind, side), findings) in kinds {
            let (count, states) = (findings.len(), states(kind, &findings));
            writeln!(out, "  {side}  {count} {}{states}: {}", kind.id(), kind.meaning())?;
            let shown = if self.report.all { findings.len() } else { 1 };
            for finding in findings.iter().take(shown) {
                writeln!(out, "    {}", describe(finding))?;
            }
        }
        Ok(())
    }

    /// Where every file of each side went.
    fn write_ledger(&self, out: &mut dyn Write) -> io::Result<()> {
        let ledger = self.report.diff.ledger;
        let mut rows = vec![["ledger", "left", "right"].map(str::to_owned).to_vec()];
        let lines = ledger_lines(ledger.left).into_iter().zip(ledger_lines(ledger.right));
        for ((name, left), (_, right)) in lines {
            if left + right > 0 {
                rows.push(vec![name.to_owned(), left.to_string(), right.to_string()]);
            }
        }
        let balance = |ledger: Ledger| {
            let sign = if ledger.balances() { "=" } else { "≠" };
            format!("{sign} {}", ledger.files)
        };
        rows.push(vec!["files".to_owned(), balance(ledger.left), balance(ledger.right)]);
        writeln!(out)?;
        table::write(out, "", &[Align::Left, Align::Right, Align::Right], &rows)
    }

    fn write_notes(&self, out: &mut dyn Write) -> io::Result<()> {
        writeln!(out)?;
        self.report.notes.iter().try_for_each(|note| writeln!(out, "note: {}", escape(note)))
    }

    /// The answer, in one line.
    fn verdict(&self) -> String {
        let verdict = self.report.verdict;
        let counts = &self.report.diff.counts;
        let sentence = match verdict.exit {
            Exit::Trouble => format!("NOT PROVEN: {}.", self.trouble()),
            _ if verdict.strict => format!("{} {}", self.strict(), self.unchecked()),
            _ if verdict.complete => {
                [self.complete(), others(counts), self.unchecked().to_owned()].join(" ")
            }
            Exit::Same => format!("{} This was allowed.", self.incomplete()),
            Exit::Different => self.incomplete(),
        };
        let sentence = sentence.split_whitespace().collect::<Vec<_>>().join(" ");
        self.paint.verdict(verdict, &sentence)
    }

    fn trouble(&self) -> String {
        let unread: usize = self.report.errors.iter().map(Vec::len).sum();
        let known = tell(&everything(&self.report.diff.counts));
        let known = if known.is_empty() { "no difference".to_owned() } else { known };
        let files = plural(unread as u64, "file or directory");
        format!("{files} could not be read, or changed meanwhile; what was read has {known}")
    }

    fn strict(&self) -> String {
        let messages = self.messages(Side::Left);
        format!("THE SAME: {} on both sides.", plural(messages, "message"))
    }

    /// What a good answer does not say.
    fn unchecked(&self) -> &'static str {
        if self.report.verdict.content_checked {
            "Every content was compared."
        } else {
            "Bodies of equal size were not compared (--content does)."
        }
    }

    fn complete(&self) -> String {
        let messages = self.messages(Side::Left);
        let all = if messages == 1 { "the message" } else { "all messages" };
        format!("COMPLETE: {all} of the left ({messages}) are on the right.")
            .replace("the message of the left (1) are", "the one message of the left is")
    }

    fn incomplete(&self) -> String {
        let counts = &self.report.diff.counts;
        let mut reasons = Vec::new();
        if counts.only_left > 0 {
            let of = self.messages(Side::Left);
            let verb = if counts.only_left == 1 { "is" } else { "are" };
            reasons.push(format!(
                "{} of {of} messages of the left {verb} not on the right",
                counts.only_left
            ));
        }
        if counts.content > 0 {
            reasons.push(format!("{} with other content", plural(counts.content, "pair")));
        }
        if self.report.diff.misfiled.right > 0 {
            reasons.push(format!("{} misfiled on the right", self.report.diff.misfiled.right));
        }
        format!("NOT COMPLETE: {}. {}", reasons.join(", "), others(counts))
    }
}

/// What else differs, for a tree that is not strictly the same.
fn others(counts: &Counts) -> String {
    let parts = [
        (counts.only_right, "only on the right"),
        (counts.moved, "moved"),
        (counts.copies, "in further copies"),
    ];
    let told = tell(&parts);
    if told.is_empty() { String::new() } else { format!("Also: {told}.") }
}

fn everything(counts: &Counts) -> [(u64, &'static str); 6] {
    [
        (counts.only_left, "only on the left"),
        (counts.only_right, "only on the right"),
        (counts.moved, "moved"),
        (counts.copies, "in further copies"),
        (counts.content, "with other content"),
        (counts.misfiled, "misfiled on one side"),
    ]
}

fn tell(parts: &[(u64, &str)]) -> String {
    let told = parts.iter().filter(|(count, _)| *count > 0);
    told.map(|(count, what)| format!("{count} {what}")).collect::<Vec<_>>().join(", ")
}

fn plural(count: u64, what: &str) -> String {
    match (count, what) {
        (1, _) => format!("1 {what}"),
        (_, "file or directory") => format!("{count} files or directories"),
        _ => format!("{count} {what}s"),
    }
}

/// The parts of the list of differences, in their order.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Section {
    Class(Class),
    Mark(Mark),
}

impl Section {
    const ALL: [Section; 10] = [
        Section::Class(Class::OnlyLeft),
        Section::Class(Class::OnlyRight),
        Section::Mark(Mark::Content),
        Section::Mark(Mark::Misfiled),
        Section::Class(Class::Moved),
        Section::Class(Class::Copies),
        Section::Mark(Mark::Rekeyed),
        Section::Mark(Mark::CaseOnly),
        Section::Mark(Mark::Flags),
        Section::Class(Class::Same),
    ];

    fn holds(self, row: &Row<'_>) -> bool {
        match self {
            Section::Class(Class::Same) => row.is_plain(),
            Section::Class(class) => row.class == class,
            Section::Mark(mark) => row.marks.contains(&mark),
        }
    }

    fn has_reasons(self) -> bool {
        let only = [Section::Class(Class::OnlyLeft), Section::Class(Class::OnlyRight)];
        only.contains(&self) || self == Section::Mark(Mark::Content)
    }

    /// Whether its remark already tells both ids.
    fn shows_ids(self) -> bool {
        matches!(self, Section::Mark(Mark::Rekeyed | Mark::CaseOnly))
    }

    /// How many rows of one reason are shown before the list is cut. Flags alone fail no run, and a
    /// sync changes them by the hundred.
    fn shown(self) -> usize {
        if self == Section::Mark(Mark::Flags) { 0 } else { SHOWN }
    }

    fn word(self) -> &'static str {
        match self {
            Section::Class(class) => class.word(),
            Section::Mark(mark) => mark.word(),
        }
    }

    fn heading(self) -> &'static str {
        match self {
            Section::Class(Class::OnlyLeft) => "Only on the left",
            Section::Class(Class::OnlyRight) => "Only on the right",
            Section::Class(Class::Moved) => "Moved to another folder",
            Section::Class(Class::Copies) => "Further copies, on one side only",
            Section::Class(Class::Same) => "The same",
            Section::Mark(Mark::Content) => "Other content under one Message-ID",
            Section::Mark(Mark::Misfiled) => "Misfiled on one side, so that no server shows it",
            Section::Mark(Mark::Rekeyed) => "The same content under another Message-ID, or none",
            Section::Mark(Mark::CaseOnly) => "Message-IDs that differ in letter case only",
            Section::Mark(Mark::Flags) => "Other flags",
        }
    }
}

fn folder_row(folder: &FolderCounts) -> Vec<String> {
    let name = match (&folder.names.left, &folder.names.right, folder.ground) {
        (Some(left), Some(right), Some(ground)) if ground != Ground::Name => {
            format!("{left} → {right}")
        }
        _ => folder.name.clone(),
    };
    let side = |side: Side| match folder.names[side] {
        _ if folder.excluded => "excluded".to_owned(),
        None if folder.messages[side] == 0 && folder.name != "*" => "absent".to_owned(),
        _ => folder.messages[side].to_string(),
    };
    vec![
        escape(&name),
        side(Side::Left),
        side(Side::Right),
        dot(folder.same),
        dot(folder.only.left),
        dot(folder.only.right),
        both_ways(folder.moved, "out", "in"),
        both_ways(folder.copies, "left", "right"),
        dot(folder.content),
    ]
}

/// Folders that are not shown, in one row; what is in excluded ones is not known.
fn rest_row(what: &str, folders: &[&FolderCounts]) -> Option<Vec<String>> {
    let same: u64 = folders.iter().map(|folder| folder.same).sum();
    let plural = if folders.len() == 1 { "" } else { "s" };
    let mut row = vec![format!("({} {what} folder{plural})", folders.len())];
    row.extend([dot(same), dot(same), dot(same)]);
    row.resize(FOLDER_HEAD.len(), dot(0));
    (!folders.is_empty()).then_some(row)
}

fn total_row(folders: &[FolderCounts]) -> Vec<String> {
    let sum = |count: &dyn Fn(&FolderCounts) -> u64| folders.iter().map(count).sum::<u64>();
    let sides = |counts: &dyn Fn(&FolderCounts) -> Sides<u64>| {
        Sides::of(|side| sum(&|folder| counts(folder)[side]))
    };
    let messages = sides(&|folder| folder.messages);
    let only = sides(&|folder| folder.only);
    vec![
        "total".to_owned(),
        messages.left.to_string(),
        messages.right.to_string(),
        dot(sum(&|folder| folder.same)),
        dot(only.left),
        dot(only.right),
        dot(sum(&|folder| folder.moved.left)),
        both_ways(sides(&|folder| folder.copies), "left", "right"),
        dot(sum(&|folder| folder.content)),
    ]
}

fn dot(count: u64) -> String {
    if count == 0 { ".".to_owned() } else { count.to_string() }
}

fn both_ways(counts: Sides<u64>, left: &str, right: &str) -> String {
    match (counts.left, counts.right) {
        (0, 0) => ".".to_owned(),
        (count, 0) => format!("{count} {left}"),
        (0, count) => format!("{count} {right}"),
        (ours, theirs) => format!("{ours} {left} {theirs} {right}"),
    }
}

fn ledger_lines(ledger: Ledger) -> [(&'static str, u64); 10] {
    [
        ("same", ledger.same),
        ("moved", ledger.moved),
        ("further copies", ledger.copies),
        ("only here", ledger.only),
        ("leftovers", ledger.leftover),
        ("control files", ledger.control),
        ("foreign files", ledger.foreign),
        ("unreadable", ledger.unreadable),
        ("vanished", ledger.vanished),
        ("excluded", ledger.excluded),
    ]
}

/// What else is to be said of a row in its section.
fn remark(section: Section, row: &Row<'_>) -> String {
    let size = |side: Side| row.files[side].map(|file| file.size).unwrap_or_default();
    let sides = |tell: &dyn Fn(&Message) -> String| {
        let [left, right] = Side::BOTH.map(|side| row.files[side].map(tell).unwrap_or_default());
        format!("{left} → {right}")
    };
    match section {
        Section::Mark(Mark::Content) => {
            format!("{} → {} bytes", size(Side::Left), size(Side::Right))
        }
        Section::Mark(Mark::Misfiled) => sides(&|file| file.place.word().to_owned()),
        Section::Mark(Mark::Rekeyed | Mark::CaseOnly) => sides(&written),
        Section::Mark(Mark::Flags) => sides(&|file| format!("[{}]", file.flags)),
        Section::Class(_) => whereabouts(row),
    }
}

/// The path, where neither folder nor id lead to the file; and its probable twin.
fn whereabouts(row: &Row<'_>) -> String {
    let Some((_, file)) = row.file() else { return String::new() };
    let hard_to_find = !file.place.is_delivered() || file.id.is_none();
    let path = if hard_to_find { escape(&path_text(&file.path)) } else { String::new() };
    match probable(row) {
        Some(probable) => format!("{path}  probably {probable}").trim_start().to_owned(),
        None => path,
    }
}

fn probable(row: &Row<'_>) -> Option<String> {
    let (side, twin) = (row.file()?.0.other(), row.probable?);
    Some(format!("{} of the {side}", escape(&path_text(&twin.path))))
}

fn id(row: &Row<'_>) -> String {
    row.file().map(|(_, file)| cut(&written(file), 2 * SUBJECT)).unwrap_or_default()
}

fn written(message: &Message) -> String {
    match &message.written {
        Some(written) => escape(&String::from_utf8_lossy(written)),
        None => "no Message-ID".to_owned(),
    }
}

/// How many leftovers are what to their tree, as ` (2 covered, 1 empty)`.
fn states(kind: Kind, findings: &[&Finding]) -> String {
    if !matches!(kind, Kind::TmpLeftover | Kind::HiddenFile) {
        return String::new();
    }
    let mut counts: BTreeMap<&str, u64> = BTreeMap::new();
    for finding in findings {
        let state = finding.detail.split([' ', ':']).next().unwrap_or_default();
        *counts.entry(state).or_default() += 1;
    }
    let counts = counts.iter().map(|(state, count)| format!("{count} {state}"));
    format!(" ({})", counts.collect::<Vec<_>>().join(", "))
}

fn describe(finding: &Finding) -> String {
    let path = escape(&path_text(&finding.path));
    match finding.detail.as_str() {
        "" => path,
        detail => format!("{path}  {}", escape(detail)),
    }
}
