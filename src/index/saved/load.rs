//! Reading the messages of a saved index, block by block: while some blocks are taken apart on all
//! cores, the next ones are read.

use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use flate2::Crc;
use rayon::prelude::*;

use crate::arena::Arena;
use crate::error::Error;
use crate::index::line::{EndLine, ErrorLine, FindingLine, Line, MessageLine};
use crate::index::record::{Keeper, Record};
use crate::index::{Index, Options};

use super::decode::{self, Damage, Told};
use super::lines::{LONGEST, Lines};
use super::position::Position;

/// How many bytes are taken apart at a time.
const BLOCK: usize = 1 << 20;

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
pub(super) struct Loaded {
    parts: Vec<Part>,
    /// The place of the last line.
    position: Position,
    end: EndLine,
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
    /// How many messages take no part, by folder.
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
    /// Reads all lines from this position on.
    pub(super) fn load(&self, mut position: Position) -> Result<Loaded, Error> {
        let mut parts = Vec::new();
        let mut blocks = self.read_blocks(position.at)?;
        while !blocks.is_empty() {
            let after = blocks.last().map_or(position.at, |last| last.at + last.bytes.len() as u64);
            let (read, next) = rayon::join(
                || blocks.par_iter().map(|block| self.read_block(block)).collect::<Vec<_>>(),
                || self.read_blocks(after),
            );
            for part in read {
                let mut part =
                    part.map_err(|(line, told)| self.lines.error_in(position.lines + line, told))?;
                position.pass_all(part.bytes, part.lines, &part.crc);
                let end = part.end.take();
                parts.push(part);
                if let Some(end) = end {
                    self.check_last(&position)?;
                    return Ok(Loaded { parts, position, end });
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

    /// The next blocks, one or two for each thread.
    fn read_blocks(&self, mut at: u64) -> Result<Vec<Block>, Error> {
        let mut blocks = Vec::new();
        while blocks.len() < 2 * rayon::current_num_threads() {
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
    const KNOWN: [&str; 5] = ["folder", "finding", "error", "message", "end"];
    let kinds: Option<HashMap<String, serde_json::Value>> = serde_json::from_slice(text).ok();
    kinds.is_some_and(|kinds| {
        kinds.len() == 1 && KNOWN.iter().all(|kind| !kinds.contains_key(*kind))
    })
}

impl Loaded {
    /// Puts what was read where it belongs.
    pub(super) fn put_into(&mut self, index: &mut Index, options: &Options) -> Result<(), Damage> {
        let records = self.parts.iter().map(|part| part.records.len()).sum();
        index.messages.reserve_exact(records);
        for part in &mut self.parts {
            for record in std::mem::take(&mut part.records) {
                let is_leftover = record.place.is_leftover();
                let records = if is_leftover { &mut index.leftovers } else { &mut index.messages };
                records.push(record);
            }
            for (&folder, count) in &part.set_aside {
                if let Some(tally) = index.tallies.get_mut(folder) {
                    tally.excluded += count;
                }
            }
            for line in part.findings.iter().filter(|line| !options.excludes(line.folder as usize))
            {
                index.findings.extend(decode::finding(line)?);
            }
            for line in part.errors.iter().filter(|line| !options.excludes(line.folder as usize)) {
                let error = decode::error(line, index)?;
                index.errors.push((line.folder as usize, error));
            }
        }
        index.findings.sort();
        index.sort();
        index.add_up(options);
        Ok(())
    }

    /// Checks that nothing is missing.
    pub(super) fn check_end(&self, index: &Index) -> Result<(), String> {
        let there = EndLine {
            lines: self.position.lines,
            messages: self.parts.iter().map(|part| part.messages).sum(),
            files: index.files(),
            crc32: self.position.checksum(),
        };
        if there == self.end {
            return Ok(());
        }
        Err("is damaged: its last line does not fit what is there; make it again".to_owned())
    }
}
