//! The name that a file should have.

use crate::check::LONGEST_NAME;
use crate::finding::{Finding, Kind};
use crate::index::Message;
use crate::maildir::file_name;

/// How much of a name's unique part is kept where the name is too long, in bytes.
const KEPT: usize = 100;

/// A file's name with everything mended that its findings are about, and which of them that cures;
/// `None` where no other name cures any.
pub(super) fn new_name(file: Message<'_>, findings: &[&Finding]) -> Option<(Vec<u8>, Vec<Kind>)> {
    let mut name = Name::of(file.name());
    let mut cured = Vec::new();
    for finding in findings {
        if name.mend(file, finding) {
            cured.push(finding.kind);
        }
    }
    (!cured.is_empty()).then(|| (name.written(), cured))
}

/// Whether both sizes in a name agree with each other, and are larger than the file: then it is the
/// file that is wrong.
fn seems_cut_short(file: Message<'_>) -> bool {
    let sizes = [file_name::told_size(file.name()), file_name::told_wire_size(file.name())];
    let [Some(told), Some(wire)] = sizes else { return false };
    let agree = (told..=told.saturating_mul(2)).contains(&wire);
    agree && file.length().is_some_and(|length| length < told && length < wire / 2 + wire % 2)
}

/// The name of mail that becomes visible: without the dots that hid it, without a UID unless it
/// keeps that, and, where nobody has looked yet, without sizes and whatever else may be wrong.
pub(super) fn of_arrival(file: Message<'_>, name: &[u8], keeps_uid: bool) -> Vec<u8> {
    let dots = name.iter().take_while(|&&byte| byte == b'.').count();
    let mut name = Name::of(name.get(dots..).unwrap_or_default());
    if !keeps_uid {
        name.remove(b",U=");
    }
    name.write_colon(file.name());
    if file.place().is_leftover() {
        name.remove(b",S=");
        name.remove(b",W=");
        name.replace_line_ends();
        name.sort_flags();
    }
    if name.base.is_empty() {
        name.find_base(file);
    }
    if name.base.len() + name.info.len() > LONGEST_NAME {
        name.shorten();
    }
    name.written()
}

/// Whether a dot name is a message's whole name with a dot before it, and not that of a file that
/// is still being written: rsync's `.NAME.` and six letters, Syncthing's `.syncthing.NAME.tmp`.
pub fn is_whole_name(name: &[u8]) -> bool {
    let dots = name.iter().take_while(|&&byte| byte == b'.').count();
    let plain = name.get(dots..).unwrap_or_default();
    let partial = plain.split_last_chunk::<7>().is_some_and(|(rest, [dot, letters @ ..])| {
        !rest.is_empty() && *dot == b'.' && letters.iter().all(u8::is_ascii_alphanumeric)
    });
    plain.first().is_some_and(u8::is_ascii_digit) && !partial
}

/// A file name in its parts.
struct Name {
    /// Up to the info part: the unique part and its fields.
    base: Vec<u8>,
    /// From the separator on; empty where there is none.
    info: Vec<u8>,
}

impl Name {
    /// Mends what a finding is about; `false` where no other name cures it.
    fn mend(&mut self, file: Message<'_>, finding: &Finding) -> bool {
        match finding.kind {
            // The sizes of an empty file, or of one that was cut short, are all that is left of it.
            Kind::WrongSizeS | Kind::WrongSizeW
                if file.length() == Some(0) || seems_cut_short(file) =>
            {
                return false;
            }
            Kind::WrongSizeS => self.mend_size(file.length()),
            Kind::WrongSizeW => self.remove(b",W="),
            // One beyond what was given may be right, and the file of what was given old.
            Kind::DuplicateUid if finding.state == "twice" => self.remove(b",U="),
            // A sync may have chosen the separator, where it has given a UID.
            Kind::AltInfoSeparator if file_name::uid(file.name()).is_none() => {
                self.write_colon(file.name());
            }
            Kind::BadFilename if finding.state == "line-end" => self.replace_line_ends(),
            Kind::BadFilename if finding.state == "colon" => self.find_base(file),
            Kind::BadFlags if finding.state != "unknown" => return self.sort_flags(),
            Kind::NameTooLong => return self.shorten(),
            // Every name gets a place of its own.
            Kind::DuplicateBase => {}
            _ => return false,
        }
        true
    }

    fn of(name: &[u8]) -> Name {
        let base = file_name::base(name);
        let info = name.get(base.len()..).unwrap_or_default();
        Name { base: base.to_vec(), info: info.to_vec() }
    }

    fn written(self) -> Vec<u8> {
        [self.base, self.info].concat()
    }

    /// Takes every field of this key out: the key, and the number behind it.
    fn remove(&mut self, key: &[u8]) {
        while let Some(at) = memchr::memmem::find(&self.base, key) {
            let (before, field) = self.base.split_at(at);
            let value = field.get(key.len()..).unwrap_or_default();
            let end = value.iter().position(|byte| !byte.is_ascii_digit()).unwrap_or(value.len());
            let after = value.get(end..).unwrap_or_default();
            self.base = [before, after].concat();
        }
    }

    /// Tells the size that the message has, and leaves it to the server to tell that on the wire.
    fn mend_size(&mut self, length: Option<u64>) {
        self.remove(b",W=");
        self.remove(b",S=");
        let (unique, fields) = self.split();
        let size = length.map(|length| format!(",S={length}")).unwrap_or_default();
        self.base = [unique, size.as_bytes(), fields].concat();
    }

    /// Writes the standard separator, and takes out sizes that programs did not read in the name as
    /// it `was`, and nobody checked.
    fn write_colon(&mut self, was: &[u8]) {
        if let Some(separator) = self.info.first_mut() {
            *separator = b':';
        }
        if file_name::told_size(was).is_none() {
            self.remove(b",S=");
        }
        if file_name::told_wire_size(was).is_none() {
            self.remove(b",W=");
        }
    }

    /// The unique part, and the fields behind it.
    fn split(&self) -> (&[u8], &[u8]) {
        let end = memchr::memchr(b',', &self.base).unwrap_or(self.base.len());
        self.base.split_at(end)
    }

    fn sort_flags(&mut self) -> bool {
        let Some((separator, flags)) = self.info.split_first() else { return false };
        let Some(flags) = flags.strip_prefix(b"2,") else { return false };
        let end = memchr::memchr(b',', flags).unwrap_or(flags.len());
        let (letters, rest) = flags.split_at(end);
        let mut letters = letters.to_vec();
        letters.sort_unstable();
        letters.dedup();
        self.info = [&[*separator], b"2,".as_slice(), &letters, rest].concat();
        true
    }

    /// Replaces line ends, and takes them out of the flags, which nobody has looked at yet.
    fn replace_line_ends(&mut self) {
        let is_line_end = |byte: &u8| matches!(byte, b'\r' | b'\n');
        for byte in self.base.iter_mut().filter(|byte| is_line_end(byte)) {
            *byte = b'_';
        }
        self.info.retain(|byte| !is_line_end(byte));
        self.sort_flags();
    }

    /// A base for a name that has none, from what stays the same however often it is asked.
    fn find_base(&mut self, file: Message<'_>) {
        let time = file.modified().unwrap_or_default();
        self.base = format!("{time}.I{}.recovered", file.inode()).into_bytes();
    }

    fn shorten(&mut self) -> bool {
        let (unique, fields) = self.split();
        let within = |at: &usize| unique.get(*at).is_none_or(|byte| byte & 0xc0 != 0x80);
        let end = (0..=KEPT.min(unique.len())).rev().find(within).unwrap_or_default();
        let kept = unique.get(..end).unwrap_or(unique);
        if fields.len() > KEPT {
            return false;
        }
        self.base = [kept, fields].concat();
        self.base.len() + self.info.len() <= LONGEST_NAME
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(name: &str, mend: impl Fn(&mut Name), expected: &str) {
        let mut parts = Name::of(name.as_bytes());
        mend(&mut parts);
        assert_eq!(String::from_utf8(parts.written()).unwrap(), expected);
    }

    #[test]
    fn names_are_mended() {
        check("1.h,S=4,W=5:2,S", |name| name.remove(b",W="), "1.h,S=4:2,S");
        check("1.h,W=5,U=7:2,S", |name| name.remove(b",W="), "1.h,U=7:2,S");
        check("1.h,W=5,W=6", |name| name.remove(b",W="), "1.h");
        check("1,U=5.sync.h", |name| name.remove(b",U="), "1.sync.h");
        check("1.h,U=7,S=4,W=5:2,S", |name| name.mend_size(Some(9)), "1.h,S=9,U=7:2,S");
        check("1.h,S=4", |name| name.mend_size(None), "1.h");
        check("1.h;2,S", |name| name.write_colon(b"1.h;2,S"), "1.h:2,S");
        check("1.h,S=4;2,S", |name| name.write_colon(b"1.h,S=4;2,S"), "1.h:2,S");
        check("1.h;2,SR", |name| assert!(name.sort_flags()), "1.h;2,RS");
        check("1.h:2,SSFa,x", |name| assert!(name.sort_flags()), "1.h:2,FSa,x");
        check("1\n.h:2,SF\r", Name::replace_line_ends, "1_.h:2,FS");
        let long = "x".repeat(300) + ",S=4:2,S";
        check(&long, |name| assert!(name.shorten()), &("x".repeat(KEPT) + ",S=4:2,S"));
    }

    #[test]
    fn names_of_files_that_are_being_written() {
        assert!(is_whole_name(b".1.M1.host:2,S") && is_whole_name(b"..1.host"));
        for name in [".1.M1.host:2,S.aB3dE9", ".syncthing.1.host.tmp", ".goutputstream-AB12CD", "."]
        {
            assert!(!is_whole_name(name.as_bytes()), "{name}");
        }
    }
}
