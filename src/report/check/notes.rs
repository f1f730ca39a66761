//! What the steps of a script do, what that costs, and what they must not be taken for: the comment
//! above each group of them.

use crate::cure::Action;
use crate::finding::Kind;

/// The lines above steps of one kind.
pub(super) fn notes(action: &Action, kind: Kind) -> &'static [&'static str] {
    match action {
        Action::Make(_) => &["Does: mkdir. Costs nothing."],
        Action::Move { .. } => of_moves(kind),
        Action::Remove { .. } => of_removals(kind),
    }
}

fn of_moves(kind: Kind) -> &'static [&'static str] {
    match kind {
        Kind::MisfiledRoot | Kind::MisfiledSubdir => &[
            "Does: moves each into cur/ of its folder (new/, if its name has no flags part).",
            "Costs: servers show them from then on, as new mail with new UIDs. The names of stray",
            "directories are lost.",
        ],
        Kind::InvisibleFolder => &[
            "Does: moves the mail to a folder of that name that servers show.",
            "Costs: servers show it from then on. The old directories are left empty: rmdir them.",
        ],
        Kind::TmpLeftover => &[
            "Does: moves to new/ what the tree has nowhere else.",
            "Costs: it is shown as new mail. Look at it first: it may be cut short.",
        ],
        Kind::HiddenFile => &[
            "Does: gives mail that the tree has nowhere else a name without the dot.",
            "Costs: it is shown as new mail. Look at it first: it may be cut short.",
        ],
        Kind::WrongSizeS => &[
            "Does: writes the real size into the name, and leaves ,W= out.",
            "Costs: a new base name is a new UID in Dovecot: every client and replica downloads",
            "the message again. Dovecot's maildir-size-fix.pl keeps the UIDs, and drops W= too.",
            "Must not: be done where S= was right and the file was cut short. Restore that first.",
            "Must not: be helped by deleting a replica's copy: mbsync would delete the message.",
        ],
        Kind::WrongSizeW => &[
            "Does: leaves ,W= out of the name, so that the server counts anew.",
            "Costs: a new base name is a new UID in Dovecot: every client and replica downloads",
            "the message again, this time whole.",
            "Must not: be helped by deleting a replica's bad copy: mbsync would delete the rest.",
        ],
        Kind::DuplicateBase => &[
            "Does: gives the second of two files a base name of its own.",
            "Costs: a new base name is a new UID in Dovecot, and a download for every client.",
        ],
        Kind::DuplicateUid => &[
            "Does: leaves ,U= out of the second name, so that mbsync gives it a UID of its own.",
            "Costs: mbsync copies it to the server, as any new message. Which of the two the",
            "server knows by that UID no name tells: if it is the second, give it back to that.",
            "Must not: be helped by deleting the file: mbsync would delete the message.",
        ],
        Kind::ForeignFile => &[
            "Does: moves what a desktop left among the messages up into the folder's directory.",
            "Costs: a server tells its clients that a message is deleted.",
        ],
        _ => &[
            "Does: gives each a name that programs can handle.",
            "Costs: a new base name is a new UID in Dovecot, and a download for every client;",
            "where only flags change, nothing.",
        ],
    }
}

fn of_removals(kind: Kind) -> &'static [&'static str] {
    match kind {
        Kind::TmpLeftover | Kind::HiddenFile => &[
            "Does: removes what has no bytes, and what a delivered message, named above each line,",
            "has too.",
        ],
        Kind::DanglingSymlink => &[
            "Does: removes links whose target is gone, although its directory is there.",
            "Must not: be done where the target is on a disk that will come back.",
        ],
        Kind::SpecialFile => &["Does: removes what is no file: nothing can be in it."],
        _ => &[
            "Does: removes copies; above each line stands the message that has all of it.",
            "Costs: what servers showed they tell their clients to be deleted.",
        ],
    }
}
