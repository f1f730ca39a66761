//! What is wrong with a message itself.

use crate::fetch;
use crate::finding::{Finding, Kind};
use crate::identify::Shape;
use crate::index::{Index, Message};
use crate::maildir::control;
use crate::maildir::mail_like;
use crate::message::id::Clarity;

use super::Reading;
use super::find;
use super::names::is_conflict;

/// Everything that the first read told of a message. Of what holds no message at all only that is
/// said.
pub(super) fn all(message: Message<'_>) -> Vec<Finding> {
    let nothing = nul_filled(message).or_else(|| foreign(message)).or_else(|| empty(message));
    let mut findings: Vec<Finding> = match nothing {
        Some(nothing) => vec![nothing],
        None => traits(message).collect(),
    };
    findings.extend(compressed(message));
    findings
}

/// A message of no bytes; or of none that count, as mbsync 1.5 makes of one.
pub(super) fn empty(message: Message<'_>) -> Option<Finding> {
    if message.length() == Some(0) {
        Some(find(Kind::EmptyMessage, message, ""))
    } else if message.shape().blank {
        let told = "nothing but blanks, or the X-TUID of a sync";
        Some(find(Kind::EmptyMessage, message, told).in_state("blank"))
    } else {
        None
    }
}

fn nul_filled(message: Message<'_>) -> Option<Finding> {
    let told = format!("{} bytes", message.size());
    message.shape().nul_filled.then(|| find(Kind::NulFilled, message, told))
}

/// A file among the messages that neither its name nor any field tells to be mail.
fn foreign(message: Message<'_>) -> Option<Finding> {
    let name = message.name();
    let is_named_so = control::file(name) != control::File::Open;
    let is_foreign = message.place().is_delivered()
        && message.shape().no_usual_field
        && !mail_like::name_looks_like_mail(name)
        && !is_conflict(name)
        && (is_named_so || message.length() != Some(0));
    is_foreign.then(|| find(Kind::ForeignFile, message, ""))
}

fn traits(message: Message<'_>) -> impl Iterator<Item = Finding> {
    let Shape { no_header_end, no_body, anonymous, clarity, .. } = message.shape();
    let written = || {
        let written = message.written().unwrap_or_default();
        String::from_utf8_lossy(&written).into_owned()
    };
    let id = match clarity {
        Clarity::Clear => None,
        Clarity::Missing => Some(find(Kind::NoMessageId, message, "")),
        Clarity::Unclear => Some(find(Kind::BadMessageId, message, written())),
        Clarity::Several => Some(find(Kind::MultipleMessageId, message, written())),
    };
    let found = [
        no_header_end.then(|| find(Kind::NoHeaderEnd, message, "")),
        no_body.then(|| find(Kind::NoBody, message, "")),
        anonymous.then(|| find(Kind::NotMail, message, "")),
        id,
    ];
    found.into_iter().flatten()
}

fn compressed(message: Message<'_>) -> Option<Finding> {
    message.is_compressed().then(|| find(Kind::Compressed, message, ""))
}

/// Delivered files that begin like an mbox: each is read to its end, for how many messages are in
/// it.
pub(super) fn mbox_files(index: &Index, reading: &mut Reading) -> Vec<Finding> {
    let is_mbox =
        |message: &Message<'_>| message.shape().mbox_line && message.place().is_delivered();
    let wanted: Vec<Message<'_>> = index.messages().iter().filter(is_mbox).collect();
    let counts = fetch::mbox_lines(index, &wanted);
    let told = reading.read(&wanted, counts).into_iter().map(|(message, lines)| {
        let (state, told) = match lines {
            0 | 1 => ("single", String::new()),
            lines => ("multi", format!("{lines} From lines: a whole mbox in one file")),
        };
        find(Kind::MboxFromLine, message, told).in_state(state)
    });
    told.collect()
}
