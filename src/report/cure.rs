//! What can be done about a difference, in one line: a command with the paths of this very message,
//! or a sentence where no command helps or its words cannot be typed.
//!
//! No cure deletes anything, and `mv -n` overwrites nothing. Above all none deletes the bad copy of
//! a replica: a sync would delete the good one too.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use crate::cure::{is_whole_name, listed_directory};
use crate::diff::{Mark, Reason, Row};
use crate::finding::{Finding, Kind};
use crate::index::{Index, Message};
use crate::maildir::file::Place;
use crate::maildir::file_name::{has_info, uid, with_size, without_wire_size};
use crate::side::{Side, Sides};

use super::command::path_word;

/// The size of a file that mbsync has made of a message of no bytes: the line `X-TUID: `, 12
/// characters and a line's end (isync `src/sync_msg_cvt.c` `copy_msg_convert`).
const X_TUID_ALONE: std::ops::RangeInclusive<u64> = 21..=22;

/// The cure of a row, where there is one. Whatever begins with `mv`, `mkdir`, `test`, `diff` or
/// `mbsync` is a command for a POSIX shell, anything else a sentence. What only a table tells of is
/// not there to be cured.
pub(super) fn cure(indexes: Sides<&Index>, row: &Row<'_>) -> Option<String> {
    let (side, message) = row.file()?;
    let all_files = |(side, file): (Side, Option<Message<'_>>)| {
        file.is_none() || indexes[side].messages().are_files()
    };
    if !row.files.each().map(|(side, file)| (side, *file)).all(all_files) {
        return row.reason.and_then(of_part);
    }
    let spot = Spot { index: indexes[side], message };
    match row.reason {
        Some(Reason::Misfiled) if indexes[side].is_table() => None,
        Some(reason) => of_reason(indexes, row, reason, side, &spot),
        None if row.marks.contains(&Mark::Misfiled) => of_misfiled_copy(indexes, row),
        None => None,
    }
}

/// Where one of the two is no file that could be moved or renamed, but a part of an mbox.
fn of_part(reason: Reason) -> Option<String> {
    let told = match reason {
        Reason::FolderAbsent => {
            "copy the folder too; if it has another name there, say so with --map"
        }
        Reason::TruncatedCopy | Reason::NoBody | Reason::Differs => {
            "maildiff explain shows how the two differ"
        }
        _ => return None,
    };
    Some(told.to_owned())
}

fn of_reason(
    indexes: Sides<&Index>,
    row: &Row<'_>,
    reason: Reason,
    side: Side,
    spot: &Spot<'_>,
) -> Option<String> {
    match reason {
        Reason::InTmpOf(other) | Reason::HiddenOn(other) => {
            spot.stuck(indexes[other]).map(|stuck| stuck.finish())
        }
        Reason::Misfiled => Some(spot.file_properly()),
        Reason::Tmp | Reason::Hidden => Some(spot.finish()),
        Reason::InvisibleFolder => {
            Some(or(spot.show_folder(), "rename its folder so that a server lists it"))
        }
        Reason::Empty => of_empty(spot.message),
        // What is cut within its header has none of its end either.
        Reason::NoHeaderEnd if row.longer() == Some(side.other()) => {
            of_cut(indexes, row, Reason::TruncatedCopy)
        }
        Reason::NoHeaderEnd => Some(of_no_header_end(side)),
        Reason::Placeholder => Some(
            "flag it and run mbsync again with Sync ReNew (from 1.5 on: Upgrade), or raise MaxSize"
                .to_owned(),
        ),
        Reason::TruncatedCopy | Reason::NoBody => of_cut(indexes, row, reason),
        Reason::WrongSizeS => {
            Some(or(spot.correct_size(), "correct S= in its name, on its server, and drop W="))
        }
        Reason::DuplicateBase => {
            Some("give one of the two files another name before the flags".to_owned())
        }
        Reason::FolderNameRefused => {
            Some("rename the folder, or sync into SubFolders Verbatim".to_owned())
        }
        Reason::FolderAbsent => {
            Some("sync the folder too; if it has another name there, say so with --map".to_owned())
        }
        Reason::Differs => Some(or(of_other_content(indexes, row), "compare the two files")),
        Reason::ReusedId | Reason::Unidentified | Reason::Unexplained => None,
    }
}

fn or(command: Option<String>, sentence: &str) -> String {
    command.unwrap_or_else(|| sentence.to_owned())
}

/// A file, where it lies.
struct Spot<'a> {
    index: &'a Index,
    message: Message<'a>,
}

impl<'a> Spot<'a> {
    /// The leftover of a tree that has the message's key.
    fn stuck<'o>(&self, index: &'o Index) -> Option<Spot<'o>> {
        // Of several the longest is most likely whole.
        let stuck = index.leftovers().with_key(&self.message.key()).iter().rev();
        let message = stuck.max_by_key(|leftover| leftover.size())?;
        Some(Spot { index, message })
    }

    fn path(&self) -> PathBuf {
        self.index.path_of(self.message)
    }

    fn name(&self) -> &'a [u8] {
        self.message.name()
    }

    /// The directory of its folder: of several the one that it lies in.
    fn directory(&self) -> Option<&'a Path> {
        let folder = self.index.folders.get(self.message.folder())?;
        let first = folder.directories.first().map(PathBuf::as_path);
        folder.directory_of(self.message.path()).or(first)
    }

    fn file_properly(&self) -> String {
        let part = if has_info(self.name()) { "cur" } else { "new" };
        or(self.deliver(part), &self.warn_of_uid("move it into the cur/ of its folder"))
    }

    /// What to do, and what to mind about a UID: mbsync refuses a folder with two of one.
    fn warn_of_uid(&self, what: &str) -> String {
        match uid(self.name()) {
            Some(uid) => format!("{what}; if another file there has U={uid}, without ,U={uid}"),
            None => what.to_owned(),
        }
    }

    /// Moves it into `cur` or `new` of its folder, which is made where the folder lacks it. A link
    /// may lead to nothing from there.
    fn deliver(&self, part: &str) -> Option<String> {
        // A UID that another message has by now would stop the sync of the whole folder.
        let may_move = !self.message.is_link() && uid(self.name()).is_none();
        let directory = self.directory().filter(|_| may_move)?;
        let target = self.index.root.join(directory).join(part);
        // The last part is empty so that the path ends in a slash: it must be a directory.
        let moved = move_to(&self.path(), &target.join(""))?;
        let lacks = |finding: &Finding| {
            finding.kind == Kind::MissingSubdir
                && finding.path == directory
                && finding.state.split('+').any(|lacking| lacking == part)
        };
        if self.index.findings.iter().any(lacks) {
            return Some(format!("mkdir -p -- {} && {moved}", path_word(&target)?));
        }
        Some(moved)
    }

    /// Ends what a program began and did not end; that may be a part of the message only.
    fn finish(&self) -> String {
        let (command, sentence) = if self.message.place() == Place::Hidden {
            (self.show(), "if it is whole, give it a name without the dot".to_owned())
        } else {
            let sentence = "if it is whole, move it into the new/ of its folder";
            (self.deliver("new"), self.warn_of_uid(sentence))
        };
        or(command.map(|command| format!("{command}  # if it is whole")), &sentence)
    }

    /// Takes the dot from its name.
    fn show(&self) -> Option<String> {
        let name = self.name();
        let dots = name.iter().take_while(|&&byte| byte == b'.').count();
        let shown = name.get(dots..).filter(|_| is_whole_name(name))?;
        self.rename(shown)
    }

    fn correct_size(&self) -> Option<String> {
        let name = with_size(self.name(), self.message.length()?)?;
        let renamed = self.rename(&without_wire_size(&name).unwrap_or(name))?;
        Some(format!("{renamed}  # on its server, where it becomes a new message"))
    }

    /// Takes `W=` from its name, which makes it a message that a sync has not seen.
    fn serve_whole(&self) -> Option<String> {
        let renamed = self.rename(&without_wire_size(self.name())?)?;
        Some(format!(
            "{renamed}  # on its server, where it becomes a new message that a sync fetches whole"
        ))
    }

    fn rename(&self, name: &[u8]) -> Option<String> {
        let path = self.path();
        if name.is_empty() { None } else { move_to(&path, &path.with_file_name(bytes(name))) }
    }

    /// Gives its folder the name under which a server lists it.
    fn show_folder(&self) -> Option<String> {
        let directory = self.directory()?;
        let listed = listed_directory(&self.index.layout, directory)?;
        let (from, to) = (self.index.root.join(directory), self.index.root.join(listed));
        // Into a directory of that name `mv` would move it.
        Some(format!("test -e {} || {}", path_word(&to)?, move_to(&from, &to)?))
    }
}

fn bytes(name: &[u8]) -> &OsStr {
    OsStr::from_bytes(name)
}

fn move_to(from: &Path, to: &Path) -> Option<String> {
    Some(format!("mv -n -- {} {}", path_word(from)?, path_word(to)?))
}

/// Files the one copy of a pair that no server shows.
fn of_misfiled_copy(indexes: Sides<&Index>, row: &Row<'_>) -> Option<String> {
    let mut copies = row.files.each().filter_map(|(side, file)| Some((side, (*file)?)));
    let (side, message) = copies.find(|(_, message)| !message.place().is_delivered())?;
    let spot = Spot { index: indexes[side], message };
    (!indexes[side].is_table()).then(|| spot.file_properly())
}

/// Nothing is lost with a message of no bytes; with one that lost its bytes, everything.
fn of_empty(message: Message<'_>) -> Option<String> {
    let length = message.length().unwrap_or(message.size());
    if length == 0 {
        None
    } else if message.shape().x_tuids == 1 && X_TUID_ALONE.contains(&length) {
        Some("none is needed: it is what mbsync makes of a message of no bytes".to_owned())
    } else {
        Some(format!("restore it from a backup: none of its {length} bytes says anything"))
    }
}

/// The left is the reference, which mbsync calls the far side, the right the replica.
fn of_no_header_end(side: Side) -> String {
    let direction = match side {
        Side::Left => "pull",
        Side::Right => "push",
    };
    format!("mbsync --{direction}-old CHANNEL  # with isync 1.5 or later")
}

/// A sync fetches a message again if it seems to be another one. Deleting the cut copy instead
/// would delete the whole one with it.
fn of_cut(indexes: Sides<&Index>, row: &Row<'_>, reason: Reason) -> Option<String> {
    let serve_whole = |side: Side, message| Spot { index: indexes[side], message }.serve_whole();
    if let Some(side) = row.longer() {
        let sentence = format!(
            "the whole message is on the {side}: give its file another name on the server and \
             sync again, and delete neither copy"
        );
        Some(or(serve_whole(side, row.copies()[side]?), &sentence))
    } else if reason == Reason::TruncatedCopy {
        let (side, message) = row.file()?;
        Some(or(serve_whole(side, message), "drop W= from its name, on its server, and sync again"))
    } else {
        None
    }
}

fn of_other_content(indexes: Sides<&Index>, row: &Row<'_>) -> Option<String> {
    let path = |side: Side| path_word(&indexes[side].path_of(row.files[side]?));
    Some(format!("diff -- {} {}", path(Side::Left)?, path(Side::Right)?))
}
