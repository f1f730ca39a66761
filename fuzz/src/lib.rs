//! What `tests/fuzzed` tries on inputs from a seed, for cargo-fuzz: the very same code.

#![forbid(unsafe_code)]

#[allow(dead_code, reason = "what only the seeded runs use")]
#[path = "../../tests/fuzzed/targets/mod.rs"]
mod targets;

/// Tries the target of this name.
///
/// # Panics
/// Where a law is broken, and where there is no such target.
pub fn run(target: &str, bytes: &[u8]) {
    let target = targets::find(target).unwrap_or_else(|| panic!("no target {target}"));
    (target.run)(bytes);
}
