//! The command line: what was typed, and what it means to the library.

use clap::{Parser, Subcommand};

mod optional;
mod typed;
mod values;
mod jobs;
mod trees;
mod compare;
mod check;
mod explain;
mod index;

use optional::Optional;

pub(crate) use check::Check;
pub(crate) use compare::{Compare, Output};
pub(crate) use explain::Explain;
pub(crate) use index::Index;
pub(crate) use jobs::Jobs;
pub(crate) use values::Color;

/// What was typed. Ends the process where that is help, the version or nothing that makes sense.
pub(crate) fn parse() -> Cli {
    Cli::try_parse().unwrap_or_else(|error| typed::harmless(error).exit())
}

/// Compare two Maildir trees message by message: which messages are in one and not in the other,
/// and why.
///
/// LEFT is the reference, RIGHT the replica. Messages are matched by Message-ID, those without one
/// by their content. Nothing is ever written into a tree.
#[derive(Clone, Debug, Parser)]
#[command(
    version,
    // Whoever starts it may call it anything.
    bin_name = "maildiff",
    after_help = "Exit status: 0 if nothing differs, 1 if something does, 2 if the answer is not \
        proven (usage, a side that is missing or holds no mail, anything that could not be read).",
    max_term_width = 100,
    args_conflicts_with_subcommands = true,
    subcommand_negates_reqs = true
)]
pub(crate) struct Cli {
    // First, for reading the subcommand takes it away.
    #[command(flatten)]
    compare: Optional<Compare>,
    #[command(subcommand)]
    command: Option<Command>,
}

/// What else can be asked than how two trees differ.
#[derive(Clone, Debug, Subcommand)]
enum Command {
    Check(Box<Check>),
    Explain(Box<Explain>),
    Index(Box<Index>),
}

/// What was asked.
#[derive(Clone, Debug)]
pub(crate) enum Asked {
    /// How two trees differ.
    Compare(Box<Compare>),
    /// What is wrong with trees.
    Check(Box<Check>),
    /// What is known of one message.
    Explain(Box<Explain>),
    /// To save the index of a tree.
    Index(Box<Index>),
}

impl Cli {
    /// What was asked, by a subcommand or without one.
    pub(crate) fn asked(self) -> Option<Asked> {
        match self.command {
            Some(Command::Check(check)) => Some(Asked::Check(check)),
            Some(Command::Explain(explain)) => Some(Asked::Explain(explain)),
            Some(Command::Index(index)) => Some(Asked::Index(index)),
            None => self.compare.0.map(|compare| Asked::Compare(Box::new(compare))),
        }
    }
}

impl Asked {
    /// How many threads are to read.
    pub(crate) fn jobs(&self) -> Jobs {
        match self {
            Asked::Compare(cli) => cli.jobs,
            Asked::Check(cli) => cli.jobs,
            Asked::Explain(cli) => cli.jobs,
            Asked::Index(cli) => cli.jobs,
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_sound() {
        Cli::command().debug_assert();
    }
}
