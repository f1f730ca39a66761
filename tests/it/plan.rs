//! Random trees: plans of a few files out of few ids, contents and folders, so that everything
//! meets everything; and what they become on a disk, in one layout or another.

use std::collections::BTreeMap;

use proptest::prelude::*;

use crate::export::{Writer, mbox};
use crate::tree::{Mail, Tree, anonymous, mail};

/// The folders of a plan, in an order that is that of their paths in every layout, INBOX apart.
const FOLDERS: [&[&str]; 4] = [&[], &["Archives", "2012"], &["Lists", "Été"], &["Sent"]];
const IDS: [&str; 4] = ["a", "b", "Mixed.Case", "d+e"];
/// The first two are of one length; the last stands for a header that does not end.
const BODIES: [&str; 5] = ["one\n", "two\n", "a third\n\nof some lines\n", "", HEADLESS];
const HEADLESS: &str = "\0";
const BLANKS: [&[u8]; 3] = [b"", b"\0\0\0", b"\n"];
const CONTROLS: [&str; 3] = ["dovecot-uidlist", "maildirfolder", "cur/.uidvalidity"];
const FOREIGN: [&str; 3] = ["notes.txt", "cur/.keep", "draft/picture.gif"];
const FLAGS: [&str; 3] = ["", "S", "RS"];

/// How the folders of a tree lie on a disk.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Layout {
    MaildirPlusPlus,
    Fs,
    Legacy,
}

/// Where in a folder a file lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    Cur,
    New,
    Root,
    Stray,
    Tmp,
    Hidden,
}

/// What a file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum What {
    Mail { id: Option<usize>, body: usize },
    Blank(usize),
    Control(usize),
    Foreign(usize),
}

/// One file.
#[derive(Clone, Debug)]
pub(crate) struct Item {
    /// Makes its name: no other file of its plan has it.
    number: usize,
    folder: usize,
    pub(crate) place: Place,
    pub(crate) what: What,
    flags: usize,
}

/// The files of a tree.
#[derive(Clone, Debug)]
pub(crate) struct Plan(pub(crate) Vec<Item>);

/// What some files of a plan may be and where.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Scope {
    pub(crate) places: &'static [Place],
    /// Not only mail: files without content, control files and foreign ones.
    pub(crate) others: bool,
    /// Messages without an id.
    pub(crate) anonymous: bool,
    /// One id with several contents.
    pub(crate) reused: bool,
}

/// Everything that there is.
pub(crate) const ANYTHING: Scope = Scope {
    places: &[
        Place::Cur,
        Place::Cur,
        Place::Cur,
        Place::New,
        Place::Root,
        Place::Stray,
        Place::Tmp,
        Place::Hidden,
    ],
    others: true,
    anonymous: true,
    reused: true,
};

/// Everything of which the layout does not decide what it is.
pub(crate) const ANYWHERE: Scope = Scope {
    places: &[Place::Cur, Place::Cur, Place::New, Place::Root, Place::Tmp, Place::Hidden],
    ..ANYTHING
};

/// Messages, none without content.
pub(crate) const MESSAGES: Scope =
    Scope { places: &[Place::Cur, Place::Cur, Place::New, Place::Root], others: false, ..ANYTHING };

/// Messages where a server shows them.
pub(crate) const DELIVERED: Scope = Scope { places: &[Place::Cur, Place::New], ..MESSAGES };

/// Plans with at least one delivered message.
pub(crate) fn plans(scope: Scope) -> impl Strategy<Value = Plan> {
    let first = items(Scope { places: &[Place::Cur], others: false, ..scope });
    let more = prop::collection::vec(items(scope), 0..10);
    (first, more).prop_map(|(first, more)| {
        let items = [first].into_iter().chain(more).enumerate();
        Plan(items.map(|(number, item)| Item { number, ..item }).collect())
    })
}

fn items(scope: Scope) -> impl Strategy<Value = Item> {
    let place = prop::sample::select(scope.places);
    (0..FOLDERS.len(), place, whats(scope), 0..FLAGS.len())
        .prop_map(|(folder, place, what, flags)| Item { number: 0, folder, place, what, flags })
}

fn whats(scope: Scope) -> impl Strategy<Value = What> {
    let id = 0..IDS.len() + usize::from(scope.anonymous);
    let mail = (id, 0..BODIES.len()).prop_map(move |(id, body)| {
        let body = if scope.reused { body } else { id % BODIES.len() };
        What::Mail { id: (id < IDS.len()).then_some(id), body }
    });
    let others = u32::from(scope.others);
    prop_oneof![
        8 => mail,
        others => (0..BLANKS.len()).prop_map(What::Blank),
        others => (0..CONTROLS.len()).prop_map(What::Control),
        others => (0..FOREIGN.len()).prop_map(What::Foreign),
    ]
}

impl Item {
    /// Its bytes.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        match self.what {
            What::Mail { id, body } => mail_bytes(id, BODIES[body]),
            What::Blank(blank) => BLANKS[blank].to_vec(),
            What::Control(_) => b"3 V1 N2\n".to_vec(),
            What::Foreign(_) => b"no mail\n".to_vec(),
        }
    }

    /// Its path.
    fn path(&self, layout: Layout) -> String {
        let folder = layout.directory(FOLDERS[self.folder]);
        let inside = match self.what {
            What::Control(control) => CONTROLS[control].to_owned(),
            What::Foreign(foreign) => FOREIGN[foreign].to_owned(),
            What::Mail { .. } | What::Blank(_) => self.place_in_folder(),
        };
        format!("{folder}{inside}")
    }

    fn place_in_folder(&self) -> String {
        let number = self.number;
        match self.place {
            Place::Cur => format!("cur/{number}.M1P1.host:2,{}", FLAGS[self.flags]),
            Place::New => format!("new/{number}.M1P1.host"),
            Place::Root => format!("msg.{number}"),
            Place::Stray => format!("draft/msg.{number}"),
            Place::Tmp => format!("tmp/{number}.M1P1.host"),
            Place::Hidden => format!("cur/.{number}.M1P1.host"),
        }
    }

    fn table_row(&self) -> String {
        let mailbox = match FOLDERS[self.folder] {
            [] => "INBOX".to_owned(),
            levels => levels.join("/"),
        };
        let flags = match (self.place, FLAGS[self.flags]) {
            (Place::Cur, "S") => "\\Seen",
            (Place::Cur, "RS") => "\\Answered \\Seen",
            _ => "\\Recent",
        };
        let id = match self.what {
            What::Mail { id: Some(id), .. } => format!("<{}@example.org>", IDS[id]),
            _ => String::new(),
        };
        format!("{mailbox}\t{}\t{flags}\t{id}\n", self.number + 1)
    }

    /// The fields that tell in an mbox what its name tells in a Maildir.
    fn status(&self) -> String {
        let flags = if self.place == Place::Cur { FLAGS[self.flags] } else { "" };
        let read = if flags.contains('S') { "Status: RO\n" } else { "" };
        let answered = if flags.contains('R') { "X-Status: A\n" } else { "" };
        format!("{read}{answered}")
    }

    /// Whether two files are copies of one message.
    pub(crate) fn is_copy_of(&self, other: &Item) -> bool {
        self.what == other.what
    }
}

fn mail_bytes(id: Option<usize>, body: &str) -> Vec<u8> {
    let mail: Mail = id.map_or_else(anonymous, |id| mail(IDS[id])).dated("2024-05-17");
    if body == HEADLESS {
        let mut bytes = mail.saying("").bytes();
        bytes.pop();
        return bytes;
    }
    mail.about(&format!("{} letters", body.len())).saying(body).bytes()
}

impl Layout {
    /// The directory of a folder, with a slash at its end; nothing for INBOX.
    fn directory(self, levels: &[&str]) -> String {
        match (self, levels) {
            (_, []) => String::new(),
            (Layout::MaildirPlusPlus, _) => format!(".{}/", levels.join(".")),
            (Layout::Fs, _) => format!("{}/", levels.join("/")),
            (Layout::Legacy, _) => format!("{}/", levels.join("/.")),
        }
    }
}

impl Plan {
    /// The table of the messages, as a server prints it that has them all.
    pub(crate) fn table(&self) -> String {
        let titles = "mailbox\tuid\tflags\thdr.message-id\n".to_owned();
        titles + &self.0.iter().map(Item::table_row).collect::<String>()
    }

    /// The tree that was planned, as Maildir++.
    pub(crate) fn build(&self) -> Tree {
        self.build_as(Layout::MaildirPlusPlus, &<[u8]>::to_vec)
    }

    /// The tree in a layout, each message changed as transport or a program might.
    pub(crate) fn build_as(&self, layout: Layout, change: &dyn Fn(&[u8]) -> Vec<u8>) -> Tree {
        let mut tree = Tree::new();
        for item in &self.0 {
            let bytes = match item.what {
                What::Mail { .. } => change(&item.bytes()),
                _ => item.bytes(),
            };
            tree =
                tree.folder(layout.directory(FOLDERS[item.folder])).with(item.path(layout), bytes);
        }
        tree
    }

    /// The same as mboxes, each of a folder with mail in it; of messages only.
    pub(crate) fn mboxes(&self, writer: Writer) -> Tree {
        let mut folders: BTreeMap<usize, Vec<Vec<u8>>> = BTreeMap::new();
        for item in &self.0 {
            let message = [item.status().as_bytes(), &item.bytes()].concat();
            folders.entry(item.folder).or_default().push(message);
        }
        folders.into_iter().fold(Tree::bare(), |tree, (folder, messages)| {
            let levels = FOLDERS[folder];
            let path = if levels.is_empty() { "INBOX".to_owned() } else { levels.join("/") };
            tree.with(path + ".mbox", mbox(writer, messages))
        })
    }

    /// The plan without one of its files, and that file.
    pub(crate) fn take(&self, choice: prop::sample::Index) -> (Item, Plan) {
        let mut left = self.clone();
        let taken = left.0.remove(choice.index(self.0.len()));
        (taken, left)
    }
}
