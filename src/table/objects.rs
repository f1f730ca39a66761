//! JSON as programs print it of many messages: objects in lists, read one behind the other.
//!
//! A thread of notmuch is as deep as its replies, so the lists are not read as lists: outside
//! objects their brackets and commas are blanks.

use std::fmt;
use std::io::{self, BufReader, Read};

use serde::de::{Deserialize, DeserializeOwned, Deserializer, Visitor};

use crate::error::Error;
use crate::input::Input;

use super::ACCEPTED;

/// How many lists are open before the first thing that is in one; `None` where a file that begins
/// so is no list.
pub(super) fn depth(head: &[u8]) -> Option<usize> {
    let marks = head.iter().filter(|byte| !byte.is_ascii_whitespace());
    let depth = marks.take_while(|byte| **byte == b'[').count();
    (depth > 0).then_some(depth)
}

/// Hands on every object, with its number from 1 on, until `take` says `false`. What stands for one
/// and is null is passed over. `program` is what prints such objects.
pub(super) fn read<T: DeserializeOwned>(
    input: &Input,
    program: &str,
    take: &mut dyn FnMut(u64, T) -> Result<bool, Error>,
) -> Result<(), Error> {
    let mut flat = Flat::of(input.reader());
    let reader = BufReader::with_capacity(1 << 16, &mut flat);
    let objects = serde_json::Deserializer::from_reader(reader).into_iter::<Option<T>>();
    for (number, object) in (1_u64..).zip(objects) {
        let told = |error: serde_json::Error| {
            let told = format!("is not what {program} prints: message {number}: {error}");
            let accepted = if number == 1 { format!("; {ACCEPTED}") } else { String::new() };
            Error::told(input.name(), told + &accepted)
        };
        if let Some(object) = object.map_err(told)?
            && !take(number, object)?
        {
            return Ok(());
        }
    }
    if flat.is_closed() {
        return Ok(());
    }
    Err(Error::told(input.name(), "is cut short: its lists do not end; make it again"))
}

/// JSON without the lists outside its objects.
struct Flat<R> {
    inner: R,
    /// How many lists are open outside objects.
    lists: i64,
    /// How many objects are open.
    objects: i64,
    in_text: bool,
    escaped: bool,
}

impl<R: Read> Flat<R> {
    fn of(inner: R) -> Flat<R> {
        Flat { inner, lists: 0, objects: 0, in_text: false, escaped: false }
    }

    /// Whether all that was opened is closed.
    fn is_closed(&self) -> bool {
        self.lists == 0 && self.objects == 0 && !self.in_text
    }

    fn flatten(&mut self, byte: &mut u8) {
        if self.in_text {
            self.in_text = *byte != b'"' || self.escaped;
            self.escaped = *byte == b'\\' && !self.escaped;
            return;
        }
        match *byte {
            b'"' => self.in_text = true,
            b'{' => self.objects += 1,
            b'}' => self.objects -= 1,
            b'[' | b']' | b',' if self.objects == 0 => {
                self.lists += i64::from(*byte == b'[') - i64::from(*byte == b']');
                *byte = b' ';
            }
            _ => {}
        }
    }
}

impl<R: Read> Read for Flat<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        buffer.iter_mut().take(read).for_each(|byte| self.flatten(byte));
        Ok(read)
    }
}

/// Text of any bytes: neither paths nor ids need be UTF-8, and they are printed as they are.
#[derive(Debug)]
pub(super) struct Text(pub(super) Vec<u8>);

pub(super) struct TextVisitor;

impl Visitor<'_> for TextVisitor {
    type Value = Text;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text")
    }

    fn visit_bytes<E: serde::de::Error>(self, bytes: &[u8]) -> Result<Text, E> {
        Ok(Text(bytes.to_owned()))
    }

    fn visit_u64<E: serde::de::Error>(self, number: u64) -> Result<Text, E> {
        Ok(Text(number.to_string().into_bytes()))
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Text, E> {
        Ok(Text(text.as_bytes().to_owned()))
    }
}

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Text, D::Error> {
        deserializer.deserialize_bytes(TextVisitor)
    }
}

/// A number, in quotes or not.
#[derive(Debug)]
pub(super) struct Digits(pub(super) Vec<u8>);

impl<'de> Deserialize<'de> for Digits {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Digits, D::Error> {
        deserializer.deserialize_any(TextVisitor).map(|Text(digits)| Digits(digits))
    }
}
