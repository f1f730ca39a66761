//! Which folder of the left stands against which of the right, and which take part.
//!
//! Folders pair by exact name; then without a leading `INBOX/` that one side has on all its folders
//! and the other has not; then by names that are equal when `.` is `/` and letter case does not
//! count, if that is unique. What the user maps wins over all.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use globset::{Glob, GlobSet, GlobSetBuilder};

use crate::maildir::folder_name::FolderName;
use crate::side::{Side, Sides};

/// A folder of the comparison: one of the left, one of the right, or one of each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pair {
    /// The index of each side's folder among the names given.
    pub folders: Sides<Option<usize>>,
    /// Why they stand against each other.
    pub ground: Ground,
}

/// Why two folders are one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ground {
    /// They have one name; or there is only one.
    Name,
    /// Their names differ by a leading `INBOX/` that one side has throughout.
    Prefix,
    /// Their names differ by letter case, or by `.` for `/`.
    Spelling,
    /// The user said so.
    Map,
}

/// The folders of both sides, paired.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pairs {
    /// Every folder of either side, once; sorted by name.
    pub pairs: Vec<Pair>,
    /// For each side's folder its index in `pairs`.
    pub of: Sides<Vec<usize>>,
}

/// A choice of the user that the trees do not allow; prints as a sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadChoice(String);

impl fmt::Display for BadChoice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for BadChoice {}

/// Pairs the folders of both sides; `maps` are what the user typed as `LEFT=RIGHT`.
///
/// # Errors
/// Where a map names no folder, or one that another map has taken.
pub fn pair(names: Sides<&[FolderName]>, maps: &[String]) -> Result<Pairs, BadChoice> {
    let mut pairing = Pairing::new(names);
    for map in maps {
        pairing.map(map)?;
    }
    pairing.join(Ground::Name, |name, _| Some(name.as_str().to_owned()));
    pairing.join_without_prefix();
    pairing.join(Ground::Spelling, |name, _| Some(name.loose()));
    Ok(pairing.finish())
}

struct Pairing<'a> {
    names: Sides<&'a [FolderName]>,
    /// The indices of the folders that have no partner yet.
    free: Sides<BTreeSet<usize>>,
    joined: Vec<Pair>,
}

impl<'a> Pairing<'a> {
    fn new(names: Sides<&'a [FolderName]>) -> Pairing<'a> {
        let free = names.map(|names| (0..names.len()).collect());
        Pairing { names, free, joined: Vec::new() }
    }

    fn name(&self, side: Side, folder: usize) -> Option<&'a FolderName> {
        self.names[side].get(folder)
    }

    fn take(&mut self, left: usize, right: usize, ground: Ground) {
        self.free.left.remove(&left);
        self.free.right.remove(&right);
        let folders = Sides::new(Some(left), Some(right));
        self.joined.push(Pair { folders, ground });
    }

    /// Joins what has one form on both sides and is alone with it on each.
    fn join(&mut self, ground: Ground, form: impl Fn(&FolderName, Side) -> Option<String>) {
        let forms = Sides::of(|side| self.forms(side, &form));
        for (form, left) in &forms.left {
            if let ([left], Some([right])) =
                (left.as_slice(), forms.right.get(form).map(Vec::as_slice))
            {
                self.take(*left, *right, ground);
            }
        }
    }

    fn forms(
        &self,
        side: Side,
        form: &impl Fn(&FolderName, Side) -> Option<String>,
    ) -> BTreeMap<String, Vec<usize>> {
        let mut forms: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        for &folder in &self.free[side] {
            if let Some(form) = self.name(side, folder).and_then(|name| form(name, side)) {
                forms.entry(form).or_default().push(folder);
            }
        }
        forms
    }

    /// Some servers keep all folders below INBOX; their own trees and other replicas do not say so.
    fn join_without_prefix(&mut self) {
        let prefixed = self.names.map(has_inbox_prefix);
        let side = match (prefixed.left, prefixed.right) {
            (true, false) => Side::Left,
            (false, true) => Side::Right,
            _ => return,
        };
        self.join(Ground::Prefix, |name, of| match (of == side, name.without_inbox_prefix()) {
            (true, Some(short)) => Some(short.as_str().to_owned()),
            _ => Some(name.as_str().to_owned()),
        });
    }

    fn map(&mut self, map: &str) -> Result<(), BadChoice> {
        let bad = |told: String| Err(BadChoice(format!("--map {map}: {told}")));
        let splits: Vec<_> =
            map.match_indices('=').filter_map(|(at, _)| map.split_at_checked(at)).collect();
        let parts =
            splits.iter().map(|(left, right)| (*left, right.strip_prefix('=').unwrap_or(right)));
        let mut missing = None;
        for (left, right) in parts {
            match (self.find(Side::Left, left), self.find(Side::Right, right)) {
                (Some(left), Some(right)) => {
                    if !(self.free.left.contains(&left) && self.free.right.contains(&right)) {
                        return bad("a folder of it is mapped already".to_owned());
                    }
                    self.take(left, right, Ground::Map);
                    return Ok(());
                }
                (None, _) => missing = Some((Side::Left, left)),
                (_, None) => missing = Some((Side::Right, right)),
            }
        }
        match missing {
            Some((side, name)) => {
                bad(format!("the {side} has no folder {name}{}", self.like(side, name)))
            }
            None => bad("write it as LEFT=RIGHT, with the folders' names".to_owned()),
        }
    }

    fn find(&self, side: Side, typed: &str) -> Option<usize> {
        self.names[side].iter().position(|name| name.is_typed(typed))
    }

    /// A name of that side that the user may have meant.
    fn like(&self, side: Side, typed: &str) -> String {
        let loose = FolderName::typed(typed).loose();
        let like = self.names[side].iter().find(|name| name.loose() == loose);
        like.map_or_else(String::new, |name| format!("; is it {name}?"))
    }

    fn finish(mut self) -> Pairs {
        for side in Side::BOTH {
            for &folder in &self.free[side] {
                let folders = Sides::only(side, folder);
                self.joined.push(Pair { folders, ground: Ground::Name });
            }
        }
        self.joined.sort_by_key(|pair| name_of(&self.names, pair));
        let mut of = self.names.map(|names| vec![0; names.len()]);
        for (at, pair) in self.joined.iter().enumerate() {
            for (side, folder) in pair.folders.each() {
                let place = folder.and_then(|folder| of[side].get_mut(folder));
                if let Some(place) = place {
                    *place = at;
                }
            }
        }
        Pairs { pairs: self.joined, of }
    }
}

/// Whether all folders but INBOX, and at least one, stand below INBOX.
fn has_inbox_prefix(names: &[FolderName]) -> bool {
    let mut others = names.iter().filter(|name| !name.is_inbox()).peekable();
    others.peek().is_some() && others.all(|name| name.without_inbox_prefix().is_some())
}

/// The name under which a pair is shown: the left's, or the right's where the left has none.
pub fn name_of(names: &Sides<&[FolderName]>, pair: &Pair) -> Option<FolderName> {
    let name = |side| pair.folders[side].and_then(|folder| names[side].get(folder)).cloned();
    name(Side::Left).or_else(|| name(Side::Right))
}

/// Which folders the user wants, by globs on canonical names.
#[derive(Clone, Debug, Default)]
pub struct Selection {
    /// Only these; all if there are none.
    pub only: Vec<String>,
    /// But not these.
    pub except: Vec<String>,
}

/// What a selection comes to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Selected {
    /// For each side's folder whether it is left out.
    pub excluded: Sides<Vec<bool>>,
    /// Patterns that left out nothing.
    pub idle: Vec<String>,
}

impl Selection {
    /// Applies the patterns. A pair is matched if either of its names is.
    ///
    /// # Errors
    /// Where a pattern is no glob, or one that selects matches nothing.
    pub fn apply(&self, names: Sides<&[FolderName]>, pairs: &Pairs) -> Result<Selected, BadChoice> {
        let only = Patterns::new(&self.only)?;
        let except = Patterns::new(&self.except)?;
        let matched = |patterns: &Patterns| -> Vec<Vec<usize>> {
            pairs.pairs.iter().map(|pair| patterns.matches(&names, pair)).collect()
        };
        let (only_matched, except_matched) = (matched(&only), matched(&except));
        if let Some(idle) = only.idle(&only_matched).first() {
            return Err(BadChoice(format!("--folder {idle}: no folder of either side matches")));
        }
        let out = only_matched
            .iter()
            .zip(&except_matched)
            .map(|(only, except)| !except.is_empty() || only.is_empty() && !self.only.is_empty());
        let out: Vec<bool> = out.collect();
        let of = |side: Side| pairs.of[side].iter().map(|&at| out.get(at) == Some(&true)).collect();
        Ok(Selected { excluded: Sides::of(of), idle: except.idle(&except_matched) })
    }
}

/// Globs, each of which also matches the folder that is named exactly so, `[` and all.
struct Patterns<'a> {
    typed: &'a [String],
    globs: GlobSet,
}

impl<'a> Patterns<'a> {
    fn new(typed: &'a [String]) -> Result<Patterns<'a>, BadChoice> {
        let mut globs = GlobSetBuilder::new();
        for pattern in typed {
            let glob = Glob::new(pattern).or_else(|error| {
                // A folder may be called `[Gmail`: what is no glob is a name.
                Glob::new(&globset::escape(pattern)).map_err(|_| error)
            });
            globs.add(glob.map_err(|error| BadChoice(format!("{pattern}: {}", error.kind())))?);
        }
        let globs = globs.build().map_err(|error| BadChoice(error.to_string()))?;
        Ok(Patterns { typed, globs })
    }

    /// The patterns that match one of a pair's names.
    fn matches(&self, names: &Sides<&[FolderName]>, pair: &Pair) -> Vec<usize> {
        let name = |side| pair.folders[side].and_then(|folder| names[side].get(folder));
        let names: Vec<&FolderName> = Side::BOTH.into_iter().filter_map(name).collect();
        let literal = |pattern: &String| names.iter().any(|name| name.is_typed(pattern));
        let literal = self.typed.iter().enumerate().filter(|(_, pattern)| literal(pattern));
        let globbed = names.iter().flat_map(|name| self.globs.matches(name.as_str()));
        literal.map(|(at, _)| at).chain(globbed).collect()
    }

    /// The patterns that match nothing.
    fn idle(&self, matched: &[Vec<usize>]) -> Vec<String> {
        let used: BTreeSet<usize> = matched.iter().flatten().copied().collect();
        let idle = self.typed.iter().enumerate().filter(|(at, _)| !used.contains(at));
        idle.map(|(_, pattern)| pattern.clone()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(typed: &[&str]) -> Vec<FolderName> {
        typed.iter().map(|name| FolderName::typed(name)).collect()
    }

    /// The pairs as `LEFT=RIGHT`, `LEFT=` and `=RIGHT`, with a mark for any ground but the name.
    fn told(left: &[&str], right: &[&str], maps: &[&str]) -> Result<Vec<String>, BadChoice> {
        let (left, right) = (names(left), names(right));
        let both = Sides::new(left.as_slice(), right.as_slice());
        let maps: Vec<String> = maps.iter().map(|&map| map.to_owned()).collect();
        let pairs = pair(both, &maps)?;
        let name = |side, pair: &Pair| {
            let name: Option<&FolderName> = pair.folders[side].and_then(|at| both[side].get(at));
            name.map(ToString::to_string).unwrap_or_default()
        };
        let told = pairs.pairs.iter().map(|pair| {
            let mark = match pair.ground {
                Ground::Name => "",
                Ground::Prefix => " prefix",
                Ground::Spelling => " spelling",
                Ground::Map => " map",
            };
            format!("{}={}{mark}", name(Side::Left, pair), name(Side::Right, pair))
        });
        Ok(told.collect())
    }

    #[track_caller]
    fn check(left: &[&str], right: &[&str], maps: &[&str], expected: &[&str]) {
        assert_eq!(told(left, right, maps).unwrap(), expected);
    }

    #[test]
    fn names_then_prefix_then_spelling() {
        check(&["INBOX", "A"], &["INBOX", "B"], &[], &["A=", "=B", "INBOX=INBOX"]);
        let prefixed = ["A/B=INBOX/A/B prefix", "INBOX=INBOX"];
        check(&["INBOX", "A/B"], &["INBOX", "INBOX/A/B"], &[], &prefixed);
        check(&["INBOX/A", "C"], &["A"], &[], &["=A", "C=", "INBOX/A="]);
        let spelt = ["Sent=sent spelling", "v1.2=v1/2 spelling"];
        check(&["v1.2", "Sent"], &["v1/2", "sent"], &[], &spelt);
        check(&["a.b", "a/B"], &["A/b"], &[], &["=A/b", "a.b=", "a/B="]);
    }

    #[test]
    fn a_map_wins() {
        check(&["A", "B"], &["A", "B"], &["A=B"], &["A=B map", "=A", "B="]);
        check(&["x=y"], &["z"], &["x=y=z"], &["x=y=z map"]);
        let error = |maps: &[&str]| told(&["A"], &["B"], maps).unwrap_err().to_string();
        assert_eq!(error(&["X=B"]), "--map X=B: the left has no folder X");
        assert_eq!(error(&["A=b"]), "--map A=b: the right has no folder b; is it B?");
        assert_eq!(error(&["A"]), "--map A: write it as LEFT=RIGHT, with the folders' names");
        assert_eq!(error(&["A=B", "A=B"]), "--map A=B: a folder of it is mapped already");
    }

    fn selected(only: &[&str], except: &[&str]) -> Result<(Vec<bool>, Vec<String>), BadChoice> {
        let left = names(&["INBOX", "A/1", "A/2", "[Gmail]/All Mail"]);
        let both = Sides::new(left.as_slice(), &[][..]);
        let pairs = pair(both, &[])?;
        let owned = |typed: &[&str]| typed.iter().map(|&name| name.to_owned()).collect();
        let selection = Selection { only: owned(only), except: owned(except) };
        let selected = selection.apply(both, &pairs)?;
        Ok((selected.excluded.left, selected.idle))
    }

    #[test]
    fn selection_by_globs_and_names() {
        let out = |only: &[&str], except: &[&str]| selected(only, except).unwrap().0;
        assert_eq!(out(&[], &[]), [false; 4]);
        assert_eq!(out(&["A/*"], &[]), [true, false, false, true]);
        assert_eq!(out(&["A/*"], &["A/2"]), [true, false, true, true]);
        assert_eq!(out(&[], &["[Gmail]/All Mail"]), [false, false, false, true]);
        assert_eq!(out(&[], &["inbox"]), [true, false, false, false]);
        assert_eq!(selected(&[], &["X"]).unwrap().1, ["X"]);
        let error = selected(&["X"], &[]).unwrap_err().to_string();
        assert_eq!(error, "--folder X: no folder of either side matches");
    }
}
