//! Findings: what is wrong with a tree, whether or not the other tree differs.

use std::path::PathBuf;

/// Something wrong with a tree, at one place of it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Finding {
    /// What it is.
    pub kind: Kind,
    /// Where, relative to the root of the tree.
    pub path: PathBuf,
    /// What is known beyond the kind, in a few words; may be empty.
    pub detail: String,
}

/// The kinds of findings, the ones that hide mail first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// Mail directly in a folder's directory, outside `cur` and `new`: no mail program sees it.
    MisfiledRoot,
    /// Mail in a stray directory below a folder.
    MisfiledSubdir,
    /// A folder without `cur` and `new` that directly holds mail.
    MissingSubdir,
    /// A folder with mail that a server of the tree's layout does not list.
    InvisibleFolder,
    /// Two directories with one canonical folder name.
    FolderNameCollision,
    /// A second way, through a link, to a directory that has been read already.
    FolderLinkedTwice,
    /// A link to a directory that is no folder, so that what lies behind it was not read.
    LinkNotFollowed,
    /// A control directory in which a `cur` or `new` holds files.
    MetadataAsFolder,
    /// Two files of one folder with one base name: Dovecot shows only one of them.
    DuplicateBase,
    /// The `S=` in the name is not the size: Dovecot cannot serve the message.
    WrongSizeS,
    /// A message of no bytes.
    EmptyMessage,
    /// A file left in `tmp`.
    TmpLeftover,
    /// Mail in a dot file of `cur` or `new`.
    HiddenFile,
}

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Mail is invisible, truncated, or a program stops.
    Error,
    /// Programs disagree about it, or will.
    Warning,
    /// Good to know.
    Info,
}

impl Kind {
    /// The stable name in reports: `tmp-leftover`.
    pub fn id(self) -> &'static str {
        match self {
            Kind::MisfiledRoot => "misfiled-root",
            Kind::MisfiledSubdir => "misfiled-subdir",
            Kind::MissingSubdir => "missing-subdir",
            Kind::InvisibleFolder => "invisible-folder",
            Kind::FolderNameCollision => "folder-name-collision",
            Kind::FolderLinkedTwice => "folder-linked-twice",
            Kind::LinkNotFollowed => "link-not-followed",
            Kind::MetadataAsFolder => "metadata-as-folder",
            Kind::DuplicateBase => "duplicate-base",
            Kind::WrongSizeS => "wrong-size-s",
            Kind::EmptyMessage => "empty-message",
            Kind::TmpLeftover => "tmp-leftover",
            Kind::HiddenFile => "hidden-file",
        }
    }

    /// How bad a finding of this kind is.
    pub fn severity(self) -> Severity {
        match self {
            Kind::MisfiledRoot
            | Kind::MisfiledSubdir
            | Kind::MissingSubdir
            | Kind::InvisibleFolder
            | Kind::FolderNameCollision
            | Kind::DuplicateBase
            | Kind::WrongSizeS => Severity::Error,
            Kind::EmptyMessage | Kind::TmpLeftover | Kind::HiddenFile | Kind::FolderLinkedTwice => {
                Severity::Warning
            }
            Kind::LinkNotFollowed | Kind::MetadataAsFolder => Severity::Info,
        }
    }

    /// What it means, for people who meet the name for the first time.
    pub fn meaning(self) -> &'static str {
        match self {
            Kind::MisfiledRoot => "mail beside cur/ and new/: no server shows it",
            Kind::MisfiledSubdir => "mail in a stray directory: no server shows it",
            Kind::MissingSubdir => "a folder without cur/ and new/",
            Kind::InvisibleFolder => "mail in a folder that no server of this layout shows",
            Kind::FolderNameCollision => {
                "two directories of one folder name, compared as one folder"
            }
            Kind::FolderLinkedTwice => "a second way to a directory, read once",
            Kind::LinkNotFollowed => "a link to a directory that is no folder, not followed",
            Kind::MetadataAsFolder => "a control directory that a server has made a mailbox of",
            Kind::DuplicateBase => "two files of one base name: Dovecot shows one of them",
            Kind::WrongSizeS => "S= is not the size: Dovecot cannot serve it",
            Kind::EmptyMessage => "a message of no bytes",
            Kind::TmpLeftover => "left in tmp/: not delivered",
            Kind::HiddenFile => "mail in a dot file: no server shows it",
        }
    }
}

impl Severity {
    /// The word in reports: `error`, `warning` or `info`.
    pub fn word(self) -> &'static str {
        match self {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Info => "info",
        }
    }
}
