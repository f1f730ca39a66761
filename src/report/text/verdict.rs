//! The answer, in one line.

use std::fmt;

use crate::diff::Counts;
use crate::side::{Side, Sides};
use crate::verdict::Exit;

use super::super::Report;
use super::super::escape::{escape, path_text};
use super::paint::Paint;
use super::words::{grouped, messages, plural};

/// The answer, in one line.
pub(super) fn line(report: &Report<'_>, paint: Paint) -> String {
    let verdict = report.verdict;
    let sentence = match verdict.exit {
        Exit::Trouble => format!("NOT PROVEN: {}.", trouble(report)),
        _ if verdict.strict => format!("{} {}", strict(report), unchecked(report)),
        _ if verdict.complete => [complete(report), others(report), unchecked(report)].join(" "),
        Exit::Same if is_as_accepted(report) => [as_accepted(report), by_ids(report)].join(" "),
        Exit::Same => [incomplete(report), allowed(report).to_owned(), by_ids(report)].join(" "),
        Exit::Different => [incomplete(report), by_ids(report)].join(" "),
    };
    let sentence = [sentence, accepted(report)].join(" ");
    let sentence = sentence.split_whitespace().collect::<Vec<_>>().join(" ");
    paint.verdict(verdict, &sentence)
}

fn trouble(report: &Report<'_>) -> String {
    let unread: usize = report.errors.iter().map(Vec::len).sum();
    let known = tell(&everything(&report.diff.counts, &report.accepted.counts));
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

/// What makes the left incomplete, and how many of it are accepted.
fn losses(report: &Report<'_>) -> [(u64, u64); 3] {
    let (counts, accepted) = (&report.diff.counts, &report.accepted.counts);
    [
        (counts.only_left, accepted.only_left),
        (counts.content, accepted.content),
        (report.diff.misfiled.right, report.accepted.misfiled.right),
    ]
}

/// Whether nothing makes the left incomplete but what somebody has accepted.
fn is_as_accepted(report: &Report<'_>) -> bool {
    losses(report).iter().all(|(count, accepted)| count == accepted)
}

/// That options let pass what is not accepted.
fn allowed(report: &Report<'_>) -> &'static str {
    if losses(report).iter().any(|(_, accepted)| *accepted > 0) {
        "The rest was allowed."
    } else {
        "This was allowed."
    }
}

/// How many differences which file accepts.
fn accepted(report: &Report<'_>) -> String {
    let files = report.accepted.files.iter().filter(|file| file.accepted > 0);
    let told: Vec<String> = files
        .map(|file| format!("{} in {}", grouped(file.accepted), escape(&path_text(file.path))))
        .collect();
    if told.is_empty() { String::new() } else { format!("Accepted: {}.", told.join(", ")) }
}

fn incomplete(report: &Report<'_>) -> String {
    format!("NOT COMPLETE: {}. {}", told_losses(report, losses(report)), others(report))
}

fn as_accepted(report: &Report<'_>) -> String {
    // That all of them are accepted is said already.
    let losses = losses(report).map(|(count, _)| (count, 0));
    format!("NOT COMPLETE, as accepted: {}. {}", told_losses(report, losses), others(report))
}

fn told_losses(report: &Report<'_>, [only_left, content, misfiled]: [(u64, u64); 3]) -> String {
    let verb = if only_left.0 == 1 { "is" } else { "are" };
    let of = grouped(messages(report, Side::Left));
    let losses = [
        (only_left, format!("of {of} messages of the left {verb} not on the right")),
        (content, if content.0 == 1 { "pair" } else { "pairs" }.to_owned() + " with other content"),
        (misfiled, "misfiled on the right".to_owned()),
    ];
    tell(&losses)
}

/// How many of so many are accepted, in brackets; nothing where none is.
fn of_them((count, accepted): (u64, u64)) -> String {
    match accepted {
        0 => String::new(),
        _ if accepted == count => " (accepted)".to_owned(),
        _ => format!(" ({} accepted)", grouped(accepted)),
    }
}

/// What else differs, for a tree that is not strictly the same.
fn others(report: &Report<'_>) -> String {
    let (counts, accepted) = (&report.diff.counts, &report.accepted.counts);
    let misfiled = (report.diff.misfiled.left, report.accepted.misfiled.left);
    let told = tell(&[
        ((counts.only_right, accepted.only_right), "only on the right"),
        ((counts.moved, accepted.moved), "moved"),
        ((counts.copies, accepted.copies), "in further copies"),
        (misfiled, "misfiled on the left"),
    ]);
    if told.is_empty() { String::new() } else { format!("Also: {told}.") }
}

/// A count, how many of it are accepted, and what it is of.
type Told<S> = ((u64, u64), S);

fn everything(counts: &Counts, accepted: &Counts) -> [Told<&'static str>; 6] {
    [
        ((counts.only_left, accepted.only_left), "only on the left"),
        ((counts.only_right, accepted.only_right), "only on the right"),
        ((counts.moved, accepted.moved), "moved"),
        ((counts.copies, accepted.copies), "in further copies"),
        ((counts.content, accepted.content), "with other content"),
        ((counts.misfiled, accepted.misfiled), "misfiled on one side"),
    ]
}

fn tell(parts: &[Told<impl fmt::Display>]) -> String {
    let told = parts.iter().filter(|((count, _), _)| *count > 0);
    let told = told.map(|(count, what)| format!("{} {what}{}", grouped(count.0), of_them(*count)));
    told.collect::<Vec<_>>().join(", ")
}
