//! The kinds of findings: for each its name, how bad it is, what it means, what breaks on it, and
//! what cures it.
//!
//! What the programs do was tried with Dovecot 2.3.19, mbsync 1.4.4 and 1.5.1, notmuch 0.37, mu
//! 1.8.14 and offlineimap3 8.0, or read in their sources.

use super::Severity;

/// All that is to be said of a kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct About {
    /// The stable name in reports and options: `tmp-leftover`.
    pub id: &'static str,
    /// How bad it is, where nothing makes it worse.
    pub severity: Severity,
    /// What it is, for people who meet the name for the first time.
    pub meaning: &'static str,
    /// What breaks on it; empty where nothing does.
    pub breaks: &'static str,
    /// What cures it; empty where nothing is to be cured.
    pub cure: &'static str,
}

/// Declares the kinds, in the order of the reports, and the table of what is said of them.
macro_rules! kinds {
    ($(
        $(#[$doc:meta])*
        $kind:ident = $id:literal, $severity:ident,
        $meaning:literal,
        breaks $breaks:literal,
        cure $cure:literal;
    )*) => {
        /// The kinds of findings, the ones that hide mail first.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Kind {
            $($(#[$doc])* $kind,)*
        }

        impl Kind {
            /// All of them, in the order of the reports.
            pub const ALL: &[Kind] = &[$(Kind::$kind),*];

            /// All that is to be said of it.
            pub fn about(self) -> About {
                match self {
                    $(Kind::$kind => About {
                        id: $id,
                        severity: Severity::$severity,
                        meaning: $meaning,
                        breaks: $breaks,
                        cure: $cure,
                    },)*
                }
            }
        }
    };
}

kinds! {
    /// Mail directly in a folder's directory, outside `cur` and `new`: no mail program sees it.
    MisfiledRoot = "misfiled-root", Error,
        "mail beside cur/ and new/: no server shows it",
        breaks "Dovecot, mbsync, offlineimap and mu pass over it; notmuch shows it",
        cure "move it into cur/ or new/";
    /// Mail in a stray directory below a folder.
    MisfiledSubdir = "misfiled-subdir", Error,
        "mail in a stray directory: no server shows it",
        breaks "Dovecot, mbsync and offlineimap pass over it; notmuch shows it",
        cure "move it into the folder's cur/ or new/";
    /// A folder without one of `cur`, `new` and `tmp`.
    MissingSubdir = "missing-subdir", Warning,
        "a folder without all of cur/, new/ and tmp/",
        breaks "mutt and offlineimap see no folder, mbsync none without cur/, Dovecot with \
                LAYOUT=fs none without tmp/; notmuch indexes what is in tmp/",
        cure "mkdir -m 700 what is missing";
    /// A folder with mail that a server of the tree's layout does not list.
    InvisibleFolder = "invisible-folder", Error,
        "mail in a folder that no server of this layout shows",
        breaks "Dovecot and mbsync pass over it; notmuch and mu show it",
        cure "move its mail to a folder with a name that the layout has";
    /// Two directories with one canonical folder name, or with names that differ in case only.
    FolderNameCollision = "folder-name-collision", Error,
        "two directories of one folder name, compared as one folder",
        breaks "a server shows two folders of one name, or one of them; a disk without case makes \
                one directory of them",
        cure "compare the two, move the mail into one, rmdir the other";
    /// A folder's name that programs read differently.
    FolderNameInvalid = "folder-name-invalid", Warning,
        "a folder name that programs do not read alike",
        breaks "Dovecot renames on LIST what is not UTF-8; SMD refuses `..`; other systems drop \
                dots and blanks at the end",
        cure "mv -n the directory to another name";
    /// A second way, through a link, to a directory that has been read already.
    FolderLinkedTwice = "folder-linked-twice", Warning,
        "a second way to a directory, read once",
        breaks "programs that follow links show its mail twice",
        cure "rm the link";
    /// A link to a directory that is no folder, so that what lies behind it was not read.
    LinkNotFollowed = "link-not-followed", Info,
        "a link to a directory that is no folder, not followed",
        breaks "",
        cure "";
    /// A control directory in which a `cur`, `new` or `tmp` stands.
    MetadataAsFolder = "metadata-as-folder", Info,
        "a control directory that a server has made a mailbox of",
        breaks "Dovecot shows a mailbox of that name",
        cure "rmdir its cur/, new/ and tmp/ if they are empty";
    /// Mail in a form that is no Maildir, between the folders.
    ForeignStore = "foreign-store", Warning,
        "mail in another format than Maildir",
        breaks "no Maildir program reads it",
        cure "convert it: mb2md for mbox, doveadm sync for dbox";
    /// A directory in `cur`, `new` or `tmp`.
    DirInMaildir = "dir-in-maildir", Error,
        "a directory in cur/, new/ or tmp/",
        breaks "Dovecot moves it away as extra-NAME, mbsync renames it and then fails; only \
                notmuch sees what is in it",
        cure "move what is in it out, then rmdir it";
    /// A link to nothing where a message should be.
    DanglingSymlink = "dangling-symlink", Error,
        "a link to nothing",
        breaks "notmuch new stops, mbsync scans for ever, Dovecot fails on each look",
        cure "bring back what it leads to (mount it, git annex get), else rm the link";
    /// A FIFO, socket or device in `cur` or `new`.
    SpecialFile = "special-file", Warning,
        "a FIFO, socket or device among the messages",
        breaks "whoever opens it may wait for ever",
        cure "rm it";
    /// What could not be read.
    Unreadable = "unreadable", Error,
        "could not be read: what is in it is not known",
        breaks "notmuch new stops at such a directory; others leave its mail out",
        cure "chmod u+rX, chown, or repair the disk; then run again";
    /// What was gone, or changed, while the tree was read.
    Vanished = "vanished", Info,
        "gone or changing while the tree was read",
        breaks "",
        cure "run again when nothing delivers or syncs";
    /// A message of no bytes, or of none that count.
    EmptyMessage = "empty-message", Warning,
        "a message with nothing in it",
        breaks "mbsync before 1.5 passes over it, notmuch ignores it, offlineimap makes it a byte",
        cure "restore it if a backup or a replica has it whole, else rm it on the server";
    /// A message of NUL bytes: what a crash leaves of a file that was being written.
    NulFilled = "nul-filled", Error,
        "NUL bytes instead of a message",
        breaks "notmuch and mu ignore it; a server shows a message without a header",
        cure "restore it from another copy";
    /// No empty line anywhere: the header never ends.
    NoHeaderEnd = "no-header-end", Error,
        "no empty line ends the header",
        breaks "mbsync before 1.5 never copies it, and says so once; SMD calls it malformed",
        cure "mbsync --pull-old CHANNEL, of isync 1.5 or later";
    /// The name's `S=` is not the size.
    WrongSizeS = "wrong-size-s", Error,
        "S= is not the size: Dovecot cannot serve it",
        breaks "Dovecot fails to FETCH it, each time, but where S= is too big and W= right; quota \
                is wrong",
        cure "restore it if it was cut short, else rename it with the right S= and without W=";
    /// The name's `W=` is not the size on the wire.
    WrongSizeW = "wrong-size-w", Error,
        "W= is not the size on the wire",
        breaks "too small: Dovecot serves it cut short and says nothing; too big: it drops the \
                connection once and heals the name",
        cure "rename it without ,W= on the server: the new UID makes replicas fetch it whole. \
              Never delete the replica's bad copy: mbsync would delete the message";
    /// Two files of one folder with one base name.
    DuplicateBase = "duplicate-base", Error,
        "two files of one base name: Dovecot shows one of them",
        breaks "Dovecot shows one until it renames the other; the others show two messages",
        cure "rm the one of the same content, rename another";
    /// One UID on two files, or one beyond what mbsync has assigned.
    DuplicateUid = "duplicate-uid", Error,
        "a U= that mbsync refuses",
        breaks "mbsync refuses the whole folder",
        cure "the second of one: rename it without ,U=, and mbsync gives it a new UID; beyond the \
              last: write the highest into the second line of .uidvalidity";
    /// A name that programs cannot handle.
    BadFilename = "bad-filename", Error,
        "a file name that programs cannot handle",
        breaks "Dovecot passes over names with a line's end, and renames those that begin with a \
                colon",
        cure "mv -n it to a name of its own";
    /// A file left in `tmp`.
    TmpLeftover = "tmp-leftover", Warning,
        "left in tmp/: not delivered",
        breaks "no program shows it; Dovecot and mbsync delete it in time; notmuch indexes it \
                where new/ is missing",
        cure "rm it where it is empty or its message is safe elsewhere; else look, and move it to \
              new/";
    /// A file in `tmp` that may still be under way.
    TmpInflight = "tmp-inflight", Info,
        "in tmp/ for less than 36 hours: a delivery may be under way",
        breaks "",
        cure "";
    /// Mail in a dot file of `cur` or `new`.
    HiddenFile = "hidden-file", Warning,
        "mail in a dot file: no server shows it",
        breaks "Dovecot, mbsync and offlineimap pass over it; mu and notmuch show it",
        cure "rm it where its message is safe elsewhere; else look, and mv -n it to a name without \
              the dot";
    /// A copy that a file synchroniser or an editor made.
    SyncConflict = "sync-conflict", Warning,
        "a copy that a file synchroniser or an editor made",
        breaks "every program counts one message more",
        cure "compare it with the original, then rm it";
    /// A file among the messages that is none.
    ForeignFile = "foreign-file", Warning,
        "no mail, but among the messages",
        breaks "Dovecot, mbsync and offlineimap make a message of it",
        cure "move it out of cur/ and new/";
    /// A message without sender, recipient and subject.
    NotMail = "not-mail", Warning,
        "no From, To or Subject that programs see",
        breaks "notmuch takes it for no mail and leaves it out",
        cure "";
    /// A `From ` line of mbox before the header.
    MboxFromLine = "mbox-from-line", Warning,
        "begins with the From line of an mbox",
        breaks "notmuch ignores a file with several messages; the others show one",
        cure "split one with several messages: formail -s";
    /// Encrypted by Dovecot.
    Encrypted = "encrypted", Warning,
        "encrypted by Dovecot's mail_crypt: its Message-ID cannot be read here",
        breaks "only a Dovecot with the key reads it",
        cure "compare what doveadm fetch gives";
    /// `;2,` or `!2,` instead of `:2,`.
    AltInfoSeparator = "alt-info-separator", Warning,
        "flags behind ; or ! instead of a colon",
        breaks "Dovecot, notmuch and mbsync on Unix see no flags: the mail is unread",
        cure "mv -n it to a name with :2,";
    /// A name longer than programs can take.
    NameTooLong = "name-too-long", Warning,
        "a file name of more than 229 bytes",
        breaks "notmuch 0.37 stops, and commits nothing; mbsync aborts where the path becomes \
                longer than 255; flags may not fit",
        cure "mv -n it to a shorter name";
    /// A path longer than mbsync can take.
    PathTooLong = "path-too-long", Warning,
        "a path of more than 239 bytes",
        breaks "mbsync aborts: with U= and flags it is longer than 255",
        cure "move the tree to a shorter path";
    /// A message without a Message-ID.
    NoMessageId = "no-message-id", Info,
        "no Message-ID: a comparison goes by the content",
        breaks "notmuch and mu invent an id that differs between copies",
        cure "";
    /// A Message-ID that programs read differently.
    BadMessageId = "bad-message-id", Info,
        "a Message-ID that programs do not read alike",
        breaks "programs choose different ids",
        cure "";
    /// Two Message-IDs.
    MultipleMessageId = "multiple-message-id", Info,
        "two Message-IDs that differ",
        breaks "programs choose different ids",
        cure "";
    /// A header and nothing behind it.
    NoBody = "no-body", Info,
        "a header and no body",
        breaks "",
        cure "";
    /// Flags out of order, repeated or unknown.
    BadFlags = "bad-flags", Info,
        "flags that are unsorted, repeated or unknown",
        breaks "notmuch will not change the flags of such a file",
        cure "mv -n it to a name with sorted flags";
    /// Stored compressed.
    Compressed = "compressed", Info,
        "stored compressed",
        breaks "Dovecot needs its zlib plugin (2.4: mail_compress); notmuch reads gzip only",
        cure "";
    /// Larger than programs take.
    TooBig = "too-big", Info,
        "larger than programs take",
        breaks "mu leaves out more than 100 MB, mbsync more than 2 GiB",
        cure "";
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_kind_has_a_name_of_its_own_and_a_meaning() {
        let names: BTreeSet<&str> = Kind::ALL.iter().map(|kind| kind.about().id).collect();
        assert_eq!(names.len(), Kind::ALL.len());
        for kind in Kind::ALL {
            let About { id, meaning, .. } = kind.about();
            assert!(id.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-'), "{id}");
            assert!(!meaning.is_empty() && !meaning.ends_with('.'), "{id}");
        }
    }
}
