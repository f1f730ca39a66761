//! Tables of other programs: any bytes are rows that are all accounted for, or are refused.

use std::path::Path;
use std::sync::atomic::AtomicU64;

use maildiff::index::{Index, Options, index_table};
use maildiff::input::Input;
use maildiff::table::Table;

use super::hazard::Hazard;
use super::saved_index::compare_with_itself;

pub(crate) fn run(bytes: &[u8]) {
    let Some(table) = open(bytes) else { return };
    let index = index(&table);
    let mail = index.messages().iter();
    assert_eq!(mail.len() as u64, table.rows());
    assert_eq!(index.files(), table.rows());
    let has_folder = |folder: usize| folder < index.folders.len() || !table.tells().folders;
    assert!(mail.clone().all(|message| has_folder(message.folder())));
    let nameless = mail.filter(|message| message.id().is_none()).count();
    assert_eq!(nameless, index.unidentified().len());
    compare_with_itself(&index);
    check_marked(bytes, &index);
}

fn open(bytes: &[u8]) -> Option<Table> {
    let input = Input::unpack(Path::new("table"), bytes).ok()?;
    let opened = Table::open(input);
    opened.map_err(|error| assert!(error.to_string().starts_with("table"), "{error}")).ok()
}

fn index(table: &Table) -> Index {
    let options = Options { ids_only: true, ..Options::default() };
    index_table(table, &options, &AtomicU64::new(0)).unwrap()
}

/// A byte order mark says nothing.
fn check_marked(bytes: &[u8], index: &Index) {
    const MARK: &[u8] = b"\xef\xbb\xbf";
    // What is compressed, or has a mark, has another beginning.
    if bytes.starts_with(b"<") {
        let marked = open(&[MARK, bytes].concat()).unwrap();
        assert_eq!(marked.rows(), index.files());
    }
}

/// Lines, lists and nesting without measure.
pub(crate) fn hazards() -> Vec<Hazard> {
    let head = "mailbox\tuid\thdr.message-id\n";
    vec![
        Hazard::repeating(b"x", 4 << 20).behind("<a@b>\n"),
        Hazard::repeating(b"<a@b>\n", 1 << 11),
        Hazard::repeating(b"\t", 1 << 20).behind(head),
        Hazard::repeating(b"INBOX\t1\t<a@b>\n", 1 << 11).behind(head),
        Hazard::repeating(b" more\n", 1 << 18).behind(format!("{head}INBOX\t1\t<a@b>\n")),
        Hazard::repeating(b"[", 1 << 20),
        Hazard::repeating(b"[[", 1 << 18).behind("[[[{\"id\": "),
        Hazard::repeating(b"{\"mailbox\": \"a\", \"hdr.message-id\": \"\"},", 1 << 11).behind("["),
        Hazard::repeating(b"x", 2 << 20).behind("[{\"mailbox\": \"").before("\"}]"),
    ]
}
