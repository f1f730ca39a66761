//! Files of allowances: any bytes are lines that say what they accept, or are refused with the
//! number of the line that does not.

use maildiff::allow::{Allowance, Name, Subject, read};
use maildiff::message::id::{in_brackets, message_id};

use super::file::with_file;

pub(crate) fn run(bytes: &[u8]) {
    let Some(lines) = parse(bytes) else { return };
    check_lines(&lines, bytes);
    for line in &lines {
        check_alone(line);
    }
    // A byte order mark says nothing, and in a list neither do CRs at the lines' ends.
    if !bytes.starts_with(b"\xef\xbb\xbf") {
        let marked = [&b"\xef\xbb\xbf"[..], bytes].concat();
        assert_eq!(parse(&marked).as_ref(), Some(&lines));
    }
    if lines.iter().all(|line| matches!(line.subject, Subject::Lone(_))) {
        let other = bytes.split(|&byte| byte == b'\n').collect::<Vec<_>>().join(&b"\r\n"[..]);
        assert_eq!(parse(&other), Some(lines));
    }
}

/// What a file of these bytes says.
fn parse(bytes: &[u8]) -> Option<Vec<Allowance>> {
    with_file(bytes, |path| match read(path) {
        Ok(read) => Some(read.lines),
        Err(error) => {
            let (path, told) = (path.display().to_string(), error.to_string());
            assert!(told.starts_with(&path) && told.len() > path.len() + 10, "{told}");
            None
        }
    })
}

/// Each has a line of its own, in their order, and what is accepted is so by a word.
fn check_lines(lines: &[Allowance], bytes: &[u8]) {
    let ends = bytes.iter().filter(|byte| matches!(byte, b'\r' | b'\n')).count() as u64;
    assert!(lines.is_sorted_by(|one, next| one.line < next.line));
    assert!(lines.iter().all(|line| (1..=ends + 1).contains(&line.line)));
    for line in lines {
        let word = line.decision.to_ascii_lowercase();
        assert_eq!(line.accepted, ["ok", "accept", "ignore"].contains(&word.trim()), "{word:?}");
        assert!(line.accepted || !line.accepts_something());
    }
}

/// An id of a list is the same in a list of its own; behind a line that keeps it from being taken
/// for the header row of a table, which an id with commas could be.
fn check_alone(line: &Allowance) {
    let Subject::Lone(name) = &line.subject else { return };
    let text = match name {
        // Of a few, such as one that begins with a `<` behind a byte that does not count, only the
        // spelling in the message is read as the id.
        Name::Id(id) if !is_read_as_itself(id) => return,
        Name::Id(id) => in_brackets(id),
        Name::Content(_) => name.to_string().into_bytes(),
        Name::Unidentified => panic!("a line of a list says nothing"),
    };
    let again = parse(&[b"#\n", &text[..]].concat()).unwrap_or_default();
    let names: Vec<&Name> = again.iter().map(|line| line.subject.name()).collect();
    assert_eq!(names, [name]);
}

fn is_read_as_itself(id: &[u8]) -> bool {
    let read = message_id([in_brackets(id).as_slice()]);
    read.is_some_and(|read| *read.id == *id && read.written.is_none())
}
