//! Identity, slow and plain: the rule of `docs/identity.md` read word by word over a whole message
//! in memory, with none of the tool's code, to hold the tool against.
//!
//! Where the rule comes from: RFC 5322 (fields and folds §2.2, Message-IDs §3.6.4 and §4.5.4,
//! comments §3.2.2), RFC 2047 (encoded words), and what mbsync, Dovecot, offlineimap and mbox
//! stores do to mail. What the rule leaves open is done as the tool does it; each such place is
//! marked "open".

/// What a message is.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Reading {
    /// Its Message-ID in its own letter case, if it has a usable one.
    pub(crate) id: Option<Vec<u8>>,
    /// What of its bytes counts.
    pub(crate) canonical: Vec<u8>,
    /// How many bytes come before its body; all of them where it has none.
    pub(crate) header_length: usize,
    /// Whether an empty line is in the header, or ends it.
    pub(crate) has_empty_line: bool,
    /// Whether it begins with a `From ` line.
    pub(crate) has_mbox_line: bool,
    /// How many X-TUID fields it has.
    pub(crate) x_tuids: usize,
}

/// Reads a whole message.
pub(crate) fn read(message: &[u8]) -> Reading {
    let zone = Zone::read(message);
    let named = |name: &'static [u8]| {
        zone.fields().filter(move |(found, _)| found.eq_ignore_ascii_case(name))
    };
    // Open: of more than 64 fields of this name the first 64 count.
    let values: Vec<Vec<u8>> = named(b"message-id").take(64).map(|field| unfold(field.1)).collect();
    Reading {
        id: message_id(&values),
        canonical: canonical(&zone),
        header_length: message.len() - zone.body.len(),
        has_empty_line: zone.has_empty_line,
        has_mbox_line: zone.has_mbox_line,
        x_tuids: named(b"x-tuid").count(),
    }
}

// The header zone.

/// A header, line by line, and what follows it.
struct Zone<'m> {
    parts: Vec<Part>,
    body: &'m [u8],
    has_empty_line: bool,
    has_mbox_line: bool,
}

/// A field or a line of text, with the lines that continue it.
enum Part {
    Field { name: Vec<u8>, value: Vec<u8> },
    Text(Vec<u8>),
}

impl<'m> Zone<'m> {
    fn read(message: &'m [u8]) -> Zone<'m> {
        let mut zone =
            Zone { parts: Vec::new(), body: b"", has_empty_line: false, has_mbox_line: false };
        // A BOM at the start is dropped.
        let mut rest = message.strip_prefix(BOM).unwrap_or(message);
        // A first line that begins `From ` or `>From ` is skipped.
        let mut is_first = true;
        if rest.starts_with(b"From ") || rest.starts_with(b">From ") {
            zone.has_mbox_line = rest.starts_with(b"From ");
            let (line, after) = take_line(rest);
            zone.add_text(split_at_bare_cr(line).1);
            (rest, is_first) = (after, false);
        }
        while !rest.is_empty() {
            let (line, after) = take_line(rest);
            rest = after;
            if is_empty_line(line) {
                zone.has_empty_line = true;
                // Only after a real field or text an empty line ends the header.
                if zone.has_begun() {
                    zone.body = after;
                    break;
                }
                zone.parts.push(Part::Text(Vec::new()));
            } else {
                zone.add_line(line, is_first);
            }
            is_first = false;
        }
        zone
    }

    fn fields(&self) -> impl Iterator<Item = (&[u8], &[u8])> {
        self.parts.iter().filter_map(|part| match part {
            Part::Field { name, value } => Some((name.as_slice(), value.as_slice())),
            Part::Text(_) => None,
        })
    }

    /// Whether a field or text has been seen that transport did not put there.
    fn has_begun(&self) -> bool {
        self.parts.iter().any(|part| match part {
            Part::Field { name, .. } => !is_dropped(name),
            Part::Text(text) => text.iter().any(|&byte| !is_blank(byte)),
        })
    }

    /// A line that is not empty.
    fn add_line(&mut self, line: &[u8], is_first: bool) {
        // A CR is white space wherever it stands. Open: at the beginning of a line, and within a
        // name, it is nothing, for mbsync 1.4 deletes it.
        let text = without_crs(line);
        if matches!(text.first(), Some(b' ' | b'\t')) {
            return self.continue_part(line);
        }
        let Some(colon) = line.iter().position(|&byte| byte == b':') else {
            let text = self.without_boms(&text);
            return self.add_text(text);
        };
        // The name: what comes before the colon, without the blanks at its end.
        let (name, value) = (without_crs(&line[..colon]), &line[colon + 1..]);
        let name = trim_end(self.without_boms(&name)).to_vec();
        // Open: what transport has put into the first line ends at a CR that is not part of the
        // line's end, else mail with CR for line ends would be nothing but that.
        if is_first && is_dropped(&name) && !name.eq_ignore_ascii_case(b"message-id") {
            let (value, rest) = split_at_bare_cr(value);
            self.parts.push(Part::Field { name, value: value.to_vec() });
            self.add_text(rest);
        } else {
            self.parts.push(Part::Field { name, value: value.to_vec() });
        }
    }

    fn add_text(&mut self, text: &[u8]) {
        if !text.is_empty() {
            self.parts.push(Part::Text(text.to_vec()));
        }
    }

    /// A line that begins with a blank continues what stands above it, or is text.
    fn continue_part(&mut self, line: &[u8]) {
        match self.parts.last_mut() {
            Some(Part::Field { value: bytes, .. } | Part::Text(bytes)) => bytes.extend(line),
            None => self.add_text(line),
        }
    }

    /// A BOM on the first field is dropped; open: before that, on any line, and if there are many.
    fn without_boms<'l>(&self, mut line: &'l [u8]) -> &'l [u8] {
        while !self.has_begun()
            && let Some(rest) = line.strip_prefix(BOM)
        {
            line = rest;
        }
        line
    }
}

const BOM: &[u8] = b"\xef\xbb\xbf";

/// The first line with its LF, and what follows.
fn take_line(bytes: &[u8]) -> (&[u8], &[u8]) {
    let end = bytes.iter().position(|&byte| byte == b'\n').map_or(bytes.len(), |at| at + 1);
    bytes.split_at(end)
}

/// A line of nothing, or of CRs only.
fn is_empty_line(line: &[u8]) -> bool {
    line.ends_with(b"\n") && line.iter().all(|byte| matches!(byte, b'\r' | b'\n'))
}

fn without_crs(bytes: &[u8]) -> Vec<u8> {
    bytes.iter().copied().filter(|&byte| byte != b'\r').collect()
}

/// Behind the first CRs that neither CR nor LF follows.
fn split_at_bare_cr(line: &[u8]) -> (&[u8], &[u8]) {
    let bare = |pair: &[u8]| pair[0] == b'\r' && !matches!(pair[1], b'\r' | b'\n');
    let at = line.windows(2).position(bare).map_or(line.len(), |at| at + 1);
    line.split_at(at)
}

fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\r' | b'\n')
}

fn trim_end(name: &[u8]) -> &[u8] {
    let end = name.iter().rposition(|byte| !matches!(byte, b' ' | b'\t')).map_or(0, |at| at + 1);
    &name[..end]
}

/// The fields that sync tools, stores and each hop add or rewrite, and Message-ID itself.
const DROPPED: [&str; 38] = [
    "x-tuid",
    "x-offlineimap",
    "x-keywords",
    "x-gm-msgid",
    "x-gm-thrid",
    "x-gm-labels",
    "x-gmail-labels",
    "x-gmail-thrid",
    "x-gmail-msgid",
    "x-gmail-received",
    "x-getmail-retrieved-from-mailbox",
    "x-pm-internal-id",
    "x-pm-external-id",
    "x-pm-date",
    "content-length",
    "lines",
    "status",
    "x-status",
    "x-imap",
    "x-imapbase",
    "x-uid",
    "x-uidl",
    "x-delivery-id",
    "x-message-flag",
    "x-yahoo-newman-property",
    "x-mozilla-status",
    "x-mozilla-status2",
    "x-mozilla-keys",
    "x-account-key",
    "x-label",
    "return-path",
    "received",
    "x-received",
    "delivered-to",
    "x-original-to",
    "envelope-to",
    "delivery-date",
    "message-id",
];

fn is_dropped(name: &[u8]) -> bool {
    DROPPED.iter().any(|dropped| name.eq_ignore_ascii_case(dropped.as_bytes()))
}

// The canonical content.

/// Header and body in their order with nothing between, without the fields above, white space, NUL
/// and 0x80.
fn canonical(zone: &Zone<'_>) -> Vec<u8> {
    let mut bytes = Vec::new();
    for part in &zone.parts {
        match part {
            Part::Field { name, .. } if is_dropped(name) => {}
            Part::Field { name, value } => bytes.extend([name, &b":"[..], value].concat()),
            Part::Text(text) => bytes.extend(text),
        }
    }
    bytes.extend(zone.body);
    bytes.retain(|byte| !matches!(byte, 0 | 0x09..=0x0d | 0x20 | 0x80));
    bytes
}

// The Message-ID.

/// A field's value in one line; open: each run of blanks and line ends is one space there, and none
/// stands at its beginning.
fn unfold(value: &[u8]) -> Vec<u8> {
    let mut line: Vec<u8> = Vec::new();
    for &byte in value {
        if !is_blank(byte) {
            line.push(byte);
        } else if line.last().is_some_and(|&last| last != b' ') {
            line.push(b' ');
        }
    }
    line
}

/// The first usable id in brackets, else the first usable one without.
fn message_id(values: &[Vec<u8>]) -> Option<Vec<u8>> {
    // Open: a longer value is none.
    let values = values.iter().filter(|value| value.len() <= 128 << 10);
    let decoded: Vec<Vec<u8>> = values.map(|value| decode_words(value)).collect();
    let usable = |id: Vec<u8>| Some(tidy(&id)).filter(|id| is_usable(id));
    let mut bracketed = decoded.iter().filter_map(|value| usable(bracketed(value)?));
    let mut bare = decoded.iter().filter_map(|value| usable(bare(value)?));
    bracketed.next().or_else(|| bare.next())
}

/// White space and comments are skipped, then any text before a `<`; behind it more of all these.
/// The id ends at `>`, or with the value; a closed quoted string at its beginning is stepped over.
fn bracketed(value: &[u8]) -> Option<Vec<u8>> {
    let rest = skip(value, |byte| byte.is_ascii_whitespace());
    let start = rest.iter().position(|&byte| byte == b'<')?;
    let inner = skip(&rest[start..], |byte| byte == b'<' || byte.is_ascii_whitespace());
    let quoted = if inner.first() == Some(&b'"') { closed(inner, b"", b"\"") } else { None };
    let quoted = quoted.unwrap_or(0);
    let end = inner[quoted..].iter().position(|&byte| byte == b'>');
    Some(end.map_or(inner, |end| &inner[..quoted + end]).to_vec())
}

/// Without a `<`: the whole value without outer white space and `>`, if it has an `@`.
fn bare(value: &[u8]) -> Option<Vec<u8>> {
    let outer = |byte: &u8| byte.is_ascii_whitespace() || *byte == b'>';
    let is_bracketed = bracketed(value).is_some();
    let start = value.iter().position(|byte| !outer(byte))?;
    let end = value.iter().rposition(|byte| !outer(byte))? + 1;
    let inner = &value[start..end];
    (!is_bracketed && inner.contains(&b'@')).then(|| inner.to_vec())
}

/// What follows bytes that are to be skipped and comments that close.
fn skip(mut text: &[u8], skipped: fn(u8) -> bool) -> &[u8] {
    while let Some(&first) = text.first() {
        let length = if skipped(first) { 1 } else { comment_length(text).unwrap_or(0) };
        if length == 0 {
            break;
        }
        text = &text[length..];
    }
    text
}

fn comment_length(text: &[u8]) -> Option<usize> {
    if text.first() == Some(&b'(') { closed(text, b"(", b")") } else { None }
}

/// How long it is from the first byte, which opens something, to where that is closed; a `\` takes
/// the meaning from the next byte.
fn closed(text: &[u8], opening: &[u8], closing: &[u8]) -> Option<usize> {
    let mut depth = 1;
    let mut at = 1;
    while at < text.len() {
        if text[at] == b'\\' {
            at += 1;
        } else if opening.contains(&text[at]) {
            depth += 1;
        } else if closing.contains(&text[at]) {
            depth -= 1;
        }
        if depth == 0 {
            return Some(at + 1);
        }
        at += 1;
    }
    None
}

/// Without blanks, controls, and 0x80, which is what Dovecot makes of NUL.
fn tidy(id: &[u8]) -> Vec<u8> {
    id.iter().copied().filter(|byte| !matches!(byte, 0..=0x20 | 0x7f | 0x80)).collect()
}

/// A letter, a digit or a byte beyond 0x80 is in it, and it is no UID that imapsync wrote.
fn is_usable(id: &[u8]) -> bool {
    let end = b"@imapsync";
    let uid = id.len().checked_sub(end.len()).map(|at| id.split_at(at));
    let is_imapsync = uid.is_some_and(|(uid, domain)| {
        domain.eq_ignore_ascii_case(end) && !uid.is_empty() && uid.iter().all(u8::is_ascii_digit)
    });
    id.iter().any(|byte| byte.is_ascii_alphanumeric() || *byte > 0x80) && !is_imapsync
}

/// RFC 2047 words as the bytes that they stand for, whatever the character set; white space between
/// two words goes.
fn decode_words(value: &[u8]) -> Vec<u8> {
    let mut decoded = Vec::new();
    let mut after_word = false;
    let mut at = 0;
    while at < value.len() {
        if let Some((word, length)) = word(&value[at..]) {
            decoded.extend(word);
            at += length;
            after_word = true;
            continue;
        }
        let blanks = value[at..].iter().take_while(|byte| byte.is_ascii_whitespace()).count();
        if after_word && blanks > 0 && word(&value[at + blanks..]).is_some() {
            at += blanks;
            continue;
        }
        decoded.push(value[at]);
        at += 1;
        after_word = false;
    }
    decoded
}

/// The word at the beginning of a text, `=?charset?encoding?text?=`, and its length. Open: there
/// may be anything but white space and `?` in character set and text.
fn word(text: &[u8]) -> Option<(Vec<u8>, usize)> {
    let parts: Vec<&[u8]> = text.strip_prefix(b"=?")?.splitn(4, |&byte| byte == b'?').collect();
    let [charset, encoding, encoded, rest] = parts[..] else { return None };
    let is_whole = rest.first() == Some(&b'=');
    if !is_whole || charset.iter().chain(encoded).any(u8::is_ascii_whitespace) {
        return None;
    }
    let decoded = match encoding {
        b"q" | b"Q" => decode_q(encoded),
        b"b" | b"B" => decode_b(encoded)?,
        _ => return None,
    };
    Some((decoded, text.len() - rest.len() + 1))
}

fn decode_q(encoded: &[u8]) -> Vec<u8> {
    let mut decoded = Vec::new();
    let mut at = 0;
    while at < encoded.len() {
        let digits = encoded.get(at + 1..at + 3).filter(|_| encoded[at] == b'=');
        let digit = |byte: u8| char::from(byte).to_digit(16);
        let byte = digits.and_then(|pair| Some(digit(pair[0])? * 16 + digit(pair[1])?));
        match byte.and_then(|byte| u8::try_from(byte).ok()) {
            Some(byte) => {
                decoded.push(byte);
                at += 2;
            }
            None if encoded[at] == b'_' => decoded.push(b' '),
            None => decoded.push(encoded[at]),
        }
        at += 1;
    }
    decoded
}

/// Base64, with padding or without; open: `=` is nothing wherever it stands.
fn decode_b(encoded: &[u8]) -> Option<Vec<u8>> {
    const DIGITS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut decoded = Vec::new();
    let (mut bits, mut count) = (0_u32, 0);
    let digits: Vec<u8> = encoded.iter().copied().filter(|&byte| byte != b'=').collect();
    for digit in &digits {
        let value = DIGITS.iter().position(|known| known == digit)?;
        bits = (bits << 6 | u32::try_from(value).ok()?) & 0xffff;
        count += 6;
        if count >= 8 {
            count -= 8;
            decoded.push(u8::try_from(bits >> count & 0xff).ok()?);
        }
    }
    (digits.len() % 4 != 1).then_some(decoded)
}
