//! Reading the messages of a saved index, block by block: while some blocks are taken apart on all
//! cores, the next ones are read.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use flate2::Crc;
use rayon::prelude::*;
use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, Visitor};

use crate::arena::Arena;
use crate::error::Error;
use crate::index::line::{EndLine, ErrorLine, FindingLine, Line, MessageLine};
use crate::index::record::{Keeper, Record};
use crate::index::{Index, Options};

use super::decode::{self, Damage, Told};
use super::lines::{LONGEST, Lines};
use super::position::Position;

/// How many bytes are taken apart at a time.
const BLOCK: usize = 256 << 10;

/// What messages are read from, and where they go.
pub(super) struct Loader<'a> {
    pub(super) lines: &'a Lines,
    /// How many folders there are.
    pub(super) folders: usize,
    pub(super) options: &'a Options,
    pub(super) keeper: &'a Keeper,
    pub(super) paths: &'a Mutex<Arena>,
    /// Counts the messages.
    pub(super) read: &'a AtomicU64,
}

/// What was read of all blocks.
#[derive(Default)]
pub(super) struct Loaded {
    messages: Vec<Record>,
    leftovers: Vec<Record>,
    /// How many messages take no part, by folder.
    set_aside: BTreeMap<usize, u64>,
    findings: Vec<FindingLine>,
    errors: Vec<ErrorLine>,
    /// How many messages there were, those that take no part among them.
    count: u64,
    /// The place of the last line.
    position: Position,
    end: Option<EndLine>,
}

/// Whole lines, from this byte on.
struct Block {
    at: u64,
    bytes: Vec<u8>,
}

/// What was read of one block.
#[derive(Default)]
struct Part {
    records: Vec<Record>,
    set_aside: BTreeMap<usize, u64>,
    findings: Vec<FindingLine>,
    errors: Vec<ErrorLine>,
    lines: u64,
    messages: u64,
    /// How many bytes the lines have, and their checksum.
    bytes: u64,
    crc: Crc,
    end: Option<EndLine>,
}

impl Loader<'_> {
    /// Reads all lines from this position on, of which so many may be messages.
    pub(super) fn load(&self, position: Position, messages: usize) -> Result<Loaded, Error> {
        let mut loaded = Loaded { position, ..Loaded::default() };
        loaded.messages.reserve_exact(messages);
        let mut blocks = self.read_blocks(loaded.position.at)?;
        while !blocks.is_empty() {
            let after = blocks.last().map_or(0, |last| last.at + last.bytes.len() as u64);
            let (read, next) = rayon::join(
                || blocks.par_iter().map(|block| self.read_block(block)).collect::<Vec<_>>(),
                || self.read_blocks(after),
            );
            for part in read {
                let lines = loaded.position.lines;
                loaded.add(part.map_err(|(line, told)| self.lines.error_in(lines + line, told))?);
                if loaded.end.is_some() {
                    self.check_last(&loaded.position)?;
                    return Ok(loaded);
                }
            }
            blocks = next?;
        }
        Err(self.lines.error("is cut short: its last line is missing; make it again"))
    }

    /// Nothing may come behind the last line.
    fn check_last(&self, position: &Position) -> Result<(), Error> {
        let end = position.at + self.lines.line_at(position.at)?.len() as u64;
        let told = "goes on behind its last line: it is more than one index";
        if self.lines.line_at(end)?.is_empty() { Ok(()) } else { Err(self.lines.error(told)) }
    }

    /// The next blocks, one or two for each thread; fewer where lines are longer than blocks.
    fn read_blocks(&self, start: u64) -> Result<Vec<Block>, Error> {
        let room = 2 * rayon::current_num_threads() * BLOCK;
        let mut blocks = Vec::new();
        let mut at = start;
        while at - start < room as u64 {
            let bytes = self.read_lines(at)?;
            if bytes.is_empty() {
                break;
            }
            let next = at + bytes.len() as u64;
            blocks.push(Block { at, bytes });
            at = next;
        }
        Ok(blocks)
    }

    /// As many whole lines as a block holds, and one at the least.
    fn read_lines(&self, at: u64) -> Result<Vec<u8>, Error> {
        let mut bytes = vec![0; BLOCK];
        let read = self.lines.fill(&mut bytes, at)?;
        bytes.truncate(read);
        if read < BLOCK {
            return Ok(bytes);
        }
        match memchr::memrchr(b'\n', &bytes) {
            Some(last) => bytes.truncate(last + 1),
            None => bytes = self.lines.line_at(at)?,
        }
        debug_assert!(bytes.len() <= LONGEST);
        Ok(bytes)
    }

    /// Takes a block apart; where that fails, tells how many lines come before the one at fault.
    fn read_block(&self, block: &Block) -> Result<Part, (u64, Damage)> {
        let mut part = Part::default();
        let mut messages: Vec<(u64, MessageLine<'_>)> = Vec::new();
        for text in block.bytes.split_inclusive(|&byte| byte == b'\n') {
            let at = part.bytes;
            match self.read_line(text).map_err(|told| (part.lines, told))? {
                Some(Line::Message(message)) => messages.push((block.at + at, message)),
                Some(Line::Finding(finding)) => part.findings.push(finding),
                Some(Line::Error(error)) => part.errors.push(error),
                Some(Line::End(end)) => {
                    part.end = Some(end);
                    break;
                }
                Some(Line::Folder(_)) => return Err((part.lines, "a folder comes late".into())),
                None => {}
            }
            part.bytes += text.len() as u64;
            part.lines += 1;
        }
        let bytes = usize::try_from(part.bytes).unwrap_or_default();
        part.crc.update(block.bytes.get(..bytes).unwrap_or_default());
        self.keep(&messages, &mut part).map_err(|told| (0, told))?;
        self.read.fetch_add(part.messages, Ordering::Relaxed);
        Ok(part)
    }

    /// A line; `None` for one of a kind that a later version knows.
    fn read_line<'t>(&self, text: &'t [u8]) -> Result<Option<Line<'t>>, Damage> {
        let line: Line<'t> = match serde_json::from_slice(text) {
            Ok(line) => line,
            Err(_) if is_of_later_kind(text) => return Ok(None),
            Err(error) => return Err(error.to_string().into()),
        };
        let folder = match &line {
            Line::Message(message) => message.folder,
            Line::Finding(finding) => finding.folder,
            Line::Error(error) => error.folder,
            Line::Folder(_) | Line::End(_) => return Ok(Some(line)),
        };
        let is_there = (folder as usize) < self.folders;
        is_there.then_some(Some(line)).ok_or("its folder is missing".into())
    }

    /// Keeps the messages that take part.
    fn keep(&self, messages: &[(u64, MessageLine<'_>)], part: &mut Part) -> Result<(), Damage> {
        part.messages = messages.len() as u64;
        let mut told: Vec<Told<'_>> = Vec::with_capacity(messages.len());
        for (at, line) in messages {
            let message = decode::message(line, *at)?;
            if self.takes_part(&message) {
                told.push(message);
            } else {
                *part.set_aside.entry(message.file.folder()).or_default() += 1;
            }
        }
        let mut paths = self.paths.lock().unwrap_or_else(PoisonError::into_inner);
        for message in &mut told {
            message.file.path = paths.add(&[&message.path]);
        }
        drop(paths);
        let mut ids = Arena::default();
        part.records.reserve_exact(told.len());
        for Told { file, path, facts, identity, flags, inodes } in told {
            let mut record = self.keeper.keep(&mut ids, (&file, &path), facts, identity);
            record.flags = flags;
            if let Some((own, read)) = inodes {
                record.set_inodes(own, read);
            }
            part.records.push(record);
        }
        self.keeper.take_ids(&mut ids, part.records.iter_mut());
        Ok(())
    }

    fn takes_part(&self, message: &Told<'_>) -> bool {
        let dates = message.identity.date.zip(self.options.before);
        !self.options.excludes(message.file.folder())
            && dates.is_none_or(|(date, before)| date < before)
    }
}

/// Whether a line is of a kind that this version does not know.
fn is_of_later_kind(text: &[u8]) -> bool {
    serde_json::from_slice(text).is_ok_and(|kinds: Kinds| kinds == Kinds { later: 1, known: 0 })
}

/// How many kinds a line names. However many they are and whatever they hold, only that is kept.
#[derive(Default, PartialEq, Eq)]
struct Kinds {
    later: usize,
    known: usize,
}

impl<'de> Deserialize<'de> for Kinds {
    fn deserialize<D: Deserializer<'de>>(line: D) -> Result<Kinds, D::Error> {
        struct Names;

        impl<'de> Visitor<'de> for Names {
            type Value = Kinds;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a kind")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut names: A) -> Result<Kinds, A::Error> {
                const KNOWN: [&str; 5] = ["folder", "finding", "error", "message", "end"];
                let mut kinds = Kinds::default();
                while let Some((name, IgnoredAny)) = names.next_entry::<String, _>()? {
                    let is_known = KNOWN.contains(&name.as_str());
                    *(if is_known { &mut kinds.known } else { &mut kinds.later }) += 1;
                }
                Ok(kinds)
            }
        }

        line.deserialize_map(Names)
    }
}

impl Loaded {
    fn add(&mut self, part: Part) {
        let is_leftover = |record: &Record| record.place.is_leftover();
        let (leftovers, messages): (Vec<_>, Vec<_>) =
            part.records.into_iter().partition(is_leftover);
        self.messages.extend(messages);
        self.leftovers.extend(leftovers);
        for (folder, count) in part.set_aside {
            *self.set_aside.entry(folder).or_default() += count;
        }
        self.findings.extend(part.findings);
        self.errors.extend(part.errors);
        self.count += part.messages;
        self.position.pass_all(part.bytes, part.lines, &part.crc);
        self.end = part.end;
    }

    /// Puts what was read where it belongs, and checks that nothing is missing.
    pub(super) fn put_into(self, index: &mut Index, options: &Options) -> Result<(), Damage> {
        index.messages = self.messages;
        index.leftovers = self.leftovers;
        for (folder, count) in self.set_aside {
            if let Some(tally) = index.tallies.get_mut(folder) {
                tally.excluded += count;
            }
        }
        for line in self.findings.iter().filter(|line| !options.excludes(line.folder as usize)) {
            index.findings.extend(decode::finding(line)?);
        }
        for line in self.errors.iter().filter(|line| !options.excludes(line.folder as usize)) {
            let error = decode::error(line, index)?;
            index.errors.push((line.folder as usize, error));
        }
        index.findings.sort();
        index.sort();
        index.add_up(options);
        let there = EndLine {
            lines: self.position.lines,
            messages: self.count,
            files: index.files(),
            crc32: self.position.checksum(),
        };
        let fits = self.end == Some(there);
        fits.then_some(()).ok_or("its last line does not fit what is there; make it again".into())
    }
}
