//! Ordinary mail between Ann and Bob, with headers as servers and lists leave them, and the names
//! under which Dovecot and mbsync keep it.

use data_encoding::BASE64;
use jiff::Timestamp;
use jiff::fmt::rfc2822::DateTimePrinter;

use super::dice::Dice;

/// What letters are like.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Profile {
    /// Another seed gives other letters.
    pub(crate) seed: u64,
    /// The median of the bodies' sizes, in bytes before they are encoded.
    pub(crate) body: usize,
    /// What no body's size is above.
    pub(crate) longest_body: usize,
    /// How many of a thousand have no Message-ID.
    pub(crate) without_id: usize,
}

impl Default for Profile {
    fn default() -> Profile {
        Profile { seed: 1, body: 3000, longest_body: 200_000, without_id: 10 }
    }
}

/// A message in parts. Its lines end in LF, as Dovecot stores them.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Letter {
    /// Its number.
    pub(crate) number: u64,
    /// When it was sent, in seconds since 1970.
    pub(crate) seconds: i64,
    /// Its Message-ID in brackets; one without the field has none.
    pub(crate) id: Option<String>,
    /// The fields of its header in their order, folded, without the last line's end.
    pub(crate) fields: Vec<String>,
    /// Its body.
    pub(crate) body: Vec<u8>,
    /// Letters of its flags, in their order.
    pub(crate) flags: &'static str,
}

const HEX: &[u8] = b"0123456789abcdef";
const BASE64_LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const HOSTS: [&str; 4] =
    ["mx1.example.org", "lists.example.org", "mail.example.net", "out.example.com"];
const PEOPLE: [&str; 4] = [
    "Ann <ann@example.org>",
    "Bob <bob@example.org>",
    "\"Ann, at work\" <ann@office.example.org>",
    "=?utf-8?q?B=C3=B6b?= <bob@example.org>",
];
const WORDS: [&str; 32] = [
    "the", "plan", "for", "winter", "and", "a", "list", "of", "servers", "that", "we", "moved",
    "in", "March", "is", "almost", "done", "please", "look", "at", "every", "folder", "before",
    "Friday", "because", "mail", "must", "not", "be", "lost", "Grüße", "naïve",
];
/// 2001-01-01, before which no letter is dated.
const FIRST_SECOND: i64 = 978_307_200;

impl Profile {
    /// Letter `number`: the same at each call.
    pub(crate) fn letter(&self, number: u64) -> Letter {
        let mut dice = Dice::new(self.seed, number);
        // Twenty years, so that dates and names of letters with numbers far apart do not meet.
        let spread = i64::try_from(dice.below(630_720_000)).unwrap();
        let seconds = FIRST_SECOND + spread;
        let has_id = !dice.happens(self.without_id);
        let id = has_id.then(|| id(&mut dice, self.seed, number, seconds));
        let length = dice.log_normal(self.body).clamp(20, self.longest_body);
        let Content { fields: about_body, bytes: body } = content(&mut dice, number, length);
        let fields = header(&mut dice, seconds, id.as_deref(), about_body);
        let flags = dice.one_of(&["", "S", "S", "S", "S", "RS", "FS", "FRS", "PS"]);
        Letter { number, seconds, id, fields, body, flags }
    }
}

impl Letter {
    /// Its bytes, as they came to a spool.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        self.written(&[])
    }

    /// Its bytes as mbsync pulls them: one line at the end of the header is mbsync's own.
    pub(crate) fn pulled(&self) -> Vec<u8> {
        let tuid = Dice::new(self.number, 0).word(12, BASE64_LETTERS);
        self.written(format!("X-TUID: {tuid}\n").as_bytes())
    }

    fn written(&self, last_line: &[u8]) -> Vec<u8> {
        let length: usize = self.fields.iter().map(|field| field.len() + 1).sum();
        let mut bytes = Vec::with_capacity(length + last_line.len() + 1 + self.body.len());
        for field in &self.fields {
            bytes.extend_from_slice(field.as_bytes());
            bytes.push(b'\n');
        }
        bytes.extend_from_slice(last_line);
        bytes.push(b'\n');
        bytes.extend_from_slice(&self.body);
        bytes
    }

    /// The name under which Dovecot stores these bytes of it in `cur`.
    pub(crate) fn spool_name(&self, bytes: &[u8]) -> String {
        self.name_telling(&format!("S={},W={}", bytes.len(), wire_size(bytes)))
    }

    /// That name, with what it tells of sizes.
    pub(crate) fn name_telling(&self, sizes: &str) -> String {
        format!("{},{sizes}:2,{}", self.base_name(), self.flags)
    }

    /// Its name in Dovecot's form up to the sizes, unique by the letter's number.
    pub(crate) fn base_name(&self) -> String {
        format!(
            "{}.M{}P{}.spool",
            self.seconds,
            self.number % 1_000_000,
            1000 + self.number / 1_000_000
        )
    }

    /// The name under which mbsync stores it in `cur`, with this UID.
    pub(crate) fn replica_name(&self, uid: u64) -> String {
        format!("{}.{}_{uid}.replica,U={uid}:2,{}", self.seconds, 1000 + self.number, self.flags)
    }
}

/// What a server counts: `bytes` with each bare LF as CR LF.
pub(crate) fn wire_size(bytes: &[u8]) -> usize {
    let ends = memchr::memchr_iter(b'\n', bytes);
    bytes.len() + ends.filter(|&at| at == 0 || bytes[at - 1] != b'\r').count()
}

fn id(dice: &mut Dice, seed: u64, number: u64, seconds: i64) -> String {
    match dice.below(3) {
        0 => format!("<{}.{seed}.{number}@mail.example.org>", dice.word(32, HEX)),
        1 => format!("<CA+{}-{seed}-{number}@gateway.example.com>", dice.word(24, BASE64_LETTERS)),
        _ => format!("<{seconds}.{seed}.{number}.{}@lists.example.org>", dice.word(12, HEX)),
    }
}

fn date(seconds: i64) -> String {
    let time = Timestamp::from_second(seconds).unwrap();
    DateTimePrinter::new().timestamp_to_string(&time).unwrap()
}

// The header.

fn header(dice: &mut Dice, seconds: i64, id: Option<&str>, about_body: Vec<String>) -> Vec<String> {
    let mut fields = trace(dice, seconds);
    let trace_end = fields.len();
    fields.push(format!("From: {}", dice.one_of(&PEOPLE)));
    fields.push(format!("To: {}", dice.one_of(&PEOPLE)));
    fields.push(format!("Subject: {}", subject(dice)));
    fields.push(format!("Date: {}", date(seconds)));
    if dice.happens(600) {
        fields.extend(references(dice));
    }
    if dice.happens(400) {
        fields.extend(list(dice));
    }
    fields.extend(about_body);
    if let Some(id) = id {
        let at = if dice.happens(50) {
            dice.below(fields.len())
        } else {
            dice.between(trace_end, fields.len())
        };
        let fold = if dice.happens(150) { "\n " } else { "" };
        let name =
            dice.one_of(&["Message-ID", "Message-ID", "Message-Id", "Message-id", "MESSAGE-ID"]);
        fields.insert(at, format!("{name}: {fold}{id}"));
    }
    fields
}

/// What servers put on top.
fn trace(dice: &mut Dice, seconds: i64) -> Vec<String> {
    let mut fields = vec![
        "Return-Path: <ann@example.org>".to_owned(),
        "Delivered-To: bob@example.org".to_owned(),
    ];
    for hop in 0..dice.between(1, 6) {
        let (from, by) = (dice.one_of(&HOSTS), dice.one_of(&HOSTS));
        let queue = dice.word(12, HEX);
        let time = date(seconds + 5 - i64::try_from(hop).unwrap());
        fields.push(format!(
            "Received: from {from} ({from} [192.0.2.{}])\n\t\
                by {by} (Postfix) with ESMTPS id {queue}\n\t\
                (using TLSv1.3 with cipher TLS_AES_256_GCM_SHA384 (256/256 bits))\n\t\
                for <bob@example.org>; {time}",
            dice.below(256)
        ));
    }
    if dice.happens(700) {
        fields.push(format!("DKIM-Signature: {}", signature(dice, seconds)));
    }
    for seal in 1..=dice.below(3) {
        fields.push(format!("ARC-Seal: i={seal}; {}", signature(dice, seconds)));
        fields.push(format!("ARC-Message-Signature: i={seal}; {}", signature(dice, seconds)));
        fields.push(format!(
            "ARC-Authentication-Results: i={seal}; mx1.example.org;\n\t\
            dkim=pass header.d=example.org;\n\tspf=pass smtp.mailfrom=ann@example.org;\n\t\
            dmarc=pass header.from=example.org"
        ));
    }
    if dice.happens(500) {
        fields.push(
            "Authentication-Results: mx1.example.org; dkim=pass (2048-bit key)\n\t\
            header.d=example.org header.i=@example.org"
                .to_owned(),
        );
    }
    fields
}

fn signature(dice: &mut Dice, seconds: i64) -> String {
    let hash = BASE64.encode(&dice.bytes(32));
    let lines: Vec<String> = (0..5).map(|_| dice.word(66, BASE64_LETTERS)).collect();
    format!(
        "a=rsa-sha256; c=relaxed/relaxed; d=example.org; s=2021;\n\t\
            t={seconds}; h=from:to:subject:date:message-id;\n\tbh={hash};\n\tb={}",
        lines.join("\n\t ")
    )
}

fn references(dice: &mut Dice) -> [String; 2] {
    let ids: Vec<String> = (0..dice.between(1, 9))
        .map(|_| format!("<{}@lists.example.org>", dice.word(40, HEX)))
        .collect();
    let last = &ids[ids.len() - 1];
    [format!("References: {}", ids.join("\n\t")), format!("In-Reply-To: {last}")]
}

fn list(dice: &mut Dice) -> Vec<String> {
    let name = dice.one_of(&["plans", "servers", "winter"]);
    vec![
        format!("List-Id: All about {name} <{name}.lists.example.org>"),
        format!(
            "List-Unsubscribe: <https://lists.example.org/{name}/unsubscribe>,\n\x20\
                <mailto:{name}-request@lists.example.org?subject=unsubscribe>"
        ),
        format!("List-Post: <mailto:{name}@lists.example.org>"),
        "Precedence: list".to_owned(),
        format!("X-Spam-Score: {}", dice.below(10)),
    ]
}

fn subject(dice: &mut Dice) -> String {
    let words: Vec<&str> = (0..dice.between(1, 9)).map(|_| dice.one_of(&WORDS)).collect();
    let plain = words.join(" ");
    if plain.is_ascii() {
        format!("Re: {plain}")
    } else {
        format!("=?utf-8?B?{}?=", BASE64.encode(plain.as_bytes()))
    }
}

// The body.

/// A body and the fields that tell of it.
struct Content {
    fields: Vec<String>,
    bytes: Vec<u8>,
}

fn content(dice: &mut Dice, number: u64, length: usize) -> Content {
    let mime = |kind: String, encoding: &str| {
        let fields = [
            "MIME-Version: 1.0".to_owned(),
            format!("Content-Type: {kind}"),
            format!("Content-Transfer-Encoding: {encoding}"),
        ];
        fields.to_vec()
    };
    let plain = "text/plain; charset=utf-8".to_owned();
    match dice.below(10) {
        0..3 => Content { fields: Vec::new(), bytes: text(dice, length, &WORDS[..30]) },
        3..5 => Content { fields: mime(plain, "8bit"), bytes: text(dice, length, &WORDS) },
        5 => Content {
            fields: mime(plain, "quoted-printable"),
            bytes: quoted(&text(dice, length, &WORDS)),
        },
        6 => Content {
            fields: mime(plain, "base64"),
            bytes: base64_lines(&text(dice, length, &WORDS)),
        },
        _ => {
            let boundary = format!("=_{number}_{}", dice.word(24, HEX));
            let kind = format!("multipart/mixed;\n boundary=\"{boundary}\"");
            Content { fields: mime(kind, "7bit"), bytes: parts(dice, &boundary, length) }
        }
    }
}

/// Text with an attachment, in which most of the length lies.
fn parts(dice: &mut Dice, boundary: &str, length: usize) -> Vec<u8> {
    let mut bytes = format!(
        "This is a multi-part message in MIME format.\n--{boundary}\n\
        Content-Type: text/plain; charset=us-ascii\n\n"
    )
    .into_bytes();
    bytes.extend(text(dice, length / 4, &WORDS[..30]));
    bytes.extend(
        format!(
            "\n--{boundary}\n\
        Content-Type: application/octet-stream; name=\"plan.pdf\"\n\
        Content-Transfer-Encoding: base64\n\
        Content-Disposition: attachment; filename=\"plan.pdf\"\n\n"
        )
        .into_bytes(),
    );
    bytes.extend(base64_lines(&dice.bytes(length / 2)));
    bytes.extend(format!("\n--{boundary}--\n").into_bytes());
    bytes
}

/// Lines of words, of about this length.
fn text(dice: &mut Dice, length: usize, words: &[&str]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(length + 80);
    let mut line = 0;
    while bytes.len() < length {
        let word = dice.one_of(words);
        bytes.extend_from_slice(word.as_bytes());
        line += word.len() + 1;
        let ends = line > 66;
        bytes.push(if ends { b'\n' } else { b' ' });
        line = if ends { 0 } else { line };
    }
    bytes.push(b'\n');
    bytes
}

fn base64_lines(bytes: &[u8]) -> Vec<u8> {
    let mut lines = Vec::with_capacity(bytes.len() * 3 / 2);
    for part in bytes.chunks(57) {
        lines.extend_from_slice(BASE64.encode(part).as_bytes());
        lines.push(b'\n');
    }
    lines
}

/// Quoted-printable of text whose lines are short.
fn quoted(text: &[u8]) -> Vec<u8> {
    let mut quoted = Vec::with_capacity(text.len() * 5 / 4);
    for &byte in text {
        if byte.is_ascii() && byte != b'=' {
            quoted.push(byte);
        } else {
            quoted.extend_from_slice(format!("={byte:02X}").as_bytes());
        }
    }
    quoted
}
