//! Everything that is known of one message: all copies of it in one tree or two, and why they are
//! the same or not.
//!
//! What two copies are to each other is taken from the difference of the two trees, so that an
//! explanation never says otherwise than a comparison of every content does.

use std::ffi::OsStr;

use crate::diff::{self, Mark, Row, Same, diff};
use crate::error::Error;
use crate::fetch::{self, Particulars};
use crate::folders::Pairs;
use crate::index::{Index, Message};
use crate::leftover::{self, Leftover, State};
use crate::message::canonical::Content;
use crate::message::id::Key;
use crate::side::{Side, Sides};

mod nearest;
mod lookup;
mod lines;
mod difference;
mod choice;
mod remark;

pub use difference::{Body, CutShort, Difference, FieldDifference, Header, Place};
pub use lines::{Change, Hunk, LineChange};
pub use lookup::Unknown;
pub use remark::Remark;

use choice::choose;
use difference::compare;
use lookup::look_up;
use remark::remarks;

/// The trees in which a message is looked for.
#[derive(Clone, Copy, Debug)]
pub enum Trees<'a> {
    /// One tree: copies are held against each other.
    One(&'a Index),
    /// Two, whose folders are paired.
    Two(Sides<&'a Index>, &'a Pairs),
}

impl<'a> Trees<'a> {
    /// The tree of a side, if there is one: a single tree is the left.
    pub fn index(self, side: Side) -> Option<&'a Index> {
        match (self, side) {
            (Trees::One(index), Side::Left) => Some(index),
            (Trees::One(_), Side::Right) => None,
            (Trees::Two(indexes, _), side) => Some(indexes[side]),
        }
    }

    /// The trees, each with its side.
    pub fn each(self) -> impl Iterator<Item = (Side, &'a Index)> {
        Side::BOTH.into_iter().filter_map(move |side| Some((side, self.index(side)?)))
    }
}

/// A file that has something to do with the message.
#[derive(Debug)]
pub struct Exhibit<'a> {
    /// The side it lies on.
    pub side: Side,
    /// The file.
    pub message: Message<'a>,
    /// Why it is shown.
    pub kinship: Kinship,
    /// What it is to its tree, if it is a leftover.
    pub leftover: Option<State<'a>>,
    /// What was read of it; `None` where it could not be read again.
    pub particulars: Option<Particulars>,
    /// Which of [`Explanation::contents`] it has; `None` where that could not be read.
    pub content: Option<usize>,
}

/// What a file has to do with the message that was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kinship {
    /// It has its key.
    SameKey,
    /// It has the same content under another key.
    SameContent,
    /// Date, From and Subject are the same, and it may be the same message.
    Probable,
}

impl Kinship {
    /// The stable word in reports.
    pub fn word(self) -> &'static str {
        match self {
            Kinship::SameKey => "key",
            Kinship::SameContent => "content",
            Kinship::Probable => "probable",
        }
    }
}

/// All that is known of one message.
#[derive(Debug)]
pub struct Explanation<'a> {
    /// Where it was looked for.
    pub trees: Trees<'a>,
    /// What makes its copies the same message.
    pub key: Key,
    /// All its copies, the left's first, then files of the same content or likeness.
    pub exhibits: Vec<Exhibit<'a>>,
    /// What the comparison of the trees says of the files with its key.
    pub rows: Vec<Row<'a>>,
    /// The different contents, in the order of the exhibits.
    pub contents: Vec<Content>,
    /// How contents differ from each other.
    pub differences: Vec<Difference>,
    /// How many more pairs of contents differ.
    pub more_differences: usize,
    /// What could not be read again.
    pub errors: Sides<Vec<Error>>,
}

impl Explanation<'_> {
    /// What is out of the ordinary with one of its exhibits.
    pub fn remarks(&self, exhibit: &Exhibit<'_>) -> Vec<Remark> {
        self.trees.index(exhibit.side).map(|index| remarks(index, exhibit)).unwrap_or_default()
    }

    /// Whether a comparison finds nothing wrong with it; of a single tree, whether a server
    /// shows it.
    pub fn is_fine(&self) -> bool {
        let fails = |row: &Row<'_>| {
            row.class != diff::Class::Same
                || row.marks.contains(&Mark::Content)
                || row.marks.contains(&Mark::Misfiled)
        };
        match self.trees {
            Trees::One(index) => self.exhibits.iter().any(|exhibit| {
                let message = exhibit.message;
                let folder = index.folders.get(message.folder());
                exhibit.kinship == Kinship::SameKey
                    && message.place().is_delivered()
                    && folder.is_some_and(|folder| folder.lists(message.path()))
            }),
            Trees::Two(..) => !self.rows.is_empty() && !self.rows.iter().any(fails),
        }
    }
}

/// Looks for a message by its id, its `sha1:` key or the path of a copy, and tells all of it.
///
/// # Errors
/// Where there is no such message; the error says what there is instead.
pub fn explain<'a>(
    trees: Trees<'a>,
    typed: &OsStr,
    case_sensitive: bool,
) -> Result<Explanation<'a>, Unknown> {
    let key = look_up(trees, typed, case_sensitive)?;
    let mut errors: Sides<Vec<Error>> = Sides::default();
    for (side, index) in trees.each() {
        let copies: Vec<Message<'_>> = copies(index, &key).collect();
        errors[side].extend(fetch::contents(index, &copies));
    }
    let judged: Sides<Vec<Leftover<'a>>> = Sides::of(|side| {
        let (judged, unread) = trees.index(side).map(leftover::judge).unwrap_or_default();
        errors[side].extend(unread);
        judged
    });
    let rows = rows(trees, &key, &judged, &mut errors);
    let mut exhibits = gather(trees, &key, &rows, &judged);
    read(trees, &mut exhibits, &mut errors);
    let contents = number_contents(&mut exhibits);
    let pairs = choose(&exhibits, &rows);
    let shown = pairs.len().min(MOST_DIFFERENCES);
    let mut differences = Vec::new();
    for &(one, other) in pairs.iter().take(shown) {
        differences.extend(compare(trees, &exhibits, one, other, &mut errors));
    }
    let more_differences = pairs.len() - shown;
    Ok(Explanation { trees, key, exhibits, rows, contents, differences, more_differences, errors })
}

/// How many pairs of contents are held against each other.
const MOST_DIFFERENCES: usize = 3;

/// Every file of a tree with this key.
fn copies<'a>(index: &'a Index, key: &Key) -> impl Iterator<Item = Message<'a>> {
    index.messages().with_key(key).iter().chain(index.leftovers().with_key(key).iter())
}

/// What the comparison of two trees says of a key. The content of its copies is known by now, so
/// that it is compared although no other is.
fn rows<'a>(
    trees: Trees<'a>,
    key: &Key,
    judged: &Sides<Vec<Leftover<'a>>>,
    errors: &mut Sides<Vec<Error>>,
) -> Vec<Row<'a>> {
    let Trees::Two(indexes, pairs) = trees else { return Vec::new() };
    let leftovers = judged.as_ref().map(Vec::as_slice);
    let options = diff::Options { same: Same::Listed, ..diff::Options::default() };
    let diff = diff(indexes, pairs, leftovers, options);
    for (side, unread) in Side::BOTH.into_iter().zip([diff.errors.left, diff.errors.right]) {
        errors[side].extend(unread);
    }
    let has_key = |message: &Message<'_>| message.key() == *key;
    let mut rows = diff.rows;
    rows.retain(|row| row.files.iter().flatten().any(has_key));
    rows
}

/// Everything that is to be shown.
fn gather<'a>(
    trees: Trees<'a>,
    key: &Key,
    rows: &[Row<'a>],
    judged: &Sides<Vec<Leftover<'a>>>,
) -> Vec<Exhibit<'a>> {
    let mut exhibits: Vec<Exhibit<'a>> = Vec::new();
    for (side, index) in trees.each() {
        let files = copies(index, key);
        exhibits.extend(files.map(|file| Exhibit::new(side, file, Kinship::SameKey, judged)));
    }
    for (side, index) in trees.each() {
        let known: Vec<Content> = exhibits.iter().filter_map(Exhibit::known_content).collect();
        let same = |file: &Message<'_>| {
            let content = file.content();
            file.key() != *key && content.is_some_and(|content| known.contains(&content))
        };
        let mut others: Vec<Message<'a>> = index.all_mail().filter(same).collect();
        others.sort_by_cached_key(|file| (file.place().is_leftover(), file.key()));
        let exhibit = |file| Exhibit::new(side, file, Kinship::SameContent, judged);
        exhibits.extend(others.into_iter().map(exhibit));
    }
    for row in rows {
        let Some((side, twin)) = row.file().map(|(side, _)| side).zip(row.probable) else {
            continue;
        };
        if !exhibits.iter().any(|exhibit| exhibit.message == twin) {
            exhibits.push(Exhibit::new(side.other(), twin, Kinship::Probable, judged));
        }
    }
    exhibits
}

impl<'a> Exhibit<'a> {
    fn new(
        side: Side,
        message: Message<'a>,
        kinship: Kinship,
        judged: &Sides<Vec<Leftover<'a>>>,
    ) -> Exhibit<'a> {
        let is_it = |leftover: &&Leftover<'_>| leftover.message == message;
        let leftover = judged[side].iter().find(is_it).map(|leftover| leftover.state);
        Exhibit { side, message, kinship, leftover, particulars: None, content: None }
    }

    /// Its content, if that is known and identifies anything.
    fn known_content(&self) -> Option<Content> {
        self.message.content().filter(|content| !content.is_empty())
    }
}

/// Reads what is shown of each file.
fn read(trees: Trees<'_>, exhibits: &mut [Exhibit<'_>], errors: &mut Sides<Vec<Error>>) {
    for (side, index) in trees.each() {
        let of_side: Vec<&mut Exhibit<'_>> =
            exhibits.iter_mut().filter(|exhibit| exhibit.side == side).collect();
        let files: Vec<Message<'_>> = of_side.iter().map(|exhibit| exhibit.message).collect();
        errors[side].extend(fetch::contents(index, &files));
        for (exhibit, particulars) in of_side.into_iter().zip(fetch::particulars(index, &files)) {
            match particulars {
                Ok(particulars) => exhibit.particulars = Some(particulars),
                Err(error) => errors[side].push(error),
            }
        }
    }
}

/// Numbers the different contents.
fn number_contents(exhibits: &mut [Exhibit<'_>]) -> Vec<Content> {
    let mut contents: Vec<Content> = Vec::new();
    let mut first: Vec<Message<'_>> = Vec::new();
    for exhibit in exhibits {
        let Some(content) = exhibit.message.content() else { continue };
        let known = first.iter().position(|known| !known.differs_from(exhibit.message));
        exhibit.content = known.or_else(|| {
            contents.push(content);
            first.push(exhibit.message);
            contents.len().checked_sub(1)
        });
    }
    contents
}
