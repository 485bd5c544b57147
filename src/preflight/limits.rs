//! What CloudFormation takes: its limits for one template cannot be raised.
//!
//! Source: AWS CloudFormation quotas, User Guide.

use serde_json::Value;

use crate::plan::{Check, Finding, Identifier, ParameterValue, Plan, Severity, StackOperation};

use super::sides::operations;

const TEMPLATE_BYTES: usize = 1 << 20;
const PARAMETER_BYTES: usize = 4_096;
/// Members of a template and how many there may be.
const MEMBERS: [(&str, &str, usize); 4] = [
    ("Resources", "resources", 500),
    ("Parameters", "parameters", 200),
    ("Outputs", "outputs", 200),
    ("Mappings", "mappings", 200),
];

/// Templates that CloudFormation would refuse.
pub(super) fn check(plan: &Plan) -> Vec<Finding> {
    operations(plan).filter(|operation| !operation.template.is_null()).flat_map(of_operation).collect()
}

fn of_operation(operation: &StackOperation) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut exceeded = |what: &str, has: usize, most: usize| {
        if has > most {
            findings
                .push(finding(format!("the stack {} would have {has} {what}; {most} is the most", operation.stack)));
        }
    };
    for (member, words, most) in MEMBERS {
        exceeded(words, operation.template[member].as_object().map_or(0, serde_json::Map::len), most);
    }
    exceeded("bytes of template", length(&operation.template), TEMPLATE_BYTES);
    for (name, value) in &operation.parameters {
        exceeded(&format!("bytes in the parameter {name}"), parameter_bytes(value), PARAMETER_BYTES);
    }
    findings
}

fn length(template: &Value) -> usize {
    template.to_string().len()
}

/// How long a value is, as far as that is known: identifiers that do not exist yet are UUIDs at least.
fn parameter_bytes(value: &ParameterValue) -> usize {
    const UUID: usize = 36;
    match value {
        ParameterValue::Join(parts) => {
            let bytes = |part: &Identifier| match part {
                Identifier::Known(text) => text.len(),
                Identifier::AfterApply { .. } | Identifier::Lookup(_) => UUID,
            };
            parts.iter().map(bytes).sum::<usize>() + parts.len().saturating_sub(1)
        }
        ParameterValue::ArtifactBucket => 0,
    }
}

fn finding(message: String) -> Finding {
    let help = Some("take something out of the blueprint, or make it two centers".to_owned());
    Finding { severity: Severity::Error, check: Check::Quota, addresses: Vec::new(), message, help }
}
