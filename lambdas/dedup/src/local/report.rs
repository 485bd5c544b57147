//! What there was in the inputs.

use crate::Invalid;

/// So many invalid records and gaps are named; the others are only counted.
pub(super) const NAMED: usize = 100;

/// What there was in the inputs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// Records of any kind, the invalid among them.
    pub read: u64,
    /// Contact records, all versions and copies.
    pub contact_records: u64,
    /// Contact records that were written.
    pub kept: u64,
    /// Records and events that came more than once: the copies.
    pub exact_duplicates: u64,
    /// Versions of contacts that were replaced by a later one.
    pub superseded: u64,
    /// Agent events, with their copies.
    pub agent_events: u64,
    /// Contact events, with their copies.
    pub contact_events: u64,
    /// What is no record.
    pub invalid: u64,
    /// The first of those.
    pub named_invalid: Vec<InvalidRecord>,
    /// References of kept records to contacts that are in no input.
    pub gaps: u64,
    /// The first of those.
    pub named_gaps: Vec<Gap>,
}

/// Something in an input that is no record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidRecord {
    /// The name of the input.
    pub input: String,
    /// The line it begins on, from 1; of the unpacked content.
    pub line: u64,
    /// Its first byte, from 0; of the unpacked content.
    pub offset: u64,
    /// What is wrong.
    pub reason: Invalid,
}

/// A contact that is referred to and in no input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gap {
    /// Its identifier.
    pub contact_id: String,
}

impl Report {
    pub(super) fn invalid(&mut self, record: InvalidRecord) {
        self.invalid += 1;
        if self.named_invalid.len() < NAMED {
            self.named_invalid.push(record);
        }
    }

    pub(super) fn gap(&mut self, contact_id: &str) {
        self.gaps += 1;
        if self.named_gaps.len() < NAMED {
            self.name_gap(contact_id.to_owned());
        }
    }

    pub(super) fn name_gap(&mut self, contact_id: String) {
        self.named_gaps.push(Gap { contact_id });
    }
}
