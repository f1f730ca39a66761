//! What is wrong with each tree by itself: each kind with its count and one example.

use std::collections::BTreeMap;
use std::io::{self, Write};

use crate::finding::{Finding, Kind};
use crate::side::Side;

use super::super::Report;
use super::super::escape::{escape, escape_cell, path_text};
use super::paint::Paint;
use super::words::grouped;

/// Who tells more.
const MORE: &str = "  maildiff check TREE tells what breaks on these; with --fix-script it \
    writes cures as a script";

/// What is wrong with the trees themselves: each kind with its count and one example.
pub(super) fn write(report: &Report<'_>, paint: Paint, out: &mut dyn Write) -> io::Result<()> {
    let mut kinds: BTreeMap<(Kind, Side), Vec<&Finding>> = BTreeMap::new();
    for (side, findings) in report.findings.each() {
        for finding in findings {
            kinds.entry((finding.kind, side)).or_default().push(finding);
        }
    }
    if kinds.is_empty() {
        return Ok(());
    }
    writeln!(out, "\n{}", paint.bold("Findings"))?;
    for ((kind, side), findings) in kinds {
        let (count, about) = (grouped(findings.len() as u64), kind.about());
        let states = states(kind, &findings);
        writeln!(out, "  {side}  {count} {}{states}: {}", about.id, about.meaning)?;
        let shown = if report.all { findings.len() } else { 1 };
        for finding in findings.iter().take(shown) {
            writeln!(out, "    {}", describe(finding))?;
        }
    }
    writeln!(out, "{MORE}")
}

/// How many leftovers are what to their tree, as ` (2 known, 1 empty)`.
fn states(kind: Kind, findings: &[&Finding]) -> String {
    if !matches!(kind, Kind::TmpLeftover | Kind::HiddenFile) {
        return String::new();
    }
    let mut counts: BTreeMap<&str, u64> = BTreeMap::new();
    for finding in findings {
        *counts.entry(finding.state).or_default() += 1;
    }
    let counts = counts.iter().map(|(state, count)| format!("{} {state}", grouped(*count)));
    format!(" ({})", counts.collect::<Vec<_>>().join(", "))
}

fn describe(finding: &Finding) -> String {
    let path = escape_cell(&path_text(&finding.path));
    match finding.detail.as_str() {
        "" => path,
        detail => format!("{path}  {}", escape(detail)),
    }
}
