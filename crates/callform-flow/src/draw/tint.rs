//! What a picture marks about blocks and ways.

use crate::compare::Mark;

/// A mark, with its color and its word.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Tint {
    /// Nothing.
    #[default]
    Plain,
    /// Only the new flow has it.
    Added,
    /// Only the old flow has it.
    Removed,
    /// Both flows have it, and it differs.
    Changed,
    /// Somebody walked it.
    Walked,
    /// Somebody walked some of it.
    PartlyWalked,
    /// Nobody walked it.
    NotWalked,
}

impl From<Mark> for Tint {
    fn from(mark: Mark) -> Self {
        match mark {
            Mark::Same => Tint::Plain,
            Mark::Added => Tint::Added,
            Mark::Removed => Tint::Removed,
            Mark::Changed => Tint::Changed,
        }
    }
}

impl Tint {
    pub(super) const ALL: [Tint; 7] =
        [Tint::Plain, Tint::Added, Tint::Removed, Tint::Changed, Tint::Walked, Tint::PartlyWalked, Tint::NotWalked];

    pub(super) fn color(self) -> &'static str {
        match self {
            Tint::Plain => "#6d7b88",
            Tint::Added => "#1a9c4b",
            Tint::Removed | Tint::NotWalked => "#d93a3a",
            Tint::Changed | Tint::PartlyWalked => "#e08a00",
            Tint::Walked => "#12855f",
        }
    }

    /// A name without spaces.
    pub(super) fn name(self) -> &'static str {
        match self {
            Tint::Plain => "same",
            Tint::Added => "added",
            Tint::Removed => "removed",
            Tint::Changed => "changed",
            Tint::Walked => "walked",
            Tint::PartlyWalked => "partly-walked",
            Tint::NotWalked => "not-walked",
        }
    }

    pub(super) fn word(self) -> &'static str {
        match self {
            Tint::PartlyWalked => "partly walked",
            Tint::NotWalked => "not walked",
            other => other.name(),
        }
    }

    /// A sign that says the same as the color, for ways.
    pub(super) fn sign(self) -> Option<&'static str> {
        match self {
            Tint::Walked => Some("✓"),
            Tint::PartlyWalked => Some("~"),
            Tint::NotWalked => Some("✗"),
            Tint::Plain | Tint::Added | Tint::Removed | Tint::Changed => None,
        }
    }

    /// Whether lines of it are dashed, whatever takes them.
    pub(super) fn is_dashed(self) -> bool {
        matches!(self, Tint::Removed | Tint::NotWalked)
    }
}
