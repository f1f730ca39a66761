//! The programs that pull mail from a server, and push it.

use std::fs;
use std::path::{Path, PathBuf};

use crate::programs::{Told, program};
use crate::server::Server;

/// One account on a server and one tree, which mbsync keeps in sync.
#[derive(Clone, Debug)]
pub(crate) struct Mbsync {
    /// The tree.
    pub(crate) near: PathBuf,
    layout: Layout,
    account: &'static str,
    /// More lines for its configuration.
    more: &'static str,
}

/// How mbsync lays a tree out (`SubFolders`).
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Layout {
    MaildirPlusPlus,
    Verbatim,
    Legacy,
}

impl Layout {
    pub(crate) const ALL: [Layout; 3] = [Layout::MaildirPlusPlus, Layout::Verbatim, Layout::Legacy];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Layout::MaildirPlusPlus => "Maildir++",
            Layout::Verbatim => "Verbatim",
            Layout::Legacy => "Legacy",
        }
    }

    /// The lines of a store whose tree is at `near`.
    fn store(self, near: &str) -> String {
        let subfolders = self.name();
        match self {
            Layout::MaildirPlusPlus => format!("Inbox {near}/\nSubFolders {subfolders}\n"),
            _ => format!("Path {near}/\nInbox {near}/INBOX\nSubFolders {subfolders}\n"),
        }
    }
}

impl Mbsync {
    pub(crate) fn new(near: &Path, layout: Layout, account: &'static str) -> Mbsync {
        Mbsync { near: near.to_owned(), layout, account, more: "" }
    }

    /// With more lines in its configuration.
    pub(crate) fn with(mut self, more: &'static str) -> Mbsync {
        self.more = more;
        self
    }

    /// Makes the tree what the server has: with its deletions.
    pub(crate) fn pull(&self, server: &Server) -> Told {
        self.sync(server, "Sync Pull\nCreate Near\nExpunge Near\n")
    }

    /// Brings what is in the tree to the server.
    pub(crate) fn push(&self, server: &Server) -> Told {
        self.sync(server, "Sync Push\nCreate Far\n")
    }

    fn sync(&self, server: &Server, direction: &str) -> Told {
        let near = self.near.to_str().unwrap();
        let beside = format!("{near}.{}.state", self.account);
        for directory in [near, &beside] {
            fs::create_dir_all(directory).unwrap();
        }
        let (account, port) = (self.account, server.port);
        let store = self.layout.store(near);
        let more = self.more;
        let configuration = format!(
            "IMAPAccount server\nHost 127.0.0.1\nPort {port}\nUser {account}\nPass any\n\
            SSLType None\nAuthMechs LOGIN\n\n\
            IMAPStore far\nAccount server\n\n\
            MaildirStore near\n{store}\n\
            Channel all\nFar :far:\nNear :near:\nPatterns *\n{direction}\
            SyncState {beside}/\n{more}"
        );
        let file = format!("{beside}/mbsyncrc");
        fs::write(&file, configuration).unwrap();
        Told::by(program("mbsync").args(["-c", &file, "all"]))
    }
}

/// Pulls an account into a tree with offlineimap.
pub(crate) fn offlineimap(server: &Server, near: &Path, account: &str) -> Told {
    let near = near.to_str().unwrap();
    let beside = format!("{near}.offlineimap");
    fs::create_dir_all(&beside).unwrap();
    let port = server.port;
    let configuration = format!(
        "[general]\nmetadata = {beside}\naccounts = all\n\n\
        [Account all]\nlocalrepository = near\nremoterepository = far\n\n\
        [Repository near]\ntype = Maildir\nlocalfolders = {near}\n\n\
        [Repository far]\ntype = IMAP\nremotehost = 127.0.0.1\nremoteport = {port}\n\
        remoteuser = {account}\nremotepass = any\nssl = no\nstarttls = no\nreadonly = True\n"
    );
    let file = format!("{beside}/offlineimaprc");
    fs::write(&file, configuration).unwrap();
    Told::by(program("offlineimap").args(["-o", "-c", &file, "-u", "quiet"]))
}
