//! A folder of 2 million files.

use std::fs;

use crate::tree::{Tree, mail, tool};

use super::measured::{Measured, ROOM, Scale};

/// What a message of a comparison may take, in bytes, names and ids of ordinary length included.
const PER_MESSAGE: u64 = 300;

/// One folder, told of in every way; its saved index stands for it.
pub(crate) fn crowded_folder(scale: Scale) {
    let files = scale.of(2_000_000);
    let (tree, elsewhere) = (Tree::new(), Tree::bare());
    for at in 0..files {
        let name = format!("cur/{}.M{at}P1.host:2,S", 1_600_000_000 + at);
        fs::write(tree.path(name), mail(&at.to_string()).bytes()).unwrap();
    }
    let index = elsewhere.path("index");
    let room = |messages: u64| ROOM + messages * PER_MESSAGE / (1 << 20);
    let saving = Measured::of("crowd: index", tool().args(["index", "-o"]).arg(&index).arg(&tree));
    // What a line tells beyond the record, headers among it, is kept until it is written.
    saving.within(0, room(2 * files));
    let compare = Measured::of("crowd: compare", tool().arg("--brief").arg(&index).arg(&tree));
    compare.within(0, room(2 * files)).tells(&format!("THE SAME: {} messages", grouped(files)));
    let check = Measured::of("crowd: check", tool().args(["check", "-q"]).arg(&tree));
    check.within(0, room(2 * files));
}

/// A number as reports have it.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let groups = digits.as_bytes().rchunks(3).rev();
    let groups: Vec<&str> = groups.map(|group| std::str::from_utf8(group).unwrap()).collect();
    groups.join(",")
}
