//! The parts of the list of differences.

use crate::allow::Remark;
use crate::diff::{Class, Mark, Row};

use super::super::Report;

/// How many rows of one reason are shown before a list is cut.
const SHOWN: usize = 10;

/// The parts of the list of differences, in their order.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Section {
    Class(Class),
    Mark(Mark),
}

impl Section {
    pub(super) const ALL: [Section; 10] = [
        Section::Class(Class::OnlyLeft),
        Section::Class(Class::OnlyRight),
        Section::Mark(Mark::Content),
        Section::Mark(Mark::Misfiled),
        Section::Class(Class::Moved),
        Section::Class(Class::Copies),
        Section::Mark(Mark::Rekeyed),
        Section::Mark(Mark::CaseOnly),
        Section::Mark(Mark::Flags),
        Section::Class(Class::Same),
    ];

    pub(super) fn holds(self, row: &Row<'_>) -> bool {
        match self {
            Section::Class(Class::Same) => row.is_plain(),
            Section::Class(class) => row.class == class,
            Section::Mark(mark) => row.marks.contains(&mark),
        }
    }

    /// What is said of a row of it by whoever accepts what puts the row there.
    pub(super) fn acceptance<'r, 'a>(
        self,
        report: &'r Report<'a>,
        row: &Row<'a>,
    ) -> Option<&'r Remark<'a>> {
        let accepts = |remark: &&Remark<'_>| match self {
            Section::Class(_) => remark.class,
            Section::Mark(mark) => remark.marks.contains(&mark),
        };
        report.accepted.of(row).filter(accepts)
    }

    /// Whether somebody accepts what puts a row there.
    pub(super) fn is_accepted<'a>(self, report: &Report<'a>, row: &Row<'a>) -> bool {
        self.acceptance(report, row).is_some()
    }

    pub(super) fn has_reasons(self) -> bool {
        let only = [Section::Class(Class::OnlyLeft), Section::Class(Class::OnlyRight)];
        only.contains(&self) || self == Section::Mark(Mark::Content)
    }

    /// Whether something can be done about what is in it.
    pub(super) fn has_cures(self) -> bool {
        self.has_reasons() || self == Section::Mark(Mark::Misfiled)
    }

    /// Whether its remark already tells both ids.
    pub(super) fn shows_ids(self) -> bool {
        matches!(self, Section::Mark(Mark::Rekeyed | Mark::CaseOnly))
    }

    /// How many rows of one reason are shown before the list is cut. Flags alone fail no run, and a
    /// sync changes them by the hundred.
    pub(super) fn shown(self) -> usize {
        if self == Section::Mark(Mark::Flags) { 0 } else { SHOWN }
    }

    pub(super) fn word(self) -> &'static str {
        match self {
            Section::Class(class) => class.word(),
            Section::Mark(mark) => mark.word(),
        }
    }

    pub(super) fn heading(self) -> &'static str {
        match self {
            Section::Class(Class::OnlyLeft) => "Only on the left",
            Section::Class(Class::OnlyRight) => "Only on the right",
            Section::Class(Class::Moved) => "Moved to another folder",
            Section::Class(Class::Copies) => "Further copies, on one side only",
            Section::Class(Class::Same) => "The same",
            Section::Mark(Mark::Content) => "Other content under one Message-ID",
            Section::Mark(Mark::Misfiled) => "Misfiled on one side, so that no server shows it",
            Section::Mark(Mark::Rekeyed) => "The same content under another Message-ID, or none",
            Section::Mark(Mark::CaseOnly) => "Message-IDs that differ in letter case only",
            Section::Mark(Mark::Flags) => "Other flags",
        }
    }
}
