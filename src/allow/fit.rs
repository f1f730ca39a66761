//! Which allowance goes with which row of a difference.
//!
//! Each goes with one row at the most. First every row gets the one with its very paths, accepted
//! or not. Then the others, in the order of the difference, get an accepted one of their class and
//! key: one with a path of theirs if there is one, else any; among those the one that leaves the
//! fewest marks open. A row that a table has and does not accept gets none from that table:
//! somebody has looked at it.

use crate::diff::{Class, Diff};

use super::AllowFile;
use super::accepted::{Accepted, Remark, Usage};
use super::allowance::Allowance;
use super::ticket::{Ticket, Tickets, Wanted};

/// Says what of a difference the files accept. `case_sensitive` is how its keys were made.
pub fn settle<'a>(files: &'a [AllowFile], diff: &Diff<'a>, case_sensitive: bool) -> Accepted<'a> {
    let mut tickets = Tickets::of(files, case_sensitive);
    let wanted = diff.rows.iter().filter(|_| !tickets.all.is_empty()).filter_map(Wanted::of);
    let known = wanted.filter(|wanted| tickets.know(wanted));
    let mut claims: Vec<Claim<'_, 'a>> = known.map(Claim::new).collect();
    give_by_all_paths(&mut tickets, &mut claims);
    for paths in [1, 0] {
        give(&mut tickets, &mut claims, paths);
    }
    result(files, &tickets, &claims)
}

/// A row, and what it gets.
struct Claim<'d, 'a> {
    wanted: Wanted<'d, 'a>,
    /// The ticket with its very paths.
    own: Option<usize>,
    /// The accepted ticket that it has.
    given: Option<usize>,
}

impl<'d, 'a> Claim<'d, 'a> {
    fn new(wanted: Wanted<'d, 'a>) -> Claim<'d, 'a> {
        Claim { wanted, own: None, given: None }
    }

    fn take(&mut self, at: usize, ticket: &mut Ticket<'a>) {
        self.given = Some(at);
        ticket.taken = true;
        ticket.used = ticket.accepts_of(self.wanted.row);
    }
}

/// Gives each row the ticket that speaks of its very files.
fn give_by_all_paths<'a>(tickets: &mut Tickets<'a>, claims: &mut [Claim<'_, 'a>]) {
    for claim in claims {
        claim.own = tickets.with_very_paths(&claim.wanted);
        let own = claim.own.and_then(|at| Some((at, tickets.all.get_mut(at)?)));
        if let Some((at, ticket)) = own.filter(|(_, ticket)| ticket.accepted && !ticket.taken) {
            claim.take(at, ticket);
        }
    }
}

/// Gives each row that has none an accepted ticket with so many of its paths.
fn give<'a>(tickets: &mut Tickets<'a>, claims: &mut [Claim<'_, 'a>], paths: usize) {
    let without = claims.iter_mut().filter(|claim| claim.given.is_none());
    for claim in without.filter(|claim| claim.wanted.identifies()) {
        let best = best(tickets, claim, paths);
        if let Some((at, ticket)) = best.and_then(|at| Some((at, tickets.all.get_mut(at)?))) {
            claim.take(at, ticket);
        }
    }
}

fn best(tickets: &Tickets<'_>, claim: &Claim<'_, '_>, paths: usize) -> Option<usize> {
    let wanted = &claim.wanted;
    let own = claim.own.and_then(|own| tickets.all.get(own));
    let may_go = |ticket: &Ticket<'_>| {
        let refused = own.is_some_and(|own| ticket.is_only_from_files_of(own));
        !refused && ticket.accepts_of(wanted.row) && ticket.paths_in_common(wanted) >= paths
    };
    // Marks that stay open, marks too many, then the order of the files.
    let misfit = |(at, ticket): &(usize, &Ticket<'_>)| {
        let (marks, accepted) = (&wanted.row.marks, &ticket.marks);
        (marks.difference(accepted).count(), accepted.difference(marks).count(), *at)
    };
    let free = tickets.free(wanted).filter(|(_, ticket)| may_go(ticket));
    free.min_by_key(misfit).map(|(at, _)| at)
}

fn result<'a>(
    files: &'a [AllowFile],
    tickets: &Tickets<'a>,
    claims: &[Claim<'_, 'a>],
) -> Accepted<'a> {
    let mut accepted = Accepted::of_files(files.iter().map(usage).collect());
    for claim in claims {
        if let Some((place, remark)) = remark(files, tickets, claim) {
            accepted.add(claim.wanted.row, place, remark);
        }
    }
    let unused = tickets.all.iter().filter(|ticket| !ticket.used).flat_map(Ticket::accepting);
    let mut unused: Vec<(usize, &Allowance)> = unused.collect();
    unused.sort_by_key(|(place, line)| (*place, line.line));
    for (place, line) in unused {
        accepted.add_unused(place, line);
    }
    accepted
}

fn usage(file: &AllowFile) -> Usage<'_> {
    let accepting = file.lines.iter().filter(|line| line.accepts_something());
    let allowances = accepting.count() as u64;
    Usage { path: &file.path, allowances, accepted: 0, unused: Vec::new() }
}

/// What is said of a row, and the place of the file that says it.
fn remark<'a>(
    files: &'a [AllowFile],
    tickets: &Tickets<'a>,
    claim: &Claim<'_, 'a>,
) -> Option<(usize, Remark<'a>)> {
    let row = claim.wanted.row;
    let ticket = |at: Option<usize>| tickets.all.get(at?);
    let (given, own) = (ticket(claim.given), ticket(claim.own));
    let line = |ticket: &Ticket<'a>| ticket.lines.first().copied();
    let (place, first) = given.or(own).and_then(line)?;
    let path = &files.get(place)?.path;
    let marks = given.map(|ticket| &ticket.marks & &row.marks).unwrap_or_default();
    let whole = given.is_some() && marks == row.marks;
    // What was decided of less is no decision on this.
    let decision = if whole || given.is_none() { first.decision.as_str() } else { "" };
    let comment = comment([Some(first), own.and_then(line).map(|(_, line)| line)]);
    let class = given.is_some() && row.class != Class::Same;
    let source = (path.as_path(), first.line);
    Some((place, Remark { source, class, marks, whole, decision, comment }))
}

/// The first comment that says anything.
fn comment(lines: [Option<&Allowance>; 2]) -> &str {
    let comments = lines.into_iter().flatten().map(|line| line.comment.as_str());
    comments.into_iter().find(|comment| !comment.is_empty()).unwrap_or_default()
}
