//! What is told of a message in sentences: its copies by name, and what they are to each other.

use crate::diff::{Class, Mark, Reason, Row};
use crate::explain::{Exhibit, Explanation, Kinship, Trees};
use crate::index::Message;
use crate::side::Side;
use crate::verdict::Exit;

use super::super::cure::cure;
use super::super::escape::escape_cell;
use super::super::table::cut;
use super::super::text::plural;
use super::Account;

/// How an exhibit is called: `left 1`; with one tree `copy 1`.
pub(super) fn name(explanation: &Explanation<'_>, at: usize) -> String {
    let Some(exhibit) = explanation.exhibits.get(at) else { return String::new() };
    let before = explanation.exhibits.iter().take(at);
    let number = 1 + before.filter(|other| other.side == exhibit.side).count();
    match explanation.trees {
        Trees::One(_) => format!("copy {number}"),
        Trees::Two(..) => format!("{} {number}", exhibit.side),
    }
}

/// The place of a file among the exhibits.
pub(super) fn place(explanation: &Explanation<'_>, file: Message<'_>) -> Option<usize> {
    explanation.exhibits.iter().position(|exhibit| exhibit.message == file)
}

/// A content's letter; the contents after the 26th have numbers.
pub(super) fn letter(content: usize) -> String {
    let letter = u8::try_from(content).ok().filter(|&at| at < 26);
    letter.map_or_else(|| format!("#{}", content + 1), |at| char::from(b'A' + at).to_string())
}

/// How wide a subject, a sender or an id may be, in columns.
pub(super) const WIDE: usize = 160;

/// A Message-ID as it was written, as far as it is short.
pub(super) fn shown_id(written: &[u8]) -> String {
    cut(&escape_cell(&String::from_utf8_lossy(written)), WIDE)
}

/// The shown name of a file's folder.
pub(super) fn folder(explanation: &Explanation<'_>, exhibit: &Exhibit<'_>) -> String {
    let index = explanation.trees.index(exhibit.side);
    let folder = index.and_then(|index| index.folders.get(exhibit.message.folder()));
    folder.map(|folder| folder.name.to_string()).unwrap_or_default()
}

/// The files of a row: `left 1, right 1`.
pub(super) fn files(explanation: &Explanation<'_>, row: &Row<'_>) -> String {
    let places = row.files.iter().flatten().filter_map(|&file| place(explanation, file));
    places.map(|at| name(explanation, at)).collect::<Vec<_>>().join(", ")
}

/// What can be done about a row, where there is something.
pub(super) fn cure_of(explanation: &Explanation<'_>, row: &Row<'_>) -> Option<String> {
    match explanation.trees {
        Trees::One(_) => None,
        Trees::Two(indexes, _) => cure(indexes, row),
    }
}

/// What the comparison says of a row.
pub(super) fn relation(explanation: &Explanation<'_>, row: &Row<'_>) -> String {
    let mut told = vec![of_class(explanation, row)];
    told.extend(row.marks.iter().map(|&mark| of_mark(row, mark)));
    if let Some(reason) = row.reason.filter(|&reason| reason != Reason::Differs) {
        told.push(format!("{reason}: {}", reason.meaning()));
    }
    if let Some(twin) = row.probable.and_then(|twin| place(explanation, twin)) {
        told.push(format!(
            "probably it is {}: same Date, From and Subject",
            name(explanation, twin)
        ));
    }
    told.join("; ")
}

fn of_class(explanation: &Explanation<'_>, row: &Row<'_>) -> String {
    let contents = row.files.as_ref().map(|file| {
        let exhibit = place(explanation, (*file)?).and_then(|at| explanation.exhibits.get(at))?;
        exhibit.content
    });
    let same = match (contents.left, contents.right) {
        (Some(left), Some(right)) if left == right => ", the same content",
        _ => "",
    };
    match row.class {
        Class::Same => format!("on both sides, in one folder{same}"),
        Class::Moved => format!("on both sides, in two folders{same}"),
        Class::Copies => "a further copy: its content is paired already".to_owned(),
        Class::OnlyLeft => "only on the left".to_owned(),
        Class::OnlyRight => "only on the right".to_owned(),
    }
}

fn of_mark(row: &Row<'_>, mark: Mark) -> String {
    let both = |tell: &dyn Fn(Message<'_>) -> String| {
        Side::BOTH.map(|side| row.files[side].map(tell).unwrap_or_default()).join(" → ")
    };
    let written = |file: Message<'_>| {
        let written = file.written();
        written.map_or_else(|| "none".to_owned(), |id| shown_id(&id))
    };
    match mark {
        Mark::Content => "other content".to_owned(),
        Mark::Misfiled => format!("place {}", both(&|file| file.place().word().to_owned())),
        Mark::Rekeyed => format!("another Message-ID: {}", both(&written)),
        Mark::CaseOnly => format!("Message-IDs in other letter case: {}", both(&written)),
        Mark::Flags => format!("flags {}", both(&|file| format!("[{}]", file.flags()))),
    }
}

/// The answer in one line.
pub(super) fn verdict(account: &Account<'_>) -> String {
    let explanation = account.explanation;
    let sides: Vec<String> = sides(explanation);
    let found = sides.join(", ");
    let contents = plural(explanation.contents.len() as u64, "content");
    match (account.exit, explanation.trees) {
        (Exit::Trouble, _) => {
            let unread: usize = account.errors.iter().map(Vec::len).sum();
            let unread = plural(unread as u64, "file or directory");
            format!("NOT PROVEN: {unread} could not be read, and may hold a copy. Found: {found}.")
        }
        (Exit::Same, Trees::One(_)) => format!("FOUND: {found}, {contents}."),
        (_, Trees::One(_)) => format!("FOUND: {found}, {contents}; no server shows any of it."),
        (Exit::Same, _) if paired_only(explanation) => {
            format!("THE SAME: {found}, each with its like on the other side.")
        }
        (Exit::Same, _) => {
            format!("THE SAME, but for leftovers: {found}; what is delivered has its like.")
        }
        (Exit::Different, _) => format!("DIFFERENT: {}. Found: {found}.", differences(explanation)),
    }
}

/// Whether all files that are the message are files of the comparison.
fn paired_only(explanation: &Explanation<'_>) -> bool {
    let is_it = |exhibit: &&Exhibit<'_>| exhibit.kinship != Kinship::Probable;
    let exhibits = explanation.exhibits.iter().filter(is_it).count();
    let paired = explanation.rows.iter().flat_map(|row| row.files.iter().flatten()).count();
    exhibits <= paired
}

/// How many files there are that are the message: `2 files on the left`.
fn sides(explanation: &Explanation<'_>) -> Vec<String> {
    let of = |side: Side| {
        let are_it = |exhibit: &&Exhibit<'_>| exhibit.kinship != Kinship::Probable;
        let files = explanation.exhibits.iter().filter(are_it);
        files.filter(|exhibit| exhibit.side == side).count() as u64
    };
    match explanation.trees {
        Trees::One(_) => vec![plural(of(Side::Left), "file")],
        Trees::Two(..) => {
            Side::BOTH.map(|side| format!("{} on the {side}", plural(of(side), "file"))).into()
        }
    }
}

fn differences(explanation: &Explanation<'_>) -> String {
    let count =
        |holds: &dyn Fn(&Row<'_>) -> bool| explanation.rows.iter().filter(|row| holds(row)).count();
    let told = [
        (count(&|row| row.class == Class::OnlyLeft), "only on the left"),
        (count(&|row| row.class == Class::OnlyRight), "only on the right"),
        (count(&|row| row.marks.contains(&Mark::Content)), "with other content"),
        (count(&|row| row.marks.contains(&Mark::Misfiled)), "misfiled on one side"),
        (count(&|row| row.class == Class::Moved), "moved to another folder"),
        (count(&|row| row.class == Class::Copies), "in further copies"),
    ];
    let told = told.iter().filter(|(count, _)| *count > 0);
    let told: Vec<String> = told.map(|(count, what)| format!("{count} {what}")).collect();
    if told.is_empty() { "delivered on neither side".to_owned() } else { told.join(", ") }
}
