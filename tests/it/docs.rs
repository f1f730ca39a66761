//! The tables of the docs know every finding, as it is, and no other.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use maildiff::finding::{About, Kind, Severity};

/// A row of a table of findings.
struct Row {
    /// The severity that its cell or, where the table is of one severity, its heading says first.
    severity: String,
    states: BTreeSet<String>,
}

/// The rows about findings, by their names: of tables with a column `finding` in front.
fn rows(page: &str) -> BTreeMap<String, Vec<Row>> {
    let text = fs::read_to_string(page).unwrap();
    let mut rows: BTreeMap<String, Vec<Row>> = BTreeMap::new();
    let (mut heading, mut columns) = (String::new(), Vec::new());
    for line in text.lines() {
        if let Some(title) = line.strip_prefix("### ") {
            title.clone_into(&mut heading);
        }
        let cells = cells(line);
        match cells.first().copied() {
            None => columns.clear(),
            Some("finding") => columns = cells.into_iter().map(str::to_owned).collect(),
            Some(id) if !columns.is_empty() && !id.starts_with('-') => {
                let cell = |name: &str| {
                    let at = columns.iter().position(|column| column == name);
                    at.map(|at| cells[at])
                };
                let severity = cell("severity").unwrap_or(&heading).to_owned();
                let states = quoted(cell("states").unwrap()).into_iter().filter(|word| word != "+");
                let row = Row { severity, states: states.collect() };
                rows.entry(id.trim_matches('`').to_owned()).or_default().push(row);
            }
            Some(_) => {}
        }
    }
    rows
}

/// The cells of a table's line; none of any other line.
fn cells(line: &str) -> Vec<&str> {
    let inner = line.strip_prefix('|').and_then(|line| line.strip_suffix('|'));
    inner.map(|inner| inner.split('|').map(str::trim).collect()).unwrap_or_default()
}

/// What stands in back quotes.
fn quoted(cell: &str) -> Vec<String> {
    cell.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

fn starts_with(row: &Row, severity: Severity) -> bool {
    row.severity.split(|letter: char| !letter.is_alphabetic()).next() == Some(severity.word())
}

#[test]
fn every_finding_stands_in_the_tables_with_its_severity() {
    for page in ["docs/check.md", "docs/formats.md"] {
        let rows = rows(page);
        for About { id, severity, .. } in Kind::ALL.iter().map(|kind| kind.about()) {
            let of_kind = rows.get(id).unwrap_or_else(|| panic!("{page} has no {id}"));
            let told = of_kind.iter().any(|row| starts_with(row, severity));
            assert!(told, "{page}: {id} is of severity {}", severity.word());
        }
    }
}

#[test]
fn every_finding_in_the_tables_exists() {
    let known: BTreeSet<&str> = Kind::ALL.iter().map(|kind| kind.about().id).collect();
    for page in ["docs/check.md", "docs/formats.md"] {
        let rows = rows(page);
        let unknown: Vec<&String> = rows.keys().filter(|id| !known.contains(id.as_str())).collect();
        assert!(unknown.is_empty(), "{page} knows {unknown:?}");
    }
}

#[test]
fn both_pages_have_the_same_states() {
    let states = |page: &str| -> BTreeMap<String, BTreeSet<String>> {
        let united = |rows: Vec<Row>| rows.into_iter().flat_map(|row| row.states).collect();
        rows(page).into_iter().map(|(id, rows)| (id, united(rows))).collect()
    };
    assert_eq!(states("docs/check.md"), states("docs/formats.md"));
}
