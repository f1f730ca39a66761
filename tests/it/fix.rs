//! `maildiff check --fix-script`: run on damaged trees, it cures what it says it does, and loses
//! nothing.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::net::UnixListener;
use std::path::Path;
use std::process::Command;
use std::sync::atomic::AtomicU64;

use maildiff::check::check;
use maildiff::cure::plan;
use maildiff::finding::{Finding, Kind};
use maildiff::identify;
use maildiff::index::{self, index};
use maildiff::mail_file::{Buffer, MailFile};
use maildiff::maildir::scan::{self, scan};
use maildiff::message::canonical::Content;
use serde_json::Value;

use crate::check::{LATE, checked, damages, sizes, sound};
use crate::tree::{Run, Tree, mail, raw, tool};

/// The script that cures a tree.
fn script(tree: &Tree) -> Vec<u8> {
    Run::of(tool().args(["check", "--fix-script", "--now", LATE]).arg(tree)).stdout
}

/// Runs a script with nothing in its path but what it may use; gives what it complains of.
pub(crate) fn run(script: &[u8]) -> String {
    let place = tempfile::tempdir().unwrap();
    let file = place.path().join("fix.sh");
    fs::write(&file, script).unwrap();
    let output = Command::new("/bin/sh").arg(&file).current_dir(place.path()).output().unwrap();
    let left: Vec<_> = fs::read_dir(place.path()).unwrap().collect();
    assert_eq!(left.len(), 1, "the script did something beside its tree");
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// What every regular file of a tree holds, as far as it holds anything.
fn contents(tree: &Tree) -> BTreeSet<Content> {
    tree.regular_files().iter().filter_map(|path| content(path)).collect()
}

fn content(path: &Path) -> Option<Content> {
    let mut buffer = Buffer::default();
    let mut mail = MailFile::open(path, &mut buffer).unwrap();
    identify::content(&mut mail).ok().filter(|content| !content.is_empty())
}

/// The kinds of what was found, of all or of what a script cures or does not.
fn ids(json: &Value, scripted: Option<bool>) -> BTreeSet<String> {
    let all = json["findings"].as_array().unwrap().iter();
    let wanted = all.filter(|finding| scripted.is_none_or(|wanted| finding["scripted"] == wanted));
    wanted.map(|finding| finding["id"].as_str().unwrap().to_owned()).collect()
}

/// Cures a tree and fails the test unless what was promised is done, and all content is still
/// there.
#[track_caller]
fn cures(name: &str, tree: &Tree) {
    let (_, before) = checked(tree, "");
    let content = contents(tree);
    let script = script(tree);
    let told = String::from_utf8_lossy(&script).into_owned();
    assert_eq!(run(&script), "", "{name}:\n{told}");
    let kept = contents(tree);
    let lost: Vec<&Content> = content.difference(&kept).collect();
    assert!(lost.is_empty(), "{name}: {lost:?}\n{told}");
    let (_, after) = checked(tree, "");
    let promised = ids(&before, Some(true));
    let spared = ids(&before, Some(false));
    let left = ids(&after, None);
    let broken = promised.iter().filter(|id| !spared.contains(*id) && left.contains(*id));
    let broken: Vec<&String> = broken.collect();
    assert!(broken.is_empty(), "{name}: {broken:?}\n{told}");
    // Whoever runs it again does no harm.
    run(&script);
    assert!(content.is_subset(&contents(tree)), "{name}, twice");
}

#[test]
fn each_damage_is_cured_as_promised_and_nothing_is_lost() {
    for damage in damages() {
        cures(damage.name, &damage.tree);
    }
}

#[test]
fn all_damages_at_once_are_cured() {
    let names = ["1.h", "-rf", "it's", "$(touch pwned)", "`touch pwned`", "a\nb", "\"x\"", "a\\b"];
    let mut tree = sound().folder("drafts").with("tmp/9.h", mail("one"));
    for (at, name) in names.iter().enumerate() {
        let info = [":2,SR", ";2,S", ""][at % 3];
        tree = tree
            .with(format!("{at}.{name}:2,S"), mail(&format!("beside-{at}")))
            .with(format!(".Sent/draft $x/{at}.{name}{info}"), mail(&format!("stray-{at}")))
            .with(format!("cur/{at}.{name},W=7{info}"), mail(&format!("w-{at}")))
            .with(format!("new/{at}.{name},S=7"), mail(&format!("s-{at}")))
            .with(format!("drafts/cur/{at}.{name}:2,"), mail(&format!("draft-{at}")))
            .with(format!("tmp/{at}.{name}"), mail(&format!("tmp-{at}")))
            .with(format!(".Sent/new/.{at}.{name}"), mail(&format!("hidden-{at}")));
    }
    let tree = tree.with(raw(b"cur/\xff.h,S=7:2,S"), mail("latin"));
    cures("all", &tree);
    assert_eq!(
        crate::check::told(&checked(&tree, "").1),
        [r"bad-filename not-utf8 cur/\xff.h,S=102:2,S"]
    );
}

#[test]
fn a_script_uses_three_programs() {
    let tree = sound().with("1.M1.h:2,S", mail("lost")).with("tmp/1.h", "").folder("drafts");
    let tree = tree.with("drafts/cur/1.h", mail("draft"));
    let script = String::from_utf8(script(&tree)).unwrap();
    let code: Vec<&str> = script.lines().filter(|line| !line.starts_with('#')).collect();
    let starts = ["", "ln -- '", "rm -- '", "mkdir -m 700 -- '"];
    for line in &code {
        assert!(starts.iter().any(|start| line.starts_with(start)), "{line}");
        assert_eq!(line.starts_with("ln"), line.contains(" && rm -- "), "{line}");
    }
    let count = |start: &str| code.iter().filter(|line| line.starts_with(start)).count();
    assert_eq!((count("ln"), count("rm"), count("mkdir")), (2, 1, 4), "{script}");
}

#[test]
fn a_name_that_came_meanwhile_is_not_replaced() {
    let tree = sound().with("1.M1.h:2,S", mail("lost"));
    let script = script(&tree);
    let tree = tree.with("cur/1.M1.h:2,S", mail("meanwhile"));
    let before = contents(&tree);
    assert!(run(&script).contains("1.M1.h:2,S"));
    assert_eq!(contents(&tree), before);
}

/// The lines of a script that do something.
fn steps(tree: &Tree) -> Vec<String> {
    let script = String::from_utf8(script(tree)).unwrap();
    let root = format!("{}/", tree.root().display());
    let lines = script.lines().filter(|line| !line.starts_with('#') && !line.is_empty());
    lines.map(|line| line.replace(&root, "")).collect()
}

#[test]
fn what_a_link_leads_to_stays_where_it_is() {
    let tree = sound().with("tmp/1.h", mail("lost")).link("cur/1.h:2,S", "../tmp/1.h");
    let tree = tree.with("cur/2.h:2,S", mail("lost"));
    assert_eq!(steps(&tree), [""; 0]);
    let tree = sound().with("1.M1.h:2,S", mail("lost")).link("cur/1.h:2,S", "../1.M1.h:2,S");
    assert_eq!(steps(&tree), [""; 0]);
}

#[test]
fn leftovers_are_no_ground_to_remove_each_other() {
    let tree = sound().with("tmp/1.h", mail("lost")).with("tmp/2.h", mail("lost"));
    let moves = ["ln -- 'tmp/1.h' 'new/1.h' && rm -- 'tmp/1.h'"];
    assert_eq!(steps(&tree)[..1], moves);
    cures("leftovers", &tree);
}

#[test]
fn a_copy_goes_only_if_another_stays() {
    let twice = |one: &str, other: &str| sound().with(one, mail("lost")).with(other, mail("lost"));
    let tree = twice("cur/1.M1.h:2,S", "1.M1.h:2,S");
    assert_eq!(steps(&tree), ["rm -- '1.M1.h:2,S'"]);
    let conflict = "cur/1.sync-conflict-20211115-161219-ABCDEFG.h:2,S";
    let tree = twice(conflict, "1.M1.h:2,S");
    assert_eq!(steps(&tree), ["ln -- '1.M1.h:2,S' 'cur/1.M1.h:2,S' && rm -- '1.M1.h:2,S'"]);
    let tree = twice(conflict, "cur/1.h:2,S");
    assert_eq!(steps(&tree), [format!("rm -- '{conflict}'")]);
    let tree = sound().with(conflict, mail("lost")).with("cur/1.h:2,S", mail("lost").saying("x"));
    assert_eq!(steps(&tree), [""; 0]);
    let tree = twice("cur/1.h:2,", "cur/1.h:2,S");
    assert_eq!(steps(&tree), ["rm -- 'cur/1.h:2,'"]);
    let tree = twice("cur/1.h:2,F", "cur/1.h:2,S");
    let apart = "ln -- 'cur/1.h:2,S' 'cur/1.h_1:2,S' && rm -- 'cur/1.h:2,S'";
    assert_eq!(steps(&tree), [apart]);
    let tree = twice("cur/1.h:2,ST", "new/1.h");
    let apart = "ln -- 'cur/1.h:2,ST' 'cur/1.h_1:2,ST' && rm -- 'cur/1.h:2,ST'";
    assert_eq!(steps(&tree), [apart]);
    let tree = twice("cur/1.h:2,FS", "cur/1.h:2,S");
    assert_eq!(steps(&tree), ["rm -- 'cur/1.h:2,S'"]);
}

#[test]
fn nothing_that_a_sync_knows_is_removed() {
    let synced = || sound().with(".uidvalidity", "1600000000\n9\n");
    let conflict = "cur/1,U=3.sync-conflict-20211115-161219-ABCDEFG.h:2,S";
    let tree = synced().with(conflict, mail("lost")).with("cur/1.h,U=4:2,S", mail("lost"));
    assert_eq!(steps(&tree), [""; 0]);
    assert_eq!(steps(&synced().with("cur/1.h,U=3:2,S", "")), [""; 0]);
    assert_eq!(steps(&synced().link("cur/1.h,U=3:2,S", "gone")), [""; 0]);
    let mapped = sound().with(".isyncuidmap.db", "").with("cur/1.h,W=7:2,SR", mail("lost"));
    assert_eq!(steps(&mapped.with("cur/2.h:2,S", "")), [""; 0]);
}

#[test]
fn a_uid_is_kept_where_mbsync_still_has_it() {
    let synced = || sound().with(".uidvalidity", "1600000000\n9\n");
    let to = |tree: Tree| steps(&tree).join("\n").split('\'').nth(3).unwrap_or_default().to_owned();
    assert_eq!(to(synced().with("1.M1.h,U=3:2,S", mail("lost"))), "cur/1.M1.h,U=3:2,S");
    assert_eq!(to(synced().with("cur/.1.M1.h,U=3:2,S", mail("lost"))), "cur/1.M1.h,U=3:2,S");
    let taken = synced().with("cur/2.h,U=3:2,S", mail("has it"));
    assert_eq!(to(taken.with("1.M1.h,U=3:2,S", mail("lost"))), "cur/1.M1.h:2,S");
    assert_eq!(to(synced().with("1.M1.h,U=10:2,S", mail("lost"))), "cur/1.M1.h:2,S");
    assert_eq!(to(sound().with("1.M1.h,U=3:2,S", mail("lost"))), "cur/1.M1.h:2,S");
}

#[test]
fn mail_of_a_synced_folder_above_goes_back_or_is_left_alone() {
    let tree = Tree::bare().folder("Lists").with("Lists/.uidvalidity", "1600000000\n9\n");
    let tree = tree.folder("Archives/2011").with("Lists/cur/1.h,U=1:2,S", mail("one"));
    let tree = tree.with("Lists/draft/1.M1.h,U=3:2,S", mail("lost"));
    let back = "ln -- 'Lists/draft/1.M1.h,U=3:2,S' 'Lists/cur/1.M1.h,U=3:2,S'";
    let back = [format!("{back} && rm -- 'Lists/draft/1.M1.h,U=3:2,S'")];
    assert_eq!(steps(&tree), back);
    // A UID that is taken there, or was never given, says nothing.
    let tree = tree.with("Lists/draft/2.M1.h,U=1:2,S", mail("another"));
    assert_eq!(steps(&tree.with("Lists/draft/3.M1.h,U=99:2,S", mail("third"))), back);
}

#[test]
fn a_tree_that_changed_gets_no_script() {
    let tree = sound().with("1.M1.h:2,S", mail("lost"));
    let scan = scan(tree.root(), &scan::Options::default()).unwrap();
    let index = index(scan, &index::Options::default(), &AtomicU64::new(0));
    let mut findings = check(&index, &[], 0, &AtomicU64::new(0)).findings;
    assert_eq!(plan(&index, &findings).steps.len(), 1);
    findings.push(Finding::new(Kind::Vanished, 0, "cur".into(), ""));
    assert_eq!(plan(&index, &findings).steps, []);
}

#[test]
fn a_cover_must_stay_itself() {
    let left = |cover: &str| sound().with("tmp/1.h", mail("lost")).with(cover, mail("lost"));
    assert_eq!(steps(&left("cur/2.h:2,S")), ["rm -- 'tmp/1.h'"]);
    assert_eq!(steps(&left(".Archives.2012/cur/2.h:2,S")), ["rm -- 'tmp/1.h'"]);
    assert_eq!(steps(&left("cur/2.h:2,ST")), [""; 0]);
    assert_eq!(steps(&left(".Trash/cur/2.h:2,S").folder(".Trash")), [""; 0]);
    assert_eq!(steps(&left("drafts/cur/2.h:2,S").folder("drafts")).len(), 5);
    let elsewhere = Tree::new().with("cur/1.h", mail("lost"));
    let linked = sound().with("tmp/1.h", mail("lost"));
    assert_eq!(steps(&linked.link("cur/2.h:2,S", elsewhere.path("cur/1.h"))), [""; 0]);
}

#[test]
fn of_twins_with_one_uid_one_keeps_it() {
    let tree = sound().with(".uidvalidity", "1600000000\n9\n");
    let tree = tree.with("cur/1.h,U=3!2,S", mail("lost")).with("cur/1.h,U=3:2,RS", mail("lost"));
    assert_eq!(steps(&tree), ["rm -- 'cur/1.h,U=3!2,S'"]);
}

#[test]
fn what_differs_in_blanks_is_no_copy() {
    let patch = |text: &str| mail("patch").saying(text);
    let tree = sound().with("cur/1.h", patch("-\ta\n")).with("1.M1.h", patch("- a\n"));
    assert_eq!(steps(&tree), [""; 0]);
    let crlf = String::from_utf8(patch("-\ta\n").bytes()).unwrap().replace('\n', "\r\n");
    let tree = sound().with("cur/1.h", patch("-\ta\n")).with("1.M1.h", crlf);
    assert_eq!(steps(&tree), ["rm -- '1.M1.h'"]);
}

#[test]
fn a_backup_in_a_stray_directory_stays() {
    let tree = sound().with("cur/1.h", mail("lost")).with("cur.bak/1.h", mail("lost"));
    assert_eq!(steps(&tree), [""; 0]);
}

#[test]
fn what_is_no_mail_is_not_delivered() {
    assert_eq!(steps(&sound().with("7", "Dear diary\n").with("20211101.pdf", "%PDF")), [""; 0]);
}

#[test]
fn a_file_that_lost_its_end_keeps_what_tells_so() {
    assert_eq!(steps(&sound().with("cur/1.h,S=9000,W=9200:2,S", mail("cut"))), [""; 0]);
    assert_eq!(steps(&sound().with("cur/1.h,S=9000:2,S", mail("named"))).len(), 1);
}

#[test]
fn a_folder_that_a_sync_keeps_is_seen_by_somebody() {
    let tree = sound().folder("Sent").with("Sent/.uidvalidity", "1\n9\n");
    let tree = tree.with("Sent/cur/1.h,U=1:2,S", mail("sent"));
    assert!(!crate::check::told(&checked(&tree, "").1).iter().any(|told| told.contains("invis")));
    assert_eq!(steps(&tree), [""; 0]);
    let known = sound().folder("drafts").with("drafts/cur/1.h,U=1:2,S", mail("sent"));
    assert!(steps(&known).iter().all(|step| !step.starts_with("ln")));
}

#[test]
fn a_uid_beyond_the_last_stays() {
    let tree = sound().with(".uidvalidity", "1\n2\n").with("cur/1.h,U=4:2,S", mail("new"));
    assert_eq!(steps(&tree), [""; 0]);
}

#[test]
fn what_was_not_read_may_be_the_copy() {
    let tree = sound().with("tmp/1.h", mail("old"));
    let mut command = tool();
    command.args(["check", "--fix-script", "--now", LATE, "-x", "Archives/*"]).arg(&tree);
    assert!(!Run::of(&mut command).text().contains("tmp/1.h"));
    assert_eq!(steps(&tree), ["rm -- 'tmp/1.h'"]);
}

#[test]
fn junk_moves_up_unless_a_sync_took_it_for_mail() {
    let up = ["ln -- 'cur/Thumbs.db' 'Thumbs.db' && rm -- 'cur/Thumbs.db'"];
    assert_eq!(steps(&sound().with("cur/Thumbs.db", [1, 2])), up);
    let mapped = sound().with(".isyncuidmap.db", "");
    assert_eq!(steps(&mapped.with("cur/Thumbs.db", [1, 2])), [""; 0]);
}

#[test]
fn moves_go_to_directories_only() {
    let tree = Tree::bare().folder(".Sent").with(".Sent/1.M1.h", mail("lost"));
    fs::remove_dir(tree.path(".Sent/new")).unwrap();
    let tree = tree.with(".Sent/new", "a file");
    assert!(!steps(&tree).iter().any(|step| step.starts_with("ln")));
    let tree = Tree::bare().folder(".Sent").with(".Sent/tmp/1.M1.h", mail("lost"));
    fs::remove_dir(tree.path(".Sent/new")).unwrap();
    assert_eq!(steps(&tree.link(".Sent/new", "tmp")), [""; 0]);
}

#[test]
fn links_on_the_way_to_mail_stay() {
    let tree = sound().with("cur/1.h:2,S", mail("lost")).link("cur/1.h:2,", "1.h:2,S");
    assert_eq!(steps(&tree.link("cur/2.h:2,S", "1.h:2,")), [""; 0]);
}

#[test]
fn what_may_come_back_is_not_removed() {
    assert_eq!(steps(&sound().link("cur/1.h:2,S", "gone")), ["rm -- 'cur/1.h:2,S'"]);
    assert_eq!(steps(&sound().link("cur/1.h:2,S", "/not/mounted/1")), [""; 0]);
    let annexed = sound().with(".git/annex/x", "").link("cur/1.h:2,S", "../.git/annex/gone");
    assert_eq!(steps(&annexed), [""; 0]);
    assert_eq!(steps(&sound().with("cur/1.h,S=7:2,S", "")), [""; 0]);
}

#[test]
fn what_a_step_needs_comes_with_it() {
    let tree = sound().folder("drafts").with("drafts/cur/1.h:2,SR", mail("draft"));
    let mut command = tool();
    command.args(["check", "--fix-script", "--only", "bad-flags"]).arg(&tree);
    let script = Run::of(&mut command).stdout;
    assert_eq!(run(&script), "");
    assert!(tree.path(".drafts/cur/1.h:2,RS").exists());
}

#[test]
fn the_cure_is_limited_to_what_is_asked_for() {
    let tree = sound().with("1.M1.h:2,S", mail("lost")).with("tmp/1.h", "");
    let mut command = tool();
    command.args(["check", "--fix-script", "--now", LATE, "--only", "tmp-leftover"]).arg(&tree);
    let script = Run::of(&mut command).text();
    assert!(script.contains("/tmp/1.h'") && !script.contains("/1.M1.h:2,S'"), "{script}");
}

/// Where the first move of a script leads to; empty if there is none.
fn goes_to(tree: &Tree) -> String {
    let steps = steps(tree).into_iter().find(|step| step.starts_with("ln "));
    steps.unwrap_or_default().split('\'').nth(3).unwrap_or_default().to_owned()
}

#[test]
fn only_whole_mail_that_is_nowhere_else_is_delivered() {
    let nuls = [vec![0; 70_000], mail("lost").bytes()].concat();
    let version = mail("one").saying("Another version.\n").bytes();
    for content in [
        nuls,
        version,
        b"Message-ID: <x@y>\nDate: x\n\nbody\n".to_vec(),
        b"From: a\nTo: b\nMessage-ID: <x@y>\n".to_vec(),
        b"X-TUID: 123456789012\n".to_vec(),
    ] {
        let told = String::from_utf8_lossy(&content).into_owned();
        assert_eq!(steps(&sound().with("tmp/1.M1.h", content)), [""; 0], "{told}");
    }
    // What rsync was still writing.
    assert_eq!(steps(&sound().with("cur/.1.M1.h.Ab3dEf", mail("lost"))), [""; 0]);
}

#[test]
fn what_is_delivered_gets_a_sound_name() {
    let to = |path: &str| goes_to(&sound().with(path, mail("lost")));
    assert_eq!(to("tmp/1.M1.h,S=7,W=7"), "new/1.M1.h");
    assert_eq!(to("cur/.1.M1.h:2,SRR"), "cur/1.M1.h:2,RS");
    let long = to(&format!("tmp/1.{}", "x".repeat(240)));
    assert_eq!(long, format!("new/1.{}", "x".repeat(98)));
}

#[test]
fn flags_that_are_unknown_and_sizes_that_programs_read_stay() {
    assert_eq!(steps(&sound().with("cur/1.h:2,XS", mail("lost"))), [""; 0]);
    let to = |name: &str| goes_to(&sound().with(format!("cur/{name}"), mail("lost")));
    // Digits behind which neither a comma nor a colon stands were no size.
    assert_eq!(to("1.h,S=7;2,S"), "cur/1.h:2,S");
    assert_eq!(to("1.h,W=7;2,S"), "cur/1.h:2,S");
    let (_, wire) = sizes(&mail("lost"));
    assert_eq!(to(&format!("1.h,W={wire},x;2,S")), format!("cur/1.h,W={wire},x:2,S"));
}

#[test]
fn two_that_move_to_one_name_get_two() {
    let tree = sound().with("cur/Thumbs.db", [1, 2]).with("new/Thumbs.db", [3, 4]);
    let moves = [
        "ln -- 'new/Thumbs.db' 'Thumbs.db_1' && rm -- 'new/Thumbs.db'",
        "ln -- 'cur/Thumbs.db' 'Thumbs.db' && rm -- 'cur/Thumbs.db'",
    ];
    assert_eq!(steps(&tree), moves);
}

#[test]
fn what_a_sync_knows_by_its_name_stays_whatever_it_is() {
    assert_eq!(steps(&sound().with("new/dovecot,U=3", [1, 2])), [""; 0]);
    let tree = sound();
    drop(UnixListener::bind(tree.path("cur/s,U=3")).unwrap());
    assert_eq!(steps(&tree), [""; 0]);
    drop(UnixListener::bind(tree.path("cur/s")).unwrap());
    assert_eq!(steps(&tree), ["rm -- 'cur/s'"]);
}

#[test]
fn a_copy_is_of_its_own_folder_and_no_link() {
    let beside = |tree: Tree| tree.with(".Sent/1.M1.h:2,S", mail("lost"));
    let moves = ["ln -- '.Sent/1.M1.h:2,S' '.Sent/cur/1.M1.h:2,S' && rm -- '.Sent/1.M1.h:2,S'"];
    assert_eq!(steps(&beside(sound().with("cur/2.h:2,S", mail("lost")))), moves);
    let other = Tree::new().with("cur/3.h:2,S", mail("lost"));
    let away = other.path("cur/3.h:2,S");
    assert_eq!(steps(&beside(sound().link(".Sent/cur/2.h:2,S", &away))), moves);
    // Of two of one base name the link is no copy either.
    let tree = sound().link("cur/1.h:2,FS", &away).with("cur/1.h:2,S", mail("lost"));
    assert!(!steps(&tree).iter().any(|step| step.starts_with("rm ")));
}

#[test]
fn of_one_base_name_only_a_copy_goes() {
    let tree = sound().with("cur/1.h:2,FS", mail("lost").saying("Whole.\n"));
    let tree = tree.with("cur/1.h:2,S", mail("lost").saying("Half.\n"));
    let apart = "ln -- 'cur/1.h:2,S' 'cur/1.h_1:2,S' && rm -- 'cur/1.h:2,S'";
    assert_eq!(steps(&tree), [apart]);
    let mapped = Tree::new().with(".isyncuidmap.db", "");
    let mapped = mapped.with("cur/1.h:2,FS", mail("lost")).with("cur/1.h:2,S", mail("lost"));
    assert_eq!(steps(&mapped), [""; 0]);
}

#[test]
fn a_hidden_folder_is_cured_only_if_all_its_mail_moves() {
    let hidden = || sound().folder("drafts").with("drafts/cur/1.h:2,S", mail("draft"));
    let is_cured = |tree: &Tree| ids(&checked(tree, "").1, Some(true)).contains("invisible-folder");
    assert!(is_cured(&hidden()));
    let other = Tree::of(&["x"]);
    let linked = hidden().link("drafts/cur/2.h:2,S", other.path("cur/x:2,S"));
    assert!(!is_cured(&linked));
    assert!(!steps(&linked).iter().any(|step| step.contains("/2.h")));
    let mapped = hidden().with("drafts/.isyncuidmap.db", "");
    assert_eq!(steps(&mapped), [""; 0]);
}

#[test]
fn directories_are_made_where_mail_stays() {
    let tree = Tree::bare().with("Lists/.uidvalidity", "1600000000\n9\n").folder("Lists");
    let tree = tree.folder("Archives/2011").folder("Lists/a").with("Lists/cur/1.h", mail("one"));
    fs::remove_dir(tree.path("Lists/a/tmp")).unwrap();
    let tree = tree.with("Lists/a/1.M1.h,U=3:2,S", mail("lost"));
    assert_eq!(steps(&tree), ["mkdir -m 700 -- 'Lists/a/tmp'"]);
    let tree = sound().with("drafts/cur/1.h:2,S", mail("draft"));
    assert!(!steps(&tree).iter().any(|step| step.contains("'drafts/tmp'")));
    assert!(steps(&tree).iter().any(|step| step.contains("'.drafts/tmp'")));
}

#[test]
fn a_uid_comes_back_to_the_last_and_to_one_file() {
    let synced = || sound().with(".uidvalidity", "1600000000\n9\n");
    assert_eq!(goes_to(&synced().with("1.M1.h,U=9:2,S", mail("lost"))), "cur/1.M1.h,U=9:2,S");
    let own = Tree::bare().folder("Lists").with("Lists/.uidvalidity", "1600000000\n9\n");
    let own = own.folder("Archives/2011").folder("Lists/a");
    let own = own.with("Lists/a/.uidvalidity", "1600000000\n9\n");
    let own = own.with("Lists/a/1.M1.h,U=3:2,S", mail("lost"));
    assert_eq!(goes_to(&own), "Lists/a/cur/1.M1.h,U=3:2,S");
}

#[test]
fn of_three_of_one_base_name_the_one_with_most_flags_stays() {
    let tree = sound().with("cur/1.h:2,", mail("lost")).with("cur/1.h:2,FS", mail("lost"));
    let steps = steps(&tree.with("cur/1.h:2,S", mail("lost")));
    assert_eq!(steps, ["rm -- 'cur/1.h:2,'", "rm -- 'cur/1.h:2,S'"]);
}

#[test]
fn an_empty_message_is_not_for_a_script_to_remove() {
    assert_eq!(steps(&sound().with("cur/1.h,S=0:2,S", "")), [""; 0]);
    assert_eq!(steps(&sound().with("tmp/1.h", "")), ["rm -- 'tmp/1.h'"]);
}
