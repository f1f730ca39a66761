//! Where a reader's Message-ID may differ from the tool's key, and why: every difference must be
//! one of these, and of one alone.

use data_encoding::HEXLOWER;
use sha1::{Digest, Sha1};

use crate::readers::Reader;

/// A file in which a reader's id is not the tool's key.
#[derive(Debug)]
pub(crate) struct Difference<'a> {
    pub(crate) reader: Reader,
    pub(crate) raw: &'a [u8],
    pub(crate) header: &'a Header,
    /// The tool's key.
    pub(crate) ours: &'a str,
    /// The reader's id; `None` where it has none, or does not take the file for mail.
    pub(crate) theirs: Option<&'a str>,
}

/// A reason for a difference.
pub(crate) struct Rule {
    pub(crate) name: &'static str,
    /// Who does what, and where that stands.
    pub(crate) why: &'static str,
    pub(crate) holds: fn(&Difference<'_>) -> bool,
}

/// All of them, from what is told of most messages to what is told of few.
pub(crate) const RULES: &[Rule] = &[
    Rule {
        name: "letter case",
        why: "all three keep it and tell such ids apart",
        holds: |it| it.is_id() && it.theirs_folded() == it.ours,
    },
    Rule {
        name: "no Message-ID",
        why: "notmuch: SHA-1 of the file (`lib/message-file.c`); mu: a hash of it, `@mu.id` \
            (`fake_message_id`); mblaze: none. The key is that of the content",
        holds: |it| {
            let has_none = it.header.fields.is_empty() && !it.is_id();
            has_none && (it.is_invented() || it.reader == Reader::Mblaze && it.theirs.is_none())
        },
    },
    Rule {
        name: "no mail to it",
        why: "notmuch: neither From, To nor Subject before the first empty line, or a stray \
            continuation on top (`lib/message-file.c`, GMime); mu: empty, NULs, or such a line",
        holds: |it| match it.reader {
            Reader::Notmuch => it.theirs.is_none() && !it.header.is_mail_to_notmuch,
            Reader::Mu => it.theirs.is_none() && matches!(it.raw.first(), None | Some(0 | b' ')),
            Reader::Mblaze => false,
        },
    },
    Rule {
        name: "an id that identifies nothing",
        why: "no letter or digit in it, or words without brackets and `@`: they take it, though \
            many messages may have it; mu makes one up for empty brackets",
        holds: |it| {
            let junk = it.header.fields.iter().all(|field| is_junk(&field.value));
            let [Field { value, .. }] = &it.header.fields[..] else { return false };
            let taken = [value.as_str(), in_brackets(value)].contains(&it.theirs.unwrap_or("-"));
            junk && !it.is_id() && (taken || it.reader == Reader::Mu && it.is_invented())
        },
    },
    Rule {
        name: "several fields",
        why: "notmuch and mblaze take the first, mu the last (`process_header` of GMime); the key \
            is from the first that is usable",
        holds: |it| {
            let fields = &it.header.fields;
            let taken = if it.reader == Reader::Mu { fields.last() } else { fields.first() };
            let Some(taken) = taken.filter(|_| fields.len() > 1) else { return false };
            let value = taken.value.as_str();
            let as_it_is = [value, in_brackets(value)].contains(&it.theirs.unwrap_or("-"));
            let usable = fields.iter().any(|field| folded(in_brackets(&field.value)) == it.ours);
            let differs = it.theirs_folded() != it.ours;
            usable && differs && (as_it_is || value.is_empty() && it.is_invented())
        },
    },
    Rule {
        name: "blanks and folds within",
        why: "mu and mblaze keep them; RFC 5322 §4.5.4 says that they are no part of an id",
        holds: |it| {
            let theirs = it.theirs_folded();
            let packed: String = theirs.split_whitespace().collect();
            it.reader != Reader::Notmuch && packed != theirs && packed == it.ours
        },
    },
    Rule {
        name: "brackets that do not pair",
        why: "they keep one (`lib/message-id.c`, `g_mime_decode_msgid`, `mthread.c`)",
        holds: |it| {
            let theirs = it.theirs_folded();
            let trimmed = theirs.trim_matches(['<', '>']);
            trimmed != theirs && trimmed == it.ours
        },
    },
    Rule {
        name: "comments",
        why: "mblaze does not know them and finds an id in one; GMime, for mu, drops one within \
            the id too, where it may be part of it",
        holds: |it| match it.reader {
            Reader::Mblaze => it.header.fields.iter().any(|field| {
                let outside = without_comments(&field.value);
                let inside = it.theirs == Some(in_brackets(&field.value));
                inside
                    && outside != field.value
                    && folded(in_brackets(&outside)) == it.ours
                    && it.theirs_folded() != it.ours
            }),
            Reader::Mu => {
                let without = without_comments(it.ours);
                without != it.ours && without == it.theirs_folded()
            }
            Reader::Notmuch => false,
        },
    },
    Rule {
        name: "words before the id",
        why: "mu takes them as part of it (`g_mime_decode_msgid` falls back to text)",
        holds: |it| {
            let theirs = it.theirs_folded();
            let behind = theirs.split_once(" <").map(|(_, id)| id);
            it.reader == Reader::Mu && behind == Some(it.ours)
        },
    },
    Rule {
        name: "`>` in a quoted part",
        why: "they end the id there",
        holds: |it| {
            let rest = it.ours.strip_prefix(&it.theirs_folded());
            it.theirs.is_some_and(|theirs| theirs.starts_with('"'))
                && rest.is_some_and(|rest| rest.starts_with('>'))
        },
    },
    Rule {
        name: "RFC 2047 words",
        why: "mblaze does not decode them",
        holds: |it| {
            let line = format!("X: {}", it.theirs.unwrap_or_default());
            let decoded = mailparse::parse_header(line.as_bytes()).unwrap().0.get_value();
            it.reader == Reader::Mblaze
                && line.contains("=?")
                && folded(in_brackets(&decoded)) == it.ours
        },
    },
    Rule {
        name: "bytes beyond ASCII",
        why: "notmuch and mu take them for Latin-1 or UTF-8, whichever fits (GMime); the key keeps \
            the bytes",
        holds: |it| {
            let ascii = |text: &str| text.chars().filter(char::is_ascii).collect::<String>();
            let theirs = it.theirs_folded();
            !it.ours.is_ascii() && theirs != it.ours && ascii(&theirs) == ascii(it.ours)
        },
    },
    Rule {
        name: "controls within",
        why: "they keep them; the key has none",
        holds: |it| {
            let theirs = it.theirs_folded();
            let without: String = theirs.chars().filter(|letter| !letter.is_control()).collect();
            without != theirs && without == it.ours
        },
    },
    Rule {
        name: "a NUL within",
        why: "it ends the value for notmuch and mu, as in C; Dovecot gives out 0x80 for it, and \
            the key has neither",
        holds: |it| {
            it.header.fields.iter().any(|field| {
                let id = folded(in_brackets(&field.value));
                let before = id.split_once('\0').map(|(before, _)| before);
                before == Some(&it.theirs_folded()) && id.replace('\0', "") == it.ours
            })
        },
    },
    Rule {
        name: "more than 189 bytes",
        why: "notmuch takes the SHA-1 of the id and a NUL instead (`lib/message.cc`, \
            `NOTMUCH_MESSAGE_ID_MAX`)",
        holds: |it| {
            it.header.fields.iter().any(|field| {
                let id = in_brackets(&field.value);
                let sum = invented_by_notmuch(&[id.as_bytes(), b"\0"].concat());
                it.theirs == Some(&sum) && id.len() > 189 && folded(id) == it.ours
            })
        },
    },
    Rule {
        name: "a second `@`",
        why: "mu ends the id there (`g_mime_decode_msgid` reads an address)",
        holds: |it| {
            let theirs = it.theirs_folded();
            let rest = it.ours.strip_prefix(&theirs).filter(|_| theirs.contains('@'));
            it.reader == Reader::Mu && rest.is_some_and(|rest| rest.starts_with('@'))
        },
    },
    Rule {
        name: "a byte order mark before the field",
        why: "they take it for a part of the field's name",
        holds: |it| {
            let field = it.raw.strip_prefix(b"\xef\xbb\xbf").and_then(|rest| rest.get(..11));
            let is_id = field.is_some_and(|name| name.eq_ignore_ascii_case(b"message-id:"));
            is_id && it.is_id() && (it.theirs.is_none() || it.is_invented())
        },
    },
    Rule {
        name: "an empty line on top",
        why: "mu ends the header there; mbsync puts its own field before it",
        holds: |it| {
            let is_empty = it.raw.starts_with(b"\n") || it.raw.starts_with(b"\r\n");
            is_empty && it.is_id() && it.reader == Reader::Mu && it.is_invented()
        },
    },
    Rule {
        name: "a field that mblaze does not see",
        why: "with a blank before the colon (RFC 5322 §4.5.4 allows it), or behind a line without \
            one (`blaze822.c`)",
        holds: |it| {
            let hidden = |field: &Field| field.blank_before_colon || field.behind_junk;
            let fields = &it.header.fields;
            it.reader == Reader::Mblaze
                && it.theirs.is_none()
                && it.is_id()
                && !fields.is_empty()
                && fields.iter().all(hidden)
        },
    },
];

impl Difference<'_> {
    /// Whether the key is a Message-ID.
    fn is_id(&self) -> bool {
        !self.ours.starts_with("sha1:")
    }

    fn theirs_folded(&self) -> String {
        folded(self.theirs.unwrap_or_default())
    }

    /// Whether the reader made its id of the file.
    fn is_invented(&self) -> bool {
        let Some(theirs) = self.theirs else { return false };
        match self.reader {
            Reader::Notmuch => theirs == invented_by_notmuch(self.raw),
            Reader::Mu => theirs.strip_suffix("@mu.id").is_some_and(|hash| hash.len() == 64),
            Reader::Mblaze => theirs.is_empty(),
        }
    }
}

fn invented_by_notmuch(bytes: &[u8]) -> String {
    format!("notmuch-sha1-{}", HEXLOWER.encode(&Sha1::digest(bytes)))
}

fn folded(id: &str) -> String {
    id.to_ascii_lowercase()
}

/// What is between the first `<` and the next `>`, or all.
pub(crate) fn in_brackets(value: &str) -> &str {
    let inner = value.split_once('<').and_then(|(_, rest)| rest.split_once('>'));
    inner.map_or(value, |(id, _)| id)
}

fn is_junk(value: &str) -> bool {
    let says_nothing = !value.contains(char::is_alphanumeric);
    says_nothing || !value.contains(['<', '@'])
}

/// Without what is in round brackets that pair.
fn without_comments(value: &str) -> String {
    let mut kept = String::new();
    let mut depth = 0_u32;
    for letter in value.chars() {
        match letter {
            '(' => depth += 1,
            ')' if depth > 0 => depth -= 1,
            _ if depth == 0 => kept.push(letter),
            _ => {}
        }
    }
    kept.trim().to_owned()
}

/// What a reader without much tolerance sees of a header.
#[derive(Debug)]
pub(crate) struct Header {
    /// Its fields named Message-ID.
    fields: Vec<Field>,
    is_mail_to_notmuch: bool,
}

#[derive(Debug)]
struct Field {
    /// Unfolded, without blanks around.
    value: String,
    blank_before_colon: bool,
    /// The line before it is no field.
    behind_junk: bool,
}

impl Header {
    pub(crate) fn of(raw: &[u8]) -> Header {
        let raw = raw.strip_prefix(b"\xef\xbb\xbf").unwrap_or(raw);
        let text = String::from_utf8_lossy(raw);
        let lines = text.split('\n').map(|line| line.trim_end_matches('\r'));
        let lines = lines.skip(usize::from(raw.starts_with(b"From ")));
        let mut header = Header { fields: Vec::new(), is_mail_to_notmuch: false };
        let (mut behind_junk, mut in_id) = (false, false);
        for line in lines.take_while(|line| !line.is_empty()) {
            if line.starts_with([' ', '\t']) {
                if let Some(field) = header.fields.last_mut().filter(|_| in_id) {
                    let line = line.trim_end();
                    field.value.push_str(if field.value.is_empty() { line.trim() } else { line });
                }
                continue;
            }
            in_id = header.take(line, behind_junk);
            behind_junk = !line.contains(':');
        }
        header.is_mail_to_notmuch &= !raw.starts_with(b" ");
        header
    }

    /// Takes the first line of a field; whether it is a Message-ID.
    fn take(&mut self, line: &str, behind_junk: bool) -> bool {
        let Some((name, value)) = line.split_once(':') else { return false };
        let blank_before_colon = name.ends_with([' ', '\t']);
        let name = name.trim_end().to_ascii_lowercase();
        self.is_mail_to_notmuch |= ["from", "to", "subject"].contains(&name.as_str());
        if name == "message-id" {
            let value = value.trim().to_owned();
            self.fields.push(Field { value, blank_before_colon, behind_junk });
        }
        name == "message-id"
    }
}
