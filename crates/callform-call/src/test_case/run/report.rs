//! What comes of a test case that was run.

use jiff::Timestamp;
use serde_json::Value;

/// What came of a run.
#[derive(Clone, Debug, PartialEq)]
pub struct Report {
    /// When it began.
    pub began: Timestamp,
    /// When it ended, by the time of the simulation.
    pub ended: Timestamp,
    /// Whether it passed.
    pub outcome: Outcome,
    /// How many observations the test case has.
    pub total: usize,
    /// How many were matched, with all their checks.
    pub passed: usize,
    /// How many failed: by a check, or because what they waited for did not come.
    pub failed: usize,
    /// What happened, in order.
    pub records: Vec<Record>,
}

/// Whether a run passed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Outcome {
    /// It was ended by the test case, and every check held.
    #[error("the test passed")]
    Passed,
    /// A check did not hold.
    #[error("{action} of {observation} does not hold: {namespace} is {actual}")]
    CheckFailed {
        /// The observation.
        observation: String,
        /// The action.
        action: String,
        /// What was compared.
        namespace: String,
        /// What it was, in quotation marks; `not set` where it had no value.
        actual: String,
    },
    /// Nothing ended it within the time limit.
    #[error("the test ran into its time limit; it waited for {}", .waited_for.join(", "))]
    TimedOut {
        /// The observations that were active then.
        waited_for: Vec<String>,
    },
    /// It could not begin.
    #[error("the test did not start: {0}")]
    NotStarted(String),
}

/// One thing that happened. The service does not document the form; this is what was seen (?).
#[derive(Clone, Debug, PartialEq)]
pub struct Record {
    /// When.
    pub at: Timestamp,
    /// The observation it is about.
    pub observation: Option<String>,
    /// Whether it went well.
    pub status: RecordStatus,
    /// `Type` (`INITIATION`, `EXECUTION_START`, `OBSERVATION`, `COMPLETION`) and what belongs to it.
    pub content: Value,
}

/// Whether something went well.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RecordStatus {
    /// It did.
    Passed,
    /// It did not.
    Failed,
    /// It goes on.
    InProgress,
}

impl RecordStatus {
    /// The service's word.
    pub fn name(self) -> &'static str {
        match self {
            Self::Passed => "PASSED",
            Self::Failed => "FAILED",
            Self::InProgress => "IN_PROGRESS",
        }
    }
}
