//! The page whose tables are what was measured: `docs/peers.md`.

use std::env;
use std::fs;
use std::sync::Mutex;

const PAGE: &str = "docs/peers.md";

/// Trials run side by side, and write to one page.
static WRITING: Mutex<()> = Mutex::new(());

/// Fails the trial unless this stands on the page between the comments with this name; with
/// `MAILDIFF_PAGE=overwrite` it is written there instead.
#[track_caller]
pub(crate) fn holds(name: &str, block: &str) {
    let _one_at_a_time = WRITING.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let page = fs::read_to_string(PAGE).unwrap();
    let (before, rest) = page.split_once(&format!("<!-- measured: {name} -->\n")).unwrap();
    let (written, after) = rest.split_once("<!-- end -->").unwrap();
    let block = format!("\n{}\n\n", block.trim_end());
    if env::var_os("MAILDIFF_PAGE").is_some_and(|word| word == "overwrite") {
        let page = format!("{before}<!-- measured: {name} -->\n{block}<!-- end -->{after}");
        fs::write(PAGE, page).unwrap();
    } else {
        let advice = "MAILDIFF_PAGE=overwrite corrects it";
        assert!(written == block, "{PAGE} says otherwise; {advice}. Measured: {name}\n{block}");
    }
}

/// A table in Markdown: its heading, and its rows of as many cells.
pub(crate) fn table(heading: &[&str], rows: &[Vec<String>]) -> String {
    let line = |cells: &[&str]| format!("| {} |\n", cells.join(" | "));
    let ruler = vec!["---"; heading.len()];
    let rows = rows.iter().map(|row| line(&row.iter().map(String::as_str).collect::<Vec<_>>()));
    [line(heading), line(&ruler)].into_iter().chain(rows).collect()
}
