//! Which allowance goes with which row of a difference.
//!
//! Allowances that speak of one file, or one pair, at the same places are one: a table and the
//! table of the run after it may both be given. Each goes with one row at the most. First every
//! row gets the one with its very paths, accepted or not. Then the others, in the order of the
//! difference, get an accepted one of their class and key: one with a path of theirs if there is
//! one, else any; among those the one that leaves the fewest marks open. A row that a table has
//! and does not accept gets none from that table: somebody has looked at it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use crate::cell::{defuse, may_hold, restore};
use crate::diff::{self, Class, Diff, Mark};
use crate::index::Message;
use crate::message::id::Key;
use crate::path;
use crate::side::{Side, Sides};

use super::AllowFile;
use super::accepted::{Accepted, Remark, Usage};
use super::allowance::{Allowance, Name, Row, Subject};

/// Says what of a difference the files accept. `case_sensitive` is how its keys were made.
pub fn settle<'a>(files: &'a [AllowFile], diff: &Diff<'a>, case_sensitive: bool) -> Accepted<'a> {
    let mut tickets = Tickets::of(files, case_sensitive);
    let mut claims = tickets.claims(&diff.rows);
    tickets.give_by_all_paths(&mut claims);
    for paths in [1, 0] {
        tickets.give(&mut claims, paths);
    }
    tickets.result(files, &claims)
}

/// Lines that speak of the same, as one.
struct Ticket<'a> {
    /// The lines, each with the place of its file: those that accept, or all if none does.
    lines: Vec<(usize, &'a Allowance)>,
    /// The marks that are accepted.
    marks: BTreeSet<Mark>,
    accepted: bool,
    /// Whether it has been given to a row.
    taken: bool,
    /// Whether it accepts anything of that.
    used: bool,
}

/// All tickets, and where those of a key are.
struct Tickets<'a> {
    all: Vec<Ticket<'a>>,
    by_name: BTreeMap<Name, Vec<usize>>,
    case_sensitive: bool,
}

/// A row, and the tickets of its class and key.
struct Claim<'d, 'a> {
    row: &'d diff::Row<'a>,
    paths: Sides<Option<String>>,
    fitting: Vec<usize>,
    /// The ticket with its very paths.
    own: Option<usize>,
    /// The accepted ticket that it has.
    given: Option<usize>,
}

/// What makes lines speak of the same: class, key and paths. An id in a list has no place: each
/// line of it allows a further file.
type Same = (Class, Name, [Option<String>; 2]);

impl<'a> Tickets<'a> {
    fn of(files: &'a [AllowFile], case_sensitive: bool) -> Tickets<'a> {
        let (all, by_name) = (Vec::new(), BTreeMap::new());
        let mut tickets = Tickets { all, by_name, case_sensitive };
        let mut known: BTreeMap<Same, usize> = BTreeMap::new();
        for (place, file) in files.iter().enumerate() {
            for line in &file.lines {
                let new = tickets.all.len();
                let at = match &line.subject {
                    Subject::Lone(_) => new,
                    Subject::Row(row) => *known.entry(tickets.same(row)).or_insert(new),
                };
                tickets.add(at, (place, line));
            }
        }
        tickets
    }

    fn same(&self, row: &Row) -> Same {
        let path = |side: Side| row.paths[side].as_deref().map(restore).map(str::to_owned);
        (row.class, row.key.folded(self.case_sensitive), Side::BOTH.map(path))
    }

    /// Adds a line to the ticket at that place, or as a new one.
    fn add(&mut self, at: usize, (place, line): (usize, &'a Allowance)) {
        if at == self.all.len() {
            let name = line.subject.name().folded(self.case_sensitive);
            self.by_name.entry(name).or_default().push(at);
            self.all.push(Ticket::new());
        }
        if let Some(ticket) = self.all.get_mut(at) {
            ticket.add((place, line));
        }
    }

    /// The rows that some ticket speaks of.
    fn claims<'d>(&self, rows: &'d [diff::Row<'a>]) -> Vec<Claim<'d, 'a>> {
        rows.iter().filter_map(|row| self.claim(row)).collect()
    }

    fn claim<'d>(&self, row: &'d diff::Row<'a>) -> Option<Claim<'d, 'a>> {
        let (_, file) = row.file()?;
        let key = file.key();
        let name = exact_name(&key);
        let listed = self.named(&name).filter(|at| self.is_listed(*at, row));
        let cells = names_in_tables(&key);
        let told = cells.iter().flat_map(|name| self.named(name));
        let told = told.filter(|at| self.is_told(*at, row));
        let fitting: BTreeSet<usize> = listed.chain(told).collect();
        if fitting.is_empty() {
            return None;
        }
        let path = |file: Message<'_>| path::text(file.path());
        let paths = row.files.map(|file| file.map(path));
        Some(Claim { row, paths, fitting: fitting.into_iter().collect(), own: None, given: None })
    }

    fn named(&self, name: &Name) -> impl Iterator<Item = usize> {
        self.by_name.get(name).into_iter().flatten().copied()
    }

    /// Whether a ticket is an id of a list that may allow such a row.
    fn is_listed(&self, at: usize, row: &diff::Row<'a>) -> bool {
        let is_lone = matches!(row.class, Class::OnlyLeft | Class::OnlyRight);
        is_lone && matches!(self.subject(at), Some(Subject::Lone(_)))
    }

    /// Whether a ticket is a table's row of the class, with a file where this has one.
    fn is_told(&self, at: usize, row: &diff::Row<'a>) -> bool {
        let Some(Subject::Row(told)) = self.subject(at) else { return false };
        let alike = |side| told.paths[side].is_some() == row.files[side].is_some();
        told.class == row.class && Side::BOTH.into_iter().all(alike)
    }

    fn subject(&self, at: usize) -> Option<&'a Subject> {
        self.all.get(at)?.lines.first().map(|(_, line)| &line.subject)
    }

    /// How many of a row's files lie where a ticket says.
    fn paths_in_common(&self, at: usize, claim: &Claim<'_, 'a>) -> usize {
        let Some(Subject::Row(told)) = self.subject(at) else { return 0 };
        let is_common = |side: &Side| match (&told.paths[*side], &claim.paths[*side]) {
            (Some(cell), Some(path)) => may_hold(cell, path),
            _ => false,
        };
        Side::BOTH.iter().filter(|side| is_common(side)).count()
    }

    /// Gives each row the ticket that speaks of its very files.
    fn give_by_all_paths(&mut self, claims: &mut [Claim<'_, 'a>]) {
        for claim in claims {
            let files = claim.paths.iter().flatten().count();
            let own = claim
                .fitting
                .iter()
                .copied()
                .filter(|&at| !self.is_taken(at) && self.paths_in_common(at, claim) == files);
            claim.own = own.min_by_key(|&at| !self.is_accepted(at));
            if let Some(own) = claim.own.filter(|&own| self.is_accepted(own)) {
                self.hand_over(own, claim);
            }
        }
    }

    /// Gives each row that has none an accepted ticket with so many of its paths.
    fn give(&mut self, claims: &mut [Claim<'_, 'a>], paths: usize) {
        let without = claims.iter_mut().filter(|claim| claim.given.is_none());
        for claim in without {
            let free =
                claim.fitting.iter().copied().filter(|&at| {
                    self.is_free(at, claim) && self.paths_in_common(at, claim) >= paths
                });
            if let Some(best) = free.min_by_key(|&at| self.misfit(at, claim.row)) {
                self.hand_over(best, claim);
            }
        }
    }

    fn hand_over(&mut self, at: usize, claim: &mut Claim<'_, 'a>) {
        claim.given = Some(at);
        if let Some(ticket) = self.all.get_mut(at) {
            ticket.taken = true;
            ticket.used = ticket.accepts_of(claim.row);
        }
    }

    fn is_taken(&self, at: usize) -> bool {
        self.all.get(at).is_none_or(|ticket| ticket.taken)
    }

    fn is_accepted(&self, at: usize) -> bool {
        self.all.get(at).is_some_and(|ticket| ticket.accepted)
    }

    /// Whether an accepted ticket may still be given to a row that is not its own.
    fn is_free(&self, at: usize, claim: &Claim<'_, 'a>) -> bool {
        let own = claim.own.and_then(|own| self.all.get(own));
        let is_known = self.subject(at).is_some_and(|told| is_known_by_key(claim.row, told));
        is_known
            && self.all.get(at).is_some_and(|ticket| {
                let refused = own.is_some_and(|own| ticket.is_only_from_files_of(own));
                ticket.accepted && !ticket.taken && !refused && ticket.accepts_of(claim.row)
            })
    }

    /// How badly a ticket goes with a row: marks that stay open, marks too many, its place.
    fn misfit(&self, at: usize, row: &diff::Row<'a>) -> (usize, usize, usize) {
        let none = BTreeSet::new();
        let marks = self.all.get(at).map_or(&none, |ticket| &ticket.marks);
        (row.marks.difference(marks).count(), marks.difference(&row.marks).count(), at)
    }

    fn result(&self, files: &'a [AllowFile], claims: &[Claim<'_, 'a>]) -> Accepted<'a> {
        let usage = |file: &'a AllowFile| Usage {
            path: &file.path,
            allowances: file.lines.iter().filter(|line| line.accepts_something()).count() as u64,
            accepted: 0,
            unused: Vec::new(),
        };
        let usages = files.iter().map(usage).collect();
        let mut accepted = Accepted::of_files(usages);
        for claim in claims {
            self.settle(claim, files, &mut accepted);
        }
        for (place, line) in self.all.iter().filter(|ticket| !ticket.used).flat_map(Ticket::open) {
            if let Some(file) = accepted.files.get_mut(place) {
                file.unused.push(line);
            }
        }
        for file in &mut accepted.files {
            file.unused.sort_by_key(|line| line.line);
        }
        accepted
    }

    /// Adds what is said of a row, if anything is.
    fn settle(&self, claim: &Claim<'_, 'a>, files: &'a [AllowFile], accepted: &mut Accepted<'a>) {
        let first = |at: Option<usize>| self.all.get(at?)?.lines.first().copied();
        let (given, own) = (first(claim.given), first(claim.own));
        let Some((place, line)) = given.or(own) else { return };
        let Some(path) = files.get(place).map(|file| Path::new(&file.path)) else { return };
        let ticket = claim.given.and_then(|at| self.all.get(at));
        let marks = ticket.map(|ticket| &ticket.marks & &claim.row.marks).unwrap_or_default();
        let whole = ticket.is_some() && marks == claim.row.marks;
        let comments = [Some(line), own.map(|(_, own)| own)].into_iter().flatten();
        let remark = Remark {
            source: (path, line.line),
            class: ticket.is_some() && claim.row.class != Class::Same,
            marks,
            whole,
            // What was decided of less is no decision on this.
            decision: if whole || ticket.is_none() { &line.decision } else { "" },
            comment: comments
                .map(|line| line.comment.as_str())
                .find(|said| !said.is_empty())
                .unwrap_or_default(),
        };
        if let Some(file) = accepted.files.get_mut(place) {
            file.accepted += u64::from(remark.accepts());
        }
        accepted.add(claim.row, remark);
    }
}

impl<'a> Ticket<'a> {
    fn new() -> Ticket<'a> {
        let (lines, marks) = (Vec::new(), BTreeSet::new());
        Ticket { lines, marks, accepted: false, taken: false, used: false }
    }

    /// Adds a line that speaks of the same: one that accepts it takes the place of those that do
    /// not.
    fn add(&mut self, (place, line): (usize, &'a Allowance)) {
        if line.accepted && !self.accepted {
            self.lines.clear();
            self.accepted = true;
        }
        if line.accepted == self.accepted {
            self.lines.push((place, line));
        }
        if let Subject::Row(row) = &line.subject
            && line.accepted
        {
            self.marks.extend(&row.marks);
        }
    }

    /// Whether it accepts anything of what there is to say of a row of its class.
    fn accepts_of(&self, row: &diff::Row<'_>) -> bool {
        row.class != Class::Same || !self.marks.is_disjoint(&row.marks)
    }

    fn is_only_from_files_of(&self, other: &Ticket<'_>) -> bool {
        let is_of_other = |place: usize| other.lines.iter().any(|(other, _)| *other == place);
        self.lines.iter().all(|(place, _)| is_of_other(*place))
    }

    /// The lines that accept something.
    fn open(&self) -> impl Iterator<Item = (usize, &'a Allowance)> {
        self.lines.iter().copied().filter(|(_, line)| line.accepts_something())
    }
}

/// Whether the key that a file tells says which message it is, wherever that lies: content that is
/// empty is that of many, and an id that is no text is not wholly told in a table.
fn is_known_by_key(row: &diff::Row<'_>, told: &Subject) -> bool {
    let is_text = |file: Message<'_>| file.id().is_none_or(|id| str::from_utf8(id).is_ok());
    let in_list = matches!(told, Subject::Lone(_));
    let is_known = |file: Message<'_>| !file.identifies_nothing() && (in_list || is_text(file));
    row.file().is_some_and(|(_, file)| is_known(file))
}

/// The name that a list has for a key.
fn exact_name(key: &Key) -> Name {
    match key {
        Key::Id(id) => Name::Id(id.clone()),
        Key::Content(content) => Name::Content(content.sha1),
    }
}

/// The names that a table may have for a key, with the `'` that it was written with or without.
fn names_in_tables(key: &Key) -> Vec<Name> {
    match key {
        Key::Content(content) => vec![Name::Content(content.sha1)],
        Key::Id(_) => {
            let text = key.to_string();
            let cells = BTreeSet::from([defuse(text.clone()), text]);
            cells.into_iter().map(|cell| Name::Id(cell.into_bytes().into())).collect()
        }
    }
}
