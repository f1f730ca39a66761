//! The steps that every question about two sides begins with: opening both, pairing their folders,
//! and the checks without which an answer proves nothing.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use anyhow::{anyhow, bail};
use maildiff::error::Error;
use maildiff::folders::{self, Ground, Pairs, Selected, Selection};
use maildiff::index::{self, Index};
use maildiff::maildir::folder_name::FolderName;
use maildiff::side::{Side, Sides};
use maildiff::source::{self, STDIN, Source};

use crate::progress::Progress;
use crate::talk::complain;

/// Two sides that share files would compare a tree with itself and find nothing missing.
pub(super) fn check_apart(
    roots: &Sides<PathBuf>,
    options: &Sides<source::Options>,
) -> anyhow::Result<()> {
    if roots.iter().all(|root| root == Path::new(STDIN)) {
        bail!("both sides are standard input: name a tree or a file for one of them");
    }
    let places = Sides::of(|side| {
        let inbox = options[side].tree.inbox.clone();
        let places = inbox.into_iter().chain([roots[side].clone()]);
        places.filter_map(|place| fs::canonicalize(place).ok()).collect::<Vec<PathBuf>>()
    });
    for left in &places.left {
        for right in &places.right {
            if is_one_directory(left, right) {
                bail!("both sides are {}: name two trees", left.display());
            } else if left.starts_with(right) || right.starts_with(left) {
                bail!("one side lies inside the other: {} and {}", left.display(), right.display());
            }
        }
    }
    Ok(())
}

/// Whether two paths lead to one directory, be it through a second mount.
fn is_one_directory(left: &Path, right: &Path) -> bool {
    let identity = |path: &Path| fs::metadata(path).map(|place| (place.dev(), place.ino())).ok();
    left == right || identity(left).is_some_and(|left| Some(left) == identity(right))
}

/// A link from one side into the other makes one file of two: with the one tree the other's mail
/// would go.
pub(super) fn check_nothing_shared(sources: &Sides<Source>) -> anyhow::Result<()> {
    if let Some((left, right)) = sources.left.tree().zip(sources.right.tree())
        && !left.seen.is_disjoint(&right.seen)
    {
        bail!("both sides read one directory, through a link: the trees are not apart");
    }
    let Some((left, right)) = sources.left.place().zip(sources.right.place()) else {
        return Ok(());
    };
    let places = Sides::new(left, right);
    for (side, (_, targets)) in places.each() {
        let (root, others) = places[side.other()];
        let root = fs::canonicalize(root).unwrap_or_default();
        let shared = |target: &&PathBuf| target.starts_with(&root) || others.contains(*target);
        if let Some(target) = targets.iter().find(shared) {
            bail!("a link of the {side} leads to {}, which the other side has", target.display());
        }
    }
    Ok(())
}

/// Opens both sides, at the same time.
pub(super) fn open_both(
    roots: &Sides<PathBuf>,
    options: &Sides<source::Options>,
) -> anyhow::Result<Sides<Source>> {
    let of = |side: Side| Source::open(&roots[side], &options[side]);
    let (left, right) = rayon::join(|| of(Side::Left), || of(Side::Right));
    let sources = both_of(left, right)?;
    for (side, source) in sources.each() {
        if source.tree().is_none() && options[side].tree.inbox.is_some() {
            bail!("--inbox-{side} is of a tree, and the {side} is none");
        }
    }
    if options.iter().any(|options| options.dialect.is_some())
        && !sources.iter().any(Source::is_mbox)
    {
        bail!("--mbox is of an mbox, and neither side is one");
    }
    Ok(sources)
}

/// Whether a side is a table, so that only Message-IDs can be compared.
pub(super) fn have_table(sources: &Sides<Source>) -> bool {
    sources.iter().any(Source::is_table)
}

/// Both, or what went wrong with either.
fn both_of<T>(left: Result<T, Error>, right: Result<T, Error>) -> anyhow::Result<Sides<T>> {
    match (left, right) {
        (Ok(left), Ok(right)) => Ok(Sides::new(left, right)),
        (Err(left), Err(right)) => {
            complain(&left.to_string());
            Err(right.into())
        }
        (Err(error), _) | (_, Err(error)) => Err(error.into()),
    }
}

/// Options that are of another kind of side than this one, where it is alone, change nothing.
pub(super) fn check_options(source: &Source, options: &source::Options) -> anyhow::Result<()> {
    if source.tree().is_none() && options.tree.inbox.is_some() {
        bail!("--inbox is of a Maildir tree, and this is none");
    } else if !source.is_mbox() && options.dialect.is_some() {
        bail!("--mbox is of an mbox, and this is none");
    }
    Ok(())
}

/// Pairs the folders of both sides and applies the selection.
pub(super) fn pair_folders(
    sources: &Sides<Source>,
    maps: &[String],
    selection: &Selection,
) -> anyhow::Result<(Pairs, Selected)> {
    let names: Sides<Vec<FolderName>> = sources.as_ref().map(Source::folder_names);
    let names = names.as_ref().map(Vec::as_slice);
    let pairs = folders::pair(names, maps)?;
    let selected = selection.apply(names, &pairs)?;
    for glob in &selected.idle {
        complain(&format!("warning: --exclude {glob}: no folder of either side matches"));
    }
    Ok((pairs, selected))
}

/// Reads the messages of both sides, at the same time.
pub(super) fn index_both(
    sources: Sides<Source>,
    options: &Sides<index::Options>,
    progress: &Progress,
) -> anyhow::Result<Sides<Index>> {
    progress.expect(sources.iter().map(Source::size).sum());
    let Sides { left, right } = sources;
    let of = |side: Side, source: Source| source.index(&options[side], progress.read());
    let (left, right) = rayon::join(|| of(Side::Left, left), || of(Side::Right, right));
    both_of(left, right)
}

/// A side without a message proves nothing: an empty spool would be complete in anything.
pub(super) fn check_mail(indexes: &Sides<Index>) -> anyhow::Result<()> {
    let Some((side, index)) = indexes.each().find(|(_, index)| index.messages().is_empty()) else {
        return Ok(());
    };
    name_errors(side, &index.errors.iter().map(|(_, error)| error).collect::<Vec<_>>());
    let why = match (index.errors.len(), index.tally.excluded) {
        (0, 0) => "there is none in it",
        (0, _) => "the selection leaves none",
        _ => "none could be read",
    };
    Err(anyhow!("{}: no message to compare: {why}", index.root.display()))
}

/// What of a tree could not be read, or not be read again; each path once.
pub(super) fn all_errors<'a>(
    index: &'a Index,
    rereading: impl IntoIterator<Item = &'a Error>,
) -> Vec<&'a Error> {
    let mut named = BTreeSet::new();
    let errors = index.errors.iter().map(|(_, error)| error).chain(rereading);
    errors.filter(|error| named.insert(error.path())).collect()
}

/// What was guessed.
pub(super) fn notes(indexes: Sides<&Index>, pairs: &Pairs) -> Vec<String> {
    let mut notes = Vec::new();
    for (side, index) in indexes.each() {
        notes.extend(index.note.as_ref().map(|note| format!("{side}: {note}")));
        let followed = index.followed.iter();
        notes.extend(followed.map(|link| {
            format!(
                "{side}: followed the link {}; its files count, the link does not",
                link.display()
            )
        }));
    }
    for pair in &pairs.pairs {
        let name = |side: Side| {
            let folder = pair.folders[side].and_then(|at| indexes[side].folders.get(at));
            folder.map(|folder| folder.name.to_string()).unwrap_or_default()
        };
        if matches!(pair.ground, Ground::Prefix | Ground::Spelling) {
            let (left, right) = (name(Side::Left), name(Side::Right));
            notes.push(format!("{left} of the left is taken for {right} of the right"));
        }
    }
    notes
}

/// Says what could not be read.
pub(super) fn name_errors(side: Side, errors: &[&Error]) {
    for error in errors {
        complain(&format!("{side}: {error}"));
    }
}
