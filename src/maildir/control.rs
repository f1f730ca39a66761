//! Control files and directories: what mail programs and desktops keep for themselves in a tree.
//!
//! The lists name what Dovecot (`maildir-storage.h`, `maildir-uidlist.h`, `mailbox-list-*.c`),
//! Courier (`maildir/*.h`, `imap/imapd.h`), isync (`drv_maildir.c`, `sync.c`), notmuch, mu, KMail
//! (`mixedmaildirstore.cpp`), Evolution (`camel-local-folder.c`), Thunderbird
//! (`nsMsgLocalStoreUtils.cpp`), Gnus, lieer and the common desktops write. What is not on them is
//! judged by its content: a list that is too short costs a look at a file, one that is too long
//! would hide mail.

/// What a file of some name is to us, anywhere outside `cur` and `new`; there, a dot file of such a
/// name is that too.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum File {
    /// A program's own: counted, never opened.
    Control,
    /// A program's own, unless it looks like mail: the name is one that a person may choose too.
    Likely,
    /// Anything else.
    Open,
}

/// What a file of this name is.
pub fn file(name: &[u8]) -> File {
    // Names of mail begin with a digit, and none on the lists does.
    let may_be_listed = !name.first().is_some_and(u8::is_ascii_digit);
    let starts = |prefixes: &[&[u8]]| {
        may_be_listed && prefixes.iter().any(|prefix| name.starts_with(prefix))
    };
    if may_be_listed && NAMES.contains(&name) || starts(PREFIXES) {
        File::Control
    } else if starts(LOOSE_PREFIXES)
        || LOOSE_SUFFIXES.iter().any(|suffix| name.ends_with(suffix))
        || is_folder_cache(name)
    {
        File::Likely
    } else {
        File::Open
    }
}

const NAMES: &[&[u8]] = &[
    b"maildirfolder",
    b"maildirshared",
    b"mailboxes.lock",
    b"subscriptions",
    b"subscriptions.lock",
    b"shared-timestamp",
    b"shared-maildirs",
    b"quotawarn",
    b"loginexec",
    b"popstate.dat",
    b"msgFilterRules.dat",
    b"filterlog.html",
    b"feeds.json",
    b"folders.db",
    b"Thumbs.db",
    b"desktop.ini",
    b".uidvalidity",
    b".isyncuidmap.db",
    b".noindex",
    b".noupdate",
    b".gmailieer.json",
    b".credentials.gmailieer.json",
    b".lock",
    b"..cmeta",
    b"..maildir++",
    b".DS_Store",
    b".stignore",
];

const PREFIXES: &[&[u8]] = &[
    b"dovecot",
    b".dovecot",
    b"courier",
    b"sqwebmail-",
    b"maildirsize",
    b"maildirfilter",
    b".mbsyncstate",
    b".state.gmailieer.json",
    // Files that were deleted while somebody had them open.
    b".nfs0",
    b".fuse_hidden",
];

const LOOSE_PREFIXES: &[&[u8]] = &[b"subscriptions", b"shared-", b"temp.", b".temp.", b"cyrus."];

const LOOSE_SUFFIXES: &[&[u8]] = &[b".msf", b".lock"];

/// What KMail (`.X.index…`) and Evolution (`.X.cmeta`, `.X.ibex.index…`) keep beside a folder.
fn is_folder_cache(name: &[u8]) -> bool {
    const ENDS: &[&[u8]] = &[b".index", b".index.ids", b".index.sorted", b".index.data", b".cmeta"];
    name.starts_with(b".") && ENDS.iter().any(|end| name.len() > end.len() && name.ends_with(end))
}

/// What a directory of some name is to us.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Directory {
    /// A program's own, whatever is in it: counted, never opened.
    Control,
    /// A program's own if one of these entries is in it. Else it is one unless it is a folder:
    /// people read lists about notmuch, and a folder for them is called `.notmuch`.
    UnlessFolder(&'static [&'static str]),
    /// A program's own unless there are folders anywhere below: an ordinary word, which may be the
    /// upper part of a folder's name.
    UnlessFolders,
    /// Anything else.
    Open,
}

/// Where Dovecot's dbox keeps mail: control, to a Maildir, and told.
pub const DBOX: &[u8] = b"dbox-Mails";

/// What a directory of this name is.
pub fn directory(name: &[u8]) -> Directory {
    match name {
        b".stfolder"
        | b".stversions"
        | b".nnmaildir"
        | b".#evolution"
        | b"fts-flatcurve"
        | b"xapian-indexes"
        | b"lucene-indexes"
        | b"courierimapkeywords"
        | b"courierimaphieracl"
        | DBOX
        | b"..DOVECOT-TRASHED"
        | b"..DOVECOT-TrasH"
        | b"lost+found" => Directory::Control,
        b".notmuch" => Directory::UnlessFolder(&["xapian"]),
        b".git" => Directory::UnlessFolder(&["HEAD", "objects"]),
        // What lies deeper in these are copies of the whole tree, or of what was thrown away.
        b".snapshot" | b".snapshots" | b".zfs" => Directory::UnlessFolder(&[]),
        _ if name.starts_with(b".Trash-") => Directory::UnlessFolder(&["files", "info"]),
        b"sieve" | b"shared-folders" | b"autoresponses" | b"calendar" => Directory::UnlessFolders,
        _ if name.ends_with(b".mozmsgs") => Directory::UnlessFolders,
        _ => Directory::Open,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_listed_name_begins_with_a_digit() {
        let mut listed = [NAMES, PREFIXES, LOOSE_PREFIXES].into_iter().flatten();
        assert!(listed.all(|name| !name.first().is_some_and(u8::is_ascii_digit)));
    }

    #[test]
    fn control_files() {
        for name in [
            "dovecot-uidlist",
            "dovecot.index.log.2",
            ".uidvalidity",
            ".mbsyncstate.journal",
            "maildirfolder",
            "subscriptions",
            "courierimapuiddb",
            "Archives.msf",
            ".Sent.index.ids",
            ".Sent.ibex.index.data",
            ".Sent.cmeta",
            "temp.host.1.abc",
            "x.lock",
            ".DS_Store",
            ".nfs00000001",
        ] {
            assert_ne!(file(name.as_bytes()), File::Open, "{name}");
        }
        for name in ["1333.M1P2.host:2,S", "msg.abc", ".keep", ".index", "notes.txt", "cyrus", ""] {
            assert_eq!(file(name.as_bytes()), File::Open, "{name}");
        }
        assert_eq!(file(b"dovecot-uidlist"), File::Control);
        assert_eq!(file(b"subscriptions.eml"), File::Likely);
    }

    #[test]
    fn directories() {
        assert_eq!(directory(b".stversions"), Directory::Control);
        assert_eq!(directory(b".notmuch"), Directory::UnlessFolder(&["xapian"]));
        assert_eq!(directory(b".Trash-1000"), Directory::UnlessFolder(&["files", "info"]));
        assert_eq!(directory(b".Trash"), Directory::Open);
    }
}
