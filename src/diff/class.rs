//! The words of a comparison: classes, marks, reasons, and their counts.

use std::fmt;

use serde::Serialize;

use crate::side::Side;

/// What a pair, or a file without a partner, is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Class {
    /// A message of the left that is not on the right.
    OnlyLeft,
    /// A message of the right that is not on the left.
    OnlyRight,
    /// A pair in two folders.
    Moved,
    /// A further copy without a partner of a message that both sides have.
    Copies,
    /// A pair in one folder.
    Same,
}

impl Class {
    /// All of them, the ones that matter most first.
    pub const ALL: [Class; 5] =
        [Class::OnlyLeft, Class::OnlyRight, Class::Moved, Class::Copies, Class::Same];

    /// The class of a message that only this side has.
    pub fn only(side: Side) -> Class {
        match side {
            Side::Left => Class::OnlyLeft,
            Side::Right => Class::OnlyRight,
        }
    }

    /// The class of that name.
    pub fn named(word: &str) -> Option<Class> {
        Class::ALL.into_iter().find(|class| class.word() == word)
    }

    /// The stable name in reports and options: `only-left`.
    pub fn word(self) -> &'static str {
        match self {
            Class::OnlyLeft => "only-left",
            Class::OnlyRight => "only-right",
            Class::Moved => "moved",
            Class::Copies => "copies",
            Class::Same => "same",
        }
    }
}

/// What else is to be said of a pair.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Mark {
    /// The canonical contents differ.
    Content,
    /// Delivered on one side, misfiled on the other.
    Misfiled,
    /// The same content under another Message-ID, or none.
    Rekeyed,
    /// The Message-IDs are equal only without regard to letter case.
    CaseOnly,
    /// One of the flags P R S T D F differs.
    Flags,
}

impl Mark {
    /// All of them, the ones that matter most first.
    pub const ALL: [Mark; 5] =
        [Mark::Content, Mark::Misfiled, Mark::Rekeyed, Mark::CaseOnly, Mark::Flags];

    /// The mark of that name.
    pub fn named(word: &str) -> Option<Mark> {
        Mark::ALL.into_iter().find(|mark| mark.word() == word)
    }

    /// The stable name in reports and options: `case-only`.
    pub fn word(self) -> &'static str {
        match self {
            Mark::Content => "content",
            Mark::Misfiled => "misfiled",
            Mark::Rekeyed => "rekeyed",
            Mark::CaseOnly => "case-only",
            Mark::Flags => "flags",
        }
    }
}

/// Why a message is on one side only, or why a pair's content differs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reason {
    /// The other side has it, but in `tmp/`.
    InTmpOf(Side),
    /// The other side has it, but in a dot file.
    HiddenOn(Side),
    /// It lies outside `cur/` and `new/`, where no server looks.
    Misfiled,
    /// It lies in `tmp/`, and nowhere else.
    Tmp,
    /// It lies in a dot file, and nowhere else.
    Hidden,
    /// It has no usable Message-ID, and is one of more than the other side has of such.
    Unidentified,
    /// Its folder is one that a server of this layout does not list.
    InvisibleFolder,
    /// Nothing is in it.
    Empty,
    /// No empty line ends its header.
    NoHeaderEnd,
    /// It is mbsync's stand-in for a message over its MaxSize.
    Placeholder,
    /// One copy is the beginning of the other; or a server with this file serves only its
    /// beginning.
    TruncatedCopy,
    /// One copy has no body; or it has none at all.
    NoBody,
    /// The size that its name tells is wrong.
    WrongSizeS,
    /// Another file of its folder has its base name.
    DuplicateBase,
    /// The other side has no such folder, for its layout has no directory for one of that name.
    FolderNameRefused,
    /// The other side has no such folder.
    FolderAbsent,
    /// Another message has its Message-ID.
    ReusedId,
    /// The contents differ in no way that has a name.
    Differs,
    /// Nothing that is known explains it.
    Unexplained,
}

impl Reason {
    /// The stable words in reports.
    pub fn words(self) -> &'static str {
        match self {
            Reason::InTmpOf(Side::Left) => "lies in tmp/ of the left",
            Reason::InTmpOf(Side::Right) => "lies in tmp/ of the right",
            Reason::HiddenOn(Side::Left) => "lies in a hidden file of the left",
            Reason::HiddenOn(Side::Right) => "lies in a hidden file of the right",
            Reason::Misfiled => "misfiled",
            Reason::Tmp => "tmp",
            Reason::Hidden => "hidden",
            Reason::Unidentified => "unidentified",
            Reason::InvisibleFolder => "invisible folder",
            Reason::Empty => "empty",
            Reason::NoHeaderEnd => "no end of header",
            Reason::Placeholder => "placeholder",
            Reason::TruncatedCopy => "truncated copy",
            Reason::NoBody => "no body",
            Reason::WrongSizeS => "wrong S=",
            Reason::DuplicateBase => "duplicate base name",
            Reason::FolderNameRefused => "folder name refused",
            Reason::FolderAbsent => "folder absent",
            Reason::ReusedId => "reused id",
            Reason::Differs => "differs",
            Reason::Unexplained => "unexplained",
        }
    }

    /// What it means; the cure depends on the message.
    pub fn meaning(self) -> &'static str {
        match self {
            Reason::InTmpOf(_) => "a delivery that was never finished there",
            Reason::Misfiled => "not in cur/ or new/, so that no server shows it",
            Reason::Tmp => "never delivered, and nowhere else",
            Reason::Hidden | Reason::HiddenOn(_) => "no server shows a dot file",
            Reason::Unidentified => {
                "no Message-ID, and more such messages here than there: which is missing is unknown"
            }
            Reason::InvisibleFolder => "a server of this layout does not list its folder",
            Reason::Empty => "nothing in it to compare",
            Reason::NoHeaderEnd => "mbsync before 1.5 passes it over, and never tries again",
            Reason::Placeholder => "mbsync's stand-in for a message over its MaxSize",
            Reason::TruncatedCopy => {
                "cut short, as a server does where W= in the name is too small"
            }
            Reason::NoBody => "only its header is there",
            Reason::WrongSizeS => "S= in the name is not the size: Dovecot cannot serve it",
            Reason::DuplicateBase => "Dovecot shows only one of two files of a base name",
            Reason::FolderNameRefused => {
                "a level of its folder's name holds what separates levels in the layout there"
            }
            Reason::FolderAbsent => "the other side has no such folder",
            Reason::ReusedId => "another message has the same Message-ID",
            Reason::Differs => "the same Message-ID, another content",
            Reason::Unexplained => "no cause seen in the trees: never copied, or deleted there",
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.words())
    }
}

/// How many there are of each class (`same` and `moved` in pairs, the others in files) and of each
/// mark (in pairs).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs, reason = "the fields are the classes and marks")]
pub struct Counts {
    pub same: u64,
    pub moved: u64,
    pub copies: u64,
    pub only_left: u64,
    pub only_right: u64,
    pub content: u64,
    pub misfiled: u64,
    pub rekeyed: u64,
    pub case_only: u64,
    pub flags: u64,
}

impl Counts {
    /// The count of a class.
    pub fn class(&self, class: Class) -> u64 {
        match class {
            Class::OnlyLeft => self.only_left,
            Class::OnlyRight => self.only_right,
            Class::Moved => self.moved,
            Class::Copies => self.copies,
            Class::Same => self.same,
        }
    }

    /// The count of a mark.
    pub fn mark(&self, mark: Mark) -> u64 {
        match mark {
            Mark::Content => self.content,
            Mark::Misfiled => self.misfiled,
            Mark::Rekeyed => self.rekeyed,
            Mark::CaseOnly => self.case_only,
            Mark::Flags => self.flags,
        }
    }

    pub(crate) fn class_mut(&mut self, class: Class) -> &mut u64 {
        match class {
            Class::OnlyLeft => &mut self.only_left,
            Class::OnlyRight => &mut self.only_right,
            Class::Moved => &mut self.moved,
            Class::Copies => &mut self.copies,
            Class::Same => &mut self.same,
        }
    }

    pub(crate) fn mark_mut(&mut self, mark: Mark) -> &mut u64 {
        match mark {
            Mark::Content => &mut self.content,
            Mark::Misfiled => &mut self.misfiled,
            Mark::Rekeyed => &mut self.rekeyed,
            Mark::CaseOnly => &mut self.case_only,
            Mark::Flags => &mut self.flags,
        }
    }
}

/// Where every file of a side went: `files` is the sum of all the others, and what an independent
/// `find ROOT ! -type d | wc -l` counts (followed links to directories apart).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[allow(missing_docs, reason = "the fields are the classes, and the places of what has none")]
pub struct Ledger {
    pub files: u64,
    pub same: u64,
    pub moved: u64,
    pub copies: u64,
    pub only: u64,
    pub leftover: u64,
    pub control: u64,
    pub foreign: u64,
    pub unreadable: u64,
    pub vanished: u64,
    pub excluded: u64,
}

impl Ledger {
    /// How many messages have a class.
    pub fn messages(&self) -> u64 {
        self.same + self.moved + self.copies + self.only
    }

    /// Whether the parts make the whole.
    pub fn balances(&self) -> bool {
        let mail = self.messages() + self.leftover;
        let rest = self.control + self.foreign + self.unreadable + self.vanished + self.excluded;
        self.files == mail + rest
    }
}
