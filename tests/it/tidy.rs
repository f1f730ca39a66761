//! The rules of this house that no compiler knows.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// A source file: its path and what stands in it.
struct Source {
    path: PathBuf,
    text: String,
}

impl Source {
    fn read(path: &Path) -> Source {
        Source { path: path.to_owned(), text: fs::read_to_string(path).unwrap() }
    }

    /// Its lines but for comments and tests, numbered as an editor does.
    fn code(&self) -> impl Iterator<Item = (usize, &str)> {
        let lines = self.text.lines().enumerate().map(|(at, line)| (at + 1, line));
        let lines = lines.take_while(|(_, line)| line.trim() != "#[cfg(test)]");
        lines.filter(|(_, line)| !line.trim_start().starts_with("//"))
    }

    fn name(&self) -> String {
        self.path.display().to_string()
    }
}

/// All files with Rust in them below a directory, in the order of their paths.
fn sources(directory: &str) -> Vec<Source> {
    let mut found = Vec::new();
    let mut waiting = vec![PathBuf::from(directory)];
    while let Some(path) = waiting.pop() {
        if path.is_dir() {
            waiting.extend(fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path()));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(Source::read(&path));
        }
    }
    found.sort_by(|one, other| one.path.cmp(&other.path));
    assert!(!found.is_empty());
    found
}

/// Fails the test with every line that breaks a rule.
#[track_caller]
fn check(broken: &[String], rule: &str) {
    assert!(broken.is_empty(), "{rule}:\n{}", broken.join("\n"));
}

/// The lines of code in which `breaks` is true.
fn lines_that(sources: &[Source], breaks: impl Fn(&str) -> bool) -> Vec<String> {
    let broken = sources.iter().flat_map(|source| {
        let lines = source.code().filter(|(_, line)| breaks(line));
        lines.map(|(number, line)| format!("{}:{number}: {}", source.name(), line.trim()))
    });
    broken.collect()
}

// The order of modules.

/// The modules that a file declares, in their order.
fn declared(source: &Source) -> Vec<String> {
    let name = |line: &str| {
        let (visibility, rest) = line.split_once("mod ")?;
        let is_declaration = visibility.is_empty() || visibility.starts_with("pub");
        rest.strip_suffix(';').filter(|_| is_declaration).map(str::to_owned)
    };
    source.code().filter_map(|(_, line)| name(line)).collect()
}

/// The names that follow a `prefix` such as `crate::`, alone or in braces.
fn named_after(line: &str, prefix: &str) -> Vec<String> {
    let mut names = Vec::new();
    for (at, _) in line.match_indices(prefix) {
        let starts_path = !line[..at].ends_with(|before: char| before == ':' || is_word(before));
        if starts_path {
            names.extend(first_names(&line[at + prefix.len()..]));
        }
    }
    names
}

fn first_names(path: &str) -> Vec<String> {
    let list = path.strip_prefix('{').and_then(|list| list.split('}').next()).unwrap_or(path);
    let listed = if list == path { vec![path] } else { list.split(',').collect() };
    let first = |path: &str| path.trim().chars().take_while(|&letter| is_word(letter)).collect();
    listed.into_iter().map(first).collect()
}

fn is_word(letter: char) -> bool {
    letter.is_alphanumeric() || letter == '_'
}

/// The files of a module: its own, and those of the modules in it.
fn files_of(directory: &str, module: &str) -> Vec<Source> {
    let file = Path::new(directory).join(format!("{module}.rs"));
    if file.exists() {
        vec![Source::read(&file)]
    } else {
        sources(&format!("{directory}/{module}"))
    }
}

/// What of the modules that `map` declares uses one that stands below itself. `prefixes` are what
/// stands before a name of one of them.
fn uses_of_later(map: &str, directory: &str, prefixes: &[&str]) -> Vec<String> {
    let modules = declared(&Source::read(Path::new(map)));
    let mut broken = Vec::new();
    for (at, module) in modules.iter().enumerate() {
        let later: BTreeSet<&String> = modules.iter().skip(at + 1).collect();
        for source in files_of(directory, module) {
            let depth =
                source.path.components().count() - Path::new(directory).components().count();
            // Deeper down, `super` is not the directory whose order this is.
            let prefixes = prefixes.iter().filter(|prefix| depth == 1 || **prefix != "super::");
            for prefix in prefixes {
                broken.extend(lines_that(&[Source::read(&source.path)], |line| {
                    named_after(line, prefix).iter().any(|name| later.contains(name))
                }));
            }
        }
    }
    broken
}

#[test]
fn a_module_uses_only_modules_above_it() {
    let rule = "uses a module that is declared below";
    let mut broken = uses_of_later("src/lib.rs", "src", &["crate::", "super::"]);
    for module in declared(&Source::read(Path::new("src/lib.rs"))) {
        let directory = format!("src/{module}");
        let map = format!("{directory}/mod.rs");
        if Path::new(&map).exists() {
            let full = format!("crate::{module}::");
            broken.extend(uses_of_later(&map, &directory, &[&full, "super::"]));
        }
    }
    check(&broken, rule);
}

#[test]
fn names_are_found_in_paths() {
    assert_eq!(named_after("use crate::index::{Index, Message};", "crate::"), ["index"]);
    assert_eq!(named_after("use crate::{side::Side, diff};", "crate::"), ["side", "diff"]);
    assert_eq!(named_after("fn f(a: &super::json::A, b: super::B)", "super::"), ["json", "B"]);
    assert_eq!(named_after("use super::super::index;", "super::"), ["super"]);
    assert_eq!(named_after("use walkdir::crate_::x;", "crate::"), [""; 0]);
}

// Words.

#[test]
fn only_talk_prints() {
    let library: Vec<Source> =
        sources("src").into_iter().filter(|source| !source.path.ends_with("talk.rs")).collect();
    let prints = |line: &str| {
        [
            "print!(",
            "println!(",
            "eprint!(",
            "eprintln!(",
            "stdout()",
            "stderr().lock",
            "process::exit",
        ]
        .iter()
        .any(|call| line.contains(call))
    };
    check(&lines_that(&library, prints), "prints or exits, and is not talk");
    let macros = |line: &str| line.contains("println!(") || line.contains("print!(");
    check(&lines_that(&sources("src"), macros), "panics where nobody reads");
}

#[test]
fn nothing_is_left_to_do() {
    let mut broken = Vec::new();
    for source in sources("src") {
        let lines = source.text.lines().enumerate();
        let lines = lines.filter(|(_, line)| {
            let upper = line.to_uppercase();
            let words: Vec<&str> = upper.split(|letter| !is_word(letter)).collect();
            words.contains(&"TODO") || words.contains(&"FIXME") || line.contains("dbg!")
        });
        broken.extend(lines.map(|(at, _)| format!("{}:{}", source.name(), at + 1)));
    }
    check(&broken, "something is left to do");
}

#[test]
fn nothing_panics_on_anyones_mail() {
    let panics = |line: &str| {
        [".unwrap()", ".expect(\"", "panic!(", "unreachable!(", "unimplemented!("]
            .iter()
            .any(|call| line.contains(call))
    };
    check(&lines_that(&sources("src"), panics), "may panic");
}

#[test]
fn every_file_says_what_it_is_for() {
    let silent = |source: &Source| !source.text.starts_with("//! ");
    let all = ["src", "tests", "fuzz/src"].into_iter().flat_map(sources);
    let silent = all.filter(silent);
    let silent: Vec<String> = silent.map(|source| source.name()).collect();
    check(&silent, "does not open with //!");
}

#[test]
fn no_line_is_too_long() {
    let mut broken = Vec::new();
    for source in ["src", "tests", "fuzz/src", "fuzz/fuzz_targets"].into_iter().flat_map(sources) {
        let lines = source.text.lines().enumerate();
        let long = lines.filter(|(_, line)| line.chars().count() > 100);
        broken.extend(long.map(|(at, _)| format!("{}:{}", source.name(), at + 1)));
    }
    check(&broken, "longer than 100 columns");
}

/// What of a line of TOML or Rust stands in quotes behind this.
fn quoted_after<'l>(line: &'l str, before: &str) -> Option<&'l str> {
    line.split_once(before)?.1.strip_prefix('"')?.split('"').next()
}

#[test]
fn every_target_can_be_fuzzed() {
    let read = |path: &str| fs::read_to_string(path).unwrap();
    let (targets, manifest) = (read("tests/fuzzed/targets/mod.rs"), read("fuzz/Cargo.toml"));
    let all = |before| targets.lines().filter_map(move |line| quoted_after(line, before));
    let targets: BTreeSet<&str> = all("name: ").collect();
    let programs = sources("fuzz/fuzz_targets");
    let called = |source: &Source| source.path.file_stem().unwrap().to_str().unwrap().to_owned();
    assert_eq!(programs.iter().map(called).collect::<Vec<_>>(), Vec::from_iter(targets.clone()));
    for program in &programs {
        let name = called(program);
        assert!(program.text.contains(&format!("run(\"{name}\", ")), "{}", program.name());
    }
    let bins = manifest.split("[[bin]]").skip(1);
    let bins: BTreeSet<&str> =
        bins.filter_map(|bin| bin.lines().find_map(|line| quoted_after(line, "name = "))).collect();
    assert_eq!(bins, targets);
    for corpus in all("corpus: ") {
        assert!(fs::read_dir(format!("fuzz/corpus/{corpus}")).unwrap().count() > 5, "{corpus}");
    }
}

#[test]
fn what_is_fuzzed_is_built_as_the_tool_is() {
    let version = |line: &str| {
        let (name, rest) = line.split_once(" = ")?;
        let version = rest.trim_start_matches("{ version = ").split('"').nth(1)?;
        Some((name.to_owned(), version.to_owned()))
    };
    let of = |path: &str| -> BTreeSet<(String, String)> {
        let text = fs::read_to_string(path).unwrap();
        let tables = text.split("\n[").filter(|table| table.contains("dependencies]\n"));
        tables.flat_map(str::lines).filter_map(version).collect()
    };
    let others = ["libfuzzer-sys", "maildiff"];
    let fuzzed = of("fuzz/Cargo.toml").into_iter();
    let fuzzed: BTreeSet<_> = fuzzed.filter(|(name, _)| !others.contains(&name.as_str())).collect();
    assert!(fuzzed.len() > 5);
    let more: Vec<_> = fuzzed.difference(&of("Cargo.toml")).cloned().collect();
    assert!(more.is_empty(), "fuzz/Cargo.toml asks for another version: {more:?}");
}

#[test]
fn the_changelog_knows_the_version() {
    let changelog = fs::read_to_string("docs/changelog.md").unwrap();
    let version = env!("CARGO_PKG_VERSION");
    let is_heading = |line: &str| line.starts_with('#') && line.contains(version);
    assert!(changelog.lines().any(is_heading), "docs/changelog.md has no heading for {version}");
}
