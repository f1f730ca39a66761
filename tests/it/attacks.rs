//! What strangers may write into mail and names to deceive whoever reads a report: as data, and two
//! trees that are full of it.

use crate::tree::{Tree, anonymous, mail, raw};

/// What stands behind every line end of an attack: no line of a report may begin with it.
pub(crate) const FORGED: &str = "FORGED";

/// Attacks, each with a name that is one word.
pub(crate) const ATTACKS: [(&str, &[u8]); 62] = [
    // What terminals obey.
    ("colour", b"\x1b[35mred\x1b[m"),
    ("clear", b"\x1b[2J\x1b[H"),
    ("title", b"\x1b]0;title\x07"),
    ("link", b"\x1b]8;;https://example.org\x1b\\click\x1b]8;;\x1b\\"),
    ("answer", b"\x1b[6n\x1b[c\x05"),
    ("paste", b"\x1b]52;c;bHM=\x07"),
    ("device", b"\x1bP+q544e\x1b\\"),
    ("c1", "\u{9b}35m\u{90}x\u{9c}".as_bytes()),
    ("c1-bytes", b"\x9b35m\x9d0;x\x9c"),
    ("bell", b"ding\x07"),
    ("backspace", b"5\x08\x089"),
    ("delete", b"a\x7f\x7fb"),
    ("shift-out", b"a\x0eb\x0f"),
    ("tab", b"a\tb"),
    // Lines that are none of ours.
    ("line-feed", b"x\nFORGED"),
    ("return", b"x\rFORGED"),
    ("both", b"x\r\nFORGED"),
    ("vertical-tab", b"x\x0bFORGED"),
    ("form-feed", b"x\x0cFORGED"),
    ("next-line", "x\u{85}FORGED".as_bytes()),
    ("line-separator", "x\u{2028}FORGED".as_bytes()),
    ("paragraph-separator", "x\u{2029}FORGED".as_bytes()),
    ("record-separators", b"x\x1cFORGED\x1dFORGED\x1eFORGED"),
    ("ends-in-lines", b"x\n\n"),
    ("comment", b"x\n# FORGED\nFORGED"),
    ("verdict", b"COMPLETE: all messages of the left (9) are on the right."),
    ("sound", b"SOUND: no error and no warning in 9 messages."),
    ("same", b"THE SAME: 9 messages on both sides. Every content was compared."),
    ("total", b"total"),
    ("columns", b"INBOX      9     9     9          .           .      .       .        ."),
    ("wide-blanks", "INBOX\u{3000}\u{3000}9\u{a0}\u{a0}9".as_bytes()),
    // What is not to be seen, or is seen elsewhere.
    ("override", "\u{202e}gpj.exe\u{202c}".as_bytes()),
    ("isolate", "\u{2067}abc\u{2069}\u{2066}d\u{2068}".as_bytes()),
    ("marks", "a\u{200e}b\u{200f}c\u{61c}d".as_bytes()),
    ("zero-width", "a\u{200b}b\u{200c}c\u{200d}d\u{2060}e\u{feff}f".as_bytes()),
    ("soft-hyphen", "a\u{ad}b\u{34f}c\u{180e}d".as_bytes()),
    ("fillers", "\u{3164}\u{115f}\u{1160}\u{ffa0}\u{2800}".as_bytes()),
    ("tags", "a\u{e0001}\u{e0041}\u{e007f}".as_bytes()),
    ("selectors", "a\u{fe00}\u{fe0f}\u{e0100}\u{180b}".as_bytes()),
    ("annotation", "a\u{fff9}b\u{fffa}c\u{fffb}".as_bytes()),
    ("nobodys", "a\u{ffff}\u{fdd0}\u{10ffff}".as_bytes()),
    ("private", "a\u{e0a0}\u{f8ff}\u{10eeee}".as_bytes()),
    ("music", "a\u{1d173}b\u{1d17a}c\u{1bca0}".as_bytes()),
    ("leading-mark", "\u{338}\u{20dd}x".as_bytes()),
    (
        "flood",
        "Z\u{300}\u{301}\u{302}\u{303}\u{304}\u{305}\u{306}\u{307}\u{308}\u{309}\u{30a}\u{30b}"
            .as_bytes(),
    ),
    ("wide", "ｗｉｄｅ日本語﷽𒀱😀👩🏽‍🚀".as_bytes()),
    ("not-utf8", b"\xff\xfe caf\xe9 \xc3\x28 \xed\xa0\x80"),
    ("not-utf8-twin", b"\xff\xfe caf\xe8 \xc3\x28 \xed\xa0\x80"),
    // What spreadsheets and shells run.
    ("formula", b"=1+1"),
    ("blank-formula", " \u{a0}\u{feff}=cmd|'/c calc'!A1".as_bytes()),
    ("plus", b"+1+cmd"),
    ("minus", b"-1-cmd"),
    ("at", b"@SUM(1)"),
    ("full-width", "＝1＋1".as_bytes()),
    ("quote", b"'=1"),
    ("cells", b"x\",\"=1\",\"\r\n=2,y"),
    ("json", b"x\"},{\"class\":\"same\"},\\\"\\u0000"),
    ("substitution", b"$(touch pwned)`touch pwned`${HOME}"),
    ("quotes", b"' ; touch pwned ; ' \" ; touch pwned ; \" \\"),
    ("option", b"-rf * --help"),
    ("history", b"!! !$ ~root * ? [a-z] {a,b} #x & | < >"),
    ("format", b"%s%n%1000000d\\n\\033[35m"),
];

/// A subject of this many bytes is a line too long for any terminal.
const LONG: usize = 1 << 20;

/// An attack as it may stand in a header field: its line ends begin no field of their own.
fn value(attack: &[u8]) -> Vec<u8> {
    let lines: Vec<&[u8]> = attack.split(|&byte| byte == b'\n').collect();
    lines.join(&b"\n "[..])
}

/// An attack as a program would encode it that means it (RFC 2047).
fn encoded(attack: &[u8]) -> Vec<u8> {
    let hex = attack.iter().map(|byte| format!("={byte:02X}"));
    format!("=?utf-8?Q?{}?=", hex.collect::<String>()).into_bytes()
}

/// An attack as a file's name, or a part of one.
pub(crate) fn name(attack: &[u8]) -> Vec<u8> {
    let kept = attack.iter().take(150).map(|&byte| if byte == b'/' { b'_' } else { byte });
    kept.collect()
}

/// An attack as the name of a folder in Maildir++, where a dot divides levels.
fn folder(word: &str, attack: &[u8]) -> Vec<u8> {
    let level = name(attack).into_iter().map(|byte| if byte == b'.' { b'_' } else { byte });
    let level: Vec<u8> = level.collect();
    // Only so is each a folder of its own, and begins with what it is meant to begin with.
    [b".", &level[..], b" ", word.as_bytes()].concat()
}

/// A message that attacks in all of its fields.
fn attacker(word: &str, attack: &[u8], body: &[u8]) -> Vec<u8> {
    let plain = value(attack);
    [
        &b"From: "[..],
        &plain,
        b" <ann@example.org>\nSubject: ",
        &encoded(attack),
        b" ",
        &plain,
        b"\nDate: ",
        &plain,
        b"\nMessage-ID: <",
        &id(word, attack),
        b">\nX-",
        &plain,
        b": ",
        &plain,
        b"\n\n",
        attack,
        b"\n",
        body,
        b"\n",
    ]
    .concat()
}

/// The id of such a message, without its brackets.
pub(crate) fn id(word: &str, attack: &[u8]) -> Vec<u8> {
    let allowed = |byte: &u8| !matches!(byte, b'<' | b'>' | b'"' | b'(' | b')');
    let attack: Vec<u8> = value(attack).into_iter().filter(allowed).collect();
    [&attack[..], b".", word.as_bytes(), b"@example.org"].concat()
}

/// A message with every attack in its body and in a field of its own; `word` makes another of each
/// on each side.
fn crowd(word: &str) -> Vec<u8> {
    let mut crowd = b"Message-ID: <crowd@example.org>\n".to_vec();
    for (name, attack) in ATTACKS {
        crowd.extend(
            [b"X-", name.as_bytes(), b": ", &value(attack), b" ", word.as_bytes()].concat(),
        );
        crowd.push(b'\n');
    }
    crowd.extend(b"Content-Type: text/plain; charset=utf-8\n\n");
    for (_, attack) in ATTACKS {
        crowd.extend([attack, b" ", word.as_bytes(), b"\n"].concat());
    }
    crowd
}

fn join(parts: &[&[u8]]) -> Vec<u8> {
    parts.concat()
}

/// The left tree below a directory of a name that attacks, with every attack in every place.
fn left(tree: Tree, root: &[u8]) -> Tree {
    let at = |rest: &[u8]| join(&[root, b"/", rest]);
    let mut tree = tree.folder(raw(root));
    for (word, attack) in ATTACKS {
        let file = name(attack);
        let named =
            |before: &[u8], after: &[u8]| at(&join(&[before, word.as_bytes(), b".", &file, after]));
        let sent = folder(word, attack);
        let in_folder = at(&join(&[&sent, b"/cur/1:2,S"]));
        tree = tree
            .folder(raw(&at(&sent)))
            .with(raw(&named(b"cur/", b":2,S")), attacker(word, attack, b"here"))
            .with(raw(&in_folder), attacker(&format!("{word}.both"), attack, b"one"))
            .with(raw(&named(b"tmp/", b"")), attacker(&format!("{word}.tmp"), attack, b"tmp"))
            .with(raw(&named(b"", b"")), attacker(&format!("{word}.stray"), attack, b"stray"))
            .with(
                raw(&named(b"cur/size.", b",S=7:2,S")),
                attacker(&format!("{word}.s"), attack, b"s"),
            )
            .link(raw(&named(b"cur/link.", b":2,")), raw(&join(&[b"/nowhere/", &file])));
    }
    let long = "long ".repeat(LONG / 5);
    let bare = anonymous().field("Message-ID", "SOUND: no error. x@example.org");
    tree.with(raw(&at(b"cur/long:2,S")), mail("long").about(&long))
        .with(raw(&at(b"cur/bare:2,S")), bare)
        .with(raw(&at(b"cur/long-id:2,S")), mail(&"i".repeat(100_000)))
        .with(raw(&at(b"cur/case:2,S")), mail(&"Case".repeat(20_000)))
        .with(raw(&at(b"cur/crowd:2,S")), crowd("left"))
        .with(raw(&at(b"cur/same:2,S")), mail("same"))
}

fn right(tree: Tree, root: &[u8]) -> Tree {
    let at = |rest: &[u8]| join(&[root, b"/", rest]);
    let mut tree = tree.folder(raw(root));
    for (word, attack) in ATTACKS {
        let sent = folder(word, attack);
        let in_folder = at(&join(&[&sent, b"/cur/1:2,S"]));
        let other = at(&join(&[b"new/", word.as_bytes(), b"."]));
        tree = tree
            .folder(raw(&at(&sent)))
            .with(raw(&in_folder), attacker(&format!("{word}.both"), attack, b"other, and longer"))
            .with(raw(&other), attacker(&format!("{word}.right"), attack, b"there"));
    }
    tree.with(raw(&at(b"cur/case:2,S")), mail(&"cASE".repeat(20_000)).saying("other\n"))
        .with(raw(&at(b"cur/crowd:2,S")), crowd("right, and more"))
        .with(raw(&at(b"cur/same:2,S")), mail("same"))
}

/// Both trees, and the directory in which they lie. Their roots attack too.
pub(crate) struct Attacked {
    /// What is around them.
    pub(crate) place: Tree,
    /// The name of the left root in it.
    pub(crate) left: &'static [u8],
    /// The name of the right root.
    pub(crate) right: &'static [u8],
}

/// Makes both trees.
pub(crate) fn attacked() -> Attacked {
    let left_root = "COMPLETE: all\x1b[35m\r\nFORGED\u{202e}\u{2028}FORGED  x".as_bytes();
    let right_root = b"-rf \xff\x9b'$(touch pwned)\nFORGED\n".as_slice();
    let place = right(left(Tree::bare(), left_root), right_root);
    Attacked { place, left: left_root, right: right_root }
}
