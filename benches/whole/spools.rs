//! Two trees: a spool as Dovecot keeps it, and its replica as mbsync makes one.

use std::fs;
use std::path::{Path, PathBuf};

use rayon::prelude::*;

use crate::spool::Profile;

/// Mail is small, but for some of it.
const PROFILE: Profile = Profile { seed: 1, body: 1_200, longest_body: 100_000, without_id: 10 };
const FOLDERS: u64 = 30;
/// The replica lacks one message in so many.
const LOST: u64 = 5_000;

/// The left and the right of so many messages, which are written unless an earlier run has.
pub(crate) fn make(directory: &Path, messages: u64) -> [PathBuf; 2] {
    let trees = ["left", "right"].map(|side| directory.join(messages.to_string()).join(side));
    let done = directory.join(messages.to_string()).join("done");
    if done.exists() {
        return trees;
    }
    println!("writing 2 x {messages} messages to {}", directory.display());
    let [left, right] = &trees;
    for folder in 0..FOLDERS {
        for tree in &trees {
            for part in ["cur", "new", "tmp"] {
                fs::create_dir_all(tree.join(folder_name(folder)).join(part)).unwrap();
            }
        }
    }
    (0..messages).into_par_iter().for_each(|number| {
        let letter = PROFILE.letter(number);
        let cur = Path::new(&folder_name(folder_of(number))).join("cur");
        let bytes = letter.bytes();
        fs::write(left.join(&cur).join(letter.spool_name(&bytes)), bytes).unwrap();
        if number % LOST != LOST - 1 {
            let name = letter.replica_name(number + 1);
            fs::write(right.join(&cur).join(name), letter.pulled()).unwrap();
        }
    });
    fs::write(done, "").unwrap();
    trees
}

/// A quarter of all mail is in INBOX.
fn folder_of(number: u64) -> u64 {
    if number.is_multiple_of(4) { 0 } else { 1 + (number / 4 + number) % (FOLDERS - 1) }
}

fn folder_name(folder: u64) -> String {
    match folder {
        0 => String::new(),
        1..10 => format!(".Archives.{}", 2010 + folder),
        _ => format!(".Lists.list-{folder}"),
    }
}
