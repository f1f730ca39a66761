//! Colours of the text report.

use crate::verdict::{Exit, Verdict};

/// Colours, or none.
#[derive(Clone, Copy)]
pub(in crate::report) struct Paint {
    pub(in crate::report) color: bool,
}

impl Paint {
    pub(in crate::report) fn bold(self, text: &str) -> String {
        self.dress("1", text)
    }

    /// Green is for what is complete, whatever was allowed to be missing.
    pub(super) fn verdict(self, verdict: &Verdict, text: &str) -> String {
        let code = match verdict.exit {
            Exit::Trouble => "1;33",
            Exit::Same if verdict.complete => "1;32",
            _ => "1;31",
        };
        self.dress(code, text)
    }

    /// Green is for what does not fail.
    pub(in crate::report) fn exit(self, exit: Exit, text: &str) -> String {
        let code = match exit {
            Exit::Trouble => "1;33",
            Exit::Same => "1;32",
            Exit::Different => "1;31",
        };
        self.dress(code, text)
    }

    /// A line that only the one has.
    pub(in crate::report) fn removed(self, text: &str) -> String {
        self.dress("31", text)
    }

    /// A line that only the other has.
    pub(in crate::report) fn added(self, text: &str) -> String {
        self.dress("32", text)
    }

    fn dress(self, code: &str, text: &str) -> String {
        if self.color { format!("\x1b[{code}m{text}\x1b[0m") } else { text.to_owned() }
    }
}
