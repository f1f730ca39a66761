//! Messages in one file, as the programs write them that export mail.

/// How a writer keeps text from beginning a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Writer {
    Mboxo,
    Mboxrd,
    Mboxcl2,
    /// Quotes nothing, and does not count either: only shapes tell.
    Careless,
}

/// The line before each message.
pub(crate) const FROM: &[u8] = b"From ann@example.org Fri May 17 12:00:00 2024\n";

/// An mbox of these messages.
pub(crate) fn mbox<M: Into<Vec<u8>>>(
    writer: Writer,
    messages: impl IntoIterator<Item = M>,
) -> Vec<u8> {
    let messages = messages.into_iter().map(Into::into);
    messages.flat_map(|message| [FROM, &written(writer, &message), b"\n"].concat()).collect()
}

fn written(writer: Writer, message: &[u8]) -> Vec<u8> {
    let lines = message.split_inclusive(|&byte| byte == b'\n');
    let mut lines: Vec<Vec<u8>> = lines.map(|line| quoted(writer, line)).collect();
    if lines.last().is_some_and(|last| !last.ends_with(b"\n")) {
        lines.push(b"\n".to_vec());
    }
    if writer == Writer::Mboxcl2 {
        let end = lines.iter().position(|line| matches!(line.as_slice(), b"\n" | b"\r\n"));
        let end = end.unwrap();
        let length = lines[end + 1..].concat().len();
        lines.insert(end, format!("Content-Length: {length}\n").into_bytes());
    }
    lines.concat()
}

fn quoted(writer: Writer, line: &[u8]) -> Vec<u8> {
    let marks = line.iter().take_while(|&&byte| byte == b'>').count();
    let is_quoted = line[marks..].starts_with(b"From ")
        && match writer {
            Writer::Mboxo => marks == 0,
            Writer::Mboxrd => true,
            Writer::Mboxcl2 | Writer::Careless => false,
        };
    if is_quoted { [b">", line].concat() } else { line.to_vec() }
}
