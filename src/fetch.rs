//! Reading messages again, for those that must be hashed or shown.
//!
//! The only module that reads mail after it was identified. A message is opened by the name it had;
//! one that was renamed since is looked up by base name and inode; one that is gone is an error.

use std::io;
use std::ops::ControlFlow;
use std::path::Path;

use rayon::prelude::*;

use crate::error::Error;
use crate::identify;
use crate::index::{Index, Message};
use crate::mail_file::{Buffer, MailFile};
use crate::maildir::renamed::relocate;
use crate::message::canonical::Content;
use crate::message::envelope::{self, Envelope};
use crate::message::fields::Fields;
use crate::message::header::HeaderZone;

/// Computes the canonical content of messages that do not have it yet, on all cores; what cannot
/// be read comes back, and its content stays unknown.
pub fn contents(index: &Index, wanted: &[&Message]) -> Vec<Error> {
    let unknown: Vec<&Message> =
        wanted.iter().copied().filter(|message| message.content.get().is_none()).collect();
    let mut errors = Vec::new();
    for (message, content) in unknown.iter().zip(read_all(index, &unknown, identify::content)) {
        match content {
            Ok(content) => {
                message.content.get_or_init(|| content);
            }
            Err(error) => errors.push(error),
        }
    }
    errors
}

/// The canonical content of a message cut behind `limit` canonical bytes: equal to another's
/// content if that is a truncated copy.
///
/// # Errors
/// Where the message cannot be read any more.
pub fn content_up_to(index: &Index, message: &Message, limit: u64) -> Result<Content, Error> {
    let path = index.path_of(message);
    let read = |mail: &mut MailFile<'_>| identify::content_up_to(mail, limit);
    read_one(&path, &mut Buffer::default(), &read)
}

/// Date, From and Subject of messages, in their order; `Err` for one that cannot be read any more.
pub fn envelopes(index: &Index, wanted: &[&Message]) -> Vec<Result<Envelope, Error>> {
    read_all(index, wanted, read_envelope)
}

fn read_envelope(mail: &mut MailFile<'_>) -> io::Result<Envelope> {
    let mut fields = Fields::new(&["date", "from", "subject"], envelope::LONGEST_VALUE);
    let mut zone = HeaderZone::new();
    mail.read(|chunk| {
        zone.feed(chunk, &mut |piece| fields.take(&piece));
        if zone.is_in_body() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    })?;
    zone.finish(&mut |piece| fields.take(&piece));
    let [date, from, subject] = ["date", "from", "subject"].map(|name| fields.first(name));
    Ok(Envelope::new(date, from, subject))
}

/// Reads messages, on all cores; those that were renamed since under the names they have by now.
fn read_all<T: Send>(
    index: &Index,
    messages: &[&Message],
    read: impl Fn(&mut MailFile<'_>) -> io::Result<T> + Sync,
) -> Vec<Result<T, Error>> {
    let first = messages.par_iter().map_init(Buffer::default, |buffer, message| {
        read_one(&index.path_of(message), buffer, &read)
    });
    let mut results: Vec<Result<T, Error>> = first.collect();
    let is_gone = |result: &Result<T, Error>| matches!(result, Err(error) if error.is_not_found());
    let gone = messages.iter().zip(&mut results).filter(|(_, result)| is_gone(result));
    let (gone, places): (Vec<&Message>, Vec<&mut Result<T, Error>>) = gone.unzip();
    let traces: Vec<(&Path, u64)> =
        gone.iter().map(|message| (message.path.as_path(), message.inode)).collect();
    for (path, place) in relocate(&index.root, &traces).into_iter().zip(places) {
        if let Some(path) = path {
            *place = read_one(&index.root.join(path), &mut Buffer::default(), &read);
        }
    }
    results
}

fn read_one<T>(
    path: &Path,
    buffer: &mut Buffer,
    read: &impl Fn(&mut MailFile<'_>) -> io::Result<T>,
) -> Result<T, Error> {
    let read = MailFile::open(path, buffer).and_then(|mut mail| read(&mut mail));
    read.map_err(|error| Error::io(path, error))
}
