//! An account's mail before it is served: letters and odd mail in folders, each under its label.

use std::fs;
use std::path::Path;

use crate::spool::{Letter, ODDITIES, Profile};
use crate::told::base_name;

/// The directories of the folders, as Dovecot names them in Maildir++: nested and in other scripts
/// than Latin ones too. The first is the INBOX.
const FOLDERS: [&str; 11] = [
    "",
    ".Archives.2011",
    ".Archives.2012",
    ".Drafts",
    ".Entw&APw-rfe.&ANw-ber uns",
    ".Lists.servers.deep",
    ".R&-D",
    ".Sent",
    ".a b",
    ".&AMk-t&AOk-",
    ".&ZeVnLIqe-",
];

/// Ordinary letters of the account.
const LETTERS: u64 = 3000;
/// Odd messages of each kind.
const EACH: u64 = 2;

/// A message in the spool.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    /// What it is: a label of an oddity, or one of those below.
    pub(crate) label: &'static str,
    /// Below the account's root.
    pub(crate) path: String,
    pub(crate) bytes: Vec<u8>,
}

impl Entry {
    /// Whether its flags say that it was passed on.
    pub(crate) fn is_forwarded(&self) -> bool {
        self.path.rsplit_once(":2,").is_some_and(|(_, flags)| flags.contains('P'))
    }
}

/// All messages of an account.
#[derive(Debug)]
pub(crate) struct Account {
    pub(crate) entries: Vec<Entry>,
}

/// What is neither odd nor one of those below.
pub(crate) const LETTER: &str = "letter";
/// Another content under the Message-ID of a letter.
pub(crate) const REUSED_ID: &str = "reused id";
/// A letter, and another whose Message-ID differs in letter case only.
pub(crate) const OTHER_CASE: &str = "id in other letters";
/// A letter once more, in another folder.
pub(crate) const COPY: &str = "copy in another folder";

impl Account {
    /// The account of this seed.
    pub(crate) fn new(seed: u64) -> Account {
        let mut account = Account { entries: Vec::new() };
        let letters = Profile { seed, ..Profile::default() };
        for number in 0..LETTERS {
            let letter = letters.letter(number);
            account.add(LETTER, &letter, letter.bytes(), 0);
        }
        account.add_strange(Profile { without_id: 0, ..letters });
        account
    }

    fn add_strange(&mut self, letters: Profile) {
        let mut numbers = LETTERS..;
        let mut next = || letters.letter(numbers.next().unwrap());
        for _ in 0..EACH {
            for oddity in ODDITIES {
                let letter = next();
                self.add(oddity.label, &letter, oddity.of(&letter), 0);
            }
            for (label, change) in [(REUSED_ID, same as fn(&str) -> String), (OTHER_CASE, swapped)]
            {
                let (first, second) = (next(), next());
                self.add(label, &first, first.bytes(), 0);
                self.add(label, &second, with_id(&second, &change(first.id.as_ref().unwrap())), 0);
            }
            let copied = next();
            self.add(COPY, &copied, copied.bytes(), 0);
            self.add(COPY, &copied, copied.bytes(), 1);
        }
    }

    /// Puts it into the folder that its number says, or `further` folders on.
    fn add(&mut self, label: &'static str, letter: &Letter, bytes: Vec<u8>, further: u64) {
        let at = usize::try_from(letter.number + further).unwrap() % FOLDERS.len();
        let name = letter.spool_name(&bytes);
        // Mail that nobody has seen lies in `new`, without a part for flags.
        let path = match name.strip_suffix(":2,") {
            Some(base) => format!("{}/new/{base}", FOLDERS[at]),
            None => format!("{}/cur/{name}", FOLDERS[at]),
        };
        let path = path.trim_start_matches('/').to_owned();
        self.entries.push(Entry { label, path, bytes });
    }

    /// The label of the message with this base name.
    pub(crate) fn label_of(&self, base: &str) -> Option<&'static str> {
        self.entries.iter().find(|entry| base_name(&entry.path) == base).map(|entry| entry.label)
    }

    /// Writes those of its messages that are wanted below `root`, in Maildir++.
    pub(crate) fn write(&self, root: &Path, wanted: impl Fn(&Entry) -> bool) {
        for part in ["cur", "new", "tmp"] {
            for folder in FOLDERS {
                fs::create_dir_all(root.join(folder).join(part)).unwrap();
            }
        }
        for entry in self.entries.iter().filter(|entry| wanted(entry)) {
            fs::write(root.join(&entry.path), &entry.bytes).unwrap();
        }
    }
}

/// Its bytes with another Message-ID.
fn with_id(letter: &Letter, id: &str) -> Vec<u8> {
    let own = letter.id.as_ref().unwrap();
    let fields = letter.fields.iter().map(|field| field.replace(own, id)).collect();
    Letter { fields, ..letter.clone() }.bytes()
}

fn same(id: &str) -> String {
    id.to_owned()
}

/// With each small letter as a capital, and the other way round.
fn swapped(id: &str) -> String {
    let swap = |letter: char| {
        if letter.is_ascii_lowercase() {
            letter.to_ascii_uppercase()
        } else {
            letter.to_ascii_lowercase()
        }
    };
    id.chars().map(swap).collect()
}
