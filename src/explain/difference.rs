//! How two messages differ: in which fields, in which lines of the body, and from which byte on.

use std::collections::BTreeMap;

use crate::error::Error;
use crate::fetch;
use crate::message::anatomy::{Anatomy, Field, STEP};
use crate::message::envelope;
use crate::message::text::{Text, text};
use crate::side::Sides;

use super::lines::{Hunk, compare_lines};
use super::{Exhibit, Trees};

/// How two contents differ.
#[derive(Debug)]
pub struct Difference {
    /// The places of the two files among the exhibits: the one, the other.
    pub files: [usize; 2],
    /// How the headers differ.
    pub header: Header,
    /// How the bodies differ.
    pub body: Body,
    /// How many canonical bytes each body has.
    pub body_lengths: [u64; 2],
    /// How many canonical bytes each message has.
    pub lengths: [u64; 2],
    /// Where one is the beginning of the other.
    pub cut_short: Option<CutShort>,
    /// From where on they differ, if neither is the beginning of the other.
    pub first: Option<Place>,
}

/// How two headers differ.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Header {
    /// Whether they do, beyond what transport changes.
    pub differs: bool,
    /// The fields that differ.
    pub fields: Vec<FieldDifference>,
    /// The names of fields that differ and do not count.
    pub ignored: Vec<String>,
    /// Whether there were too many fields to look at all of them.
    pub more: bool,
}

/// Fields of one name that differ.
#[derive(Debug, PartialEq, Eq)]
pub struct FieldDifference {
    /// As written; empty for lines that are no fields.
    pub name: String,
    /// The values that only the one has, and those that only the other has.
    pub values: [Vec<String>; 2],
}

/// How two bodies differ.
#[derive(Debug, PartialEq, Eq)]
pub enum Body {
    /// Not at all, beyond what transport changes.
    Same,
    /// In these lines of the decoded text; `more` lines are not kept.
    Lines {
        /// The lines.
        hunks: Vec<Hunk>,
        /// How many more there are.
        more: usize,
    },
    /// Not in what can be read: in encoding or MIME structure only.
    ReadsSame,
    /// It cannot be shown, for this reason.
    Unshown(&'static str),
}

/// Where a message ends that is the beginning of another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CutShort {
    /// Which is the short one: 0 for the one, 1 for the other.
    pub short: usize,
    /// How many canonical bytes it has.
    pub length: u64,
    /// How many the other has.
    pub of: u64,
}

/// Where two messages begin to differ.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// How many canonical bytes are the same up to there.
    pub offset: u64,
    /// The canonical bytes from there on, a few of each.
    pub bytes: [Vec<u8>; 2],
}

/// How many bytes are told from where messages begin to differ.
const TOLD: usize = 32;

/// Holds two exhibits against each other; `None` where one cannot be read again.
pub(super) fn compare(
    trees: Trees<'_>,
    exhibits: &[Exhibit<'_>],
    one: usize,
    other: usize,
    errors: &mut Sides<Vec<Error>>,
) -> Option<Difference> {
    let mut anatomy = |at: usize| {
        let exhibit = exhibits.get(at)?;
        let read = fetch::anatomy(trees.index(exhibit.side)?, exhibit.message);
        read.map_err(|error| errors[exhibit.side].push(error)).ok()
    };
    let both = [anatomy(one)?, anatomy(other)?];
    let (start, length) = window(&both);
    let mut bytes = |at: usize| {
        let exhibit = exhibits.get(at)?;
        let index = trees.index(exhibit.side)?;
        let read = fetch::canonical_bytes(index, exhibit.message, start, length);
        read.map_err(|error| errors[exhibit.side].push(error)).ok()
    };
    let [ours, theirs] = [bytes(one)?, bytes(other)?];
    let first = first_difference(start, &ours, &theirs);
    let [left, right] = &both;
    Some(Difference {
        files: [one, other],
        header: headers(left, right),
        body: bodies(left, right),
        body_lengths: [left.body.length, right.body.length],
        lengths: [left.length, right.length],
        cut_short: cut_short(left, right).filter(|_| first.is_none()),
        first,
    })
}

/// The stretch of canonical bytes in which the first difference lies.
fn window([one, other]: &[Anatomy; 2]) -> (u64, usize) {
    let same = one.marks.iter().zip(&other.marks).take_while(|(one, other)| one == other).count();
    let length = usize::try_from(STEP).unwrap_or(usize::MAX);
    (same as u64 * STEP, length + TOLD)
}

fn first_difference(start: u64, one: &[u8], other: &[u8]) -> Option<Place> {
    let at = one.iter().zip(other).position(|(one, other)| one != other)?;
    let told = |bytes: &[u8]| bytes.iter().skip(at).take(TOLD).copied().collect();
    Some(Place { offset: start + at as u64, bytes: [told(one), told(other)] })
}

fn cut_short(one: &Anatomy, other: &Anatomy) -> Option<CutShort> {
    let (short, length, of) = match one.length.cmp(&other.length) {
        std::cmp::Ordering::Less => (0, one.length, other.length),
        std::cmp::Ordering::Greater => (1, other.length, one.length),
        std::cmp::Ordering::Equal => return None,
    };
    Some(CutShort { short, length, of })
}

/// Fields of one name, of the one header and of the other.
type Named<'a> = [Vec<&'a Field>; 2];

fn headers(one: &Anatomy, other: &Anatomy) -> Header {
    let differs = one.header != other.header;
    let mut names: Vec<Vec<u8>> = Vec::new();
    let mut by_name: BTreeMap<Vec<u8>, Named<'_>> = BTreeMap::new();
    for (at, anatomy) in [one, other].into_iter().enumerate() {
        for field in &anatomy.fields {
            let name = field.name.to_ascii_lowercase();
            let both = by_name.entry(name.clone()).or_insert_with(|| {
                names.push(name);
                Named::default()
            });
            both.get_mut(at).into_iter().for_each(|fields| fields.push(field));
        }
    }
    let mut header =
        Header { differs, more: one.more_fields || other.more_fields, ..Header::default() };
    for both in names.iter().filter_map(|name| by_name.get(name)) {
        let Some(first) = both.iter().flatten().next() else { continue };
        let name = String::from_utf8_lossy(&first.name).into_owned();
        if first.volatile {
            header.ignored.extend(volatile_differs(both).then_some(name));
        } else if differs {
            header.fields.extend(field_difference(name, both));
        }
    }
    header
}

fn volatile_differs([one, other]: &Named<'_>) -> bool {
    let values = |fields: &[&Field]| fields.iter().map(|field| field.value.clone()).collect();
    let (ours, theirs): (Vec<Vec<u8>>, Vec<Vec<u8>>) = (values(one), values(other));
    ours != theirs
}

/// What only one of two headers has of a name, however often.
fn field_difference(name: String, [one, other]: &Named<'_>) -> Option<FieldDifference> {
    let (mut ours, mut theirs) = (one.clone(), other.clone());
    ours.retain(|field| {
        let twin = theirs.iter().position(|other| other.content == field.content);
        twin.map(|at| theirs.remove(at)).is_none()
    });
    if ours.is_empty() && theirs.is_empty() {
        return None;
    }
    let values = |tell: &dyn Fn(&Field) -> String| {
        [&ours, &theirs].map(|fields| fields.iter().map(|&field| tell(field)).collect::<Vec<_>>())
    };
    // Decoded where that is where they differ; else as written, with the name if that differs.
    let ways: [&dyn Fn(&Field) -> String; 3] = [&decoded, &as_written, &with_name];
    let told = ways.iter().map(|tell| values(*tell)).find(|[ours, theirs]| ours != theirs);
    Some(FieldDifference { name, values: told.unwrap_or_else(|| values(&as_written)) })
}

fn decoded(field: &Field) -> String {
    envelope::decode(&field.value)
}

fn as_written(field: &Field) -> String {
    String::from_utf8_lossy(&field.value).into_owned()
}

fn with_name(field: &Field) -> String {
    format!("{}: {}", String::from_utf8_lossy(&field.name), as_written(field))
}

fn bodies(one: &Anatomy, other: &Anatomy) -> Body {
    if one.body == other.body {
        return Body::Same;
    }
    let [Some(ours), Some(theirs)] = [one, other].map(|anatomy| anatomy.text.as_ref()) else {
        return Body::Unshown("a body is longer than 4 MiB");
    };
    match (text(&one.mime, ours), text(&other.mime, theirs)) {
        (Some(ours), Some(theirs)) => texts(&ours, &theirs),
        _ => Body::Unshown("a text is longer than 256 KiB"),
    }
}

fn texts(one: &Text, other: &Text) -> Body {
    match compare_lines(&one.lines, &other.lines) {
        Some(lines) if !lines.hunks.is_empty() => {
            Body::Lines { hunks: lines.hunks, more: lines.more }
        }
        Some(_) if one.lossy || other.lossy => {
            Body::Unshown("they read the same, as far as they can be decoded")
        }
        Some(_) => Body::ReadsSame,
        None => Body::Unshown("too many lines differ"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::anatomy::Dissection;

    fn dissect(message: &str) -> Anatomy {
        let mut dissection = Dissection::new();
        dissection.update(message.as_bytes());
        dissection.finish()
    }

    /// The fields that differ, as `name: one -> other`, and those that do not count.
    fn told(one: &str, other: &str) -> (Vec<String>, Vec<String>) {
        let header = headers(&dissect(one), &dissect(other));
        let tell = |field: &FieldDifference| {
            let [ours, theirs] = &field.values;
            format!("{}: {} -> {}", field.name, ours.join("|"), theirs.join("|"))
        };
        (header.fields.iter().map(tell).collect(), header.ignored)
    }

    #[track_caller]
    fn check(one: &str, other: &str, fields: &[&str], ignored: &[&str]) {
        let owned = |words: &[&str]| words.iter().map(|&word| word.to_owned()).collect();
        assert_eq!(told(one, other), (owned(fields), owned(ignored)));
    }

    #[test]
    fn fields_that_differ() {
        check("A: 1\nB: 2\n\n", "A: 1\nB: 3\n\n", &["B: 2 -> 3"], &[]);
        check("A: 1\n\n", "A: 1\nB: 3\n\n", &["B:  -> 3"], &[]);
        check("A: 1\nA: 2\nA: 2\n\n", "A: 2\nA: 3\n\n", &["A: 1|2 -> 3"], &[]);
        check("A: 1\nX-TUID: 2\n\n", "A:  1 \n\n", &[], &["X-TUID"]);
        check("A: 1\nB: 2\n\n", "B: 2\nA: 1\n\n", &[], &[]);
        check("A: 1\n\n", "a: 1\n\n", &["A: A: 1 -> a: 1"], &[]);
        check("A: =?utf-8?q?=C3=A9?=\n\n", "A: e\n\n", &["A: é -> e"], &[]);
        let words = "A: =?utf-8?q?=C3=A9?= -> =?utf-8?b?w6k=?=";
        check("A: =?utf-8?q?=C3=A9?=\n\n", "A: =?utf-8?b?w6k=?=\n\n", &[words], &[]);
    }

    #[test]
    fn the_order_of_fields_counts_though_none_differs() {
        let header = headers(&dissect("A: 1\nB: 2\n\n"), &dissect("B: 2\nA: 1\n\n"));
        assert!(header.differs && header.fields.is_empty());
    }

    #[test]
    fn bodies_that_read_the_same() {
        let plain = "Content-Type: text/plain; charset=utf-8\n";
        let eight = dissect(&format!("{plain}\nCafé\n"));
        let quoted =
            dissect(&format!("{plain}Content-Transfer-Encoding: quoted-printable\n\nCaf=C3=A9\n"));
        assert_eq!(bodies(&eight, &quoted), Body::ReadsSame);
        assert_eq!(bodies(&eight, &dissect("A: 1\n\nCafé")), Body::Same);
        let other = dissect(&format!("{plain}\nTea\n"));
        assert!(matches!(bodies(&eight, &other), Body::Lines { .. }));
        let unknown = dissect("A: 1\n\nCaf=C3=A9 \u{fffd}");
        let same = dissect("A: 1\nContent-Transfer-Encoding: quoted-printable\n\nCaf=3DC3=3DA9 ?");
        assert!(matches!(bodies(&unknown, &same), Body::Lines { .. }));
    }

    #[test]
    fn the_first_byte_that_differs() {
        let place = first_difference(10, b"abcd", b"abxd").unwrap();
        assert_eq!((place.offset, place.bytes), (12, [b"cd".to_vec(), b"xd".to_vec()]));
        assert_eq!(first_difference(10, b"abc", b"ab"), None);
        let cut = cut_short(&dissect("A: 1\n\nxyz"), &dissect("A: 1\n\nx"));
        assert_eq!(cut, Some(CutShort { short: 1, length: 4, of: 6 }));
    }
}
