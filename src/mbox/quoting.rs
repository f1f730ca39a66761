//! Undoing the quoting of `From ` in the lines of a message, chunk by chunk.

use memchr::{memchr, memmem, memrchr};

use super::dialect::{Lines, Quoting};

/// What a quoted line has behind all its `>` but the last.
const QUOTED: &[u8] = b">From ";

/// How many bytes behind a chunk may tell whether it ends in a quoted line.
pub(super) const AHEAD: usize = QUOTED.len() - 1;

/// Takes one `>` away from each quoted line of one message.
#[derive(Clone, Copy, Debug)]
pub(super) struct Unquoter {
    quoting: Quoting,
    line: Line,
}

/// The line that goes on where a chunk ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Line {
    so_far: SoFar,
    /// Whether the line before it is empty, or there is none.
    behind_empty: bool,
}

/// What has been seen of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum SoFar {
    Nothing,
    /// A CR, which with an LF would make it an empty one.
    Cr,
    /// `>` alone.
    Marks,
    Text,
}

impl Unquoter {
    /// For a message that is quoted so.
    pub(super) fn new(quoting: Quoting) -> Unquoter {
        let line = Line { so_far: SoFar::Nothing, behind_empty: true };
        Unquoter { quoting, line }
    }

    /// Whether the last bytes of a chunk may be a part of a quoted line that the bytes behind them
    /// decide.
    pub(super) fn is_open(self, chunk: &[u8]) -> bool {
        self.quoting.lines != Lines::None && open_part(chunk) > 0
    }

    /// Undoes a chunk in its place; `ahead` are [`AHEAD`] bytes behind it where it
    /// [`Unquoter::is_open`], or fewer at the end of the message. Tells how many bytes are left.
    pub(super) fn undo(&mut self, chunk: &mut [u8], ahead: &[u8]) -> usize {
        if self.quoting.lines == Lines::None {
            return chunk.len();
        }
        let next = self.line.after(chunk);
        let last = last_of(chunk, ahead);
        // So many bytes have been gone through, and so many of them stay.
        let (mut done, mut kept) = (0, 0);
        while let Some(mark) = find(chunk, done).or(last.filter(|last| *last >= done)) {
            let line = self.line.after(chunk.get(..mark).unwrap_or_default());
            // What is found first may be a part of what is behind it: it stays, or goes.
            let goes = usize::from(self.is_quoted(line));
            chunk.copy_within(done..mark + 1 - goes, kept);
            kept += mark + 1 - goes - done;
            done = mark + 1;
        }
        chunk.copy_within(done.., kept);
        self.line = next;
        kept + chunk.len() - done
    }

    /// Whether a line with `>From ` behind this is quoted.
    fn is_quoted(self, line: Line) -> bool {
        let is_deep_enough = match line.so_far {
            SoFar::Nothing => true,
            SoFar::Marks => self.quoting.deep,
            SoFar::Cr | SoFar::Text => false,
        };
        is_deep_enough && (self.quoting.lines == Lines::All || line.behind_empty)
    }
}

/// The next `>` that `From ` follows within the chunk.
fn find(chunk: &[u8], from: usize) -> Option<usize> {
    memmem::find(chunk.get(from..)?, QUOTED).map(|at| from + at)
}

/// The `>` near the end of a chunk that `From ` follows with the help of the bytes behind.
fn last_of(chunk: &[u8], ahead: &[u8]) -> Option<usize> {
    let part = open_part(chunk);
    let missing = QUOTED.get(part..)?;
    (part > 0 && ahead.starts_with(missing)).then(|| chunk.len() - part)
}

/// How many bytes at the end of a chunk are the beginning of what is looked for, and not all of it.
fn open_part(chunk: &[u8]) -> usize {
    let is_part = |length: &usize| QUOTED.get(..*length).is_some_and(|part| chunk.ends_with(part));
    (1..QUOTED.len()).rev().find(is_part).unwrap_or(0)
}

impl Line {
    /// The line that goes on behind these bytes. Of them it looks at the last two lines only.
    fn after(self, bytes: &[u8]) -> Line {
        let Some(end) = memrchr(b'\n', bytes) else {
            return Line { so_far: self.so_far.and(bytes), ..self };
        };
        let (before, rest) = bytes.split_at(end);
        Line {
            so_far: SoFar::Nothing.and(rest.get(1..).unwrap_or_default()),
            behind_empty: self.ends_empty(before),
        }
    }

    /// Whether the line that ends behind these bytes is empty.
    fn ends_empty(self, bytes: &[u8]) -> bool {
        match bytes {
            [] => matches!(self.so_far, SoFar::Nothing | SoFar::Cr),
            [b'\r'] => self.so_far == SoFar::Nothing,
            [.., b'\n'] | [.., b'\n', b'\r'] => true,
            _ => false,
        }
    }
}

impl SoFar {
    fn and(self, bytes: &[u8]) -> SoFar {
        debug_assert!(memchr(b'\n', bytes).is_none());
        match (self, bytes) {
            (_, []) => self,
            (SoFar::Nothing, [b'\r']) => SoFar::Cr,
            (SoFar::Nothing | SoFar::Marks, _) if bytes.iter().all(|&byte| byte == b'>') => {
                SoFar::Marks
            }
            _ => SoFar::Text,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The text with its quoting undone, in chunks of any size.
    #[track_caller]
    fn check(quoting: Quoting, text: &str, expected: &str) {
        let text = text.as_bytes();
        for size in [1, 2, 3, 5, 6, 7, 8, 64] {
            let mut unquoter = Unquoter::new(quoting);
            let mut undone = Vec::new();
            for at in (0..text.len()).step_by(size) {
                let end = text.len().min(at + size);
                let mut chunk = text[at..end].to_vec();
                let ahead = &text[end..text.len().min(end + AHEAD)];
                let left = unquoter.undo(&mut chunk, ahead);
                undone.extend_from_slice(&chunk[..left]);
            }
            assert_eq!(String::from_utf8(undone).unwrap(), expected, "chunks of {size}");
        }
    }

    const RD: Quoting = Quoting { lines: Lines::All, deep: true, sure: true };
    const O: Quoting = Quoting { lines: Lines::All, deep: false, sure: false };
    const FEW: Quoting = Quoting { lines: Lines::BehindEmpty, deep: true, sure: false };

    #[test]
    fn of_every_dialect() {
        let text =
            ">From a\n>>From b\n>>>From c\nd >From d\n >From e\n>From\n>Fro\n\n>From f\r\n>From g";
        let rd = "From a\n>From b\n>>From c\nd >From d\n >From e\n>From\n>Fro\n\nFrom f\r\nFrom g";
        check(RD, text, rd);
        let o = "From a\n>>From b\n>>>From c\nd >From d\n >From e\n>From\n>Fro\n\nFrom f\r\nFrom g";
        check(O, text, o);
        check(Quoting::NONE, text, text);
    }

    #[test]
    fn behind_empty_lines() {
        check(FEW, ">From a\nb\n>From c\n\n>From d\n", "From a\nb\n>From c\n\nFrom d\n");
        check(FEW, "a\r\n\r\n>>From b\r\n>From c\r\n", "a\r\n\r\n>From b\r\n>From c\r\n");
        check(FEW, "a\r\r\n>From b\n \n>From c\n", "a\r\r\n>From b\n \n>From c\n");
        check(FEW, "\r\n>From b\n\n\n>From c", "\r\nFrom b\n\n\nFrom c");
    }

    #[test]
    fn nothing_else_is_touched() {
        for text in ["", ">", "\r>From a\n", ">\r\n>From: a\n", "> From a\n", "x>From a\n"] {
            check(RD, text, text);
        }
        check(RD, ">>>>>>>>>From a", ">>>>>>>>From a");
        check(RD, ">F>From a\n>From >From b\n", ">F>From a\nFrom >From b\n");
    }
}
