//! How many messages of one side only are still no failure: a number, or a share of the side.

use std::fmt;
use std::str::FromStr;

/// How many decimals a percentage may have, so that everything is reckoned exactly.
const DECIMALS: usize = 12;

/// A number of messages, or a share of the messages of a side.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limit {
    /// So many messages.
    Count(u64),
    /// A part of all messages, as a fraction.
    Share {
        /// At most the denominator.
        numerator: u64,
        /// A power of ten.
        denominator: u64,
    },
}

impl Limit {
    /// Whether `count` of `all` messages are no more than that. A share is not rounded: 0.5% of 300
    /// messages admits one.
    pub fn admits(self, count: u64, all: u64) -> bool {
        match self {
            Limit::Count(most) => count <= most,
            Limit::Share { numerator, denominator } => {
                let product = |one: u64, other: u64| u128::from(one) * u128::from(other);
                product(count, denominator) <= product(all, numerator)
            }
        }
    }
}

impl Default for Limit {
    /// None at all.
    fn default() -> Limit {
        Limit::Count(0)
    }
}

/// What was typed is no [`Limit`]; prints as a sentence that says what would be one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoLimit {
    /// It is neither a number nor a percentage.
    Unclear,
    /// It is more than 100%.
    TooMuch,
    /// It has more decimals than are counted.
    TooFine,
}

impl fmt::Display for NoLimit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NoLimit::Unclear => {
                f.write_str("write a number of messages, as 20, or a share of them, as 0.1%")
            }
            NoLimit::TooMuch => f.write_str("a share is 100% at the most"),
            NoLimit::TooFine => write!(f, "a share has {DECIMALS} decimals at the most"),
        }
    }
}

impl std::error::Error for NoLimit {}

impl FromStr for Limit {
    type Err = NoLimit;

    /// Reads `20` or `0.1%`.
    fn from_str(typed: &str) -> Result<Limit, NoLimit> {
        if let Some(percent) = typed.strip_suffix('%') {
            return share(percent);
        }
        let count = typed.parse().ok().filter(|_| is_digits(typed));
        count.map(Limit::Count).ok_or(NoLimit::Unclear)
    }
}

fn share(percent: &str) -> Result<Limit, NoLimit> {
    let (whole, decimals) = percent.split_once('.').unwrap_or((percent, "0"));
    if !is_digits(whole) || !is_digits(decimals) {
        return Err(NoLimit::Unclear);
    }
    let decimals = decimals.trim_end_matches('0');
    let scale = u32::try_from(decimals.len()).ok().and_then(|places| 10_u64.checked_pow(places));
    let scale = scale.filter(|_| decimals.len() <= DECIMALS).ok_or(NoLimit::TooFine)?;
    let denominator = 100 * scale;
    // A number that does not fit is far above any denominator.
    let numerator = format!("{whole}{decimals}").parse().unwrap_or(u64::MAX);
    if numerator > denominator {
        return Err(NoLimit::TooMuch);
    }
    Ok(Limit::Share { numerator, denominator })
}

fn is_digits(typed: &str) -> bool {
    !typed.is_empty() && typed.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The greatest number of `all` messages that is admitted.
    fn most(typed: &str, all: u64) -> u64 {
        let limit: Limit = typed.parse().unwrap();
        (0..=all).rev().find(|&count| limit.admits(count, all)).unwrap()
    }

    #[test]
    fn numbers_and_shares() {
        assert_eq!(most("0", 10), 0);
        assert_eq!(most("007", 10), 7);
        assert_eq!(most("0%", 10), 0);
        assert_eq!(most("100%", 10), 10);
        assert_eq!(most("100.000%", 10), 10);
        assert_eq!(most("50%", 3), 1);
        assert_eq!(most("0.5%", 199), 0);
        assert_eq!(most("0.5%", 200), 1);
        assert_eq!(most("00.50%", 200), 1);
    }

    #[test]
    fn shares_are_exact() {
        // In floating point 0.1% of 3,000 is a little more than 3, 29% of 100 a little less than
        // 29.
        assert_eq!(most("0.1%", 2_999), 2);
        assert_eq!(most("0.1%", 3_000), 3);
        assert_eq!(most("29%", 100), 29);
        assert_eq!(most("57%", 100), 57);
        assert_eq!(most("33.333333333333%", 3_000), 999);
        let all: Limit = "100.000000000000%".parse().unwrap();
        assert!(all.admits(u64::MAX, u64::MAX));
        let least: Limit = "0.000000000001%".parse().unwrap();
        assert!(least.admits(1, 100_000_000_000_000) && !least.admits(1, 99_999_999_999_999));
    }

    #[test]
    fn what_is_no_limit_says_what_would_be_one() {
        let bad = |typed: &str| typed.parse::<Limit>().unwrap_err();
        let unclear = ["", "-1", "+1", "1.5", "1e3", "%", ".5%", "5.%", "1,5%", "5 %", "-1%", "x%"];
        for typed in unclear.into_iter().chain(["+1%", "1.2.3%", "5%%", "99999999999999999999"]) {
            assert_eq!(bad(typed), NoLimit::Unclear, "{typed}");
        }
        for typed in ["101%", "100.1%", "100.000000000001%", "99999999999999999999999%"] {
            assert_eq!(bad(typed), NoLimit::TooMuch, "{typed}");
        }
        assert_eq!(bad("0.0000000000001%"), NoLimit::TooFine);
        assert!(bad("1,5%").to_string().contains("0.1%"));
        assert!(bad("0.0000000000001%").to_string().contains("12 decimals"));
    }
}
