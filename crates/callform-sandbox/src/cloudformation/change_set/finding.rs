//! What early validation finds, and what a change set makes of it.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

pub(crate) const PROPERTY: &str = "PROPERTY_VALIDATION";
pub(crate) const CONFLICT: &str = "NAME_CONFLICT_VALIDATION";
pub(crate) const EMPTINESS: &str = "BUCKET_EMPTINESS_VALIDATION";

/// Something that a validation has found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Finding {
    pub(crate) event_id: String,
    /// The validation.
    pub(crate) name: String,
    pub(crate) logical_id: String,
    pub(crate) physical_id: Option<String>,
    #[serde(rename = "type")]
    pub(crate) type_name: String,
    /// Where in the template.
    pub(crate) path: String,
    pub(crate) reason: String,
}

impl Finding {
    pub(crate) fn new(name: &str, logical_id: &str, type_name: &str, path: String, reason: String) -> Self {
        Self {
            event_id: Uuid::new_v4().to_string(),
            name: name.to_owned(),
            logical_id: logical_id.to_owned(),
            physical_id: None,
            type_name: type_name.to_owned(),
            path,
            reason,
        }
    }

    pub(crate) fn fails(&self) -> bool {
        self.name != EMPTINESS
    }
}

/// Why a change set fails, in CloudFormation's words; `None` where it does not.
pub(crate) fn refusal(findings: &[Finding]) -> Option<String> {
    let hooks: Vec<&str> = [(PROPERTY, "PropertyValidation"), (CONFLICT, "ResourceExistenceCheck")]
        .into_iter()
        .filter(|(name, _)| findings.iter().any(|finding| finding.name == *name))
        .map(|(_, hook)| hook)
        .collect();
    let hooks: Vec<String> = hooks.into_iter().map(|hook| format!("AWS::EarlyValidation::{hook}")).collect();
    (!hooks.is_empty()).then(|| {
        format!(
            "The following hook(s)/validation failed: [{}]. To troubleshoot Early Validation errors, use the DescribeEvents API for detailed failure information.",
            hooks.join(", ")
        )
    })
}
