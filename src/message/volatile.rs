//! The header fields that say where a copy has been, not what the message is.
//!
//! Sync tools, stores and clients add, rewrite or hide them, so they are left out of the canonical
//! content, and a header made of nothing else has not begun yet. RFC 5322 §3.6.4 gives the
//! licence for the trace fields: prepending them does not change a message's identity.

/// The longest name of the list, in bytes: a longer field name need not be kept to be looked up.
pub const LONGEST_NAME: usize = 32;

/// The first letters of the names below.
const INITIALS: &[u8] = b"cdelmrsx";

/// Whether transport may add, change or remove a field of this name, given in any letter case and
/// without the blanks before its colon.
///
/// Message-ID is among them: it is absent, unusable, or, for a content check, the very thing that
/// may differ.
pub fn is_volatile(name: &[u8]) -> bool {
    // The first letter tells most names that are none.
    let first = name.first().map(u8::to_ascii_lowercase);
    if !first.is_some_and(|first| INITIALS.contains(&first)) {
        return false;
    }
    let mut folded = [0; LONGEST_NAME];
    let Some(folded) = folded.get_mut(..name.len()) else { return false };
    folded.copy_from_slice(name);
    folded.make_ascii_lowercase();
    is_sync_tools(folded) || is_stores(folded) || is_trace(folded) || folded == b"message-id"
}

/// Written by programs that copy mail between stores: isync `src/sync.c` `copy_msg_convert`,
/// offlineimap `folder/Base.py` and `folder/Gmail.py`, getmail, Gmail, Proton Bridge.
fn is_sync_tools(name: &[u8]) -> bool {
    matches!(
        name,
        b"x-tuid"
            | b"x-offlineimap"
            | b"x-keywords"
            | b"x-gm-msgid"
            | b"x-gm-thrid"
            | b"x-gm-labels"
            | b"x-gmail-labels"
            | b"x-gmail-thrid"
            | b"x-gmail-msgid"
            | b"x-gmail-received"
            | b"x-getmail-retrieved-from-mailbox"
            | b"x-pm-internal-id"
            | b"x-pm-external-id"
            | b"x-pm-date"
    )
}

/// Written or hidden by mail stores and clients: Dovecot `mbox-storage.c` `mbox_hide_headers` and
/// `pop3-migration-plugin.c` `hdr_hash_skip_headers`, Thunderbird `nsParseMailbox.cpp`, mutt.
fn is_stores(name: &[u8]) -> bool {
    matches!(
        name,
        b"content-length"
            | b"lines"
            | b"status"
            | b"x-status"
            | b"x-imap"
            | b"x-imapbase"
            | b"x-uid"
            | b"x-uidl"
            | b"x-delivery-id"
            | b"x-message-flag"
            | b"x-yahoo-newman-property"
            | b"x-mozilla-status"
            | b"x-mozilla-status2"
            | b"x-mozilla-keys"
            | b"x-account-key"
            | b"x-label"
    )
}

/// Prepended on every hop: RFC 5322 §3.6.7 and what delivery agents add beside it.
fn is_trace(name: &[u8]) -> bool {
    matches!(
        name,
        b"return-path"
            | b"received"
            | b"x-received"
            | b"delivered-to"
            | b"x-original-to"
            | b"envelope-to"
            | b"delivery-date"
    )
}

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
