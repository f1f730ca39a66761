//! What goes wrong between a server and a replica: each hazard alone, told as what it is while it
//! lasts, and no longer when it is over.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use libtest_mimic::Trial;
use serde_json::Value;

use crate::clients::{Layout, Mbsync};
use crate::ordeals::{Restless, nothing_lost_or_doubled};
use crate::place::Place;
use crate::programs::{Told, shell, trial};
use crate::server::Server;
use crate::spool::{Letter, Profile, wire_size};
use crate::told::{compare, told_of};
use crate::tree::{Report, Run, report, text, tool};

pub(crate) fn trials() -> Vec<Trial> {
    let hazards: [(&str, fn()); 11] = [
        ("a_placeholder_is_no_message", placeholders),
        ("a_message_over_the_limit_arrives_when_flagged", flagged_placeholder),
        ("w_too_big", w_too_big),
        ("w_too_small", w_too_small),
        ("w_that_cuts_the_header", w_that_cuts_the_header),
        ("wrong_s", wrong_s),
        ("a_folder_that_cannot_be_mapped", refused_folder),
        ("deleted_on_the_server", deleted),
        ("moved_on_the_server", moved),
        ("flagged_on_the_server", flagged),
        ("flags_change_at_full_speed", renamed_meanwhile),
    ];
    let hazards = hazards.into_iter();
    hazards.map(|(name, test)| trial(name, &["dovecot", "doveadm", "mbsync"], test)).collect()
}

/// An account with ordinary mail, its server, and the replica that mbsync keeps of it.
struct Scene {
    _place: Place,
    server: Server,
    mbsync: Mbsync,
}

/// How many ordinary letters are in the INBOX.
const ORDINARY: u64 = 5;
/// The number of the letter that the hazard is about.
const ODD_ONE: u64 = 7;

const LETTERS: Profile = Profile { seed: 2, body: 2000, longest_body: 20_000, without_id: 0 };

/// A letter that has been seen.
fn letter(number: u64) -> Letter {
    Letter { flags: "S", ..LETTERS.letter(number) }
}

impl Scene {
    /// In which the replica is complete.
    fn new(trial: &str) -> Scene {
        Scene::with(trial, "", ORDINARY)
    }

    fn with(trial: &str, layout: &str, letters: u64) -> Scene {
        let place = Place::new(trial);
        let account = place.path("served/ann");
        (0..letters).for_each(|number| put(&account, &letter(number)));
        let server = Server::start(&place.path("served"), layout);
        let mbsync = Mbsync::new(&place.path("replica"), Layout::MaildirPlusPlus, "ann");
        let scene = Scene { _place: place, server, mbsync };
        scene.pull().went_well();
        scene.tells(&[]);
        scene
    }

    fn account(&self) -> PathBuf {
        self.server.account("ann")
    }

    fn pull(&self) -> Told {
        self.mbsync.pull(&self.server)
    }

    /// A letter arrives at the server.
    fn deliver(&self, folder: &str, letter: &Letter) {
        put(&self.account().join(folder), letter);
        self.server.takes_over(&self.account().join(folder));
    }

    /// The odd letter arrives under a name that tells sizes made of its own: in bytes on disk and
    /// on the wire.
    fn deliver_sized(&self, sizes: impl Fn(usize, usize) -> String) {
        let letter = letter(ODD_ONE);
        let bytes = letter.bytes();
        let name = letter.name_telling(&sizes(bytes.len(), wire_size(&bytes)));
        put_as(&self.account(), &name, &bytes);
        self.server.takes_over(&self.account());
    }

    /// A command of `doveadm` about the odd letter.
    fn administer(&self, command: &str, words: &[&str]) {
        let id = letter(ODD_ONE).id.unwrap();
        let odd_one = ["mailbox", "INBOX", "HEADER", "Message-ID", &id];
        self.server.doveadm("ann", command, &[words, &odd_one].concat()).went_well();
    }

    /// Fails the trial unless this is all that a comparison tells.
    #[track_caller]
    fn tells(&self, expected: &[&str]) -> Report {
        let report = compare(&self.account(), &self.mbsync.near);
        assert_eq!(told_of(&report), expected, "{:#}{}", report.json["messages"], report.stderr);
        let harmless = expected.iter().all(|told| *told == "same flags");
        assert_eq!(report.status, i32::from(!harmless));
        report
    }

    /// Fails the trial unless this is all that a check of the spool finds, info apart.
    #[track_caller]
    fn finds(&self, expected: &[&str]) {
        let run = Run::of(tool().args(["check", "--format", "json"]).arg(self.account()));
        let report = run.report();
        let word = |finding: &Value, field: &str| finding[field].as_str().unwrap_or("-").to_owned();
        let findings = report.list("findings").iter();
        let findings = findings.filter(|finding| word(finding, "severity") != "info");
        let found = findings.map(|finding| [word(finding, "id"), word(finding, "state")].join(" "));
        assert_eq!(found.collect::<Vec<_>>(), expected);
    }

    /// Runs the cure that a comparison tells of the only difference.
    fn cure(&self, expected: &str) {
        let report = self.tells(&[expected]);
        shell(&self.account(), text(&report.list("messages")[0]["cure"])).went_well();
    }

    /// Fails the trial unless the next pull makes all the same, and nothing is found any more.
    #[track_caller]
    fn is_over(&self) {
        self.pull().went_well();
        self.tells(&[]);
        self.finds(&[]);
    }
}

/// Puts a letter into the `cur` of a folder, under the name that Dovecot would give it.
fn put(folder: &Path, letter: &Letter) {
    let bytes = letter.bytes();
    put_as(folder, &letter.spool_name(&bytes), &bytes);
}

fn put_as(folder: &Path, name: &str, bytes: &[u8]) {
    for part in ["cur", "new", "tmp"] {
        fs::create_dir_all(folder.join(part)).unwrap();
    }
    fs::write(folder.join("cur").join(name), bytes).unwrap();
}

// A message that is not what it was.

/// A letter over mbsync's limit.
fn big(without_id: usize) -> Letter {
    let mut letter = Profile { without_id, ..LETTERS }.letter(ODD_ONE);
    letter.flags = "S";
    letter.body.extend(b"All of the plan, line by line.\n".repeat(5000));
    letter
}

fn placeholders() {
    let scene = Scene::new("placeholders").limited();
    scene.deliver("", &big(0));
    scene.pull().went_well();
    scene.tells(&["same content: placeholder"]);
    scene.finds(&[]);
    scene.deliver(".A", &big(1000));
    scene.pull().went_well();
    scene.tells(&[
        "only-left: unexplained, probably there",
        "only-right: placeholder, probably there",
        "same content: placeholder",
    ]);
}

fn flagged_placeholder() {
    let scene = Scene::new("flagged_placeholder").limited();
    scene.deliver("", &big(0));
    scene.pull().went_well();
    scene.tells(&["same content: placeholder"]);
    scene.administer("flags add", &["\\Flagged"]);
    scene.pull().went_well();
    // mbsync fetches the mail itself, as a new message, and forgets the flag.
    scene.tells(&["same flags"]);
    scene.finds(&[]);
}

impl Scene {
    /// From now on mbsync takes no big messages.
    fn limited(self) -> Scene {
        Scene { mbsync: self.mbsync.clone().with("MaxSize 100k\n"), ..self }
    }
}

// Sizes in names.

fn w_too_big() {
    let scene = Scene::new("w_too_big");
    scene.deliver_sized(|size, wire| format!("S={size},W={}", wire + 100));
    scene.tells(&["only-left: unexplained"]);
    scene.finds(&["wrong-size-w big"]);
    // The server notices while it sends, drops the connection, and takes `W=` out of the name.
    assert_ne!(scene.pull().status, Some(0));
    scene.tells(&["only-left: unexplained"]);
    scene.finds(&[]);
    scene.is_over();
}

fn w_too_small() {
    let scene = Scene::new("w_too_small");
    scene.deliver_sized(|size, wire| format!("S={size},W={}", wire - 100));
    is_cut(&scene, "same content: truncated copy");
}

fn w_that_cuts_the_header() {
    let scene = Scene::new("w_that_cuts_the_header");
    scene.deliver_sized(|size, _| format!("S={size},W=200"));
    is_cut(&scene, "only-left: truncated copy");
}

/// Neither the server nor mbsync say a word of a message that is cut short, and it stays so until
/// it is cured.
fn is_cut(scene: &Scene, told: &str) {
    for _pull in ["first", "second"] {
        scene.pull().went_well();
        scene.tells(&[told]);
        scene.finds(&["wrong-size-w small"]);
    }
    scene.cure(told);
    scene.is_over();
}

fn wrong_s() {
    for (state, off) in [("big", 50), ("small", -50)] {
        let scene = Scene::new(&format!("wrong_s_{state}"));
        scene.deliver_sized(|size, _| format!("S={}", size.checked_add_signed(off).unwrap()));
        // The server cannot send it, and does not heal.
        for _pull in ["first", "second"] {
            assert_ne!(scene.pull().status, Some(0));
            scene.tells(&["only-left: wrong S="]);
            scene.finds(&[&format!("wrong-size-s {state}")]);
        }
        scene.cure("only-left: wrong S=");
        scene.is_over();
    }
}

// Folders.

fn refused_folder() {
    let scene = Scene::with("refused_folder", ":LAYOUT=fs", ORDINARY);
    scene.deliver("Archives/2012", &letter(ODD_ONE + 1));
    scene.pull().went_well();
    scene.tells(&[]);
    scene.deliver("v1.2", &letter(ODD_ONE));
    for _pull in ["first", "second"] {
        assert_ne!(scene.pull().status, Some(0));
        scene.tells(&["only-left: folder name refused"]);
    }
}

// What happens on a server.

fn deleted() {
    let scene = Scene::with_odd_one("deleted");
    scene.administer("expunge", &[]);
    scene.tells(&["only-right: unexplained"]);
    scene.is_over();
}

fn moved() {
    let scene = Scene::with_odd_one("moved");
    scene.deliver(".A", &letter(ODD_ONE + 1));
    scene.is_over();
    scene.administer("move", &["A"]);
    scene.tells(&["moved"]);
    scene.is_over();
}

fn flagged() {
    let scene = Scene::with_odd_one("flagged");
    scene.administer("flags add", &["\\Flagged"]);
    scene.tells(&["same flags"]);
    scene.is_over();
}

impl Scene {
    /// In which the replica has the odd letter too.
    fn with_odd_one(trial: &str) -> Scene {
        let scene = Scene::new(trial);
        scene.deliver("", &letter(ODD_ONE));
        scene.is_over();
        scene
    }
}

// While it happens.

/// Letters whose flags change all the time.
const RESTLESS: u64 = 2000;

fn renamed_meanwhile() {
    let scene = Scene::with("renamed_meanwhile", "", RESTLESS);
    let (account, replica) = (scene.account(), &scene.mbsync.near);
    let cur = account.join("cur");
    let change = |restless: &Restless| restless.change_flags(&cur, Duration::ZERO);
    Restless::meanwhile(change, || {
        for _run in 0..20 {
            nothing_lost_or_doubled(&report(&account, replica, ""), RESTLESS);
        }
    });
    assert_eq!(report(&account, replica, "").status, 0);
}
