//! Options that are there only if no other question is asked.
//!
//! clap's own `Option` of options takes them for absent wherever they contain further ones, as do
//! those on how trees are read.

use clap::error::Error;
use clap::{ArgMatches, Args, Command, FromArgMatches};

/// Options, unless a subcommand stands in their place.
#[derive(Clone, Debug)]
pub(super) struct Optional<T>(pub(super) Option<T>);

impl<T: Args> Args for Optional<T> {
    fn augment_args(command: Command) -> Command {
        T::augment_args(command)
    }

    fn augment_args_for_update(command: Command) -> Command {
        T::augment_args_for_update(command)
    }
}

impl<T: FromArgMatches> FromArgMatches for Optional<T> {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Optional<T>, Error> {
        let absent = matches.subcommand_name().is_some();
        let options = (!absent).then(|| T::from_arg_matches(matches));
        options.transpose().map(Optional)
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), Error> {
        Optional::from_arg_matches(matches).map(|options| *self = options)
    }
}
