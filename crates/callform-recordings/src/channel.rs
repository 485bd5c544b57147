//! Whose sound it is, and when.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Whose sound a channel of a recording holds.
///
/// Amazon Connect records all that comes in (the customer and third parties) on the left channel and the agent on the
/// right. A recording with one channel is the customer's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Channel {
    /// Left, the first one.
    Customer,
    /// Right, the second one.
    Agent,
}

impl Channel {
    /// Both, in the order of a file.
    pub const BOTH: [Self; 2] = [Self::Customer, Self::Agent];

    /// The place in a frame of a file.
    pub const fn index(self) -> usize {
        match self {
            Self::Customer => 0,
            Self::Agent => 1,
        }
    }

    /// `customer` or `agent`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Customer => "customer",
            Self::Agent => "agent",
        }
    }
}

impl fmt::Display for Channel {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

/// A part of a recording, in milliseconds from its beginning; the end is not part of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Span {
    /// Where it begins.
    pub start_ms: u64,
    /// Where it ends: never before it begins.
    pub end_ms: u64,
}

impl Span {
    /// A part between two moments; empty where the second one is not after the first.
    pub const fn new(start_ms: u64, end_ms: u64) -> Self {
        Self { start_ms, end_ms: if end_ms < start_ms { start_ms } else { end_ms } }
    }

    /// Milliseconds.
    pub const fn length(self) -> u64 {
        self.end_ms.saturating_sub(self.start_ms)
    }

    /// What two parts have in common, if that is anything.
    pub fn common(self, other: Self) -> Option<Self> {
        let (start_ms, end_ms) = (self.start_ms.max(other.start_ms), self.end_ms.min(other.end_ms));
        (start_ms < end_ms).then_some(Self { start_ms, end_ms })
    }

    /// The smallest part that holds both.
    pub fn around(self, other: Self) -> Self {
        Self { start_ms: self.start_ms.min(other.start_ms), end_ms: self.end_ms.max(other.end_ms) }
    }
}

/// Milliseconds that two lists of parts have in common; each list is in order and without overlaps of its own.
pub fn common(left: &[Span], right: &[Span]) -> u64 {
    let (mut first, mut second, mut total) = (0, 0, 0);
    while let (Some(one), Some(other)) = (left.get(first), right.get(second)) {
        total += one.common(*other).map_or(0, Span::length);
        if one.end_ms <= other.end_ms {
            first += 1;
        } else {
            second += 1;
        }
    }
    total
}
