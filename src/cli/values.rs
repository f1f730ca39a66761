//! Values that are typed on more than one command line.

use clap::ValueEnum;
use jiff::Timestamp;
use jiff::civil::Date;
use maildiff::maildir::layout::Layout;

/// When colours are used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Color {
    /// On a terminal, unless `NO_COLOR` is set.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// A layout, or the wish that it be detected.
#[derive(Clone, Debug)]
pub(super) struct Auto(pub(super) Option<Layout>);

pub(super) fn parse_layout(typed: &str) -> Result<Auto, String> {
    match typed {
        "auto" => Ok(Auto(None)),
        _ => typed.parse().map(|layout| Auto(Some(layout))).map_err(|error| format!("{error}")),
    }
}

/// A day or an instant, in seconds since 1970-01-01 UTC.
pub(super) fn parse_date(typed: &str) -> Result<i64, String> {
    let day = typed.parse::<Date>().ok().filter(|_| !typed.contains(['T', ' ']));
    let midnight = day.map(|day| format!("{day}T00:00:00Z"));
    let instant = midnight.as_deref().unwrap_or(typed).parse::<Timestamp>();
    let told = "write it as 2026-11-20, or as 2026-11-20T12:00:00Z";
    instant.map(Timestamp::as_second).map_err(|_| told.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates() {
        assert_eq!(parse_date("2024-01-01"), Ok(1_704_067_200));
        assert_eq!(parse_date("2024-01-01T01:00:00+01:00"), Ok(1_704_067_200));
        assert!(parse_date("2024-01-01T01:00:00").is_err());
        assert!(parse_date("yesterday").is_err());
    }
}
