//! Allowances that nothing needed: what they accept is not there, or accepted already.

use std::io::{self, Write};

use super::super::Report;
use super::super::escape::escape;
use super::paint::Paint;
use super::words::grouped;

/// How many are shown before the list is cut.
const SHOWN: usize = 10;

/// The lines of files that nothing needed, each with its place.
pub(super) fn write(report: &Report<'_>, paint: Paint, out: &mut dyn Write) -> io::Result<()> {
    let unused: Vec<String> = report
        .accepted
        .files
        .iter()
        .flat_map(|file| file.unused().map(|unused| escape(&unused.to_string())))
        .collect();
    if unused.is_empty() {
        return Ok(());
    }
    let heading = format!("Allowances that nothing needed ({})", grouped(unused.len() as u64));
    writeln!(out, "\n{}", paint.bold(&heading))?;
    let shown = if report.all { unused.len() } else { SHOWN };
    unused.iter().take(shown).try_for_each(|line| writeln!(out, "  {line}"))?;
    match unused.len().saturating_sub(shown) {
        0 => Ok(()),
        more => writeln!(out, "  … {} more (--all)", grouped(more as u64)),
    }
}
