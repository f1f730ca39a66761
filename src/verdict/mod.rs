//! What a difference means: is the left complete in the right, are the two strictly equal, and what
//! fails the run.

use std::fmt;

use crate::allow::Accepted;
use crate::diff::{Class, Counts, Diff, Mark};
use crate::side::{Side, Sides};

mod limit;

pub use limit::{Limit, NoLimit};

/// Something that can fail a run: a class other than `same`, or a mark.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Test {
    /// Messages of a class.
    Class(Class),
    /// Pairs with a mark.
    Mark(Mark),
}

impl Test {
    /// Everything that can be named after `--fail-on` and `--only`.
    pub fn all() -> impl Iterator<Item = Test> {
        let classes = Class::ALL.into_iter().map(Test::Class);
        classes.chain(Mark::ALL.into_iter().map(Test::Mark))
    }

    /// The name in options and reports.
    pub fn word(self) -> &'static str {
        match self {
            Test::Class(class) => class.word(),
            Test::Mark(mark) => mark.word(),
        }
    }

    /// How many there are.
    pub fn count(self, counts: &Counts) -> u64 {
        match self {
            Test::Class(class) => counts.class(class),
            Test::Mark(mark) => counts.mark(mark),
        }
    }
}

impl fmt::Display for Test {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

/// What is asked of the trees.
#[derive(Clone, Debug, Default)]
pub struct Criteria {
    /// What fails; `None` for what fails by default.
    pub fail_on: Option<Vec<Test>>,
    /// Ask only whether the left is complete in the right.
    pub one_way: bool,
    /// How many messages of one side only are still no failure, what is accepted not counted.
    pub max_only: Sides<Limit>,
}

/// What the exit status says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Exit {
    /// Nothing that was asked about differs.
    Same,
    /// Something does.
    Different,
    /// The answer is not proven. Outranks both others.
    Trouble,
}

impl Exit {
    /// What it says where something could not be read, or something fails.
    pub fn of(trouble: bool, fails: bool) -> Exit {
        match (trouble, fails) {
            (true, _) => Exit::Trouble,
            (false, true) => Exit::Different,
            (false, false) => Exit::Same,
        }
    }

    /// 0, 1 or 2, as of `diff` and `cmp`.
    pub fn code(self) -> u8 {
        match self {
            Exit::Same => 0,
            Exit::Different => 1,
            Exit::Trouble => 2,
        }
    }
}

/// The answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// Every message of the left is on the right, as far as contents were compared, and where a
    /// server shows it. Never so where something could not be read.
    pub complete: bool,
    /// Complete, and nothing is anywhere that is not there on the other side too.
    pub strict: bool,
    /// Whether every pair's content was compared.
    pub content_checked: bool,
    /// What failed.
    pub failed_on: Vec<Test>,
    /// The exit status.
    pub exit: Exit,
}

/// Judges a difference; `trouble` says that something could not be read. What is accepted does not
/// fail; whether the left is complete is a fact that no acceptance changes.
pub fn judge(
    diff: &Diff<'_>,
    accepted: &Accepted<'_>,
    trouble: bool,
    criteria: &Criteria,
) -> Verdict {
    let counts = &diff.counts;
    let complete = counts.only_left == 0 && counts.content == 0 && diff.misfiled.right == 0;
    let others = [counts.only_right, counts.moved, counts.copies, counts.misfiled];
    let strict = complete && others == [0; 4];
    let failed_on = failures(diff, accepted, criteria);
    let exit = Exit::of(trouble, !failed_on.is_empty());
    Verdict {
        complete: complete && !trouble,
        strict: strict && !trouble,
        content_checked: diff.content_checked,
        failed_on,
        exit,
    }
}

fn failures(diff: &Diff<'_>, accepted: &Accepted<'_>, criteria: &Criteria) -> Vec<Test> {
    let tests = match &criteria.fail_on {
        Some(tests) => tests.as_slice(),
        None if criteria.one_way => &ONE_WAY,
        None => &BY_DEFAULT,
    };
    let is_asked = |test: &Test| tests.contains(test);
    Test::all().filter(is_asked).filter(|&test| fails(test, diff, accepted, criteria)).collect()
}

const BY_DEFAULT: [Test; 6] = [
    Test::Class(Class::OnlyLeft),
    Test::Class(Class::OnlyRight),
    Test::Class(Class::Moved),
    Test::Class(Class::Copies),
    Test::Mark(Mark::Content),
    Test::Mark(Mark::Misfiled),
];

const ONE_WAY: [Test; 3] =
    [Test::Class(Class::OnlyLeft), Test::Mark(Mark::Content), Test::Mark(Mark::Misfiled)];

fn fails(test: Test, diff: &Diff<'_>, accepted: &Accepted<'_>, criteria: &Criteria) -> bool {
    let open = test.count(&diff.counts).saturating_sub(test.count(&accepted.counts));
    let exceeds = |side: Side| !criteria.max_only[side].admits(open, diff.ledger[side].messages());
    match test {
        Test::Class(Class::OnlyLeft) => exceeds(Side::Left),
        Test::Class(Class::OnlyRight) => exceeds(Side::Right),
        // A copy that lies misfiled on the left is no loss on the right.
        Test::Mark(Mark::Misfiled) if criteria.one_way => {
            diff.misfiled.right > accepted.misfiled.right
        }
        _ => open > 0,
    }
}
