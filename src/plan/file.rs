//! The saved plan.

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use super::secret::find_secret;
use super::{FORMAT_VERSION, Plan, Step};

/// What says that a file is a saved plan.
const MARK: &str = "plan";
/// How the text of a saved plan begins, without blanks.
const BEGINNING: &str = r#"{"callform":"plan""#;

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
    #[error("the saved plan has format {found}, and this program reads format {FORMAT_VERSION}")]
    OtherFormat {
        /// The version it has: a number, or what stands in its place.
        found: Json,
    },
    /// Its end is missing.
    #[error("the saved plan is cut off: it ends at line {line}, column {column}")]
    CutOff {
        /// Where it ends: the line, from 1.
        line: usize,
        /// The column, from 1.
        column: usize,
    },
    /// It is no JSON, or does not have what a plan has.
    #[error("the saved plan cannot be read: {0}")]
    Unreadable(serde_json::Error),
    /// It was changed after it was saved.
    #[error("the plan was edited after it was saved")]
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

impl PlanFileError {
    /// Its code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::OtherFormat { .. } => "plan-format",
            Self::CutOff { .. } => "plan-cut-off",
            Self::Unreadable(_) => "plan-unreadable",
            Self::Edited => "plan-edited",
            Self::Secret { .. } => "plan-secret",
        }
    }

    /// What to do about it.
    pub fn help(&self) -> &'static str {
        match self {
            Self::OtherFormat { found } if found.as_u64().is_none_or(|found| found > u64::from(FORMAT_VERSION)) => {
                "it was saved by a newer callform: apply it with that one, or make the plan anew"
            }
            Self::CutOff { .. } => "copy or download it again, or make the plan anew",
            Self::OtherFormat { .. } | Self::Unreadable(_) | Self::Edited => "make the plan anew",
            Self::Secret { .. } => "put a reference to a secret in its place, and apply without a saved plan",
        }
    }
}

impl From<serde_json::Error> for PlanFileError {
    fn from(error: serde_json::Error) -> Self {
        if error.is_eof() {
            Self::CutOff { line: error.line(), column: error.column() }
        } else {
            Self::Unreadable(error)
        }
    }
}

#[derive(Deserialize)]
struct Mark {
    callform: String,
    format_version: Json,
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

    /// True for the text of a saved plan, of any format version, and for what is left of one.
    pub fn is_one(text: &str) -> bool {
        let start: String = text.chars().filter(|one| !one.is_whitespace()).take(BEGINNING.len()).collect();
        // A bracket alone is the beginning of many things.
        let begins = start.len() > 1 && BEGINNING.starts_with(&start);
        begins || serde_json::from_str::<Mark>(text).is_ok_and(|mark| mark.callform == MARK)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_of_a_plan_is_known_for_one() {
        let whole = "{\n  \"callform\": \"plan\",\n  \"format_version\": 3,\n  \"blueprint\": \"shop.yaml\"\n}\n";
        // But for a bracket and blanks, every beginning.
        for length in "{\n  \"".len()..=whole.len() {
            let left = &whole[..length];
            assert!(SavedPlan::is_one(left), "{left}");
            let error = SavedPlan::read(left).unwrap_err();
            let is_whole = length >= whole.trim_end().len();
            assert_eq!(error.code(), if is_whole { "plan-unreadable" } else { "plan-cut-off" }, "{left}: {error}");
        }
        for other in
            ["", " ", "{", "{ center: shop }", r#"{"center":"shop"}"#, r#"{"callform":"else","format_version":2}"#]
        {
            assert!(!SavedPlan::is_one(other), "{other}");
        }
        assert!(SavedPlan::is_one(r#"{"format_version":2,"callform":"plan"}"#), "in another order");
    }

    #[test]
    fn other_formats_say_what_to_do() {
        let read = |format: &str| {
            let text = format!(r#"{{"callform":"plan","format_version":{format},"more":true}}"#);
            assert!(SavedPlan::is_one(&text), "{text}");
            SavedPlan::read(&text).unwrap_err()
        };
        for newer in ["4", "\"3.1\"", "99999999999999"] {
            let error = read(newer);
            assert_eq!(error.code(), "plan-format");
            assert!(error.to_string().contains(newer) && error.help().contains("newer callform"), "{error}");
        }
        assert_eq!((read("1").code(), read("1").help()), ("plan-format", "make the plan anew"));
    }
}
