//! Reading messages again, for those that must be hashed or shown.
//!
//! The only module that reads mail after it was identified. A message is opened by the name it had;
//! one that was renamed since is looked up by base name and inode; one that is gone is an error.

use std::io;
use std::ops::ControlFlow;

use rayon::prelude::*;

use crate::error::Error;
use crate::identify;
use crate::index::{Index, Message};
use crate::mail_file::{Buffer, MailFile};
use crate::maildir::renamed::find_renamed;
use crate::message::canonical::Content;
use crate::message::envelope::{self, Envelope};
use crate::message::fields::Fields;
use crate::message::header::HeaderZone;

/// Computes the canonical content of messages that do not have it yet, on all cores; what cannot
/// be read comes back, and its content stays unknown.
pub fn contents(index: &Index, wanted: &[&Message]) -> Vec<Error> {
    let unknown = wanted.par_iter().filter(|message| message.content.get().is_none());
    let failed = unknown.map_init(Buffer::default, |buffer, message| {
        let read = with_mail(index, message, buffer, identify::content);
        read.map(|content| message.content.get_or_init(|| content)).err()
    });
    failed.flatten_iter().collect()
}

/// The canonical content of a message cut behind `limit` canonical bytes: equal to another's
/// content if that is a truncated copy.
///
/// # Errors
/// Where the message cannot be read any more.
pub fn content_up_to(index: &Index, message: &Message, limit: u64) -> Result<Content, Error> {
    let read = |mail: &mut MailFile<'_>| identify::content_up_to(mail, limit);
    with_mail(index, message, &mut Buffer::default(), read)
}

/// Date, From and Subject of messages, in their order; `Err` for one that cannot be read any more.
pub fn envelopes<'a>(wanted: &[(&'a Index, &'a Message)]) -> Vec<Result<Envelope, Error>> {
    let wanted = wanted.par_iter();
    let read = wanted.map_init(Buffer::default, |buffer, (index, message)| {
        with_mail(index, message, buffer, read_envelope)
    });
    read.collect()
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

/// Opens a message under its name, or the name that it has by now.
fn with_mail<T>(
    index: &Index,
    message: &Message,
    buffer: &mut Buffer,
    read: impl Fn(&mut MailFile<'_>) -> io::Result<T>,
) -> Result<T, Error> {
    let path = index.path_of(message);
    let mut attempt = |path| MailFile::open(path, buffer).and_then(|mut mail| read(&mut mail));
    let first = attempt(&path);
    let gone = matches!(&first, Err(error) if error.kind() == io::ErrorKind::NotFound);
    let renamed = || find_renamed(&index.root, &message.path, message.inode);
    match gone.then(renamed).flatten() {
        Some(renamed) => attempt(&index.root.join(renamed)),
        None => first,
    }
    .map_err(|error| Error::io(&path, error))
}
