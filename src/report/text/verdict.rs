//! The answer, in one line.

use crate::diff::Counts;
use crate::side::{Side, Sides};
use crate::verdict::Exit;

use super::super::Report;
use super::paint::Paint;
use super::words::{grouped, messages, plural};

/// The answer, in one line.
pub(super) fn line(report: &Report<'_>, paint: Paint) -> String {
    let verdict = report.verdict;
    let sentence = match verdict.exit {
        Exit::Trouble => format!("NOT PROVEN: {}.", trouble(report)),
        _ if verdict.strict => format!("{} {}", strict(report), unchecked(report)),
        _ if verdict.complete => [complete(report), others(report), unchecked(report)].join(" "),
        Exit::Same => format!("{} This was allowed. {}", incomplete(report), by_ids(report)),
        Exit::Different => format!("{} {}", incomplete(report), by_ids(report)),
    };
    let sentence = sentence.split_whitespace().collect::<Vec<_>>().join(" ");
    paint.verdict(verdict, &sentence)
}

fn trouble(report: &Report<'_>) -> String {
    let unread: usize = report.errors.iter().map(Vec::len).sum();
    let known = tell(&everything(&report.diff.counts));
    let known = if known.is_empty() { "no difference".to_owned() } else { known };
    let files = plural(unread as u64, "file or directory");
    format!("{files} could not be read, or changed meanwhile; what was read has {known}")
}

fn strict(report: &Report<'_>) -> String {
    let messages = messages(report, Side::Left);
    format!("THE SAME: {} on both sides.", plural(messages, "message"))
}

/// What a good answer does not say.
fn unchecked(report: &Report<'_>) -> String {
    if report.diff.ids_only {
        by_ids(report)
    } else if report.verdict.content_checked {
        "Every content was compared.".to_owned()
    } else {
        "Bodies of equal size were not compared (--content does).".to_owned()
    }
}

/// That an answer rests on Message-IDs, where it does, and on numbers where there are none.
fn by_ids(report: &Report<'_>) -> String {
    let tables = Side::BOTH.into_iter().filter(|&side| report.indexes[side].is_table());
    let which = match tables.collect::<Vec<Side>>()[..] {
        [] => return String::new(),
        [side] => format!("the {side} is a table"),
        _ => "both sides are tables".to_owned(),
    };
    let Sides { left, right } = report.diff.unidentified;
    let counted = if left == right {
        format!("{} without a Message-ID {} only counted", plural(left, "message"), were(left))
    } else {
        let (left, right) = (grouped(left), grouped(right));
        format!("messages without a Message-ID were only counted, {left} left and {right} right")
    };
    let counted = if left + right > 0 { format!("; {counted}") } else { String::new() };
    format!("Contents were not compared: {which}{counted}.")
}

fn were(count: u64) -> &'static str {
    if count == 1 { "was" } else { "were" }
}

fn complete(report: &Report<'_>) -> String {
    match messages(report, Side::Left) {
        1 => "COMPLETE: the one message of the left is on the right.".to_owned(),
        count => {
            let count = grouped(count);
            format!("COMPLETE: all messages of the left ({count}) are on the right.")
        }
    }
}

fn incomplete(report: &Report<'_>) -> String {
    let counts = &report.diff.counts;
    let mut reasons = Vec::new();
    if counts.only_left > 0 {
        let of = messages(report, Side::Left);
        let verb = if counts.only_left == 1 { "is" } else { "are" };
        reasons.push(format!(
            "{} of {} messages of the left {verb} not on the right",
            grouped(counts.only_left),
            grouped(of)
        ));
    }
    if counts.content > 0 {
        reasons.push(format!("{} with other content", plural(counts.content, "pair")));
    }
    if report.diff.misfiled.right > 0 {
        reasons.push(format!("{} misfiled on the right", grouped(report.diff.misfiled.right)));
    }
    format!("NOT COMPLETE: {}. {}", reasons.join(", "), others(report))
}

/// What else differs, for a tree that is not strictly the same.
fn others(report: &Report<'_>) -> String {
    let counts = &report.diff.counts;
    let told = tell(&[
        (counts.only_right, "only on the right"),
        (counts.moved, "moved"),
        (counts.copies, "in further copies"),
        (report.diff.misfiled.left, "misfiled on the left"),
    ]);
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
    told.map(|(count, what)| format!("{} {what}", grouped(*count))).collect::<Vec<_>>().join(", ")
}
