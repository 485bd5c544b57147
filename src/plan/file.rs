//! The saved plan.

use serde::{Deserialize, Serialize};

use super::secret::find_secret;
use super::{FORMAT_VERSION, Plan, Step};

/// What says that a file is a saved plan.
const MARK: &str = "plan";

/// A plan as it lies in a file: what people read, then what is applied.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SavedPlan {
    /// Always `plan`: what tells the file from a blueprint.
    callform: String,
    /// [`FORMAT_VERSION`] of the program that wrote it.
    format_version: u32,
    /// Path of the blueprint it was made from; files to upload are looked for beside it.
    pub blueprint: String,
    /// SHA-256 of the plan and the blueprint's path, lower-case hex. It tells one plan from another, for who approves a
    /// plan here and applies it there. It is no proof: who can write the file can write it, too.
    fingerprint: String,
    /// The plan in words, for who opens the file.
    pub summary: Vec<String>,
    /// The plan.
    pub plan: Plan,
}

/// Why a plan cannot be saved, or a saved plan not be used.
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
    /// It was changed after it was saved.
    #[error("the plan was edited after it was saved. Make the plan anew.")]
    Edited,
    /// A template of the plan has a password or the like, put there by hand.
    #[error("the stack `{stack}` has a secret in its template, at {place}; a file must not hold it")]
    Secret {
        /// The stack.
        stack: String,
        /// Where in the template: member names joined by `/`.
        place: String,
    },
}

#[derive(Deserialize)]
struct Mark {
    callform: String,
    format_version: u32,
}

impl SavedPlan {
    /// A plan made from the blueprint at a path, with what it says in words.
    pub fn new(plan: Plan, blueprint: impl Into<String>, summary: Vec<String>) -> Self {
        let blueprint = blueprint.into();
        let fingerprint = fingerprint(&plan, &blueprint);
        Self { callform: MARK.to_owned(), format_version: FORMAT_VERSION, blueprint, fingerprint, summary, plan }
    }

    /// SHA-256 of the plan, lower-case hex.
    pub fn fingerprint(&self) -> &str {
        &self.fingerprint
    }

    /// True for the text of a saved plan, of any format version.
    pub fn is_one(text: &str) -> bool {
        serde_json::from_str::<Mark>(text).is_ok_and(|mark| mark.callform == MARK)
    }

    /// The text of the file: JSON that [`SavedPlan::read`] reads back. Refuses to write down a secret.
    pub fn text(&self) -> Result<String, PlanFileError> {
        for step in &self.plan.steps {
            let Step::Stacks(operations) = step else { continue };
            for operation in operations {
                if let Some(place) = find_secret(&operation.template) {
                    return Err(PlanFileError::Secret { stack: operation.stack.clone(), place });
                }
            }
        }
        let mut text = serde_json::to_string_pretty(self)?;
        text.push('\n');
        Ok(text)
    }

    /// Reads a saved plan.
    pub fn read(text: &str) -> Result<Self, PlanFileError> {
        let mark: Mark = serde_json::from_str(text)?;
        if mark.format_version != FORMAT_VERSION {
            return Err(PlanFileError::OtherFormat { found: mark.format_version });
        }
        let saved: Self = serde_json::from_str(text)?;
        if saved.fingerprint != fingerprint(&saved.plan, &saved.blueprint) {
            return Err(PlanFileError::Edited);
        }
        Ok(saved)
    }
}

fn fingerprint(plan: &Plan, blueprint: &str) -> String {
    crate::digest::sha256_hex(serde_json::json!([blueprint, plan]).to_string().as_bytes())
}
