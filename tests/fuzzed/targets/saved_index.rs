//! Saved indexes: any bytes are an index whose numbers agree, or are refused; and what is accepted
//! can be compared, reported and saved again.

use std::io::sink;
use std::path::Path;
use std::sync::atomic::AtomicU64;

use flate2::Crc;
use maildiff::allow::Accepted;
use maildiff::check::at_a_glance;
use maildiff::diff::{self, Class, Same, diff};
use maildiff::folders::pair;
use maildiff::index::saved::Saved;
use maildiff::index::{Index, Options};
use maildiff::input::Input;
use maildiff::leftover::{self, Leftover};
use maildiff::report::index::{Saving, write};
use maildiff::report::{self, Format, List, Report, Shape, Table};
use maildiff::side::{Side, Sides};
use maildiff::verdict::{Criteria, judge};
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::Value;

use super::hazard::Hazard;

pub(crate) fn run(bytes: &[u8]) {
    check(bytes);
    // Few changed files fit their last line. With one that does, what comes behind is tried too.
    if let Some(mended) = mended(bytes) {
        check(&mended);
    }
}

fn check(bytes: &[u8]) {
    let Some((index, sensitive)) = read(bytes) else { return };
    check_numbers(&index, bytes);
    check_saved_again(&index, sensitive);
    compare_with_itself(&index);
}

/// The index of these bytes, and whether letter case counts in it.
fn read(bytes: &[u8]) -> Option<(Index, bool)> {
    // One of the two is refused by the first line alone.
    let read = |case_sensitive| {
        let input = Input::unpack(Path::new("saved"), bytes).ok()?;
        let options = Options { case_sensitive, ..Options::default() };
        let index = Saved::open(input).and_then(|saved| saved.index(&options, &AtomicU64::new(0)));
        index.map_err(|error| assert!(error.to_string().starts_with("saved"), "{error}")).ok()
    };
    let (plain, sensitive) = (read(false), read(true));
    assert!(plain.is_none() || sensitive.is_none());
    let sensitive = sensitive.map(|index| (index, true));
    sensitive.or(plain.map(|index| (index, false)))
}

/// What was accepted has what its last line says, by any reader's count.
fn check_numbers(index: &Index, bytes: &[u8]) {
    // What is compressed has another last line.
    let Some(end) = last_line(bytes).filter(|_| bytes.starts_with(b"{")) else { return };
    let end: Value = serde_json::from_slice(end).unwrap();
    let mail = index.messages().len() + index.leftovers().len();
    assert_eq!(end["end"]["files"].as_u64(), Some(index.files()));
    assert_eq!(end["end"]["messages"].as_u64(), Some(mail as u64));
    assert_eq!(end["end"]["lines"].as_u64(), Some(lines(bytes).len() as u64 - 1));
}

fn lines(bytes: &[u8]) -> Vec<&[u8]> {
    bytes.split_inclusive(|&byte| byte == b'\n').collect()
}

fn last_line(bytes: &[u8]) -> Option<&[u8]> {
    lines(bytes).pop()
}

/// As much of a line as the last one counts.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Told {
    message: Option<IgnoredAny>,
    folder: Counts,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Counts {
    control: u64,
    foreign: u64,
    unreadable: u64,
    vanished: u64,
}

/// Of what is longer, more copies would take more memory than the tool does.
const MENDED: usize = 1 << 20;

/// The same with a last line that fits what comes before it, as far as that can be read.
fn mended(bytes: &[u8]) -> Option<Vec<u8>> {
    if bytes.len() > MENDED {
        return None;
    }
    let is_end = |line: &[u8]| line.starts_with(b"{\"end\":");
    let mut lines: Vec<&[u8]> = lines(bytes).into_iter().filter(|line| !is_end(line)).collect();
    let last = lines.pop()?;
    let last = [last.strip_suffix(b"\n").unwrap_or(last), b"\n"].concat();
    lines.push(&last);
    let told: Vec<Told> =
        lines.iter().skip(1).map(|line| serde_json::from_slice(line).unwrap_or_default()).collect();
    let messages = told.iter().filter(|line| line.message.is_some()).count();
    let others = told.iter().flat_map(|Told { folder, .. }| {
        [folder.control, folder.foreign, folder.unreadable, folder.vanished].map(u128::from)
    });
    let files = messages as u128 + others.sum::<u128>();
    let text = lines.concat();
    let mut crc = Crc::new();
    crc.update(&text);
    let end = format!(
        "{{\"end\":{{\"lines\":{},\"messages\":{messages},\"files\":{},\"crc32\":\"{:08x}\"}}}}\n",
        lines.len(),
        u64::try_from(files).unwrap_or(u64::MAX),
        crc.sum()
    );
    Some([&text[..], end.as_bytes()].concat())
}

/// An index differs from itself in nothing, and can be reported in every way.
pub(super) fn compare_with_itself(index: &Index) {
    let indexes = Sides::new(index, index);
    let names: Vec<_> = index.folders.iter().map(|folder| folder.name.clone()).collect();
    let pairs = pair(Sides::new(&names[..], &names[..]), &[]).unwrap();
    let (leftovers, errors) = leftover::judge(index);
    let leftovers: Sides<&[Leftover<'_>]> = Sides::new(&leftovers, &leftovers);
    for content in [false, true] {
        let options = diff::Options { content, same: Same::Told, ..diff::Options::default() };
        let diff = diff(indexes, &pairs, leftovers, options);
        for ledger in [diff.ledger.left, diff.ledger.right] {
            assert!(ledger.balances(), "{ledger:?}");
            assert_eq!(ledger.files, index.files());
        }
        for class in Class::ALL.into_iter().filter(|class| *class != Class::Same) {
            assert_eq!(diff.counts.class(class), 0, "{class:?}");
        }
        let trouble = !errors.is_empty() || diff.errors.iter().any(|errors| !errors.is_empty());
        let accepted = Accepted::default();
        let trouble = trouble || !index.errors.is_empty();
        let verdict = judge(&diff, &accepted, trouble, &Criteria::default());
        let report = Report {
            indexes,
            diff: &diff,
            accepted: &accepted,
            verdict: &verdict,
            findings: Sides::of(|side| at_a_glance(indexes[side], leftovers[side])),
            errors: Sides::of(|side: Side| diff.errors[side].iter().chain(&errors).collect()),
            notes: Vec::new(),
            only: None,
            all: true,
            command: Vec::new(),
        };
        write_all(&report);
    }
}

fn write_all(report: &Report<'_>) {
    let (table, list) = (Table { bom: true, escaped: true }, List::default());
    let text = Format::Text(Shape { brief: false, color: true });
    let tables = [Format::Csv(table), Format::FoldersCsv(table)];
    let lists = [Format::Ids(list), Format::Paths(list)];
    for format in [text, Format::Unified].into_iter().chain(tables).chain(lists) {
        report::write(report, format, &mut sink()).unwrap();
    }
    let mut json = Vec::new();
    report::write(report, Format::Json, &mut json).unwrap();
    assert!(serde_json::from_slice::<Value>(&json).is_ok());
}

/// Saved again it is accepted again, and saved once more it is the same to the byte.
pub(super) fn check_saved_again(index: &Index, case_sensitive: bool) {
    let Some(once) = saved(index) else { return };
    let (again, sensitive) = read(&once).unwrap();
    assert_eq!(sensitive, case_sensitive);
    assert_eq!(again.files(), index.files());
    assert_eq!(again.messages().len(), index.messages().len());
    let twice = saved(&again).unwrap();
    assert_eq!(once, twice, "\n{}\n{}", once.escape_ascii(), twice.escape_ascii());
}

/// Nothing where the lines of messages do not say what a saved index wants.
fn saved(index: &Index) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    let saving = Saving { scanned: 0, contents: index.has_contents() };
    write(index, saving, &mut bytes).ok().map(|()| bytes)
}

/// A first line but for its end.
const HEAD: &str = "{\"schema\":\"maildiff.index/1\",\"tool\":\"x\",\"source\":\"t\",\
    \"layout\":\"fs\",\"case_sensitive\":false,\"canonical\":\"maildiff-1\",\"contents\":false";
const FOLDER: &str = "{\"folder\":{\"name\":\"INBOX\",\"directories\":[]";
const MESSAGE: &str = "{\"message\":{\"folder\":0,\"place\":\"cur\",\"path\":\"p\",\"key\":\"k\"";

/// Promises of room, numbers, lines and nesting without measure.
pub(crate) fn hazards() -> Vec<Hazard> {
    let most = u64::MAX;
    let room = |number: &str| {
        let room = format!("{{\"messages\":{number},\"paths\":{number},\"ids\":{number}}}");
        Hazard::of(format!("{HEAD},\"room\":{room}}}\n{FOLDER}}}}}\n"))
    };
    let count = |counts: &str| Hazard::of(format!("{HEAD}}}\n{FOLDER},{counts}}}}}\n"));
    let message = |rest: &str| format!("{HEAD}}}\n{FOLDER}}}}}\n{MESSAGE}{rest}");
    let line = |begin: &str, again: &str, times: usize, end: &str| {
        let head = format!("{HEAD}}}\n{FOLDER}}}}}\n{begin}");
        Hazard::repeating(again.as_bytes(), times).behind(head).before(format!("{end}\n"))
    };
    vec![
        room(&most.to_string()),
        room("1e300"),
        count(&format!("\"control\":{most},\"foreign\":{most}")),
        count(&format!("\"unreadable\":{most},\"vanished\":1")),
        Hazard::of(message(&format!(
            ",\"size\":{most},\"x_tuids\":255,\"header_size\":{most}}}}}\n"
        ))),
        Hazard::of(message(",\"size\":18446744073709551616}}\n")),
        Hazard::of(message(&format!(
            ",\"date_seconds\":{},\"modified\":{}}}}}\n",
            i64::MIN,
            i64::MAX
        ))),
        Hazard::of(message(&format!(
            ",\"compressed\":true,\"length\":{most},\"inode\":{most}}}}}\n"
        ))),
        line("", "[", 1 << 20, ""),
        line("{\"later\":", "{\"a\":", 1 << 18, ""),
        line("{\"later\":[", "0,", 1 << 20, "0]}"),
        line("{\"later\":0", ",\"later\":0", 1 << 19, "}"),
        line("{\"message\":{\"later\":[", "0,", 1 << 20, "0]}}"),
        line(&format!("{MESSAGE},\"traits\":["), "\"\",", 3 << 19, "\"\"]}}"),
        line(&format!("{MESSAGE},\"subject\":\""), "\\u0001", 1 << 18, "\"}}"),
        line("", "x", 8 << 20, ""),
        line("", "{\"later\":1}\n", 9000, ""),
        line("", &format!("{}\n", "x".repeat(4 << 20)), 2, ""),
        line("", &format!("{{\"later\":\"{}\"}}\n", "x".repeat(2 << 20)), 4, ""),
    ]
}
