//! What clap says of a command line that makes no sense, harmless for a terminal: a shell may have
//! put names of files there that nobody has read.

use clap::Error;
use clap::error::{ContextKind, ContextValue};
use maildiff::report::escape;

/// The error with all that was typed escaped.
pub(super) fn harmless(mut error: Error) -> Error {
    let context: Vec<(ContextKind, ContextValue)> =
        error.context().filter_map(|(kind, value)| Some((kind, escaped(value)?))).collect();
    if !context.is_empty() {
        // What was typed stands in it too, dressed.
        error.insert(ContextKind::Suggested, ContextValue::None);
    }
    for (kind, value) in context {
        error.insert(kind, value);
    }
    error
}

/// The value escaped, where that makes a difference.
fn escaped(value: &ContextValue) -> Option<ContextValue> {
    let harmless = match value {
        ContextValue::String(text) => ContextValue::String(escape(text)),
        ContextValue::Strings(texts) => {
            ContextValue::Strings(texts.iter().map(|text| escape(text)).collect())
        }
        _ => return None,
    };
    (harmless != *value).then_some(harmless)
}
