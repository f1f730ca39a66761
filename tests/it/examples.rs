//! Every example that people read is run, and must say what it is shown to say: in the README, in
//! the docs, and in the story of every case of testdata.
//!
//! A `console` block is a command and its output; trycmd runs it. An `sh` block is a script, for
//! what takes a shell: it must succeed, and a `text` block right behind it is what it writes. Only
//! `sh ignore` is not run.

use std::fs;
use std::path::Path;
use std::process::Command;

/// The pages that people read first; their commands and scripts are run.
const PAGES: [&str; 6] = [
    "README.md",
    "docs/at-scale.md",
    "docs/check.md",
    "docs/formats.md",
    "docs/identity.md",
    "docs/maildir.md",
];
/// The cases that have scripts in them.
const CASES: [&str; 2] = ["testdata/check/README.md", "testdata/saved/README.md"];

#[test]
fn commands_say_what_they_are_shown_to_say() {
    let cases = trycmd::TestCases::new();
    cases.case("testdata/*/README.md");
    for page in PAGES {
        cases.case(page);
    }
}

#[test]
fn scripts_do_what_they_are_shown_to_do() {
    let mut run = 0;
    for page in PAGES.into_iter().chain(CASES) {
        let text = fs::read_to_string(page).unwrap();
        for (script, output) in scripts(&text) {
            assert_eq!(run_script(&script), output, "{page}:\n{script}");
            run += 1;
        }
    }
    assert!(run > 0, "no script was found");
}

/// The scripts of a page, each with what it is to write.
fn scripts(page: &str) -> Vec<(String, String)> {
    let blocks = blocks(page);
    let mut scripts = Vec::new();
    for (at, block) in blocks.iter().enumerate().filter(|(_, block)| block.language == "sh") {
        let next = blocks.get(at + 1).filter(|next| next.language == "text");
        let output = next.filter(|next| next.first <= block.last + 3);
        let output = output.map(|output| output.text.clone()).unwrap_or_default();
        scripts.push((block.text.clone(), output));
    }
    scripts
}

/// A fenced block, and the numbers of its fences' lines.
struct Block {
    language: String,
    text: String,
    first: usize,
    last: usize,
}

fn blocks(page: &str) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut open: Option<Block> = None;
    for (at, line) in page.lines().enumerate() {
        match (line.strip_prefix("```"), open.take()) {
            (Some(language), None) => {
                let (language, text) = (language.to_owned(), String::new());
                open = Some(Block { language, text, first: at, last: at });
            }
            (Some(_), Some(block)) => blocks.push(Block { last: at, ..block }),
            (None, Some(mut block)) => {
                block.text += line;
                block.text += "\n";
                open = Some(block);
            }
            (None, None) => {}
        }
    }
    blocks
}

/// Runs a script in an empty directory beside the testdata, with `maildiff` in its path.
fn run_script(script: &str) -> String {
    let directory = tempfile::tempdir().unwrap();
    let testdata = fs::canonicalize("testdata").unwrap();
    std::os::unix::fs::symlink(testdata, directory.path().join("testdata")).unwrap();
    let tool = Path::new(env!("CARGO_BIN_EXE_maildiff")).parent().unwrap();
    let path = format!("{}:{}", tool.display(), std::env::var("PATH").unwrap_or_default());
    let mut shell = Command::new("sh");
    shell.args(["-eu", "-c", script]).current_dir(directory.path()).env("PATH", path);
    let output = shell.output().unwrap();
    let written = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(
        output.status.success(),
        "{script}{written}{}",
        String::from_utf8_lossy(&output.stderr)
    );
    written
}
