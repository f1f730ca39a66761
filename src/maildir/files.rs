//! The files that a walk finds, as many as there may be: their paths in one arena, and what else is
//! known of each in one list.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::ops::Range;
use std::os::unix::ffi::OsStrExt;

use crate::arena::{Arena, Span};
use crate::path;

use super::listing::{Entry, Kind};

/// The files of one walk or several.
#[derive(Debug, Default)]
pub struct Files {
    paths: Arena,
    items: Vec<Item>,
}

#[derive(Clone, Copy, Debug)]
struct Item {
    path: Span,
    inode: u64,
    kind: Kind,
}

/// Files of one directory, which stand together.
pub type Together = Range<usize>;

impl Files {
    /// Adds a file of the directory whose path, with a slash at its end, is `above`.
    pub fn add(&mut self, above: &[u8], Entry { name, inode, kind }: Entry<'_>) {
        let path = self.paths.add(&[above, name.as_bytes()]);
        self.items.push(Item { path, inode, kind });
    }

    /// Where the next will stand.
    pub fn end(&self) -> usize {
        self.items.len()
    }

    /// Adds to the files of a directory, which were added last, what an `earlier` listing of it has
    /// seen and this has not.
    pub fn unite(&mut self, later: Together, earlier: Together) -> Together {
        let known: BTreeSet<Box<OsStr>> =
            self.of(&later).map(|(_, entry)| entry.name.into()).collect();
        for at in earlier {
            let item = self.items.get(at).copied();
            self.items.extend(item.filter(|item| !known.contains(self.name(*item))));
        }
        later.start..self.items.len()
    }

    /// Some files, each with its path.
    pub fn of<'f>(&'f self, files: &Together) -> impl Iterator<Item = (Span, Entry<'f>)> + use<'f> {
        let items = self.items.get(files.clone()).unwrap_or_default();
        items.iter().map(|&item| {
            let Item { path, inode, kind } = item;
            (path, Entry { name: self.name(item), inode, kind })
        })
    }

    /// The paths alone.
    pub fn into_paths(self) -> Arena {
        self.paths
    }

    fn name(&self, item: Item) -> &OsStr {
        OsStr::from_bytes(path::name(self.paths.get(item.path)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_two_listings_the_later_says_what_a_name_is() {
        let mut files = Files::default();
        let mut add = |listed: &[(&str, u64)]| {
            let start = files.end();
            for &(name, inode) in listed {
                files.add(b"cur/", Entry { name: OsStr::new(name), inode, kind: Kind::File });
            }
            start..files.end()
        };
        let earlier = add(&[("b", 1), ("a", 2)]);
        add(&[("elsewhere", 9)]);
        let later = add(&[("c", 3), ("a", 4)]);
        let both = files.unite(later, earlier);
        let told: Vec<(&OsStr, u64)> =
            files.of(&both).map(|(_, entry)| (entry.name, entry.inode)).collect();
        assert_eq!(told, [("c", 3), ("a", 4), ("b", 1)].map(|(name, at)| (OsStr::new(name), at)));
        let (path, _) = files.of(&both).last().unwrap();
        assert_eq!(files.into_paths().get(path), b"cur/b");
    }
}
