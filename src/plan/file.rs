//! The saved plan.

use serde::Deserialize;

use super::{FORMAT_VERSION, Plan};

/// Why a saved plan cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum PlanFileError {
    /// It is of another version of Callform.
    #[error("the plan has format {found}; this program reads format {FORMAT_VERSION}. Make the plan anew.")]
    OtherFormat {
        /// The version it has.
        found: u32,
    },
    /// It is no plan.
    #[error("this is no saved plan: {0}")]
    Unreadable(#[from] serde_json::Error),
}

#[derive(Deserialize)]
struct Header {
    format_version: u32,
}

impl Plan {
    /// The saved form: JSON that [`Plan::load`] reads back.
    pub fn save(&self) -> Result<String, PlanFileError> {
        let mut text = serde_json::to_string_pretty(self)?;
        text.push('\n');
        Ok(text)
    }

    /// Reads a saved plan.
    pub fn load(text: &str) -> Result<Self, PlanFileError> {
        let header: Header = serde_json::from_str(text)?;
        if header.format_version != FORMAT_VERSION {
            return Err(PlanFileError::OtherFormat { found: header.format_version });
        }
        Ok(serde_json::from_str(text)?)
    }
}
