//! Which speaker belongs to which split.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::error::Error;
use crate::numbers::float;

/// A part of the data set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Split {
    /// To learn from.
    Train,
    /// To choose by.
    Validation,
    /// To measure with, once.
    Test,
}

impl Split {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Train, Self::Validation, Self::Test];

    /// `train`, `validation` or `test`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Train => "train",
            Self::Validation => "validation",
            Self::Test => "test",
        }
    }
}

/// Shares of the speakers that are kept from learning, each between 0 and 1.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Shares {
    /// Of all speakers.
    pub validation: f64,
    /// Of all speakers.
    pub test: f64,
}

impl Default for Shares {
    fn default() -> Self {
        Self { validation: 0.1, test: 0.1 }
    }
}

impl Shares {
    pub(super) fn check(self) -> Result<(), Error> {
        let share = 0.0..=1.0;
        if share.contains(&self.validation)
            && share.contains(&self.test)
            && share.contains(&(self.validation + self.test))
        {
            return Ok(());
        }
        let problem = format!("must be between 0 and 1, also together, not {} and {}", self.validation, self.test);
        Err(Error::text("the shares of validation and test", problem))
    }

    /// Where a speaker belongs, whoever else is there.
    pub fn split(self, seed: u64, speaker: &str) -> Split {
        let digest = Sha256::new().chain_update(seed.to_le_bytes()).chain_update(speaker).finalize();
        let number = digest.iter().take(6).fold(0_u64, |number, byte| number << 8 | u64::from(*byte));
        let place = float(number) / float(1 << 48);
        if place < self.test {
            Split::Test
        } else if place < self.test + self.validation {
            Split::Validation
        } else {
            Split::Train
        }
    }
}
