//! Single messages that are larger than any: the memory they take does not depend on them.

use std::fs::File;
use std::io::{BufWriter, Seek, SeekFrom, Write};
use std::path::Path;

use crate::tree::{Tree, anonymous, mail, tool};

use super::measured::{Measured, ROOM, Scale};

/// A message of 5 GB, most of which is a hole in its file; and one without an id, whose key is its
/// content.
pub(crate) fn sparse_message(scale: Scale) {
    let size = scale.bytes(5 << 30);
    let build = |tree: &Path| {
        for (name, mail) in [("1:2,S", mail("huge")), ("2:2,S", anonymous())] {
            let mut file = File::create(tree.join("cur").join(name)).unwrap();
            file.write_all(&mail.bytes()).unwrap();
            file.seek(SeekFrom::Start(size)).unwrap();
            file.write_all(b"\nand an end\n").unwrap();
        }
    };
    ask_everything("sparse message", build, "huge@example.org");
}

/// A header that is one field of 1 GB, with the id behind it.
pub(crate) fn long_header(scale: Scale) {
    let line = vec![b'x'; 1 << 16];
    write_header("header", scale.bytes(1 << 30) / line.len() as u64, &line, [b"X-Long: ", b"\n"]);
}

/// A header of ten million fields, with the id behind them.
pub(crate) fn many_fields(scale: Scale) {
    write_header("fields", scale.of(10_000_000), b"X-Field: 1\n", [b"", b""]);
}

fn write_header(what: &str, times: u64, line: &[u8], around: [&[u8]; 2]) {
    let build = |tree: &Path| {
        let mut file = BufWriter::new(File::create(tree.join("cur/1:2,S")).unwrap());
        file.write_all(b"From: Ann <ann@example.org>\n").unwrap();
        file.write_all(around[0]).unwrap();
        (0..times).for_each(|_| file.write_all(line).unwrap());
        file.write_all(around[1]).unwrap();
        file.write_all(b"Message-ID: <late@example.org>\n\nHello Bob\n").unwrap();
        file.flush().unwrap();
    };
    ask_everything(what, build, "late@example.org");
}

/// Every question about two trees that are built so; with one thread, for a buffer is one's own.
fn ask_everything(what: &str, build: impl Fn(&Path), id: &str) {
    let (left, right) = (Tree::new(), Tree::new());
    build(left.root());
    build(right.root());
    let run = |words: &str| {
        let mut tool = tool();
        tool.args(words.split_whitespace().map(|word| match word {
            "LEFT" => left.root(),
            "RIGHT" => right.root(),
            word => Path::new(word),
        }));
        Measured::of(&format!("{what}: {}", words.replace(" LEFT", "")), &mut tool)
    };
    run("--brief --content LEFT RIGHT").within(0, ROOM).tells("THE SAME");
    run("check -q --fail-on none LEFT").within(0, ROOM);
    run("index -o /dev/null LEFT").within(0, ROOM);
    let explained = run(&format!("explain {id} LEFT RIGHT")).within(0, ROOM);
    explained.tells(id);
}
