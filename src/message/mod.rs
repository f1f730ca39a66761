//! One message's bytes: its header zone, its Message-ID, its canonical content.
//!
//! Nothing here opens a file or knows of folders; bytes come in chunks of any size and every
//! sequence of bytes has an identity.

pub mod letters;
pub mod volatile;
pub mod known;
pub mod header;
pub mod fields;
pub mod beginnings;
pub mod canonical;
pub mod id;
pub mod placeholder;
pub mod envelope;
pub mod anatomy;
pub mod text;
pub mod wire;
pub mod compression;
