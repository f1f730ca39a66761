//! Allowances as they are given to rows: lines that speak of the same are one ticket.
//!
//! Rows of tables speak of the same if they have one class, one key and one path on each side: a
//! table and the table of the run after it may both be given. An id in a list has no place, and
//! each line with it is a ticket of its own.

use std::collections::{BTreeMap, BTreeSet};

use crate::diff::{self, Class, Mark};
use crate::index::Message;
use crate::message::id::Key;
use crate::path;
use crate::side::{Side, Sides};

use super::AllowFile;
use super::allowance::{Allowance, Name, Row, Subject};

/// Lines that speak of the same.
pub(super) struct Ticket<'a> {
    /// The lines, each with the place of its file: those that accept, or all if none does.
    pub(super) lines: Vec<(usize, &'a Allowance)>,
    /// The marks that are accepted.
    pub(super) marks: BTreeSet<Mark>,
    pub(super) accepted: bool,
    /// Whether it has been given to a row.
    pub(super) taken: bool,
    /// Whether it accepts anything of that.
    pub(super) used: bool,
}

impl<'a> Ticket<'a> {
    fn new() -> Ticket<'a> {
        let (lines, marks) = (Vec::new(), BTreeSet::new());
        Ticket { lines, marks, accepted: false, taken: false, used: false }
    }

    /// Adds a line that speaks of the same: one that accepts it takes the place of those that do
    /// not.
    fn add(&mut self, place: usize, line: &'a Allowance) {
        if line.accepted && !self.accepted {
            self.lines.clear();
            self.accepted = true;
        }
        if line.accepted == self.accepted {
            self.lines.push((place, line));
        }
        if let (Subject::Row(row), true) = (&line.subject, line.accepted) {
            self.marks.extend(&row.marks);
        }
    }

    fn subject(&self) -> Option<&'a Subject> {
        self.lines.first().map(|(_, line)| &line.subject)
    }

    /// The row of a table that it speaks of.
    fn row(&self) -> Option<&'a Row> {
        match self.subject()? {
            Subject::Row(row) => Some(row),
            Subject::Lone(_) => None,
        }
    }

    /// Whether it accepts anything of what there is to say of a row of its class.
    pub(super) fn accepts_of(&self, row: &diff::Row<'_>) -> bool {
        row.class != Class::Same || !self.marks.is_disjoint(&row.marks)
    }

    /// Whether each of its lines is in a file that the other has a line in.
    pub(super) fn is_only_from_files_of(&self, other: &Ticket<'_>) -> bool {
        let is_of_other = |place: usize| other.lines.iter().any(|(other, _)| *other == place);
        self.lines.iter().all(|(place, _)| is_of_other(*place))
    }

    /// The lines that accept something, each with the place of its file.
    pub(super) fn accepting(&self) -> impl Iterator<Item = (usize, &'a Allowance)> {
        self.lines.iter().copied().filter(|(_, line)| line.accepts_something())
    }

    /// Whether its class and sides are those of a row.
    fn is_of_class(&self, wanted: &Wanted<'_, '_>) -> bool {
        let row = wanted.row;
        match self.subject() {
            Some(Subject::Lone(_)) => matches!(row.class, Class::OnlyLeft | Class::OnlyRight),
            Some(Subject::Row(told)) => {
                let alike = |side| told.paths[side].is_some() == row.files[side].is_some();
                told.class == row.class && Side::BOTH.into_iter().all(alike)
            }
            None => false,
        }
    }

    /// How many of a row's files lie where it says.
    pub(super) fn paths_in_common(&self, wanted: &Wanted<'_, '_>) -> usize {
        let Some(told) = self.row() else { return 0 };
        let is_common = |side: &Side| match (&told.paths[*side], &wanted.paths[*side]) {
            (Some(told), Some(path)) => told == path,
            _ => false,
        };
        Side::BOTH.iter().filter(|side| is_common(side)).count()
    }
}

/// A row for which tickets are looked for.
pub(super) struct Wanted<'d, 'a> {
    pub(super) row: &'d diff::Row<'a>,
    /// Its files' paths as reports tell them.
    paths: Sides<Option<String>>,
    /// Its key as a list has it.
    listed: Name,
    /// Its key as a table has it.
    told: Name,
}

impl<'d, 'a> Wanted<'d, 'a> {
    /// `None` for a row without files: there is none.
    pub(super) fn of(row: &'d diff::Row<'a>) -> Option<Wanted<'d, 'a>> {
        let (_, file) = row.file()?;
        let path = |file: Message<'_>| path::text(file.path());
        let (listed, told) = names(&file.key());
        Some(Wanted { row, paths: row.files.map(|file| file.map(path)), listed, told })
    }

    /// Whether its key says which message it is: content that is empty is that of many.
    pub(super) fn identifies(&self) -> bool {
        self.row.file().is_some_and(|(_, file)| !file.identifies_nothing())
    }

    /// Whether a ticket tells the whole key: in a table an id that is no text is not told whole.
    fn is_told_whole_by(&self, ticket: &Ticket<'_>) -> bool {
        let is_text = |id: &[u8]| str::from_utf8(id).is_ok();
        let is_known = |file: Message<'_>| file.id().is_none_or(is_text);
        ticket.row().is_none() || self.row.file().is_some_and(|(_, file)| is_known(file))
    }
}

/// The name of a key in a list, and in a table.
fn names(key: &Key) -> (Name, Name) {
    match key {
        Key::Content(content) => {
            let name = Name::Content(content.sha1);
            (name.clone(), name)
        }
        Key::Id(id) => {
            let text = key.to_string().into_bytes();
            (Name::Id(id.clone()), Name::Id(text.into()))
        }
        Key::Unidentified => (Name::Unidentified, Name::Unidentified),
    }
}

/// What makes rows of tables speak of the same.
type Same = (Class, Name, Sides<Option<String>>);

/// All tickets, and where to find them.
pub(super) struct Tickets<'a> {
    pub(super) all: Vec<Ticket<'a>>,
    listed: BTreeMap<Name, Vec<usize>>,
    told: BTreeMap<Name, Vec<usize>>,
    very: BTreeMap<Same, usize>,
}

impl<'a> Tickets<'a> {
    pub(super) fn of(files: &'a [AllowFile], case_sensitive: bool) -> Tickets<'a> {
        let (listed, told, very) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
        let mut tickets = Tickets { all: Vec::new(), listed, told, very };
        for (place, file) in files.iter().enumerate() {
            for line in &file.lines {
                let at = tickets.place_of(line, case_sensitive);
                if let Some(ticket) = tickets.all.get_mut(at) {
                    ticket.add(place, line);
                }
            }
        }
        tickets
    }

    /// Where the ticket of a line is; a new one if none speaks of the same.
    fn place_of(&mut self, line: &Allowance, case_sensitive: bool) -> usize {
        let new = self.all.len();
        let (by_name, name) = match &line.subject {
            Subject::Lone(name) => (&mut self.listed, name.folded(case_sensitive)),
            Subject::Row(row) => {
                let name = row.key.folded(case_sensitive);
                let same = (row.class, name.clone(), row.paths.clone());
                let at = *self.very.entry(same).or_insert(new);
                if at != new {
                    return at;
                }
                (&mut self.told, name)
            }
        };
        by_name.entry(name).or_default().push(new);
        self.all.push(Ticket::new());
        new
    }

    /// Whether any ticket has the key of a row.
    pub(super) fn know(&self, wanted: &Wanted<'_, '_>) -> bool {
        self.listed.contains_key(&wanted.listed) || self.told.contains_key(&wanted.told)
    }

    /// Where the ticket is that speaks of a row's very files.
    pub(super) fn with_very_paths(&self, wanted: &Wanted<'_, '_>) -> Option<usize> {
        let same = (wanted.row.class, wanted.told.clone(), wanted.paths.clone());
        self.very.get(&same).copied()
    }

    /// The accepted tickets of a row's class and key that no row has, with their places.
    pub(super) fn free(
        &self,
        wanted: &Wanted<'_, '_>,
    ) -> impl Iterator<Item = (usize, &Ticket<'a>)> {
        let lists = [self.listed.get(&wanted.listed), self.told.get(&wanted.told)];
        let places = lists.into_iter().flatten().flatten();
        let tickets = places.filter_map(|&at| Some((at, self.all.get(at)?)));
        tickets.filter(|(_, ticket)| {
            let is_free = ticket.accepted && !ticket.taken;
            is_free && ticket.is_of_class(wanted) && wanted.is_told_whole_by(ticket)
        })
    }
}
