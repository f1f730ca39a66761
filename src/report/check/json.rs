//! Everything, for programs: schema `maildiff.check/1`, to which fields are only ever added.

use std::io::{self, Write};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use serde::Serialize;

use crate::error::Error;
use crate::finding::{Finding, Severity};

use super::super::escape::path_text;
use super::super::json::{PathEntry, SourceEntry, Unread, beyond_text, write_document};
use super::{Report, Tree};

/// The schema's name and version.
const SCHEMA: &str = "maildiff.check/1";

pub(super) fn write(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    write_document(&Document::of(report), out)
}

#[derive(Serialize)]
struct Document<'a> {
    schema: &'static str,
    tool: String,
    exit: u8,
    counts: Counts,
    trees: Vec<TreeEntry>,
    findings: Vec<FindingEntry<'a>>,
    errors: Vec<Trouble>,
    notes: Vec<&'a str>,
}

impl<'a> Document<'a> {
    fn of(report: &'a Report<'a>) -> Document<'a> {
        let findings = report.trees.iter().flat_map(|tree| {
            tree.findings.iter().map(move |finding| FindingEntry::of(tree, finding))
        });
        let errors = report.trees.iter().flat_map(troubles);
        let notes = report.trees.iter().filter_map(|tree| tree.index.note.as_deref());
        Document {
            schema: SCHEMA,
            tool: concat!("maildiff ", env!("CARGO_PKG_VERSION")).to_owned(),
            exit: report.exit.code(),
            counts: Counts::of(report),
            trees: report.trees.iter().map(TreeEntry::of).collect(),
            findings: findings.collect(),
            errors: errors.collect(),
            notes: notes.collect(),
        }
    }
}

/// How many findings there are of each severity.
#[derive(Serialize)]
struct Counts {
    error: usize,
    warning: usize,
    info: usize,
}

impl Counts {
    fn of(report: &Report<'_>) -> Counts {
        let all = || report.trees.iter().flat_map(|tree| &tree.findings);
        let count = |severity| all().filter(|finding| finding.severity == severity).count();
        Counts {
            error: count(Severity::Error),
            warning: count(Severity::Warning),
            info: count(Severity::Info),
        }
    }
}

#[derive(Serialize)]
struct TreeEntry {
    #[serde(flatten)]
    source: SourceEntry,
    layout: String,
    files: u64,
    messages: u64,
    /// How many mail files were read to their end, and how many bytes these have.
    read_whole: u64,
    read_whole_bytes: u64,
}

impl TreeEntry {
    fn of(tree: &Tree<'_>) -> TreeEntry {
        TreeEntry {
            source: SourceEntry::of(&tree.index.root),
            layout: tree.index.layout.to_string(),
            files: tree.index.files(),
            messages: tree.messages(),
            read_whole: tree.reading.whole,
            read_whole_bytes: tree.reading.bytes,
        }
    }
}

/// A finding; the columns of the table too.
#[derive(Serialize)]
pub(super) struct FindingEntry<'a> {
    pub(super) id: &'static str,
    pub(super) severity: &'static str,
    pub(super) state: Option<&'static str>,
    #[serde(flatten)]
    pub(super) tree: InTree,
    pub(super) folder: &'a str,
    #[serde(flatten)]
    pub(super) path: PathEntry,
    pub(super) detail: &'a str,
    pub(super) breaks: Option<&'static str>,
    pub(super) cure: Option<&'static str>,
    pub(super) scripted: bool,
}

impl<'a> FindingEntry<'a> {
    pub(super) fn of(tree: &Tree<'a>, finding: &'a Finding) -> FindingEntry<'a> {
        let about = finding.kind.about();
        let folder = tree.index.folders.get(finding.folder);
        let some = |text: &'static str| Some(text).filter(|text| !text.is_empty());
        FindingEntry {
            id: about.id,
            severity: finding.severity.word(),
            state: some(finding.state),
            tree: InTree::of(&tree.index.root),
            folder: folder.map(|folder| folder.name.as_str()).unwrap_or_default(),
            path: PathEntry::of(&finding.path),
            detail: &finding.detail,
            breaks: some(about.breaks),
            cure: some(about.cure),
            scripted: tree.plan.cures(finding),
        }
    }
}

/// The root of the tree that something is in, as it was typed.
#[derive(Serialize)]
pub(super) struct InTree {
    pub(super) tree: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    tree_bytes: Option<String>,
}

impl InTree {
    fn of(root: &Path) -> InTree {
        InTree { tree: path_text(root), tree_bytes: beyond_text(root.as_os_str().as_bytes()) }
    }
}

#[derive(Serialize)]
struct Trouble {
    #[serde(flatten)]
    tree: InTree,
    #[serde(flatten)]
    unread: Unread,
}

fn troubles(tree: &Tree<'_>) -> Vec<Trouble> {
    let root = &tree.index.root;
    let trouble =
        |error: &&Error| Trouble { tree: InTree::of(root), unread: Unread::of(error, root) };
    tree.errors.iter().map(trouble).collect()
}
