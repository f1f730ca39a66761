//! Mail on its way: what sync programs bring over arrives, what they leave or change is told as
//! that, and nothing else is told.

use std::fs;
use std::path::{Path, PathBuf};

use libtest_mimic::Trial;

use crate::account::{Account, Entry};
use crate::clients::{Layout, Mbsync, offlineimap};
use crate::page;
use crate::place::Place;
use crate::programs::trial;
use crate::server::Server;
use crate::told::{Tally, compare, differences, mirrored, tally};
use crate::tree::{Report, Run, report, tool};

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        trial("mbsync_pulls_into_three_layouts", &["dovecot", "mbsync"], mbsync_pulls),
        trial("mbsync_pushes_into_an_empty_account", &["dovecot", "mbsync"], mbsync_pushes),
        trial(
            "mbsync_pushes_to_be_compressed",
            &["dovecot", "mbsync"],
            mbsync_pushes_to_be_compressed,
        ),
        trial("odd_names_arrive", &["dovecot", "doveadm", "mbsync"], odd_names_arrive),
        trial("offlineimap_pulls", &["dovecot", "offlineimap"], offlineimap_pulls),
        trial("doveadm_fills_mboxes", &["dovecot", "doveadm"], doveadm_fills_mboxes),
    ]
}

/// What becomes of messages of a label on a route.
struct Fate {
    label: &'static str,
    /// What is told of each of the left.
    told: &'static str,
    /// What is told of its copy, where that is not recognised as one.
    of_copy: Option<&'static str>,
}

const fn fate(label: &'static str, told: &'static str) -> Fate {
    Fate { label, told, of_copy: None }
}

/// mbsync 1.4 takes no message whose header has no end, and no CR or NUL ends one
/// (isync `src/sync.c` `copy_msg_convert`).
const LEFT_BY_MBSYNC: &[Fate] = &[
    fate("no end of header", "only-left: no end of header"),
    fate("no end of header, nor of line", "only-left: no end of header"),
    fate("CR for LF", "only-left: no end of header"),
    fate("empty", "only-left: empty"),
    fate("NUL-filled", "only-left: empty"),
];

/// offlineimap takes all, through Python's `email`: what that does not accept as a field begins
/// the body, and a Message-ID behind it is lost; a stray continuation is dropped; CR becomes LF, so
/// that there is a Message-ID where there was none.
const CHANGED_BY_OFFLINEIMAP: &[Fate] = &[
    Fate {
        label: "blank before the id's colon",
        told: "only-left: unexplained, probably there",
        of_copy: Some("only-right: unexplained, probably there"),
    },
    Fate {
        label: "the id behind a junk line",
        told: "only-left: unexplained, probably there",
        of_copy: Some("only-right: unexplained, probably there"),
    },
    Fate {
        label: "CR for LF",
        told: "only-left: no end of header",
        of_copy: Some("only-right: unexplained"),
    },
    fate("leading continuation", "same content: differs"),
];

/// A spool and its server.
struct Spool {
    place: Place,
    account: Account,
    server: Server,
}

impl Spool {
    fn new(trial: &str) -> Spool {
        Spool::with(trial, "")
    }

    /// With more lines in the server's configuration.
    fn with(trial: &str, configuration: &str) -> Spool {
        let place = Place::new(trial);
        let account = Account::new(1);
        let mail = place.directory("mail");
        account.write(&mail.join("ann"), |_| true);
        let server = Server::start_with(&mail, "", configuration);
        Spool { place, account, server }
    }

    fn root(&self) -> PathBuf {
        self.server.account("ann")
    }

    /// Fails the trial unless exactly this became of the messages on their way to `replica`, and
    /// all others are there to the last byte that counts.
    #[track_caller]
    fn became(&self, replica: &Path, fates: &[Fate]) -> Report {
        let report = compare(&self.root(), replica);
        let expected = self.expected(fates);
        assert_eq!(self.by_label(&report), expected, "{}", report.stderr);
        assert_eq!(report.status, i32::from(!expected.is_empty()));
        assert_eq!(report.count("flags"), self.flags_lost(fates), "P is no flag of Dovecot's");
        report
    }

    /// Fails the trial unless the same is told the other way round, and whether all of the replica
    /// is in the spool.
    #[track_caller]
    fn became_mirrored(&self, replica: &Path, fates: &[Fate]) {
        let other_way = mirrored(compare(replica, &self.root()));
        assert_eq!(self.by_label(&other_way), self.expected(fates));
        let all_there =
            fates.iter().all(|fate| fate.told.starts_with("only") && fate.of_copy.is_none());
        let one_way = report(replica, &self.root(), "--one-way --ignore-folders --content");
        assert_eq!(one_way.status, i32::from(!all_there));
    }

    /// How many messages of which label are told what.
    fn by_label(&self, report: &Report) -> Tally {
        let told = differences(report).into_iter().map(|(base, told)| {
            let label = self.account.label_of(&base);
            format!("{}: {told}", label.unwrap_or("copy"))
        });
        tally(told)
    }

    fn expected(&self, fates: &[Fate]) -> Tally {
        let entries = self.account.entries.iter();
        let fates = entries.filter_map(|entry| fate_of(entry, fates));
        tally(fates.flat_map(|fate| {
            let of_copy = fate.of_copy.map(|told| format!("copy: {told}"));
            of_copy.into_iter().chain([format!("{}: {}", fate.label, fate.told)])
        }))
    }

    /// What became of the messages, as it has been held against what is told.
    fn table(&self, fates: &[Fate]) -> String {
        let changed = self.account.entries.iter().filter(|entry| fate_of(entry, fates).is_some());
        let same = self.account.entries.len() - changed.count();
        let row = |(told, count): (String, usize)| {
            let (label, told) = told.split_once(": ").unwrap();
            vec![label.to_owned(), format!("`{told}`"), count.to_string()]
        };
        let all_others = ("all others: same".to_owned(), same);
        let rows: Vec<_> = self.expected(fates).into_iter().chain([all_others]).map(row).collect();
        page::table(&["messages", "told as", "count"], &rows)
    }

    /// How many of what arrives were forwarded: Dovecot does not know that flag of file names.
    fn flags_lost(&self, fates: &[Fate]) -> u64 {
        let arrives = |entry: &&Entry| {
            let is_left = fate_of(entry, fates).is_some_and(|fate| fate.told.starts_with("only"));
            entry.is_forwarded() && !is_left
        };
        self.account.entries.iter().filter(arrives).count() as u64
    }
}

fn fate_of<'a>(entry: &Entry, fates: &'a [Fate]) -> Option<&'a Fate> {
    fates.iter().find(|fate| fate.label == entry.label)
}

/// Fails the trial unless all that is in one tree is in the other, and no more.
#[track_caller]
fn all_the_same(left: &Path, right: &Path) {
    let report = compare(left, right);
    assert_eq!((report.status, differences(&report)), (0, Vec::new()));
    let verdict = &report.json["verdict"];
    let proven = ["complete", "strict", "content_checked"].map(|word| verdict[word].as_bool());
    assert_eq!(proven, [Some(true); 3]);
}

fn mbsync_pulls() {
    let spool = Spool::new("mbsync_pulls");
    let arrived = spool.place.path("arrived");
    spool.account.write(&arrived, |entry| fate_of(entry, LEFT_BY_MBSYNC).is_none());
    let mut verdicts = Vec::new();
    for layout in Layout::ALL {
        let mbsync = Mbsync::new(&spool.place.path(layout.name()), layout, "ann");
        for _pull in ["first", "second"] {
            mbsync.pull(&spool.server).went_well();
            let report = spool.became(&mbsync.near, LEFT_BY_MBSYNC);
            all_the_same(&arrived, &mbsync.near);
            verdicts.push((report.json["verdict"].clone(), differences(&report), report.counts()));
        }
    }
    spool.became_mirrored(&spool.place.path(Layout::Legacy.name()), LEFT_BY_MBSYNC);
    assert!(verdicts.windows(2).all(|two| two[0] == two[1]), "{verdicts:?}");
    page::holds("mbsync", &spool.table(LEFT_BY_MBSYNC));
}

fn mbsync_pushes() {
    let spool = Spool::new("mbsync_pushes");
    let replica = Mbsync::new(&spool.place.path("replica"), Layout::Verbatim, "ann");
    replica.pull(&spool.server).went_well();
    let up = Mbsync::new(&replica.near, Layout::Verbatim, "bob");
    for _push in ["first", "second"] {
        up.push(&spool.server).went_well();
        all_the_same(&replica.near, &spool.server.account("bob"));
        spool.became(&spool.server.account("bob"), LEFT_BY_MBSYNC);
    }
    let down = Mbsync::new(&spool.place.path("down"), Layout::MaildirPlusPlus, "bob");
    for _pull in ["first", "second"] {
        down.pull(&spool.server).went_well();
        all_the_same(&replica.near, &down.near);
        spool.became(&down.near, LEFT_BY_MBSYNC);
    }
}

/// Names with all that a name may have on a server that keeps each level in a directory.
pub(crate) const ODD_NAMES: [&str; 17] = [
    "R&D",
    "Été/été",
    "日本/仕事",
    "a b",
    "trailing ",
    "x:y",
    "[Gmail]/All Mail",
    "50%",
    "a%2Fb",
    "#news",
    "UPPER",
    "upper",
    "back\\slash",
    "it's",
    "say \"so\"",
    "-x",
    "INBOX/within",
];
/// Those that Maildir++ has no way to write.
pub(crate) const DOTTED_NAMES: [&str; 2] = ["v1.2", "Lists.old/2012"];

fn odd_names_arrive() {
    let place = Place::new("odd_names");
    let server = Server::start(&place.directory("mail"), ":LAYOUT=fs");
    let account = server.account("ann");
    let replicas = Layout::ALL.map(|layout| Mbsync::new(&place.path(layout.name()), layout, "ann"));
    let save = |names: &[&str]| {
        for name in names {
            server.save("ann", name, format!("Subject: {name}\n\nIn {name}.\n").as_bytes());
        }
    };
    save(&ODD_NAMES);
    for replica in &replicas {
        replica.pull(&server).went_well();
        all_the_same(&account, &replica.near);
    }
    save(&DOTTED_NAMES);
    let [without_dots, verbatim, legacy] = &replicas;
    for replica in [verbatim, legacy] {
        replica.pull(&server).went_well();
        all_the_same(&account, &replica.near);
    }
    assert_ne!(without_dots.pull(&server).status, Some(0));
    let differences = differences(&compare(&account, &without_dots.near));
    let told = differences.iter().map(|(_, told)| told.as_str());
    assert_eq!(told.collect::<Vec<_>>(), ["only-left: folder name refused"; 2]);
}

/// A server that keeps what it gets compressed.
const COMPRESSED: &str = "mail_plugins = zlib\nplugin {\n  zlib_save = gz\n}\n";

fn mbsync_pushes_to_be_compressed() {
    let spool = Spool::with("compressed", COMPRESSED);
    let replica = Mbsync::new(&spool.place.path("replica"), Layout::Legacy, "ann");
    replica.pull(&spool.server).went_well();
    Mbsync::new(&replica.near, Layout::Legacy, "bob").push(&spool.server).went_well();
    let compressed = spool.server.account("bob");
    assert!(first_bytes(&compressed.join("cur")).all(|bytes| bytes == [0x1f, 0x8b]));
    all_the_same(&replica.near, &compressed);
    spool.became(&compressed, LEFT_BY_MBSYNC);
    let sizes = "wrong-size-s,wrong-size-w";
    let check = Run::of(tool().args(["check", "--quiet", "--only", sizes]).arg(&compressed));
    check.exits(0);
}

/// The first two bytes of each file in a directory.
fn first_bytes(directory: &Path) -> impl Iterator<Item = [u8; 2]> {
    let files = fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path());
    files.map(|file| fs::read(file).unwrap()[..2].try_into().unwrap())
}

fn offlineimap_pulls() {
    let spool = Spool::new("offlineimap_pulls");
    let replica = spool.place.path("replica");
    for _pull in ["first", "second"] {
        offlineimap(&spool.server, &replica, "ann").went_well();
        spool.became(&replica, CHANGED_BY_OFFLINEIMAP);
    }
    spool.became_mirrored(&replica, CHANGED_BY_OFFLINEIMAP);
    page::holds("offlineimap", &spool.table(CHANGED_BY_OFFLINEIMAP));
}

fn doveadm_fills_mboxes() {
    let spool = Spool::new("doveadm_fills_mboxes");
    let mboxes = spool.place.directory("mboxes");
    spool.server.takes_over(&mboxes);
    let location = mboxes.to_str().unwrap();
    let location = format!("mbox:{location}:INBOX={location}/inbox");
    spool.server.doveadm("ann", "backup", &[&location]).went_well();
    // Dovecot quotes nothing, says how long each message is, and keeps what a Maildir's name tells.
    let report = spool.became(&mboxes, &[]);
    assert_eq!(report.json["right"]["layout"], "mbox");
    spool.became_mirrored(&mboxes, &[]);
}
