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
    wanted: &'static [&'static str],
    /// A value longer than this is cut one byte behind it, so that the caller can tell.
    limit: usize,
    current: bool,
    values: Vec<(&'static str, Vec<u8>)>,
}

impl Fields {
    /// To collect the fields of these names, in any letter case; of each value `limit` bytes and
    /// one more.
    pub fn new(wanted: &'static [&'static str], limit: usize) -> Fields {
        Fields { wanted, limit, current: false, values: Vec::new() }
    }

    /// Looks at the next piece of the message.
    pub fn take(&mut self, piece: &Piece<'_>) {
        match *piece {
            Piece::Field { name, .. } => self.begin(name),
            Piece::Value(bytes) if self.current => self.append(bytes),
            Piece::Value(_) => {}
            Piece::Text(_) | Piece::Body(_) => self.current = false,
        }
    }

    /// The values of all fields of this name, in their order.
    pub fn all(&self, name: &str) -> impl Iterator<Item = &[u8]> {
        let named = self.values.iter().filter(move |(found, _)| *found == name);
        named.map(|(_, value)| value.as_slice())
    }

    /// The value of the first field of this name.
    pub fn first(&self, name: &str) -> Option<&[u8]> {
        self.all(name).next()
    }

    fn begin(&mut self, name: &[u8]) {
        let is_name = |wanted: &&&str| wanted.as_bytes().eq_ignore_ascii_case(name);
        let wanted = self.wanted.iter().find(is_name);
        let wanted = wanted.filter(|name| self.all(name).count() < MOST_VALUES);
        self.current = wanted.is_some();
        self.values.extend(wanted.map(|name| (*name, Vec::new())));
    }

    fn append(&mut self, bytes: &[u8]) {
        let Some((_, value)) = self.values.last_mut() else { return };
        for &byte in bytes {
            if value.len() > self.limit {
                return;
            }
            match byte {
                b' ' | b'\t' | b'\r' | b'\n' if value.last().is_none_or(|&last| last == b' ') => {}
                b' ' | b'\t' | b'\r' | b'\n' => value.push(b' '),
                _ => value.push(byte),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::header::HeaderZone;

    #[test]
    fn values_are_unfolded_and_cut() {
        let mut fields = Fields::new(&["subject", "x"], 4);
        let mut zone = HeaderZone::new();
        let mail = b"SUBJECT:\r\n a\r\n\t b \nY: no\nX: 123456\nX: 2\ntext\n more\n\nX: body";
        zone.feed(mail, &mut |piece| fields.take(&piece));
        assert_eq!(fields.first("subject"), Some(&b"a b "[..]));
        assert_eq!(fields.all("x").collect::<Vec<_>>(), [&b"12345"[..], b"2 "]);
        assert_eq!(fields.first("y"), None);
    }
}
