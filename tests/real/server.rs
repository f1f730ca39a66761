//! A private Dovecot on the loopback.

use std::fs::{self, Permissions};
use std::io::{BufRead, BufReader};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::os::unix::fs::{MetadataExt, PermissionsExt, lchown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use tempfile::TempDir;
use walkdir::WalkDir;

use crate::programs::{Told, program};

/// How long a server may take to answer: far longer than any does.
const PATIENCE: Duration = Duration::from_secs(60);

/// A Dovecot that serves the directories below one as accounts, each under its name, with any
/// password. It ends when this is dropped, or when this process ends in whatever way.
#[derive(Debug)]
pub(crate) struct Server {
    /// A shell that waits for its standard input to close, and then ends the server.
    keeper: Child,
    /// Its configuration, sockets and log.
    directory: TempDir,
    mail: PathBuf,
    owner: Owner,
    pub(crate) port: u16,
}

impl Server {
    /// Serves what is below `mail`, which is given to the server's user. `layout` follows the path
    /// in Dovecot's `mail_location`.
    pub(crate) fn start(mail: &Path, layout: &str) -> Server {
        Server::start_with(mail, layout, "")
    }

    /// Serves it with `more` lines in its configuration.
    pub(crate) fn start_with(mail: &Path, layout: &str, more: &str) -> Server {
        let owner = Owner::of_servers();
        owner.give(mail);
        // Between the choice of a port and its use another may take it.
        let settings = |port| settings(mail, layout, port, &owner) + more;
        let tries = (0..5).map(|_| Server::try_start(mail, &settings, &owner));
        let mut failures = Vec::new();
        for result in tries {
            match result {
                Ok(server) => return server,
                Err(log) => failures.push(log),
            }
        }
        panic!("Dovecot does not start:\n{}", failures.join("\n"));
    }

    fn try_start(
        mail: &Path,
        settings: &dyn Fn(u16) -> String,
        owner: &Owner,
    ) -> Result<Server, String> {
        let directory = tempfile::tempdir().unwrap();
        let port = free_port();
        let run = directory.path().display();
        let places =
            format!("base_dir = {run}/run\nstate_dir = {run}/state\nlog_path = {run}/log\n");
        let configuration = format!("{places}mail_home = {run}/home/%u\n{}", settings(port));
        fs::write(directory.path().join("dovecot.conf"), configuration).unwrap();
        fs::set_permissions(directory.path(), Permissions::from_mode(0o755)).unwrap();
        owner.give(directory.path());
        let keeper = keeper(directory.path(), owner);
        let mail = mail.to_owned();
        let mut server = Server { keeper, directory, mail, owner: owner.clone(), port };
        if server.answers() { Ok(server) } else { Err(server.log()) }
    }

    /// Whether it does before its patience or the server ends.
    fn answers(&mut self) -> bool {
        let start = Instant::now();
        while start.elapsed() < PATIENCE && self.keeper.try_wait().unwrap().is_none() {
            if greeting(self.port).is_some_and(|line| line.starts_with("* OK")) {
                return true;
            }
            thread::sleep(Duration::from_millis(10));
        }
        false
    }

    /// Where the mail of an account lies.
    pub(crate) fn account(&self, name: &str) -> PathBuf {
        self.mail.join(name)
    }

    /// Gives the server what has been put below `path`.
    pub(crate) fn takes_over(&self, path: &Path) {
        self.owner.give(path);
    }

    /// What it has logged.
    fn log(&self) -> String {
        fs::read_to_string(self.directory.path().join("log")).unwrap_or_default()
    }

    /// Saves a message in a folder of an account, which is made if need be.
    pub(crate) fn save(&self, account: &str, folder: &str, message: &[u8]) {
        let file = self.directory.path().join("message");
        fs::write(&file, message).unwrap();
        let known = self.doveadm(account, "mailbox list", &[]).went_well().text();
        if !known.lines().any(|name| name == folder) {
            self.doveadm(account, "mailbox create", &["--", folder]).went_well();
        }
        self.doveadm(account, "save", &["-m", folder, file.to_str().unwrap()]).went_well();
    }

    /// Runs a command of Dovecot's `doveadm` for an account.
    pub(crate) fn doveadm(&self, account: &str, command: &str, words: &[&str]) -> Told {
        let mut doveadm = program("doveadm");
        let configuration = self.directory.path().join("dovecot.conf");
        doveadm.arg("-c").arg(configuration).args(command.split(' ')).args(["-u", account]);
        Told::by(doveadm.args(words))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.keeper.stdin.take());
        let _ = self.keeper.wait();
        #[allow(clippy::print_stderr, reason = "a trial has failed, and this may tell why")]
        if thread::panicking() {
            eprintln!("What Dovecot logged:\n{}", self.log());
        }
    }
}

fn keeper(directory: &Path, owner: &Owner) -> Child {
    let line = "exec 3<&0; dovecot -F -c dovecot.conf & server=$!; \
        { cat <&3 >/dev/null; kill $server; } & watch=$!; \
        wait $server; status=$?; kill $watch 2>/dev/null; exit $status";
    let mut shell = Command::new("sh");
    shell.args(["-c", line]).current_dir(directory).stdin(Stdio::piped());
    shell.env("PATH", "/usr/local/sbin:/usr/sbin:/sbin:/usr/local/bin:/usr/bin:/bin");
    // Signals for the group of the tests are none of its business: the pipe tells it.
    shell.process_group(0);
    if owner.is_another {
        shell.uid(owner.user).gid(owner.group);
    }
    shell.spawn().unwrap()
}

/// A port that nobody listens to.
fn free_port() -> u16 {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    listener.local_addr().unwrap().port()
}

/// The first line that a server sends.
fn greeting(port: u16) -> Option<String> {
    let stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).ok()?;
    stream.set_read_timeout(Some(PATIENCE)).ok()?;
    let mut line = String::new();
    BufReader::new(stream).read_line(&mut line).ok()?;
    Some(line)
}

/// The user as whom the server runs. Dovecot refuses to open mail as root, so root lends it to
/// `nobody`.
#[derive(Clone, Debug)]
struct Owner {
    user: u32,
    group: u32,
    is_another: bool,
}

const NOBODY: u32 = 65534;

impl Owner {
    fn of_servers() -> Owner {
        let probe = tempfile::tempdir().unwrap();
        let me = fs::metadata(probe.path()).unwrap();
        match me.uid() {
            0 => Owner { user: NOBODY, group: NOBODY, is_another: true },
            user => Owner { user, group: me.gid(), is_another: false },
        }
    }

    /// Makes it the owner of all below `path`.
    fn give(&self, path: &Path) {
        if self.is_another {
            for entry in WalkDir::new(path) {
                lchown(entry.unwrap().path(), Some(self.user), Some(self.group)).unwrap();
            }
        }
    }

    /// The names of user and group, which Dovecot wants to have instead of numbers.
    fn names(&self) -> [String; 2] {
        let user = self.user.to_string();
        let name = |option: &str| Told::by(program("id").args([option, &user])).went_well().text();
        ["-un", "-gn"].map(|option| name(option).trim().to_owned())
    }
}

fn settings(mail: &Path, layout: &str, port: u16, owner: &Owner) -> String {
    let mail = mail.display();
    let [user, group] = owner.names();
    let Owner { user: uid, group: gid, .. } = owner;
    format!(
        "protocols = imap
listen = 127.0.0.1
ssl = no
disable_plaintext_auth = no
default_internal_user = {user}
default_internal_group = {group}
default_login_user = {user}
first_valid_uid = 1
mail_location = maildir:{mail}/%u{layout}
namespace inbox {{
  inbox = yes
  separator = /
}}
passdb {{
  driver = static
  args = nopassword
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid}
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
service anvil {{
  chroot =
}}
"
    )
}
