//! The comparison of 2021 at a hundredth of its scale: the same damage, met by the pipelines of the
//! shell and by the tool, side by side.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use libtest_mimic::Trial;
use serde_json::Value;

use crate::clients::{Layout, Mbsync};
use crate::page;
use crate::place::Place;
use crate::programs::{shell, trial};
use crate::readers;
use crate::server::Server;
use crate::spool::{Letter, ODDITIES, Profile, wire_size};
use crate::told::{Tally, compare, tally};
use crate::tree::{Report, row, text};

pub(crate) fn trials() -> Vec<Trial> {
    let needed = &["dovecot", "doveadm", "mbsync", "notmuch", "mdirs", "mlist", "mhdr", "diff"];
    vec![trial("the_story", needed, the_story)]
}

/// Messages of the spool in 2021, by the hundred.
const MESSAGES: u64 = 3728;

/// The commands, as the page has them: each in the directory of `spool` and `replica`.
const FIND: &str = "\
for tree in spool replica; do
    (cd $tree && for folder in ./ .[!.]*/; do
        find \"$folder\" \"$folder\"cur \"$folder\"new \"$folder\"tmp -maxdepth 1 -type f \\
            ! -name '.*' ! -name 'dovecot*' ! -name maildirfolder | wc -l | tr '\\n' ' '
        echo \"$folder\"
    done) > $tree.counts
done
diff spool.counts replica.counts
";
const NOTMUCH: &str = "\
for tree in spool replica; do
    mkdir -p $tree.notmuch
    printf '[database]\\npath=%s\\nmail_root=%s\\n' $PWD/$tree.notmuch $PWD/$tree > $tree.rc
    notmuch --config=$tree.rc new --quiet
    notmuch --config=$tree.rc search --output=messages '*' | sort > $tree.notmuch.ids
done
diff spool.notmuch.ids replica.notmuch.ids
";
const MBLAZE: &str = "\
for tree in spool replica; do
    mdirs -a $tree | mlist | mhdr -h message-id | sort > $tree.mblaze.ids
done
diff spool.mblaze.ids replica.mblaze.ids
";

/// Something that happened to messages of one folder, or of a few that had nothing else.
struct Hazard {
    name: &'static str,
    /// Directories in the spool, as Dovecot names them.
    folders: &'static [&'static str],
    /// Messages that are on the left, or on the right only.
    missing: u64,
    extra: u64,
    /// What else a tool should tell, in messages.
    other: u64,
    /// What the tool tells, and how often.
    told: &'static [(&'static str, usize)],
}

const HAZARDS: &[Hazard] = &[
    Hazard {
        name: "misfiled: in `.Archives.2012/`, not in its `cur/` (12,000)",
        folders: &[".Archives.2012"],
        missing: 120,
        extra: 0,
        other: 0,
        told: &[("finding misfiled-root", 120), ("only-left: misfiled", 120)],
    },
    Hazard {
        name: "a folder that is synced elsewhere (3,700)",
        folders: &[".register"],
        missing: 37,
        extra: 0,
        other: 0,
        told: &[("only-left: folder absent", 37)],
    },
    Hazard {
        name: "left in `tmp/`, delivered too (131)",
        folders: &[".Junk"],
        missing: 0,
        extra: 0,
        other: 2,
        told: &[("finding tmp-leftover", 2)],
    },
    Hazard {
        name: "empty (21)",
        folders: &[".Spam"],
        missing: 1,
        extra: 0,
        other: 0,
        told: &[("finding empty-message", 1), ("only-left: empty", 1)],
    },
    Hazard {
        name: "a header without an end (21)",
        folders: &[".Offers"],
        missing: 1,
        extra: 0,
        other: 0,
        told: &[("only-left: no end of header", 1)],
    },
    Hazard {
        name: "in a stray directory, `.folder/draft/` (10)",
        folders: &[".folder"],
        missing: 1,
        extra: 0,
        other: 0,
        told: &[("finding misfiled-subdir", 1), ("only-left: misfiled", 1)],
    },
    Hazard {
        name: "without a Message-ID, arrived",
        folders: &[".Drafts"],
        missing: 0,
        extra: 0,
        other: 0,
        told: &[],
    },
    Hazard {
        name: "without a Message-ID, lost",
        folders: &[".Notes"],
        missing: 1,
        extra: 0,
        other: 0,
        told: &[("only-left: unexplained", 1)],
    },
    Hazard {
        name: "cut short by a `W=` that is too small",
        folders: &[".Reports"],
        missing: 0,
        extra: 0,
        other: 1,
        told: &[("same content: truncated copy", 1)],
    },
    Hazard {
        name: "`S=` wrong in the name, served all the same",
        folders: &[".Archives.2011"],
        missing: 0,
        extra: 0,
        other: 1,
        told: &[("finding wrong-size-s", 1)],
    },
    Hazard {
        name: "one copy of two lost",
        folders: &[".Copies"],
        missing: 1,
        extra: 0,
        other: 0,
        told: &[("copies", 1)],
    },
    Hazard {
        name: "one lost, and one more in its folder",
        folders: &[".Lists.servers"],
        missing: 1,
        extra: 1,
        other: 0,
        told: &[("only-left: unexplained", 1), ("only-right: unexplained", 1)],
    },
    Hazard {
        name: "moved on the server since",
        folders: &[".Plans", ".&AMk-t&AOk-"],
        missing: 0,
        extra: 0,
        other: 1,
        told: &[("moved", 1)],
    },
    Hazard {
        name: "read on the server since",
        folders: &[".News"],
        missing: 0,
        extra: 0,
        other: 1,
        told: &[("same flags", 1)],
    },
    Hazard { name: "nothing", folders: &["", ".Sent"], missing: 0, extra: 0, other: 0, told: &[] },
];

// The trees.

const LETTERS: Profile = Profile { seed: 2021, body: 1500, longest_body: 40_000, without_id: 0 };

fn letter(number: u64) -> Letter {
    Letter { flags: "S", ..LETTERS.letter(number) }
}

fn letter_without_id(number: u64) -> Letter {
    Letter { flags: "S", ..Profile { without_id: 1000, ..LETTERS }.letter(number) }
}

/// Letters about which a hazard is, by numbers that no other letter has.
const COPIED: u64 = 10_000;
const LEFT_IN_TMP: u64 = 10_001;
const LOST: u64 = 10_002;
const ONE_MORE: u64 = 10_003;
const MOVED: u64 = 10_004;
const READ: u64 = 10_005;
const LOST_WITHOUT_ID: u64 = 10_006;

/// A tree while it is being filled.
struct Filling<'a> {
    root: &'a Path,
    messages: u64,
}

impl Filling<'_> {
    fn put(&mut self, directory: impl AsRef<Path>, letter: &Letter) {
        let bytes = letter.bytes();
        self.put_as(directory, &letter.spool_name(&bytes), &bytes);
    }

    fn put_as(&mut self, directory: impl AsRef<Path>, name: &str, bytes: &[u8]) {
        let directory = self.root.join(directory);
        fs::create_dir_all(&directory).unwrap();
        fs::write(directory.join(name), bytes).unwrap();
        self.messages += 1;
    }

    /// The next ordinary letter.
    fn next(&self) -> Letter {
        letter(self.messages)
    }
}

/// Fills the spool: with the damage first, and ordinary letters around it.
fn fill(root: &Path) {
    for folder in HAZARDS.iter().flat_map(|hazard| hazard.folders) {
        for part in ["cur", "new", "tmp"] {
            fs::create_dir_all(root.join(folder).join(part)).unwrap();
        }
    }
    let mut spool = Filling { root, messages: 0 };
    lay_wrong(&mut spool);
    write_wrong(&mut spool);
    let folders = HAZARDS.iter().flat_map(|hazard| hazard.folders);
    let mut folders = folders.filter(|folder| **folder != ".register").cycle();
    while spool.messages < MESSAGES {
        let cur = Path::new(folders.next().unwrap()).join("cur");
        spool.put(cur, &spool.next());
    }
}

/// What is not where it belongs.
fn lay_wrong(spool: &mut Filling) {
    for _ in 0..120 {
        spool.put(".Archives.2012", &spool.next());
    }
    for _ in 0..37 {
        spool.put(".register/cur", &spool.next());
    }
    spool.put(".folder/draft", &spool.next());
    for directory in [".Copies/cur", "cur"] {
        spool.put(directory, &letter(COPIED));
    }
    for (directory, number) in
        [(".Lists.servers/cur", LOST), (".Plans/cur", MOVED), (".News/cur", READ)]
    {
        spool.put(directory, &letter(number));
    }
    spool.put(".Junk/cur", &letter(LEFT_IN_TMP));
    let messages = spool.messages;
    spool.put(".Junk/tmp", &letter(LEFT_IN_TMP));
    spool.put_as(".Junk/tmp", "1636362299.M3.spool", b"");
    spool.messages = messages;
}

/// What is not as it should be.
fn write_wrong(spool: &mut Filling) {
    for _ in 0..37 {
        spool.put(".Drafts/cur", &letter_without_id(spool.messages));
    }
    spool.put(".Notes/cur", &letter_without_id(LOST_WITHOUT_ID));
    for (directory, label) in [(".Spam/cur", "empty"), (".Offers/cur", "no end of header")] {
        let oddity = ODDITIES.iter().find(|oddity| oddity.label == label).unwrap();
        let letter = spool.next();
        let bytes = oddity.of(&letter);
        spool.put_as(directory, &letter.spool_name(&bytes), &bytes);
    }
    for (directory, more, less) in [(".Reports/cur", 0, 90), (".Archives.2011/cur", 40, 0)] {
        let letter = spool.next();
        let bytes = letter.bytes();
        let (size, wire) = (bytes.len() + more, wire_size(&bytes) - less);
        let name = letter.name_telling(&format!("S={size},W={wire}"));
        spool.put_as(directory, &name, &bytes);
    }
}

/// What happens between the sync and the comparison.
fn happen_since(server: &Server, replica: &Path) {
    remove(&replica.join(".Notes/cur"), &letter_without_id(LOST_WITHOUT_ID));
    remove(&replica.join(".Copies/cur"), &letter(COPIED));
    remove(&replica.join(".Lists.servers/cur"), &letter(LOST));
    Filling { root: replica, messages: 0 }.put(".Lists.servers/cur", &letter(ONE_MORE));
    let administer = |command: &str, words: &[&str], folder: &str, number: u64| {
        let id = letter(number).id.unwrap();
        let of_it = ["mailbox", folder, "HEADER", "Message-ID", &id];
        server.doveadm("spool", command, &[words, &of_it].concat()).went_well();
    };
    administer("move", &["Été"], "Plans", MOVED);
    administer("flags add", &["\\Answered"], "News", READ);
}

/// Removes the file of a letter, whatever its name.
fn remove(directory: &Path, letter: &Letter) {
    let files = fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path());
    let is_it = |file: &PathBuf| fs::read(file).unwrap().ends_with(&letter.body);
    let files: Vec<PathBuf> = files.filter(is_it).collect();
    let [file] = &files[..] else { panic!("{files:?}") };
    fs::remove_file(file).unwrap();
}

// What is told.

/// What a tool says of a hazard's folders, in messages that are on one side only.
#[derive(Clone, Copy, Default)]
struct Claims {
    missing: u64,
    extra: u64,
}

/// Claims by folder.
type ByFolder = BTreeMap<String, Claims>;

impl Hazard {
    fn of<'a>(&self, by_folder: &'a ByFolder) -> impl Iterator<Item = Claims> + use<'a, '_> {
        self.folders.iter().filter_map(|folder| by_folder.get(*folder)).copied()
    }

    /// What there is to be told.
    fn whole(&self) -> u64 {
        self.missing + self.extra + self.other
    }

    /// How good claims of counts are.
    fn judged(&self, by_folder: &ByFolder) -> String {
        let missing: u64 = self.of(by_folder).map(|claims| claims.missing).sum();
        let extra: u64 = self.of(by_folder).map(|claims| claims.extra).sum();
        let right = missing.min(self.missing) + extra.min(self.extra);
        let wrong = missing + extra - right;
        let figures = [(right, "right"), (self.whole() - right, "missed"), (wrong, "false")];
        let figures = figures.iter().filter(|(count, _)| *count > 0);
        let told: Vec<String> = figures.map(|(count, word)| format!("{count} {word}")).collect();
        if told.is_empty() { "right".to_owned() } else { told.join(", ") }
    }

    /// Its row of the table. Fails the trial unless the tool tells what it should.
    fn row(&self, by_hand: &[ByFolder], report: &Report) -> Vec<String> {
        let told = self.told_in(report);
        let expected = self.told.iter().map(|(told, count)| ((*told).to_owned(), *count));
        assert_eq!(told, expected.collect(), "{}", self.name);
        let told = told.iter().map(|(told, count)| format!("{count} {told}"));
        let told = told.collect::<Vec<_>>().join("; ");
        let judged = by_hand.iter().map(|claims| self.judged(claims));
        let first = [self.name.to_owned(), self.whole().to_string()];
        first.into_iter().chain(judged).chain([told]).collect()
    }

    /// What the tool tells of the hazard's folders.
    fn told_in(&self, report: &Report) -> Tally {
        let ours = |path: &Value| self.folders.contains(&folder_of(text(path)));
        let rows = report.list("messages").iter();
        let rows = rows.filter(|entry| {
            let file = if entry["left"].is_null() { &entry["right"] } else { &entry["left"] };
            ours(&file["path"])
        });
        let findings = report.list("findings").iter();
        let findings = findings.filter(|finding| ours(&finding["path"]));
        let findings = findings.map(|finding| format!("finding {}", text(&finding["id"])));
        tally(rows.map(row).chain(findings))
    }
}

/// The folder's directory that a path leads through, in Maildir++.
fn folder_of(path: &str) -> &str {
    let first = path.split('/').next().unwrap_or_default();
    if first.starts_with('.') { first } else { "" }
}

/// What counts of files claim.
fn by_counts(place: &Place) -> ByFolder {
    let counts = |tree: &str| -> BTreeMap<String, u64> {
        let lines = fs::read_to_string(place.path(format!("{tree}.counts"))).unwrap();
        let lines = lines.lines().map(|line| line.split_once(' ').unwrap());
        let folder = |name: &str| name.trim_start_matches("./").trim_end_matches('/').to_owned();
        lines.map(|(count, name)| (folder(name), count.parse().unwrap())).collect()
    };
    let (left, right) = (counts("spool"), counts("replica"));
    let of = |counts: &BTreeMap<String, u64>, folder: &str| {
        counts.get(folder).copied().unwrap_or_default()
    };
    let claims = |folder: &String| {
        let (left, right) = (of(&left, folder), of(&right, folder));
        Claims { missing: left.saturating_sub(right), extra: right.saturating_sub(left) }
    };
    left.keys().chain(right.keys()).map(|folder| (folder.clone(), claims(folder))).collect()
}

/// What the lines of a `diff` of ids claim.
fn by_ids(diff: &str, folders: &BTreeMap<String, String>) -> ByFolder {
    let mut by_folder = ByFolder::new();
    for line in diff.lines() {
        let Some((side, id)) = line.split_once(' ').filter(|(side, _)| ["<", ">"].contains(side))
        else {
            continue;
        };
        let id = id.strip_prefix("id:").unwrap_or(id).trim_matches(['<', '>', '"']);
        let folder = folders.get(id).unwrap_or_else(|| panic!("whose is {id}?"));
        let claims = by_folder.entry(folder.clone()).or_default();
        *(if side == "<" { &mut claims.missing } else { &mut claims.extra }) += 1;
    }
    by_folder
}

/// In which folder notmuch has seen each id, of either tree.
fn folders_of_ids(place: &Place) -> BTreeMap<String, String> {
    let mut folders = BTreeMap::new();
    for tree in ["spool", "replica"] {
        let root = place.path(tree);
        for (id, file) in readers::notmuch(&place.path(format!("{tree}.rc"))) {
            let path = file.strip_prefix(&root).unwrap().to_str().unwrap().to_owned();
            folders.insert(id, folder_of(&path).to_owned());
        }
    }
    // Of two copies the one that is lost.
    let copied = letter(COPIED).id.unwrap();
    folders.insert(copied.trim_matches(['<', '>']).to_owned(), ".Copies".to_owned());
    folders
}

fn the_story() {
    let place = Place::new("story");
    let _server = trees(&place);
    let by_hand = by_hand(&place);
    let report = compare(&place.path("spool"), &place.path("replica"));
    assert_eq!(report.status, 1);
    let rows = HAZARDS.iter().map(|hazard| hazard.row(&by_hand, &report));
    let heading = ["hazard (2021)", "to tell", "`find`", "notmuch", "mblaze", "`maildiff` tells"];
    page::holds("story", &page::table(&heading, &rows.collect::<Vec<_>>()));
    for (name, commands) in [("find", FIND), ("notmuch", NOTMUCH), ("mblaze", MBLAZE)] {
        page::holds(name, &format!("```sh ignore\n{commands}```"));
    }
}

/// Makes both trees, and leaves the server to be ended.
fn trees(place: &Place) -> Server {
    fill(&place.path("spool"));
    let server = Server::start(&place.path(""), "");
    let replica = Mbsync::new(&place.path("replica"), Layout::MaildirPlusPlus, "spool");
    replica.with("Patterns * !register\n").pull(&server).went_well();
    happen_since(&server, &place.path("replica"));
    server
}

/// What find, notmuch and mblaze claim.
fn by_hand(place: &Place) -> [ByFolder; 3] {
    let [_, notmuch, mblaze] = [FIND, NOTMUCH, MBLAZE].map(|commands| {
        let told = shell(&place.path(""), commands);
        assert_eq!(told.status, Some(1), "{}", told.talk);
        told.text()
    });
    let folders = folders_of_ids(place);
    [by_counts(place), by_ids(&notmuch, &folders), by_ids(&mblaze, &folders)]
}
