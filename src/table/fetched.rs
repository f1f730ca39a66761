//! What `doveadm -f json fetch` prints: a list of objects, a message each.
//!
//! Unlike its tables this has an end, and no header can look like another message.

use serde::Deserialize;

use crate::error::Error;
use crate::input::Input;
use crate::maildir::file::Place;

use super::doveadm::{Users, flags, id, number, path};
use super::objects::{self, Digits, Text};
use super::{Entry, Tells};

/// A message, as far as it is needed.
#[derive(Deserialize)]
struct Message {
    mailbox: Text,
    #[serde(rename = "hdr.message-id", alias = "hdr.Message-ID", alias = "hdr.Message-Id")]
    ids: Text,
    uid: Option<Digits>,
    #[serde(rename = "size.physical")]
    size: Option<Digits>,
    flags: Option<Text>,
    #[serde(alias = "Username", alias = "user")]
    username: Option<Text>,
}

/// What prints it.
const PROGRAM: &str =
    "`doveadm -f json fetch 'mailbox uid size.physical flags hdr.message-id' all`";

/// What the first message tells, and so all.
pub(super) fn tell(input: &Input) -> Result<Tells, Error> {
    let mut tells = Tells { folders: true, ..Tells::default() };
    objects::read(input, PROGRAM, &mut |_, message: Message| {
        tells.sizes = message.size.is_some();
        tells.flags = message.flags.is_some();
        Ok(false)
    })?;
    Ok(tells)
}

/// Hands on what each message tells.
pub(super) fn read(
    input: &Input,
    take: &mut dyn FnMut(Entry<'_>) -> Result<(), Error>,
) -> Result<(), Error> {
    let mut users = Users::default();
    objects::read(input, PROGRAM, &mut |at, message: Message| {
        let user = message.username.as_ref().map(|user| user.0.as_slice());
        users
            .check(user)
            .map_err(|told| Error::told(input.name(), format!("message {at} {told}")))?;
        let folder = message.mailbox.0.as_slice();
        let uid = message.uid.as_ref().map(|uid| uid.0.as_slice());
        let path = path(folder, uid).unwrap_or_else(|| format!("message {at}").into_bytes());
        take(Entry {
            id: id(&message.ids.0),
            folder,
            path: &path,
            place: Place::Cur,
            size: message.size.as_ref().and_then(|size| number(&size.0)),
            flags: message.flags.as_ref().map(|words| flags(&words.0)),
        })?;
        Ok(true)
    })
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    fn told(json: &str) -> Result<Vec<String>, String> {
        let input = Input::unpack(Path::new("t"), json.as_bytes()).unwrap();
        let mut rows = Vec::new();
        let read = read(&input, &mut |entry| {
            let id = entry.id.map_or_else(|| "-".to_owned(), |id| id.key(false).to_string());
            let path = String::from_utf8_lossy(entry.path).into_owned();
            let flags = entry.flags.map(|flags| flags.to_string()).unwrap_or_default();
            rows.push(format!("{id} {path} [{flags}] {}", entry.size.unwrap_or_default()));
            Ok(())
        });
        read.map(|()| rows).map_err(|error| error.to_string())
    }

    #[test]
    fn an_object_is_a_message() {
        let json = r#"[{"mailbox":"INBOX","uid":"7","size.physical":"84","flags":"\\Seen \\Recent",
            "hdr.message-id":"\n\t<Folded@example.org>"},
            {"mailbox":"A","hdr.message-id":"<a@b>\n<c@d>","hdr.subject":"},{"},
            {"mailbox":"A","uid":8,"hdr.message-id":""}]"#;
        let rows =
            ["folded@example.org INBOX/;UID=7 [S] 84", "a@b message 2 [] 0", "- A/;UID=8 [] 0"];
        assert_eq!(told(json).unwrap(), rows);
        assert_eq!(told("[]").unwrap(), [""; 0]);
    }

    #[test]
    fn what_is_wrong_is_told() {
        let check = |json: &str, expected: &str| {
            let error = told(json).unwrap_err();
            assert!(error.contains(expected), "{error}");
        };
        check(r#"[{"mailbox":"A","hdr.message-id":""}"#, "t: is cut short");
        check(r#"[{"mailbox":"A","hdr.mess"#, "message 1: EOF");
        check(r#"[{"mailbox":"A"}]"#, "missing field `hdr.message-id`");
        check(r#"[{"thread":"1"}]"#, "missing field `mailbox`");
        let two = r#"[{"username":"ann","mailbox":"A","hdr.message-id":""},
            {"username":"bob","mailbox":"A","hdr.message-id":""}]"#;
        check(two, "message 2 is of the user bob, and those before are of ann");
    }
}
