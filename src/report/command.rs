//! The command line as one would type it again.

use std::path::Path;

use super::escape::escape;

/// `maildiff` with more options before the ones that were given.
pub(super) fn again(options: &[&str], given: &[String]) -> String {
    let given = given.iter().map(String::as_str);
    let words = std::iter::once("maildiff").chain(options.iter().copied()).chain(given);
    escape(&words.map(quote).collect::<Vec<_>>().join(" "))
}

/// A word, quoted for a POSIX shell where it must be.
pub(super) fn quote(word: &str) -> String {
    let plain = |letter: char| letter.is_alphanumeric() || "-_./=:,+@%^".contains(letter);
    if !word.is_empty() && word.chars().all(plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', "'\\''"))
}

/// A path, quoted likewise; `None` where a shell or a terminal would not take it as it is: bytes
/// that are not UTF-8, and characters that must be escaped to be shown.
pub(super) fn path_word(path: &Path) -> Option<String> {
    let text = path.to_str().filter(|text| escape(text) == *text)?;
    Some(quote(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_quoted_where_they_must_be() {
        let given = ["a b", "it's", "--map=Sent Items=Sent", "", "L"].map(str::to_owned);
        let told = again(&["-a"], &given);
        assert_eq!(told, r"maildiff -a 'a b' 'it'\''s' '--map=Sent Items=Sent' '' L");
    }
}
