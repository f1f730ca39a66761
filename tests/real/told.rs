//! What the tool tells of the trees of a trial, for comparing it with what is true.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::Value;

use crate::tree::{Report, report, row, text};

/// How often something is told.
pub(crate) type Tally = BTreeMap<String, usize>;

/// Compares two trees, every content too.
pub(crate) fn compare(left: &Path, right: &Path) -> Report {
    report(left, right, "--content")
}

/// The report of the same trees, the other way round.
pub(crate) fn mirrored(report: Report) -> Report {
    let Report { status, stderr, mut json } = report;
    for entry in json["messages"].as_array_mut().unwrap() {
        let left = entry["left"].take();
        entry["left"] = entry["right"].take();
        entry["right"] = left;
        let class = match text(&entry["class"]) {
            "only-left" => "only-right",
            "only-right" => "only-left",
            class => class,
        };
        entry["class"] = class.into();
    }
    Report { status, stderr, json }
}

/// What is told of each listed message but of flags, by the base name of its file: of the left one
/// where there is one. No two files of a trial's left have one base name, but for copies.
pub(crate) fn differences(report: &Report) -> Vec<(String, String)> {
    let listed = report.list("messages").iter();
    let differing = listed.map(|entry| (base_of(entry), told(entry)));
    differing.filter(|(_, told)| told != "same").collect()
}

/// What is told of the listed messages, flags too.
pub(crate) fn told_of(report: &Report) -> Vec<String> {
    report
        .list("messages")
        .iter()
        .map(|entry| format!("{}{}", row(entry), probably(entry)))
        .collect()
}

fn probably(entry: &Value) -> &'static str {
    if entry["probable"].is_null() { "" } else { ", probably there" }
}

fn told(entry: &Value) -> String {
    format!("{}{}", row(entry).replace(" flags", ""), probably(entry))
}

fn base_of(entry: &Value) -> String {
    let file = if entry["left"].is_null() { &entry["right"] } else { &entry["left"] };
    base_name(text(&file["path"])).to_owned()
}

/// The name of a file up to its flags.
pub(crate) fn base_name(path: &str) -> &str {
    let name = path.rsplit('/').next().unwrap_or(path);
    name.split(':').next().unwrap_or(name)
}

/// Counts equal things.
pub(crate) fn tally(things: impl IntoIterator<Item = String>) -> Tally {
    let mut tally = Tally::new();
    for thing in things {
        *tally.entry(thing).or_default() += 1;
    }
    tally
}
