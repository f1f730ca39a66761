//! Where a tree keeps its folders: from the path of a directory to the name of a folder.
//!
//! `.Archives.2012`, `Archives/2012`, `Archives/.2012` and `Archives.2012` are one folder to the
//! programs that made them. Which of them made a tree is nowhere written in it, but the
//! directories tell: [`detect`] guesses the layout from them, [`Layout::name`] names them.

use std::fmt;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use memchr::memmem;

use super::folder_name::{Decoded, FolderName, decode_component};
use super::folder_name::{percent_decode, unescape_listescape};

/// How the name of a folder became the path of its directory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Layout {
    /// One Maildir and no folder: a Maildir++ that has none yet.
    Single,
    /// `.Archives.2012`: Courier's Maildir++ (courier-libs, `maildir/README.maildirquota.html`),
    /// Dovecot's default, mbsync's `SubFolders Maildir++`, Evolution.
    MaildirPlusPlus,
    /// `Archives/2012`: Dovecot's `LAYOUT=fs`, mbsync's `SubFolders Verbatim`.
    Fs,
    /// `Archives/.2012`: mbsync's `SubFolders Legacy`, with a dot before each level but the first.
    Legacy,
    /// `Archives.2012`, with this separator: Dovecot's `LAYOUT=imapdir`, mbsync's `Flatten`,
    /// offlineimap's `sep`.
    Flat(String),
    /// `Archives/2012/mAildir`, with this last component: Dovecot's `LAYOUT=fs:DIRNAME=mAildir`.
    DirName(String),
    /// `.Archives.directory/2012`: `KMail` (`maildir.cpp`, `subDirNameForFolderName`).
    Kmail,
    /// `Archives.sbd/2012`: Thunderbird (`nsMsgMaildirStore.cpp`).
    Thunderbird,
    /// A GUID for each folder: Dovecot's `LAYOUT=index`, whose names stand in its index alone.
    Index,
    /// No tree: a table from another program names folders, or none.
    Table,
    /// No directories at all: an mbox is a folder. Not to be asked for, as a file says itself that
    /// it is one; its names are in `mbox/name.rs`.
    Mbox,
}

/// The name of a folder, and what is to be said of its directory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named {
    /// The canonical name.
    pub name: FolderName,
    /// False where the directory's name is no UTF-8.
    pub valid: bool,
    /// False where a program that uses this layout does not list the directory: where
    /// [`Layout::maps`] is false.
    pub visible: bool,
}

impl Layout {
    /// The name of the folder that the directory at `path` holds, relative to the root.
    ///
    /// A directory the layout has no name for still gets one, close to its path: its mail is as
    /// much there as any other.
    pub fn name(&self, path: &Path) -> Named {
        let levels: Vec<Decoded> =
            self.levels(&components(path)).into_iter().map(|level| self.decode(level)).collect();
        Named {
            valid: levels.iter().all(|level| level.valid),
            visible: self.maps(path),
            name: FolderName::from_components(levels.into_iter().map(|level| level.text)),
        }
    }

    /// Whether the layout has a name for the directory at `path`, so that mail in it belongs to
    /// the folder of that name even if the directory has neither `cur` nor `new`.
    pub fn maps(&self, path: &Path) -> bool {
        let components = components(path);
        let is_root = components.is_empty();
        is_root || (!components.iter().any(is_maildir_part) && self.lists(&components))
    }

    /// Whether the layout has no directory for a folder of this name: a level of it holds what
    /// separates levels. With Maildir++ mbsync stops the whole channel at such a folder, with
    /// `Flatten` it passes it over (`drv_maildir.c`, `maildir_join_path`).
    pub fn refuses(&self, name: &FolderName) -> bool {
        let separator = match self {
            Layout::MaildirPlusPlus => ".",
            Layout::Flat(separator) => separator,
            _ => return false,
        };
        name.as_str().split('/').any(|level| level.contains(separator))
    }

    /// The layout that was shown as this text, and was kept.
    ///
    /// # Errors
    /// Where none is shown so.
    pub(crate) fn kept(text: &str) -> Result<Layout, UnknownLayout> {
        if text == Layout::Mbox.to_string() { Ok(Layout::Mbox) } else { text.parse() }
    }

    /// Whether a message is a file of its own here, whose name is a Maildir's and tells of it.
    pub fn has_files(&self) -> bool {
        *self != Layout::Mbox
    }

    /// Whether a program that uses this layout takes the directory for a folder.
    fn lists(&self, components: &[&[u8]]) -> bool {
        match self {
            // Folders are not nested, says Maildir++. Dovecot looks only directly below the root
            // (mailbox-list-maildir-iter.c, maildir_fill_readdir_entry), and so does mbsync
            // (drv_maildir.c, maildir_list_maildirpp). INBOX may be elsewhere than in the root:
            // Dovecot's INBOX=, offlineimap.
            Layout::Single | Layout::MaildirPlusPlus => {
                matches!(components, [folder] if is_dotted(folder) || is_inbox(folder))
            }
            // Dotted or not: Dovecot (mailbox-list-fs-iter.c), mbsync (drv_maildir.c,
            // maildir_list_recurse).
            Layout::Fs | Layout::Table | Layout::Mbox => true,
            // The same function of mbsync skips dotted names on the first level, all others below.
            Layout::Legacy => components
                .split_first()
                .is_some_and(|(first, below)| !is_dotted(first) && below.iter().all(is_dotted)),
            Layout::Flat(_) => components.len() == 1,
            Layout::DirName(name) => {
                matches!(components, [_, .., last] if *last == name.as_bytes())
            }
            Layout::Kmail => is_nested(components, kmail_parent),
            Layout::Thunderbird => is_nested(components, thunderbird_parent),
            Layout::Index => matches!(components, [folder] if is_guid(folder)),
        }
    }

    /// The levels of the name, still in the directory's encoding.
    fn levels<'a>(&self, components: &[&'a [u8]]) -> Vec<&'a [u8]> {
        match self {
            Layout::Single | Layout::MaildirPlusPlus => maildir_plus_plus(components),
            Layout::Fs | Layout::Index | Layout::Table | Layout::Mbox => components.to_vec(),
            Layout::Legacy => legacy(components),
            Layout::Flat(separator) => {
                components.iter().flat_map(|level| split(level, separator.as_bytes())).collect()
            }
            Layout::DirName(name) => without_last(components, name.as_bytes()).to_vec(),
            Layout::Kmail => nested(components, kmail_parent),
            Layout::Thunderbird => nested(components, thunderbird_parent),
        }
    }

    /// A level in UTF-8, with the layout's own escapes undone first, as Dovecot does
    /// (`mailbox-list.c`, `mailbox_list_default_get_vname`).
    fn decode(&self, level: &[u8]) -> Decoded {
        match self {
            Layout::Single | Layout::MaildirPlusPlus => {
                decode_component(&unescape_listescape(level))
            }
            Layout::Thunderbird => decode_component(&percent_decode(level)),
            _ => decode_component(level),
        }
    }
}

/// The bytes between the slashes: no component is empty, the root has none.
fn components(path: &Path) -> Vec<&[u8]> {
    path.iter().map(OsStrExt::as_bytes).collect()
}

/// Whether the component is a part of a Maildir, which no folder can be called by.
fn is_maildir_part(component: &&[u8]) -> bool {
    matches!(*component, b"cur" | b"new" | b"tmp")
}

fn is_dotted(component: &&[u8]) -> bool {
    component.starts_with(b".")
}

fn is_inbox(component: &[u8]) -> bool {
    component.eq_ignore_ascii_case(b"INBOX")
}

/// A GUID as Dovecot writes it: 32 hexadecimal digits.
fn is_guid(component: &[u8]) -> bool {
    component.len() == 32 && component.iter().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

/// `.a.b` is `a/b`. What stands deeper, or without a dot, is nothing to Maildir++ and keeps its
/// path, so that `.a/b.c` is `a/b.c`.
fn maildir_plus_plus<'a>(components: &[&'a [u8]]) -> Vec<&'a [u8]> {
    match components {
        [first, below @ ..] => [&maildir_plus_plus_levels(first), below].concat(),
        [] => Vec::new(),
    }
}

/// `..sub` is `INBOX/sub` to mbsync (`drv_maildir.c`, `maildir_list_maildirpp`) and to Evolution
/// (`camel-maildir-store.c`).
fn maildir_plus_plus_levels(component: &[u8]) -> Vec<&[u8]> {
    match component {
        [b'.', b'.', below @ ..] => [vec![b"INBOX".as_slice()], split(below, b".")].concat(),
        [b'.', name @ ..] => split(name, b"."),
        _ => vec![component],
    }
}

/// `a/.b` is `a/b`: one dot less on each level but the first.
fn legacy<'a>(components: &[&'a [u8]]) -> Vec<&'a [u8]> {
    let undotted = |level: &&'a [u8]| level.strip_prefix(b".").unwrap_or(level);
    match components {
        [first, below @ ..] => [*first].into_iter().chain(below.iter().map(undotted)).collect(),
        [] => Vec::new(),
    }
}

/// The path without its last component if that is `name` and not all of it.
fn without_last<'a, 'b>(components: &'b [&'a [u8]], name: &[u8]) -> &'b [&'a [u8]] {
    match components {
        [folder @ .., last] if *last == name && !folder.is_empty() => folder,
        _ => components,
    }
}

/// The folder whose subfolders a directory of that name holds, if it is such a directory.
type Parent = fn(&[u8]) -> Option<&[u8]>;

/// `.X.directory` holds the subfolders of `X`.
fn kmail_parent(component: &[u8]) -> Option<&[u8]> {
    let name = component.strip_prefix(b".")?.strip_suffix(b".directory")?;
    (!name.is_empty()).then_some(name)
}

/// `X.sbd` holds the subfolders of `X`.
fn thunderbird_parent(component: &[u8]) -> Option<&[u8]> {
    let name = component.strip_suffix(b".sbd")?;
    (!name.is_empty()).then_some(name)
}

/// Whether all components but the last hold subfolders, and that one does not.
fn is_nested(components: &[&[u8]], parent: Parent) -> bool {
    components.split_last().is_some_and(|(last, above)| {
        parent(last).is_none() && above.iter().all(|level| parent(level).is_some())
    })
}

/// The last component, below the folders whose subfolders the others hold.
fn nested<'a>(components: &[&'a [u8]], parent: Parent) -> Vec<&'a [u8]> {
    match components {
        [above @ .., last] => {
            above.iter().map(|level| parent(level).unwrap_or(level)).chain([*last]).collect()
        }
        [] => Vec::new(),
    }
}

/// What stands between the separators.
fn split<'a>(raw: &'a [u8], separator: &[u8]) -> Vec<&'a [u8]> {
    let mut levels = Vec::new();
    let mut start = 0;
    for end in memmem::find_iter(raw, separator).chain([raw.len()]) {
        levels.extend(raw.get(start..end));
        start = end + separator.len();
    }
    levels
}

/// A layout that was guessed, and what should be said of the guess.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Detected {
    /// The layout.
    pub layout: Layout,
    /// A sentence for the report where the tree leaves room for another one.
    pub note: Option<String>,
}

/// Guesses the layout of a tree from its `folders`: the directories that have `cur` or `new`, as
/// paths relative to the root, the root itself empty; in any order.
pub fn detect(folders: &[PathBuf]) -> Detected {
    let tree = Tree::of(folders);
    let layout = tree.layout();
    let note = tree.note(&layout);
    Detected { layout, note }
}

/// The folders' paths as components, sorted.
struct Tree<'a>(Vec<Vec<&'a [u8]>>);

impl<'a> Tree<'a> {
    fn of(folders: &'a [PathBuf]) -> Tree<'a> {
        let mut paths: Vec<_> = folders.iter().map(|path| components(path)).collect();
        paths.sort_unstable();
        Tree(paths)
    }

    /// The first layout with enough in its favour; the more telling the evidence, the earlier. A
    /// tree without any folder is a Maildir that has no mail yet.
    fn layout(&self) -> Layout {
        if self.0.iter().all(Vec::is_empty) {
            Layout::Single
        } else if self.has_parent(kmail_parent) {
            Layout::Kmail
        } else if self.has_parent(thunderbird_parent) {
            Layout::Thunderbird
        } else if let Some(name) = self.last_of_all() {
            Layout::DirName(name.to_owned())
        } else if self.has_guids_only() {
            Layout::Index
        } else if self.is_maildir_plus_plus() {
            Layout::MaildirPlusPlus
        } else if self.is_legacy() {
            Layout::Legacy
        } else if self.is_flat() {
            Layout::Flat(".".to_owned())
        } else {
            Layout::Fs
        }
    }

    /// The folders directly below the root.
    fn top(&self) -> impl Iterator<Item = &'a [u8]> {
        self.0.iter().filter_map(|path| match path.as_slice() {
            [name] => Some(*name),
            _ => None,
        })
    }

    /// The folders further below.
    fn deep(&self) -> impl Iterator<Item = &[&'a [u8]]> {
        self.0.iter().map(Vec::as_slice).filter(|path| path.len() > 1)
    }

    /// Whether some folder stands in a directory for subfolders.
    fn has_parent(&self, parent: Parent) -> bool {
        self.deep().any(|path| {
            path.split_last()
                .is_some_and(|(_, above)| above.iter().any(|level| parent(level).is_some()))
        })
    }

    /// The last component of every path, if there are several, all are deep and all agree.
    fn last_of_all(&self) -> Option<&'a str> {
        let last = *self.0.first()?.last()?;
        let agree = |path: &Vec<&[u8]>| path.len() > 1 && path.ends_with(&[last]);
        let all = self.0.len() > 1 && self.0.iter().all(agree);
        if all { str::from_utf8(last).ok() } else { None }
    }

    fn has_guids_only(&self) -> bool {
        self.top().next().is_some() && self.top().all(is_guid)
    }

    /// At least half of the top is dotted. Where dots are part of the name, few names begin with
    /// one; whatever is plain or nested here was put there by mistake.
    fn is_maildir_plus_plus(&self) -> bool {
        let (dotted, plain): (Vec<_>, Vec<_>) = self.top().partition(is_dotted);
        !dotted.is_empty() && dotted.len() >= plain.len()
    }

    /// Some deep path has a dot on each level but the first, and none is without any dot.
    fn is_legacy(&self) -> bool {
        self.deep().any(|path| Layout::Legacy.lists(path))
            && self.deep().all(|path| path.iter().any(is_dotted))
    }

    /// No folder is dotted or deep, and one called `a.b` has a parent `a`.
    fn is_flat(&self) -> bool {
        self.deep().next().is_none()
            && !self.top().any(|name| is_dotted(&name))
            && self.top().any(|name| self.top().any(|parent| is_below(name, parent)))
    }

    fn note(&self, layout: &Layout) -> Option<String> {
        match layout {
            Layout::DirName(name) => dirname_note(name),
            Layout::Fs => self.dotted_note().or_else(|| self.flat_note()),
            _ => None,
        }
    }

    /// A minority of the top is dotted: folders of a Maildir++ among many strays, or not.
    fn dotted_note(&self) -> Option<String> {
        let dotted = shown(self.top().find(is_dotted)?);
        Some(format!(
            "most folders are called without a leading dot, so that {dotted} is taken for a name \
             with one; if the dot only marks a folder, the layout is maildir++"
        ))
    }

    /// A dot within names, and no parent to tell what it means.
    fn flat_note(&self) -> Option<String> {
        let is_doubtful = |name: &&[u8]| self.deep().next().is_none() && name.contains(&b'.');
        let doubtful = shown(self.top().find(is_doubtful)?);
        Some(format!(
            "the dot in {doubtful} is taken for a part of the name; if it separates levels, the \
             layout is flat:."
        ))
    }
}

/// The name as it is, for a sentence.
fn shown(name: &[u8]) -> String {
    decode_component(name).text
}

/// Whether `name` is `parent`, a dot and something more.
fn is_below(name: &[u8], parent: &[u8]) -> bool {
    matches!(name.strip_prefix(parent), Some([b'.', _, ..]))
}

/// Dovecot's manual has `DIRNAME=mAildir`, which is hardly ever a folder; another name may well be
/// one, such as the INBOX of each of several accounts.
fn dirname_note(name: &str) -> Option<String> {
    (name != "mAildir").then(|| {
        format!(
            "every folder ends in {name}, which is taken for the part of the path that holds its \
             mail; if {name} is a folder itself, the layout is fs"
        )
    })
}

impl fmt::Display for Layout {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Layout::Single => f.write_str("single"),
            Layout::MaildirPlusPlus => f.write_str("maildir++"),
            Layout::Fs => f.write_str("fs"),
            Layout::Legacy => f.write_str("legacy"),
            Layout::Flat(separator) => write!(f, "flat:{separator}"),
            Layout::DirName(name) => write!(f, "dirname:{name}"),
            Layout::Kmail => f.write_str("kmail"),
            Layout::Thunderbird => f.write_str("thunderbird"),
            Layout::Index => f.write_str("index"),
            Layout::Table => f.write_str("table"),
            Layout::Mbox => f.write_str("mbox"),
        }
    }
}

/// No layout is called so; prints what they are called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnknownLayout;

impl fmt::Display for UnknownLayout {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(
            "the layouts are single, maildir++, fs (or verbatim), legacy, flat:SEPARATOR (flat or \
             imapdir: with a dot), dirname:NAME, kmail, thunderbird and index",
        )
    }
}

impl std::error::Error for UnknownLayout {}

impl FromStr for Layout {
    type Err = UnknownLayout;

    fn from_str(text: &str) -> Result<Layout, UnknownLayout> {
        match text {
            "single" => Ok(Layout::Single),
            "maildir++" => Ok(Layout::MaildirPlusPlus),
            "fs" | "verbatim" => Ok(Layout::Fs),
            "legacy" => Ok(Layout::Legacy),
            "flat" | "imapdir" => Ok(Layout::Flat(".".to_owned())),
            "kmail" => Ok(Layout::Kmail),
            "thunderbird" => Ok(Layout::Thunderbird),
            "index" => Ok(Layout::Index),
            _ => with_value(text).ok_or(UnknownLayout),
        }
    }
}

/// The layouts that are called with a value, which must not be empty.
fn with_value(text: &str) -> Option<Layout> {
    match text.split_once(':')? {
        (_, "") => None,
        ("flat", separator) => Some(Layout::Flat(separator.to_owned())),
        ("dirname", name) => Some(Layout::DirName(name.to_owned())),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;
    use std::ffi::OsStr;

    /// What all programs made of the same folders on a server.
    const FOLDERS: [&str; 6] =
        ["Archives/2012", "INBOX", "INBOX/sub", "Lists/debian", "R&D", "Été"];

    /// Directories relative to the root, one a word; `.` is the root.
    fn paths(words: &str) -> Vec<PathBuf> {
        let path = |word| PathBuf::from(if word == "." { "" } else { word });
        words.split_whitespace().map(path).collect()
    }

    fn layout(text: &str) -> Layout {
        text.parse().unwrap()
    }

    fn path(bytes: &[u8]) -> &Path {
        Path::new(OsStr::from_bytes(bytes))
    }

    #[test]
    fn every_program_names_the_same_folders() {
        #[track_caller]
        fn check(expected: &str, directories: &str) {
            let directories = paths(directories);
            let Detected { layout, note } = detect(&directories);
            assert_eq!((layout.to_string().as_str(), note), (expected, None));
            let folders: Vec<Named> = directories.iter().map(|path| layout.name(path)).collect();
            assert!(folders.iter().all(|folder| folder.valid && folder.visible), "{folders:?}");
            let names: BTreeSet<&str> = folders.iter().map(|folder| folder.name.as_str()).collect();
            assert_eq!(Vec::from_iter(names), FOLDERS);
        }
        // Dovecot: Maildir++, the same in UTF-8, LAYOUT=fs, the same with INBOX=, DIRNAME, imapdir.
        check("maildir++", ". .INBOX.sub .Archives.2012 .Lists.debian .&AMk-t&AOk- .R&-D");
        check("maildir++", ". .INBOX.sub .Archives.2012 .Lists.debian .Été .R&D");
        check("fs", ". INBOX/sub Archives/2012 Lists/debian &AMk-t&AOk- R&-D");
        check("fs", "INBOX INBOX/sub Archives/2012 Lists/debian &AMk-t&AOk- R&-D");
        check(
            "dirname:mAildir",
            "INBOX/mAildir INBOX/sub/mAildir Archives/2012/mAildir Lists/debian/mAildir \
             &AMk-t&AOk-/mAildir R&-D/mAildir",
        );
        check("flat:.", "INBOX INBOX.sub Archives.2012 Lists.debian &AMk-t&AOk- R&-D");
        // mbsync: Verbatim, Maildir++, Legacy, Flatten; 1.4 writes modified UTF-7, 1.5 UTF-8.
        check("fs", "INBOX INBOX/sub Archives/2012 Lists/debian Été R&D");
        check("maildir++", ". ..sub .Archives.2012 .Lists.debian .&AMk-t&AOk- .R&-D");
        check("maildir++", ". ..sub .Archives.2012 .Lists.debian .Été .R&D");
        check("legacy", "INBOX INBOX/.sub Archives/.2012 Lists/.debian &AMk-t&AOk- R&-D");
        check("legacy", "INBOX INBOX/.sub Archives/.2012 Lists/.debian Été R&D");
        check("flat:.", "INBOX INBOX.sub Archives.2012 Lists.debian Été R&D");
        // offlineimap: nametrans to a look-alike of Maildir++, sep = / (sep = . is Flatten).
        check("maildir++", "INBOX .INBOX.sub .Archives.2012 .Lists.debian .Été .R&D");
        check("fs", "INBOX INBOX/sub Archives/2012 Lists/debian &AMk-t&AOk- R&-D");
        // KMail, Evolution, Thunderbird.
        check(
            "kmail",
            "inbox .inbox.directory/sub .Archives.directory/2012 .Lists.directory/debian Été R&D",
        );
        check("maildir++", ". ..sub .Archives.2012 .Lists.debian .Été .R&D");
        check("thunderbird", "Inbox Inbox.sbd/sub Archives.sbd/2012 Lists.sbd/debian Été R&D");
    }

    #[test]
    fn detects_the_layout() {
        #[track_caller]
        fn check(directories: &str, expected: &str) {
            let mut directories = paths(directories);
            assert_eq!(detect(&directories).layout.to_string(), expected, "{directories:?}");
            directories.reverse();
            assert_eq!(detect(&directories).layout.to_string(), expected, "{directories:?}");
        }
        check("", "single");
        check(".", "single");
        check("INBOX", "fs");
        check(". .Sent", "maildir++");
        check(".Sent", "maildir++");
        // Folders gone astray in a Maildir++, and too many of them.
        check(". .Archives.2012 .Archives.2012/draft drafts", "maildir++");
        check(". .Sent drafts/old", "maildir++");
        check(". .Sent a b", "fs");
        // mbsync 1.5 with `Path ~/Mail/.`: no layout of ours, named rightly all the same.
        check(".Archives/2012 .Lists/debian .Été", "maildir++");
        // DIRNAME needs two witnesses, and no other.
        check("INBOX/mAildir Sent/mAildir", "dirname:mAildir");
        check("INBOX/mAildir", "fs");
        check("INBOX/mAildir Sent/mAildir .", "fs");
        check("INBOX/mAildir Sent/mAildir Sent", "fs");
        check("1b2cf9071e4f0e5fc3a60000bb1d4d1e 2c2cf9071e4f0e5fc3a60000bb1d4d1e", "index");
        check("1b2cf9071e4f0e5fc3a60000bb1d4d1e Sent", "fs");
        // Legacy and what only resembles it.
        check("INBOX Archives/.2012", "legacy");
        check("INBOX Archives/.2012/.May", "legacy");
        check("INBOX Archives/.2012 Lists/debian", "fs");
        check("INBOX Archives/.2012/May", "fs");
        check("INBOX Archives/2012 v1.2", "fs");
        // A dot separates levels where the parent is a folder.
        check("INBOX Archives Archives.2012", "flat:.");
        check("INBOX INBOX.Sent", "flat:.");
        check("INBOX Archives.2012", "fs");
        check("INBOX Archives.", "fs");
        check("INBOX .sbd/a b/.directory/c", "fs");
    }

    #[test]
    fn says_where_the_tree_leaves_it_open() {
        #[track_caller]
        fn check(directories: &str, about: Option<&str>) {
            let note = detect(&paths(directories)).note;
            let said = match (&note, about) {
                (Some(note), Some(about)) => note.contains(about),
                (note, about) => note.is_none() && about.is_none(),
            };
            assert!(said, "{directories}: {note:?}");
        }
        check("INBOX Lists.debian Archives.2012", Some("the dot in Archives.2012 "));
        check("INBOX v1.2", Some("flat:."));
        check("INBOX v1.2 Archives/2012", None);
        check("INBOX Archives Archives.2012 v1.2", None);
        check(". .Sent a b", Some(".Sent is taken"));
        check(". .Sent a", None);
        check("me/INBOX you/INBOX", Some("every folder ends in INBOX,"));
        check("INBOX/mAildir Sent/mAildir", None);
        check(".", None);
    }

    #[test]
    fn names_a_directory() {
        #[track_caller]
        fn check(as_layout: &str, directory: impl AsRef<[u8]>, expected: &str, visible: bool) {
            let path = path(directory.as_ref());
            let name = FolderName::typed(expected);
            let expected = Named { name, valid: true, visible };
            assert_eq!(layout(as_layout).name(path), expected, "{as_layout}");
            assert_eq!(layout(as_layout).maps(path), visible, "{as_layout}");
        }
        for any in ["single", "maildir++", "fs", "legacy", "flat", "dirname:X", "kmail", "index"] {
            check(any, "", "INBOX", true);
        }

        check("maildir++", ".a.b.c", "a/b/c", true);
        check("maildir++", ".inbox.sub", "INBOX/sub", true);
        check("maildir++", "..sub.sub", "INBOX/sub/sub", true);
        check("maildir++", "...sub", "INBOX//sub", true);
        check("maildir++", ".a..b", "a//b", true);
        check("maildir++", ".a.", "a/", true);
        check("maildir++", ".a b ", "a b ", true);
        check("maildir++", ".x:y", "x:y", true);
        check("maildir++", ".&bad", "&bad", true);
        check("maildir++", r".v1\2e2", "v1.2", true);
        check("maildir++", r".a\2fb", "a%2Fb", true);
        check("maildir++", ".v1&AC4-2", "v1.2", true);
        check("maildir++", ".a&AC8-b", "a%2Fb", true);
        check("maildir++", ".E\u{301}te\u{301}", "Été", true);
        check("maildir++", ".cur", "cur", true);
        check("maildir++", "INBOX", "INBOX", true);
        check("maildir++", "drafts", "drafts", false);
        check("maildir++", "v1.2", "v1.2", false);
        check("maildir++", ".a/draft", "a/draft", false);
        check("maildir++", ".a.b/.c.d", "a/b/.c.d", false);
        check("maildir++", "a/b/c", "a/b/c", false);
        check("single", ".Archives.2012", "Archives/2012", true);

        check("fs", "v1.2", "v1.2", true);
        check("fs", "x:y/a b ", "x:y/a b ", true);
        check("fs", ".a/.b", ".a/.b", true);
        check("fs", r"v1\2e2", r"v1\2e2", true);
        check("fs", "inbox/Inbox", "INBOX/Inbox", true);
        check("fs", "a/tmp", "a/tmp", false);
        check("fs", "cur/b", "cur/b", false);

        check("legacy", "v1.2", "v1.2", true);
        check("legacy", "a/.b/.c", "a/b/c", true);
        check("legacy", "a/..b", "a/.b", true);
        check("legacy", ".a", ".a", false);
        check("legacy", "a/b", "a/b", false);
        check("legacy", "a/.b/c", "a/b/c", false);

        check("flat:.", "v1.2", "v1/2", true);
        check("flat:.", ".a", "/a", true);
        check("flat:.", "a/b.c", "a/b/c", false);
        check("flat:--", "a--b-c---d", "a/b-c/-d", true);
        check("flat:é", "aéb", "a/b", true);

        check("dirname:X", "a/b/X", "a/b", true);
        check("dirname:X", "X/X", "X", true);
        check("dirname:X", "a/x", "a/x", false);
        check("dirname:X", "X", "X", false);
        check("dirname:X", "X/b", "X/b", false);

        check("kmail", ".a.directory/.b.directory/c", "a/b/c", true);
        check("kmail", ".inbox.directory/sub", "INBOX/sub", true);
        check("kmail", "v1.2", "v1.2", true);
        check("kmail", "a/b", "a/b", false);
        check("kmail", ".a.directory", ".a.directory", false);
        check("kmail", "..directory/a", "..directory/a", false);

        check("thunderbird", "a.sbd/b.sbd/c", "a/b/c", true);
        check("thunderbird", "a%2Fb.sbd/100%", "a%2Fb/100%", true);
        check("thunderbird", "a.sbd", "a.sbd", false);
        check("thunderbird", "a/b", "a/b", false);

        let guid = "1b2cf9071e4f0e5fc3a60000bb1d4d1e";
        check("index", guid, guid, true);
        check("index", "Sent", "Sent", false);
    }

    #[test]
    fn names_what_is_no_utf8() {
        #[track_caller]
        fn check(as_layout: &str, directory: &[u8], expected: &str) {
            let named = layout(as_layout).name(path(directory));
            assert_eq!((named.name.as_str(), named.valid), (expected, false));
        }
        check("maildir++", b".a.\xe9t\xe9", r"a/\xe9t\xe9");
        check("maildir++", b".a.\xe8t\xe8", r"a/\xe8t\xe8");
        check("fs", b"\xc3/\xa9", r"\xc3/\xa9");
        check("flat:.", b"a.\xff", r"a/\xff");
        check("thunderbird", b"a.sbd/\xff", r"a/\xff");
    }

    #[test]
    fn keeps_apart_what_the_layout_keeps_apart() {
        #[track_caller]
        fn check(as_layout: &str, directories: &[&[u8]]) {
            let layout = layout(as_layout);
            let names: BTreeSet<FolderName> =
                directories.iter().map(|directory| layout.name(path(directory)).name).collect();
            assert_eq!(names.len(), directories.len(), "{names:?}");
        }
        check("maildir++", &[b".a.b", b".a..b", b".a.b.", b".a b", b".a.b ", b".A.b", br".a\2eb"]);
        check("maildir++", &[b".a/b.c", b".a.b.c"]);
        check("maildir++", &[b".\xe9", br".\xe9", br".\e9", "..é".as_bytes()]);
        check("fs", &[b"a/b", b"a.b", b"a/.b", b".a/b", b"a%2Fb", b"a&AC8-b", br"a\2fb"]);
        check("legacy", &[b"a/.b", b"a.b", b"a/..b", b"a"]);
        check("flat", &[b"a.b", b"a..b", b"a.b.", b".a.b"]);
        check("kmail", &[b".a.directory/b", b".a.directory", b"a", b".a.directory/.b"]);
        check("thunderbird", &[b"%E9", b"\xe9", b"a.sbd/b", b"a.sbd", b"a%2Fb", b"a%252Fb"]);
    }

    #[test]
    fn is_called_by_a_word() {
        #[track_caller]
        fn check(text: &str, expected: Option<&str>) {
            let layout = text.parse::<Layout>().ok();
            assert_eq!(layout.as_ref().map(ToString::to_string).as_deref(), expected, "{text}");
            assert_eq!(expected.and_then(|text| text.parse().ok()), layout, "{text}");
        }
        for word in ["single", "maildir++", "fs", "legacy", "kmail", "thunderbird", "index"] {
            check(word, Some(word));
        }
        check("verbatim", Some("fs"));
        check("flat", Some("flat:."));
        check("imapdir", Some("flat:."));
        check("flat:/::", Some("flat:/::"));
        check("dirname:mAildir", Some("dirname:mAildir"));
        check("flat:", None);
        check("dirname:", None);
        check("dirname", None);
        check("maildir", None);
        check("fs:x", None);
        check("", None);
        assert!(UnknownLayout.to_string().contains("maildir++"));
    }
}
