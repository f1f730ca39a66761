//! What is known of one message, written down.

use std::io::{self, Write};

use crate::error::Error;
use crate::explain::Explanation;
use crate::side::Sides;
use crate::verdict::Exit;

mod json;
mod sentence;
mod difference;
mod text;

/// How an explanation is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// For people.
    Text {
        /// With colours.
        color: bool,
    },
    /// For programs.
    Json,
}

/// All that is told of a message.
#[derive(Debug)]
pub struct Account<'a> {
    /// What is known of it.
    pub explanation: &'a Explanation<'a>,
    /// What of each tree could not be read: it may be a copy.
    pub errors: Sides<Vec<&'a Error>>,
    /// What else must be said: guesses that were made.
    pub notes: Vec<String>,
    /// What the exit status says.
    pub exit: Exit,
}

/// Writes the account.
///
/// # Errors
/// What the writer says.
pub fn write(account: &Account<'_>, format: Format, out: &mut dyn Write) -> io::Result<()> {
    match format {
        Format::Text { color } => text::write(account, color, out),
        Format::Json => json::write(account, out),
    }
}
