//! Generated mail is what it says, and the same on every run.

use std::collections::HashSet;

use data_encoding::HEXLOWER;
use maildiff::message::canonical::canonical;
use sha1::{Digest, Sha1};

use crate::spool::{Letter, ODDITIES, Profile, wire_size};

fn letters(count: u64) -> impl Iterator<Item = Letter> {
    (0..count).map(|number| Profile::default().letter(number))
}

fn sum_of(parts: impl Iterator<Item = Vec<u8>>) -> String {
    let mut sum = Sha1::new();
    parts.for_each(|part| sum.update(&part));
    HEXLOWER.encode(&sum.finalize())
}

#[test]
fn letters_are_what_they_were() {
    let sum = sum_of(letters(200).map(|letter| letter.bytes()));
    assert_eq!(sum, "c1d656b69c0d52916d9c0f3c0e76a4fe449950de");
    let letter = Profile { without_id: 0, ..Profile::default() }.letter(7);
    let sum = sum_of(ODDITIES.iter().map(|oddity| oddity.of(&letter)));
    assert_eq!(sum, "f66ee9feb816ccea7c619411907c562e4dbe2911");
}

#[test]
fn a_letter_depends_on_nothing_but_its_number() {
    let forward: Vec<Letter> = letters(50).collect();
    let backward = (0..50).rev().map(|number| Profile::default().letter(number));
    assert!(backward.eq(forward.into_iter().rev()));
}

#[test]
fn letters_differ() {
    let of_seed = |seed| Profile { seed, without_id: 0, ..Profile::default() };
    let ids = |seed| (0..2000).map(move |number| of_seed(seed).letter(number).id.unwrap());
    assert_eq!(ids(1).chain(ids(2)).collect::<HashSet<_>>().len(), 4000);
    let names: HashSet<String> = letters(2000).map(|letter| letter.base_name()).collect();
    assert_eq!(names.len(), 2000);
}

#[test]
fn letters_are_like_mail() {
    let mut headers: Vec<usize> = Vec::new();
    let mut bodies: Vec<usize> = Vec::new();
    let mut without_id = 0;
    for letter in letters(2000) {
        headers.push(letter.bytes().len() - letter.body.len());
        bodies.push(letter.body.len());
        without_id += usize::from(letter.id.is_none());
    }
    headers.sort_unstable();
    bodies.sort_unstable();
    assert!((300..1500).contains(&headers[0]) && (1500..5000).contains(&headers[1000]));
    assert!((2500..4000).contains(&bodies[1000]) && bodies[1999] > 50_000);
    assert!((5..60).contains(&without_id), "{without_id}");
}

#[test]
fn names_tell_the_sizes() {
    let letter = Profile::default().letter(3);
    let bytes = b"A: b\nC: d\r\n\nbody\r";
    assert_eq!(wire_size(bytes), bytes.len() + 2);
    let name = letter.spool_name(bytes);
    assert!(name.contains(&format!(",S={},W={}:2,", bytes.len(), bytes.len() + 2)), "{name}");
}

#[test]
fn a_pulled_letter_has_one_line_more() {
    let letter = Profile::default().letter(3);
    let (sent, pulled) = (letter.bytes(), letter.pulled());
    assert_eq!(pulled.len(), sent.len() + "X-TUID: 012345678901\n".len());
    assert_eq!(canonical(&sent), canonical(&pulled));
}

#[test]
fn each_oddity_is_one() {
    let letter = Profile { without_id: 0, ..Profile::default() }.letter(7);
    let labels: HashSet<&str> = ODDITIES.iter().map(|oddity| oddity.label).collect();
    assert_eq!(labels.len(), ODDITIES.len());
    for oddity in ODDITIES {
        assert_ne!(oddity.of(&letter), letter.bytes(), "{}", oddity.label);
        assert_eq!(oddity.of(&letter), oddity.of(&letter));
    }
}
