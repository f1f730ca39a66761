//! Mail that lies where no server looks.

use std::collections::BTreeSet;
use std::path::Path;

use crate::finding::{Finding, Kind};
use crate::index::{Index, Message};
use crate::leftover::{Leftover, State, stays};
use crate::maildir::file::Place;
use crate::maildir::mail_like;

use super::find;

/// How long a file in `tmp` may be a delivery under way, in seconds: 36 hours, as in Dovecot
/// (`MAILDIR_TMP_DELETE_SECS`) and Courier (`maildir_purgetmp`).
const UNDER_WAY: i64 = 36 * 60 * 60;

/// A message beside `cur` and `new`.
pub(super) fn misfiled(index: &Index, message: Message<'_>) -> Option<Finding> {
    if message.place() != Place::Misfiled {
        return None;
    }
    let directory = message.path().parent()?;
    let folder = index.folders.get(message.folder())?;
    let in_root = folder.directories.iter().any(|of_folder| of_folder == directory);
    let kind = if in_root { Kind::MisfiledRoot } else { Kind::MisfiledSubdir };
    Some(find(kind, message, format!("belongs to {}", folder.name)))
}

/// Whether a message beside `cur` and `new` is not misfiled, but of another format than Maildir.
pub(super) fn is_of_other_format(stores: &BTreeSet<&Path>, message: Message<'_>) -> bool {
    let in_store = message.path().parent().is_some_and(|directory| stores.contains(directory));
    message.place() == Place::Misfiled && (in_store || is_mbox(message))
}

/// An mbox file. Of other formats the directory is told.
pub(super) fn mbox(message: Message<'_>) -> Option<Finding> {
    let found = || find(Kind::ForeignStore, message, "an mbox file").in_state("mbox");
    is_mbox(message).then(found)
}

/// Whether a message begins like an mbox and is not named like a message.
fn is_mbox(message: Message<'_>) -> bool {
    message.shape().mbox_line && !mail_like::name_looks_like_mail(message.name())
}

/// The directories that hold mail of another format.
pub(super) fn foreign_stores(index: &Index) -> BTreeSet<&Path> {
    let stores = index.findings.iter().filter(|found| found.kind == Kind::ForeignStore);
    stores.map(|store| store.path.as_path()).collect()
}

/// What a leftover is, at the time `now`; without a time, however old it is.
pub(super) fn leftover(index: &Index, leftover: &Leftover<'_>, now: Option<i64>) -> Finding {
    let (message, state) = (leftover.message, leftover.state);
    let is_fresh = now
        .zip(message.modified())
        .is_some_and(|(now, modified)| modified > now.saturating_sub(UNDER_WAY));
    let kind = match message.place() {
        Place::Hidden => Kind::HiddenFile,
        _ if is_fresh => Kind::TmpInflight,
        _ => Kind::TmpLeftover,
    };
    let advice = match state {
        State::Linked(cover) | State::Known(cover) if now.is_some() => {
            advice(index, kind, message, cover)
        }
        _ => "",
    };
    find(kind, message, detail(index, leftover) + advice).in_state(state.word())
}

/// Whether a leftover that a message covers may go.
fn advice(index: &Index, kind: Kind, leftover: Message<'_>, cover: &Path) -> &'static str {
    let mut namesakes = index.messages().with_key(&leftover.key()).iter();
    let cover = namesakes.find(|message| message.path() == cover);
    match cover.is_some_and(|cover| stays(index, cover)) {
        _ if kind == Kind::TmpInflight => "",
        true => ": safe to delete",
        false => ", which may not stay: look first",
    }
}

fn detail(index: &Index, leftover: &Leftover<'_>) -> String {
    let all_read = !index.excluded.contains(&true);
    match leftover.state {
        State::Empty if leftover.message.shape().nul_filled => "nothing but NUL bytes".to_owned(),
        State::Empty if leftover.message.length() != Some(0) => "nothing but blanks".to_owned(),
        State::Empty => "empty".to_owned(),
        State::Linked(to) => format!("a second name of {}", to.display()),
        State::Known(by) => format!("covered by {}", by.display()),
        State::Orphan if all_read => "orphan: no message of this tree has its content".to_owned(),
        State::Orphan => {
            "orphan: no message of the folders that were read has its content".to_owned()
        }
    }
}
