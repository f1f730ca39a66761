//! The command `maildiff`: what was asked, and the exit status.

mod cli;
mod talk;
mod packing;
mod output;
mod progress;
mod run;

use std::process::ExitCode;

use anyhow::anyhow;
use maildiff::verdict::Exit;

use cli::{Asked, Cli};
use talk::complain;

fn main() -> ExitCode {
    let exit = run(cli::parse()).unwrap_or_else(|error| {
        complain(&format!("{error:#}"));
        Exit::Trouble
    });
    ExitCode::from(exit.code())
}

fn run(cli: Cli) -> anyhow::Result<Exit> {
    let asked = cli.asked().ok_or_else(|| anyhow!("name two trees; see maildiff --help"))?;
    run::threads::start(asked.jobs())?;
    match asked {
        Asked::Compare(cli) => run::compare::run(&cli),
        Asked::Check(cli) => run::check::run(&cli),
        Asked::Explain(cli) => run::explain::run(&cli),
        Asked::Index(cli) => run::index::run(&cli),
    }
}
