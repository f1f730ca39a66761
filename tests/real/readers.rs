//! Which Message-ID other programs read in each file of a tree.

use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::programs::{Told, program};
use crate::tree::text;

/// Ids as a program tells them, each with a file that has it. A file may be missing.
pub(crate) type Ids = Vec<(String, PathBuf)>;

/// What notmuch has, whose database is up to date, by its configuration.
pub(crate) fn notmuch(configuration: &Path) -> Ids {
    let mut notmuch = program("notmuch");
    notmuch.arg("--config").arg(configuration);
    notmuch.args(["show", "--format=json", "--body=false", "--entire-thread=false", "*"]);
    let told = Told::by(&mut notmuch).went_well();
    let mut ids = Ids::new();
    collect(&serde_json::from_slice(&told.stdout).unwrap(), &mut ids);
    ids
}

/// Messages stand in lists of lists of their threads.
fn collect(json: &Value, ids: &mut Ids) {
    match json {
        Value::Array(items) => items.iter().for_each(|item| collect(item, ids)),
        Value::Object(message) => {
            let id = text(&message["id"]);
            let files = message["filename"].as_array().unwrap().iter();
            ids.extend(files.map(|file| (id.to_owned(), PathBuf::from(text(file)))));
        }
        _ => {}
    }
}
