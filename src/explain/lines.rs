//! Two texts line by line: which lines only the one has or the other.
//!
//! White space does not count, as nowhere in canonical content. The work is bounded by the number
//! of lines, not by a clock, so that the same texts always give the same lines.

use similar::{Algorithm, DiffOp, capture_diff_slices, group_diff_ops};

use crate::message::text::Line;

/// How many equal lines stand around those that differ, as in `diff -u`.
const CONTEXT: usize = 3;
/// How many lines each text may have between the first and the last that differ.
const MOST_LINES: usize = 5000;
/// How many lines of difference are kept.
const MOST_SHOWN: usize = 200;

/// Whose line it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// Both have it.
    Context,
    /// Only the one has it.
    Removed,
    /// Only the other has it.
    Added,
}

/// A line of a difference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LineChange {
    /// Whose it is.
    pub change: Change,
    /// What it says; control characters stay.
    pub text: String,
}

/// Lines that differ, and those around them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hunk {
    /// The number of its first line in each of the texts, from 1 on.
    pub starts: [usize; 2],
    /// Its lines.
    pub lines: Vec<LineChange>,
}

/// How two texts differ.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Lines {
    /// Nothing where they differ in white space at the most.
    pub(super) hunks: Vec<Hunk>,
    /// How many lines more there are.
    pub(super) more: usize,
}

/// Compares two texts; `None` where they differ in too many lines.
pub(super) fn compare_lines(one: &[Line], other: &[Line]) -> Option<Lines> {
    let [old, new] = [one, other].map(|lines| lines.iter().map(what_counts).collect::<Vec<_>>());
    if between(&old, &new) > MOST_LINES {
        return None;
    }
    let changes = capture_diff_slices(Algorithm::Myers, &old, &new);
    let differs = changes.iter().any(|change| !matches!(change, DiffOp::Equal { .. }));
    let mut lines = Lines::default();
    let mut room = MOST_SHOWN;
    for group in group_diff_ops(changes, CONTEXT).into_iter().filter(|_| differs) {
        let mut hunk = hunk(&group, one, other);
        let shown = hunk.lines.len().min(room);
        lines.more += hunk.lines.len() - shown;
        hunk.lines.truncate(shown);
        room -= shown;
        lines.hunks.extend(Some(hunk).filter(|hunk| !hunk.lines.is_empty()));
    }
    Some(lines)
}

/// How many lines the longer text has between the first and the last that differ.
fn between(old: &[String], new: &[String]) -> usize {
    let same = |pairs: &mut dyn Iterator<Item = (&String, &String)>| {
        pairs.take_while(|(one, other)| one == other).count()
    };
    let head = same(&mut old.iter().zip(new));
    let tail = same(&mut old.iter().rev().zip(new.iter().rev()));
    old.len().max(new.len()).saturating_sub(head + tail)
}

/// What of a line is compared.
fn what_counts(line: &Line) -> String {
    line.text.chars().filter(|letter| !letter.is_ascii_whitespace() && *letter != '\0').collect()
}

fn hunk(group: &[DiffOp], one: &[Line], other: &[Line]) -> Hunk {
    let first = |lines: &[Line], at: Option<usize>| {
        at.and_then(|at| lines.get(at)).or(lines.last()).map_or(1, |line| line.number)
    };
    let starts = [
        first(one, group.first().map(|op| op.old_range().start)),
        first(other, group.first().map(|op| op.new_range().start)),
    ];
    let mut lines = Vec::new();
    for op in group {
        let (removed, added) = (op.old_range(), op.new_range());
        let mut take = |change, from: &[Line], range: std::ops::Range<usize>| {
            let taken = from.get(range).unwrap_or_default().iter();
            lines.extend(taken.map(|line| LineChange { change, text: line.text.clone() }));
        };
        if matches!(op, DiffOp::Equal { .. }) {
            take(Change::Context, one, removed);
        } else {
            take(Change::Removed, one, removed);
            take(Change::Added, other, added);
        }
    }
    Hunk { starts, lines }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &str) -> Vec<Line> {
        let numbered = text.split('/').enumerate();
        numbered.map(|(at, text)| Line { number: at + 1, text: text.to_owned() }).collect()
    }

    fn told(one: &str, other: &str) -> String {
        let lines = compare_lines(&lines(one), &lines(other)).unwrap();
        let mut told = Vec::new();
        for hunk in lines.hunks {
            told.push(format!("@{}@{}", hunk.starts[0], hunk.starts[1]));
            told.extend(hunk.lines.iter().map(|line| match line.change {
                Change::Context => format!(" {}", line.text),
                Change::Removed => format!("-{}", line.text),
                Change::Added => format!("+{}", line.text),
            }));
        }
        told.concat()
    }

    #[test]
    fn lines_that_differ_and_those_around_them() {
        assert_eq!(told("a/b/c", "a/x/c"), "@1@1 a-b+x c");
        assert_eq!(told("a/b/c/d/e/f", "a/b/c/d/e"), "@3@3 c d e-f");
        assert_eq!(told("a b/c", "ab/ c "), "");
        assert_eq!(told("", "x"), "@1@1-+x");
    }

    #[test]
    fn the_work_and_what_is_shown_have_an_end() {
        let many = |word: &str, count: usize| -> Vec<Line> {
            let line = |number| Line { number, text: format!("{word}{number}") };
            (1..=count).map(line).collect()
        };
        assert_eq!(compare_lines(&many("a", 6000), &many("b", 6000)), None);
        let cut = compare_lines(&many("a", 300), &many("b", 300)).unwrap();
        assert_eq!((cut.hunks[0].lines.len(), cut.more), (MOST_SHOWN, 600 - MOST_SHOWN));
    }
}
