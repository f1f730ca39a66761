//! The keys that come nearest to one that is nowhere: somebody has mistyped it, or copied a part.

use std::collections::BTreeMap;

use strsim::levenshtein;

use crate::index::Message;
use crate::message::id::Key;
use crate::side::Side;

use super::Trees;

/// How many are told.
const MOST: usize = 3;
/// How short a text may be that is looked for within another.
const SHORTEST: usize = 4;
/// How long a text may be that is compared letter by letter.
const LONGEST: usize = 300;

/// A key that is near, with one file that has it.
#[derive(Debug)]
pub(super) struct Near<'a> {
    pub(super) side: Side,
    pub(super) message: Message<'a>,
}

/// The keys that contain what was typed, or are contained in it; else those that take the fewest
/// changes of a letter, as long as less than half of the letters change.
pub(super) fn nearest<'a>(trees: Trees<'a>, typed: &str) -> Vec<Near<'a>> {
    let typed = typed.trim().trim_matches(['<', '>']).to_lowercase();
    let mut near: BTreeMap<(usize, Key), Near<'a>> = BTreeMap::new();
    let mut last: Option<Key> = None;
    for (side, index) in trees.each() {
        for message in index.all_mail() {
            let key = message.key();
            if last.as_ref() == Some(&key) {
                continue;
            }
            last = Some(key.clone());
            let worst = near.last_key_value().filter(|_| near.len() == MOST).map(|(key, _)| key.0);
            let Some(far) = distance(&key, &typed, worst) else { continue };
            near.entry((far, key)).or_insert(Near { side, message });
            if near.len() > MOST {
                near.pop_last();
            }
        }
    }
    // One that is much farther than the best only distracts.
    let best = near.first_key_value().map_or(0, |(key, _)| key.0);
    near.retain(|key, _| key.0 <= 2 * best + 1);
    near.into_values().collect()
}

/// How far a key is from what was typed, 0 where one contains the other; `None` where it is too
/// far, or farther than the `worst` of those that are told.
fn distance(key: &Key, typed: &str, worst: Option<usize>) -> Option<usize> {
    let key = key.to_string().to_lowercase();
    let (short, long) = if key.len() < typed.len() { (&*key, typed) } else { (typed, &*key) };
    if short.len() >= SHORTEST && long.contains(short) {
        return Some(0);
    }
    let limit = worst.unwrap_or(usize::MAX).min(typed.chars().count() / 2);
    let apart = key.chars().count().abs_diff(typed.chars().count());
    if long.len() > LONGEST || apart > limit || limit == 0 {
        return None;
    }
    Some(levenshtein(&key, typed)).filter(|&far| far <= limit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances() {
        let far = |key: &str, typed: &str| distance(&Key::Id(key.as_bytes().into()), typed, None);
        assert_eq!(far("a1@example.org", "example.org"), Some(0));
        assert_eq!(far("a1@example.org", "see a1@example.org there"), Some(0));
        assert_eq!(far("a1@example.org", "a2@exmple.org"), Some(2));
        assert_eq!(far("a1@example.org", "a1"), None);
        assert_eq!(far("a1@example.org", "quite.another.thing@elsewhere.com"), None);
        assert_eq!(far(&"x".repeat(1000), &"y".repeat(1000)), None);
        assert_eq!(far("a1@example.org", ""), None);
    }
}
