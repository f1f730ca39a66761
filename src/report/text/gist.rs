//! What most of the differences have in common: a sentence for each list, above all of them.
//!
//! A reason, or else a folder, is told if more than half of a list share it and they are a few at
//! the least. Where nearly all of those lie in one place, it is named too. What explains nothing is
//! no reason to tell.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::Path;

use crate::diff::{Class, Mark, Reason, Row};
use crate::side::Side;

use super::super::Report;
use super::super::escape::{escape, path_text};
use super::section::Section;
use super::words::{folder_of, grouped};

/// So many must have something in common for it to be told: fewer are seen at a glance.
const FEWEST: usize = 4;

/// What the sentences are about, and what their rows are called.
const TOLD: [(Section, &str); 4] = [
    (Section::Class(Class::OnlyLeft), "messages only on the left"),
    (Section::Class(Class::OnlyRight), "messages only on the right"),
    (Section::Mark(Mark::Content), "pairs with other content"),
    (Section::Class(Class::Moved), "moved messages"),
];

/// What most rows of a list have in common: so many of them, and what is to be said of those.
#[derive(Debug, PartialEq, Eq)]
struct Gist {
    count: usize,
    predicate: String,
}

/// A sentence for each list that has something to tell; what is accepted takes no part.
pub(super) fn write(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    for (section, what) in TOLD {
        let all: Vec<&Row<'_>> = report.rows().filter(|row| section.holds(row)).collect();
        let rows: Vec<&Row<'_>> =
            all.iter().filter(|row| !section.is_accepted(report, row)).copied().collect();
        let open = if rows.len() < all.len() { "unaccepted " } else { "" };
        if let Some(gist) = Gist::of(report, section, &rows) {
            writeln!(out, "{}", gist.sentence(rows.len(), &format!("{open}{what}")))?;
        }
    }
    Ok(())
}

impl Gist {
    fn of(report: &Report<'_>, section: Section, rows: &[&Row<'_>]) -> Option<Gist> {
        if section == Section::Class(Class::Moved) {
            of_way(report, rows)
        } else {
            let pairs = section == Section::Mark(Mark::Content);
            of_reason(report, rows, pairs).or_else(|| of_folder(report, rows))
        }
    }

    fn new((predicate, rows): (String, Vec<&Row<'_>>)) -> Gist {
        Gist { count: rows.len(), predicate }
    }

    fn sentence(&self, of: usize, what: &str) -> String {
        let Gist { count, predicate } = self;
        let (some, all) = (grouped(*count as u64), grouped(of as u64));
        let share = if *count == of { format!("all {all}") } else { format!("{some} of {all}") };
        format!("{share} {what} {predicate}")
    }
}

/// The rows that share something, and what it is, if they are more than half and a few.
fn most<'r, R, T: Ord>(rows: &[&'r R], tell: impl Fn(&R) -> Option<T>) -> Option<(T, Vec<&'r R>)> {
    let mut groups: BTreeMap<T, Vec<&R>> = BTreeMap::new();
    for &row in rows {
        if let Some(told) = tell(row) {
            groups.entry(told).or_default().push(row);
        }
    }
    groups.into_iter().find(|(_, group)| is_most(group.len(), rows.len()))
}

fn is_most(count: usize, of: usize) -> bool {
    count >= FEWEST && 2 * count > of
}

fn of_reason(report: &Report<'_>, rows: &[&Row<'_>], pairs: bool) -> Option<Gist> {
    let (reason, group) = most(rows, |row| row.reason)?;
    let is_told = |there: usize| is_most(there, rows.len()) && 10 * there >= 9 * group.len();
    let place = most(&group, |row| place(report, row)).filter(|(_, there)| is_told(there.len()));
    let (place, group) = match place {
        Some((place, there)) => (Some(place), there),
        None => (None, group),
    };
    Some(Gist::new((predicate(reason, pairs, place.as_deref())?, group)))
}

fn of_folder(report: &Report<'_>, rows: &[&Row<'_>]) -> Option<Gist> {
    let (folder, rows) = most(rows, |row| folder(report, row))?;
    Some(Gist::new((format!("are in the folder {folder}"), rows)))
}

/// From where, and to where, most of what moved went.
fn of_way(report: &Report<'_>, rows: &[&Row<'_>]) -> Option<Gist> {
    let at = |row: &Row<'_>, side: Side| folder_of(report, row, side);
    let way = |row: &Row<'_>| {
        let (from, to) = (at(row, Side::Left)?, at(row, Side::Right)?);
        Some(format!("went from {from} to {to}"))
    };
    let to = |row: &Row<'_>| Some(format!("went to {}", at(row, Side::Right)?));
    let from = |row: &Row<'_>| Some(format!("came from {}", at(row, Side::Left)?));
    most(rows, way).or_else(|| most(rows, to)).or_else(|| most(rows, from)).map(Gist::new)
}

/// Where a row lies: its folder, or the directory of a file that is in no place of a folder.
fn place(report: &Report<'_>, row: &Row<'_>) -> Option<String> {
    match row.reason? {
        Reason::Misfiled | Reason::Tmp | Reason::Hidden => {
            row.file()?.1.path().parent().map(directory)
        }
        Reason::InTmpOf(_) | Reason::HiddenOn(_) => None,
        _ => folder(report, row),
    }
}

fn directory(path: &Path) -> String {
    if path.as_os_str().is_empty() {
        "the root of the tree".to_owned()
    } else {
        format!("{}/", escape(&path_text(path)))
    }
}

/// The folder of a row, where that tells anything: where there are others.
fn folder(report: &Report<'_>, row: &Row<'_>) -> Option<String> {
    let (side, _) = row.file()?;
    let mut compared = report.diff.folders.iter().filter(|folder| !folder.excluded);
    folder_of(report, row, side).filter(|_| compared.nth(1).is_some())
}

/// What is to be said of several messages, or `pairs` of them, with that reason, which lie in one
/// place or not; `None` where the reason explains nothing.
fn predicate(reason: Reason, pairs: bool, place: Option<&str>) -> Option<String> {
    let they = |what: &str| match place {
        Some(place) => format!("{what} in {place}"),
        None => what.to_owned(),
    };
    let folders = |what: &str| match place {
        Some(place) => format!("are in {place}, a folder {what}"),
        None => format!("are in folders {what}"),
    };
    Some(match reason {
        Reason::InTmpOf(side) => format!("lie in tmp/ of the {side}"),
        Reason::HiddenOn(side) => format!("lie in hidden files of the {side}"),
        Reason::Misfiled => they("are misfiled"),
        Reason::Tmp => format!("were left in {}", place.unwrap_or("tmp/")),
        Reason::Hidden => they("are hidden by a dot"),
        Reason::InvisibleFolder => folders("that a server does not list"),
        Reason::Empty => they("are empty"),
        Reason::NoHeaderEnd => they("have no end of header"),
        Reason::Placeholder => they(if pairs { "have a placeholder" } else { "are placeholders" }),
        Reason::TruncatedCopy => they(if pairs { "have a cut copy" } else { "are cut short" }),
        Reason::NoBody => they(if pairs { "have a copy without body" } else { "have no body" }),
        Reason::WrongSizeS => they("have a wrong S= in their names"),
        Reason::DuplicateBase => they("share a base name with another"),
        Reason::FolderNameRefused => folders("that the layout of the other side cannot name"),
        Reason::FolderAbsent => folders("that the other side has not"),
        Reason::ReusedId => they("share a Message-ID with another"),
        Reason::Unidentified => they("have no Message-ID"),
        Reason::Differs | Reason::Unexplained => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(reason: Reason, alone: &str, with_place: &str) {
        assert_eq!(predicate(reason, false, None).unwrap_or_default(), alone);
        assert_eq!(predicate(reason, false, Some("X")).unwrap_or_default(), with_place);
    }

    #[test]
    fn every_reason_has_its_predicate() {
        let both = |reason, told| check(reason, told, told);
        both(Reason::InTmpOf(Side::Right), "lie in tmp/ of the right");
        both(Reason::HiddenOn(Side::Left), "lie in hidden files of the left");
        let they = |reason, told: &str| check(reason, told, &format!("{told} in X"));
        they(Reason::Misfiled, "are misfiled");
        they(Reason::Hidden, "are hidden by a dot");
        they(Reason::Empty, "are empty");
        they(Reason::NoHeaderEnd, "have no end of header");
        they(Reason::Placeholder, "are placeholders");
        they(Reason::TruncatedCopy, "are cut short");
        they(Reason::NoBody, "have no body");
        they(Reason::WrongSizeS, "have a wrong S= in their names");
        they(Reason::DuplicateBase, "share a base name with another");
        they(Reason::ReusedId, "share a Message-ID with another");
        they(Reason::Unidentified, "have no Message-ID");
        check(Reason::Tmp, "were left in tmp/", "were left in X");
        for (reason, what) in [
            (Reason::InvisibleFolder, "that a server does not list"),
            (Reason::FolderNameRefused, "that the layout of the other side cannot name"),
            (Reason::FolderAbsent, "that the other side has not"),
        ] {
            check(reason, &format!("are in folders {what}"), &format!("are in X, a folder {what}"));
        }
        let pairs = |reason| predicate(reason, true, None).unwrap_or_default();
        assert_eq!(pairs(Reason::Placeholder), "have a placeholder");
        assert_eq!(pairs(Reason::TruncatedCopy), "have a cut copy");
        assert_eq!(pairs(Reason::NoBody), "have a copy without body");
        both(Reason::Differs, "");
        both(Reason::Unexplained, "");
    }

    #[test]
    fn more_than_half_and_a_few_are_most() {
        let most_of = |letters: &str| {
            let letters: Vec<char> = letters.chars().collect();
            let letters: Vec<&char> = letters.iter().collect();
            let is_told = |letter: &char| letter.is_alphabetic().then_some(*letter);
            most(&letters, is_told).map(|(letter, rows)| (letter, rows.len()))
        };
        assert_eq!(most_of(""), None);
        assert_eq!(most_of("aaa"), None);
        assert_eq!(most_of("aaaa"), Some(('a', 4)));
        assert_eq!(most_of("abababa"), Some(('a', 4)));
        assert_eq!(most_of("abababab"), None);
        assert_eq!(most_of("a.a.a.a.b"), None);
        assert_eq!(most_of("....."), None);
    }

    #[test]
    fn a_share_is_all_or_some() {
        let gist = Gist { count: 4, predicate: "are empty".to_owned() };
        assert_eq!(gist.sentence(5, "moved messages"), "4 of 5 moved messages are empty");
        assert_eq!(gist.sentence(4, "moved messages"), "all 4 moved messages are empty");
    }
}
