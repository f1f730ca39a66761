//! The header fields that say where a copy has been, not what the message is.
//!
//! Sync tools, stores and clients add, rewrite or hide them, so they are left out of the canonical
//! content, and a header made of nothing else has not begun yet. RFC 5322 §3.6.4 gives the
//! licence for the trace fields: prepending them does not change a message's identity.

use super::letters::Letters;

/// The longest name of the list, in bytes: a longer field name need not be kept to be looked up.
pub const LONGEST_NAME: usize = 32;

/// The first letters of the names below.
const INITIALS: Letters = Letters::of(b"cdelmrsx");

/// Whether transport may add, change or remove a field of this name, given in any letter case and
/// without the blanks before its colon.
///
/// Message-ID is among them: it is absent, unusable, or, for a content check, the very thing that
/// may differ.
pub fn is_volatile(name: &[u8]) -> bool {
    // The first letter tells most names that are none.
    if !name.first().is_some_and(|&first| INITIALS.contains(first)) {
        return false;
    }
    let is_in =
        |list: &[&str]| list.iter().any(|listed| listed.as_bytes().eq_ignore_ascii_case(name));
    // Trace fields first: a header has several, and few of the others.
    is_in(TRACE) || is_in(&["message-id"]) || is_in(STORES) || is_in(SYNC_TOOLS)
}

/// Written by programs that copy mail between stores: isync `src/sync.c` `copy_msg_convert`,
/// offlineimap `folder/Base.py` and `folder/Gmail.py`, getmail, Gmail, Proton Bridge.
const SYNC_TOOLS: &[&str] = &[
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
];

/// Written or hidden by mail stores and clients: Dovecot `mbox-storage.c` `mbox_hide_headers` and
/// `pop3-migration-plugin.c` `hdr_hash_skip_headers`, Thunderbird `nsParseMailbox.cpp`, mutt.
const STORES: &[&str] = &[
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
];

/// Prepended on every hop: RFC 5322 §3.6.7 and what delivery agents add beside it.
const TRACE: &[&str] = &[
    "received",
    "return-path",
    "x-received",
    "delivered-to",
    "x-original-to",
    "envelope-to",
    "delivery-date",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_in_any_case_and_only_whole_names() {
        for name in [
            "X-TUID",
            "x-tuid",
            "Received",
            "Message-ID",
            "X-Mozilla-Status2",
            "Lines",
            "Content-Length",
            "Status",
            "Delivered-To",
            "Envelope-To",
        ] {
            assert!(is_volatile(name.as_bytes()), "{name}");
        }
        let longest = "X-Getmail-Retrieved-From-Mailbox";
        assert_eq!(longest.len(), LONGEST_NAME);
        assert!(is_volatile(longest.as_bytes()));
        for name in ["", "From", "X-TUID-", "Resent-Message-ID", "DKIM-Signature", &"X".repeat(99)]
        {
            assert!(!is_volatile(name.as_bytes()), "{name}");
        }
    }
}
