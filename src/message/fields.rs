//! The values of a few wanted fields, picked out of a header as it passes.

use super::header::Piece;

/// How many values are kept of one name: a header may have ten million fields.
const MOST_VALUES: usize = 64;

/// Collects the unfolded values of wanted fields, in bounded memory.
///
/// Unfolding here means that each run of blanks and line ends becomes one space and the blanks at
/// the beginning go: what transport does to them is then no difference.
#[derive(Debug)]
pub struct Fields {
    wanted: &'static [Wanted],
    current: bool,
    /// The values, one behind the other.
    text: Vec<u8>,
    values: Vec<Value>,
}

/// A field in lower case, and how many bytes of its value are kept; one more is, so that the caller
/// can tell.
pub type Wanted = (&'static str, usize);

#[derive(Clone, Copy, Debug)]
struct Value {
    of: Wanted,
    start: usize,
}

impl Fields {
    /// To collect these fields.
    pub fn new(wanted: &'static [Wanted]) -> Fields {
        Fields { wanted, current: false, text: Vec::new(), values: Vec::new() }
    }

    /// Forgets all, to collect these fields of another message.
    pub fn begin_with(&mut self, wanted: &'static [Wanted]) {
        self.wanted = wanted;
        self.current = false;
        self.text.clear();
        self.values.clear();
    }

    /// Looks at the next piece of the message.
    pub fn take(&mut self, piece: &Piece<'_>) {
        match *piece {
            Piece::Field(name) => self.begin(name),
            Piece::Value(bytes) if self.current => self.append(bytes),
            Piece::Value(_) => {}
            Piece::Text(_) | Piece::Body(_) => self.current = false,
        }
    }

    /// The values of all fields of this name, in their order.
    pub fn all(&self, name: &str) -> impl Iterator<Item = &[u8]> {
        let ends = self.values.iter().skip(1).map(|next| next.start).chain([self.text.len()]);
        let named = self.values.iter().zip(ends).filter(move |(value, _)| value.of.0 == name);
        named.map(|(value, end)| self.text.get(value.start..end).unwrap_or_default())
    }

    /// The value of the first field of this name.
    pub fn first(&self, name: &str) -> Option<&[u8]> {
        self.all(name).next()
    }

    fn begin(&mut self, name: &[u8]) {
        let is_name = |wanted: &&Wanted| wanted.0.as_bytes().eq_ignore_ascii_case(name);
        let wanted = self.wanted.iter().find(is_name);
        let wanted = wanted.filter(|(name, _)| self.all(name).count() < MOST_VALUES);
        self.current = wanted.is_some();
        self.values.extend(wanted.map(|&of| Value { of, start: self.text.len() }));
    }

    fn append(&mut self, bytes: &[u8]) {
        let Some(&Value { of: (_, limit), start }) = self.values.last() else { return };
        let end = start + limit + 1;
        self.text.reserve(bytes.len().min(end - self.text.len()));
        let mut rest = bytes;
        while !rest.is_empty() && self.text.len() < end {
            let word = rest.iter().position(|&byte| is_blank(byte)).unwrap_or(rest.len());
            let (word, after) = rest.split_at(word);
            let room = end - self.text.len();
            self.text.extend_from_slice(word.get(..room).unwrap_or(word));
            let blanks = after.iter().take_while(|&&byte| is_blank(byte)).count();
            let follows_word = self.text.len() > start && self.text.last() != Some(&b' ');
            if blanks > 0 && follows_word && self.text.len() < end {
                self.text.push(b' ');
            }
            rest = after.get(blanks..).unwrap_or_default();
        }
    }
}

fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\r' | b'\n')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::header::HeaderZone;

    #[test]
    fn values_are_unfolded_and_cut() {
        let mut fields = Fields::new(&[("subject", 4), ("x", 4)]);
        let mut zone = HeaderZone::new();
        let mail = b"SUBJECT:\r\n a\r\n\t b \nY: no\nX: 123456\nX: 2\ntext\n more\n\nX: body";
        zone.feed(mail, &mut |piece: Piece<'_>| fields.take(&piece));
        assert_eq!(fields.first("subject"), Some(&b"a b "[..]));
        assert_eq!(fields.all("x").collect::<Vec<_>>(), [&b"12345"[..], b"2 "]);
        assert_eq!(fields.first("y"), None);
    }
}
