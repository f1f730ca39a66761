//! What is fuzzed: for each part of the tool that reads what strangers wrote, laws that hold for
//! any bytes. `tests/fuzzed` tries them on inputs from a seed, `fuzz/` by way of cargo-fuzz, and
//! both run this very code.
//!
//! A further target is a module here with a `run`, its row in [`TARGETS`], and its three lines in
//! `fuzz/`.

mod file;
mod hazard;
mod mail;
mod reference;

mod allowances;
mod canonical;
mod compressed;
mod envelope;
mod file_name;
mod folder_name;
mod header;
mod identity;
mod mbox;
mod saved_index;
mod table;

use hazard::Hazard;

/// Something that is tried with any bytes.
pub(crate) struct Target {
    /// Its name, and that of its program in `fuzz/`.
    pub(crate) name: &'static str,
    /// The directory of its corpus, in `fuzz/corpus/`.
    pub(crate) corpus: &'static str,
    /// Panics where a law is broken.
    pub(crate) run: fn(&[u8]),
    /// Inputs that are too large for a corpus, and made to hurt.
    pub(crate) hazards: fn() -> Vec<Hazard>,
    /// How many inputs `cargo test` tries: five to ten seconds of them, without optimisation.
    pub(crate) inputs: u64,
}

/// All targets.
pub(crate) const TARGETS: [Target; 11] = [
    Target {
        name: "header",
        corpus: "mail",
        run: header::run,
        hazards: header::hazards,
        inputs: 24_000,
    },
    Target {
        name: "canonical",
        corpus: "mail",
        run: canonical::run,
        hazards: Vec::new,
        inputs: 10_000,
    },
    Target {
        name: "identity",
        corpus: "mail",
        run: identity::run,
        hazards: header::hazards,
        inputs: 8000,
    },
    Target {
        name: "file_name",
        corpus: "file_name",
        run: file_name::run,
        hazards: Vec::new,
        inputs: 240_000,
    },
    Target {
        name: "folder_name",
        corpus: "folder_name",
        run: folder_name::run,
        hazards: Vec::new,
        inputs: 24_000,
    },
    Target {
        name: "saved_index",
        corpus: "saved_index",
        run: saved_index::run,
        hazards: saved_index::hazards,
        inputs: 1800,
    },
    Target {
        name: "envelope",
        corpus: "envelope",
        run: envelope::run,
        hazards: envelope::hazards,
        inputs: 32_000,
    },
    Target {
        name: "compressed",
        corpus: "compressed",
        run: compressed::run,
        hazards: compressed::hazards,
        inputs: 1200,
    },
    Target {
        name: "allowances",
        corpus: "allowances",
        run: allowances::run,
        hazards: Vec::new,
        inputs: 10_000,
    },
    Target {
        name: "table",
        corpus: "table",
        run: table::run,
        hazards: table::hazards,
        inputs: 16_000,
    },
    Target { name: "mbox", corpus: "mbox", run: mbox::run, hazards: mbox::hazards, inputs: 1000 },
];

/// The target of this name.
pub(crate) fn find(name: &str) -> Option<&'static Target> {
    TARGETS.iter().find(|target| target.name == name)
}
