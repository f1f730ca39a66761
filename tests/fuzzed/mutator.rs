//! Inputs from a seed: what a corpus holds, changed a little, again and again.

use crate::dice::Dice;

/// What mail, names, indexes and compressed files are made of.
const DICTIONARY: &[&[u8]] = &[
    // Lines and blanks.
    b"\n",
    b"\r\n",
    b"\r",
    b"\n\n",
    b"\r\r\n",
    b"\n\r\r\n",
    b" ",
    b"\t",
    b"\n ",
    b"\n\t",
    b"\x0b",
    b"\x0c",
    b"\0",
    b"\x80",
    b"\x7f",
    b"\xff",
    b"\xef\xbb\xbf",
    // Fields.
    b"From ",
    b">From ",
    b"From: ",
    b"Subject: ",
    b"Date: ",
    b"To: ",
    b"Message-ID: ",
    b"message-id",
    b"Received: ",
    b"Return-Path:",
    b"X-TUID: 0123456789/+\n",
    b"X-Keywords:",
    b"Status: RO\n",
    b":",
    b": ",
    b" : ",
    b"X-Getmail-Retrieved-From-Mailbox: ",
    b"Content-Type: multipart/mixed; boundary=x\n",
    b"Content-Transfer-Encoding: base64\n",
    b"--x\n",
    b"--x--\n",
    // Ids.
    b"<",
    b">",
    b"<a@b>",
    b"a@b",
    b"@",
    b"(",
    b")",
    b"\\",
    b"\"",
    b"|",
    b"<>",
    b"12@imapsync",
    b"=?utf-8?q?",
    b"=?us-ascii?B?",
    b"?=",
    b"=3C",
    b"=?u?q?=3Ca=40b=3E?=",
    b"=?u?b?PGFAYj4=?=",
    b"[placeholder] ",
    b"Having a size of 1KiB, this message is over the MaxSize limit.\n",
    // Dates and addresses.
    b"Fri, 17 Jun 2016 22:14:41 -0400",
    b"1 Jan 1970 00:00:00 +0000",
    b"99999999999",
    b"-1",
    b",",
    b";",
    b"iso-2022-jp",
    b"utf-7",
    b"gb18030",
    // Names.
    b":2,",
    b";2,",
    b"!2,",
    b",S=",
    b",W=",
    b",U=",
    b"18446744073709551616",
    b"FS",
    b"a",
    b"cur",
    b"new",
    b"tmp",
    b"INBOX",
    b"inbox",
    b".",
    b"..",
    b"/",
    b"&",
    b"-",
    b"&-",
    b"&AMk-",
    b"&2D3eAA-",
    b"&AC8-",
    b"\\2e",
    b"\\x5c",
    b"\\xe9",
    b"%2F",
    b"%25",
    b"\xe9",
    b"\xc3\x89",
    b"e\xcc\x81",
    b".directory",
    b".sbd",
    // Saved indexes.
    b"{",
    b"}",
    b"[",
    b"]",
    b"null",
    b"\"\"",
    b"\\u0000",
    b"{\"message\":{",
    b"{\"end\":{",
    b"\"folder\":0",
    b"\"key\":\"sha1:8005f34cce4fec16bf56a789656cff7a58d557ea\"",
    b"\"content_length\":0",
    b"\"path_bytes\":\"ff00\"",
    b"\"traits\":[\"placeholder\"]",
    b"\"compressed\":true,",
    b"1e9",
    b"true",
    // Tables.
    b"class,marks,key,left_path,right_path,decision\n",
    b"only-left,,",
    b"ok",
    b"\"\"",
    b"'=",
    b"#",
    b"sha1:",
    // Compressed files.
    b"\x1f\x8b\x08\x00",
    b"\x28\xb5\x2f\xfd",
    b"\x02\x00\x10x",
    b"\x01\x00\x00",
];

/// No input is longer.
const LONGEST: usize = 8 << 10;

/// Makes inputs.
pub(crate) struct Mutator {
    dice: Dice,
    corpus: Vec<Vec<u8>>,
}

impl Mutator {
    /// From what is in a corpus, by this seed.
    pub(crate) fn new(seed: u64, corpus: Vec<Vec<u8>>) -> Mutator {
        assert!(!corpus.is_empty());
        Mutator { dice: Dice::new(seed, 0), corpus }
    }

    /// The next input.
    pub(crate) fn next(&mut self) -> Vec<u8> {
        let mut input = self.sample();
        for _ in 0..self.dice.between(1, 6) {
            self.change(&mut input);
        }
        input.truncate(LONGEST);
        input
    }

    /// One of the corpus, or now and then nothing at all.
    fn sample(&mut self) -> Vec<u8> {
        if self.dice.happens(30) {
            return Vec::new();
        }
        let at = self.dice.below(self.corpus.len());
        self.corpus[at].clone()
    }

    fn change(&mut self, input: &mut Vec<u8>) {
        let start = self.dice.below(input.len() + 1);
        let end = (start + self.dice.log_normal(8)).min(input.len());
        match self.dice.below(9) {
            0 | 1 => self.insert_word(input, start),
            2 => self.replace_with_word(input, start),
            3 => input.iter_mut().skip(start).take(1).for_each(|byte| *byte ^= 1 << (start % 8)),
            4 => {
                let count = self.dice.between(1, 8);
                let bytes = self.dice.bytes(count);
                input.splice(start..start, bytes);
            }
            5 => drop(input.drain(start..end)),
            6 => {
                let times = self.dice.one_of(&[1, 2, 9, 99]);
                let part = input[start..end].repeat(times);
                input.splice(start..start, part);
            }
            7 => self.cross(input, start),
            _ => input.truncate(start),
        }
    }

    fn insert_word(&mut self, input: &mut Vec<u8>, at: usize) {
        let word = self.dice.one_of(DICTIONARY);
        input.splice(at..at, word.iter().copied());
    }

    fn replace_with_word(&mut self, input: &mut Vec<u8>, at: usize) {
        let word = self.dice.one_of(DICTIONARY);
        let end = (at + word.len()).min(input.len());
        input.splice(at..end, word.iter().copied());
    }

    /// Goes on as another of the corpus does.
    fn cross(&mut self, input: &mut Vec<u8>, at: usize) {
        let other = self.sample();
        let from = self.dice.below(other.len() + 1);
        input.truncate(at);
        input.extend_from_slice(&other[from..]);
    }
}
