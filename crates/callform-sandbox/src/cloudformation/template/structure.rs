//! Whether a template is well-formed, before any of its values is known.

use serde_json::{Map, Value};

use super::document::Template;
use super::references::{Reference, references};
use crate::cloudformation::failure::validation;
use crate::error::AwsError;

const SECTIONS: [&str; 11] = [
    "AWSTemplateFormatVersion",
    "Conditions",
    "Description",
    "Hooks",
    "Mappings",
    "Metadata",
    "Outputs",
    "Parameters",
    "Resources",
    "Rules",
    "Transform",
];

const RESOURCE_MEMBERS: [&str; 11] = [
    "Type",
    "Properties",
    "DependsOn",
    "Condition",
    "Metadata",
    "DeletionPolicy",
    "UpdateReplacePolicy",
    "CreationPolicy",
    "UpdatePolicy",
    "Description",
    // Custom resources may tell the version of their protocol.
    "Version",
];

const PSEUDO_PARAMETERS: [&str; 8] = [
    "AWS::AccountId",
    "AWS::NoValue",
    "AWS::NotificationARNs",
    "AWS::Partition",
    "AWS::Region",
    "AWS::StackId",
    "AWS::StackName",
    "AWS::URLSuffix",
];

/// Sections with a limited number of members, and what the message calls them.
const LIMITS: [(&str, &str, usize); 4] = [
    ("Resources", "resources", 500),
    ("Parameters", "parameters", 200),
    ("Outputs", "outputs", 200),
    ("Mappings", "mappings", 200),
];

/// Longest description, bytes.
const LONGEST_DESCRIPTION: usize = 1_024;
/// The only version of the format.
const VERSION: &str = "2010-09-09";

/// Checks what holds of a template before its transforms are carried out.
pub(crate) fn check_outline(template: &Template) -> Result<(), AwsError> {
    let is_section = |name: &str| SECTIONS.contains(&name) || (name == "Globals" && !template.transforms().is_empty());
    let unknown: Vec<&str> = template.member_names().filter(|name| !is_section(name)).collect();
    if !unknown.is_empty() {
        return Err(validation(format!("Invalid template property or properties [{}]", unknown.join(", "))));
    }
    if template.member("AWSTemplateFormatVersion").is_some_and(|version| version != VERSION) {
        return Err(validation(format!(
            "Template format error: unsupported value for AWSTemplateFormatVersion. The only one is {VERSION}."
        )));
    }
    match template.member("Description") {
        Some(Value::String(text)) if text.len() > LONGEST_DESCRIPTION => Err(validation(format!(
            "Template format error: 'Description' length is greater than {LONGEST_DESCRIPTION}."
        ))),
        None | Some(Value::String(_)) => Ok(()),
        Some(_) => Err(validation("Template format error: Description must be a string.")),
    }
}

pub(crate) fn check(template: &Template) -> Result<(), AwsError> {
    check_outline(template)?;
    if let Some(path) = template.member_names().find_map(|name| null_below(template.member(name)?, &format!("/{name}")))
    {
        return Err(validation(format!("[{path}] 'null' values are not allowed in templates")));
    }
    if template.section("Resources").is_empty() {
        return Err(validation("Template format error: At least one Resources member must be defined."));
    }
    for (section, word, most) in LIMITS {
        let count = template.section(section).len();
        if count > most {
            let message =
                format!("Template format error: Number of {word}, {count}, is greater than maximum allowed, {most}");
            return Err(validation(message));
        }
    }
    for (section, word) in [("Parameters", "Parameter"), ("Resources", "Resource"), ("Outputs", "Output")] {
        if let Some(name) = template.section(section).keys().find(|name| !is_alphanumeric(name)) {
            return Err(validation(format!("Template format error: {word} name {name} is non alphanumeric.")));
        }
    }
    check_resources(template)?;
    check_outputs(template)?;
    check_references(template)
}

fn check_resources(template: &Template) -> Result<(), AwsError> {
    for (id, definition) in template.section("Resources") {
        let Value::Object(definition) = definition else {
            return Err(validation("Template format error: Any Resources member must be an object."));
        };
        if !definition.get("Type").is_some_and(Value::is_string) {
            let message =
                format!("Template format error: [/Resources/{id}] Every Resources object must contain a Type member.");
            return Err(validation(message));
        }
        if let Some(member) = definition.keys().find(|member| !RESOURCE_MEMBERS.contains(&member.as_str())) {
            return Err(validation(format!("Invalid template resource property '{member}'")));
        }
        if definition.get("Properties").is_some_and(|properties| !properties.is_object()) {
            let message = format!(
                "Template format error: [/Resources/{id}/Properties] Every Properties member must be an object."
            );
            return Err(validation(message));
        }
        check_policies(id, definition, template.has_extensions())?;
        check_operation_policies(id, definition)?;
    }
    Ok(())
}

/// `CreationPolicy` and `UpdatePolicy`: those of the types the sandbox has, and no others.
fn check_operation_policies(id: &str, definition: &Map<String, Value>) -> Result<(), AwsError> {
    let type_name = definition.get("Type").and_then(Value::as_str).unwrap_or_default();
    if let Some(policy) = definition.get("CreationPolicy") {
        if type_name != "AWS::CloudFormation::WaitCondition" {
            return Err(validation(format!(
                "The sandbox does not support the CreationPolicy of resource {id}: CloudFormation takes none for {type_name}, or the sandbox does not have the type."
            )));
        }
        if !policy.get("ResourceSignal").is_some_and(Value::is_object) {
            return Err(validation(format!("The CreationPolicy of resource {id} has to have a ResourceSignal.")));
        }
    }
    let Some(policy) = definition.get("UpdatePolicy") else { return Ok(()) };
    let names: Vec<&str> = policy.as_object().into_iter().flatten().map(|(name, _)| name.as_str()).collect();
    Err(validation(format!("The sandbox does not support the UpdatePolicy [{}] of resource {id}.", names.join(", "))))
}

fn check_policies(id: &str, definition: &Map<String, Value>, extensions: bool) -> Result<(), AwsError> {
    for (member, allowed) in [
        ("DeletionPolicy", &["Delete", "Retain", "RetainExceptOnCreate", "Snapshot"][..]),
        ("UpdateReplacePolicy", &["Delete", "Retain", "Snapshot"][..]),
    ] {
        match definition.get(member) {
            Some(Value::String(policy)) if !allowed.contains(&policy.as_str()) => {
                return Err(validation(format!("Template error: Invalid {member} {policy} for resource {id}")));
            }
            Some(Value::Object(_)) if extensions => {}
            Some(Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_)) => {
                return Err(validation(format!("Template format error: Every {member} member must be a string.")));
            }
            _ => {}
        }
    }
    Ok(())
}

fn check_outputs(template: &Template) -> Result<(), AwsError> {
    for output in template.section("Outputs").values() {
        if output.get("Value").is_none() {
            return Err(validation("Template format error: Every Outputs member must contain a Value object"));
        }
    }
    Ok(())
}

fn check_references(template: &Template) -> Result<(), AwsError> {
    let resources = template.section("Resources");
    let parameters = template.section("Parameters");
    let conditions = template.section("Conditions");
    for (block, section) in [("Resources", resources), ("Outputs", template.section("Outputs"))] {
        let mut unresolved = Vec::new();
        for (id, definition) in section {
            for reference in references(definition) {
                let known = match &reference {
                    Reference::Ref(name) => {
                        resources.contains_key(name)
                            || parameters.contains_key(name)
                            || PSEUDO_PARAMETERS.contains(&name.as_str())
                    }
                    Reference::Attribute(name, _) => resources.contains_key(name),
                    Reference::Condition(name) if conditions.contains_key(name) => true,
                    Reference::Condition(name) => {
                        let message = format!("Template error: unresolved condition dependency {name} in Fn::If");
                        return Err(validation(message));
                    }
                };
                if !known {
                    unresolved.push(reference.name().to_owned());
                }
            }
            if block == "Resources" {
                unresolved
                    .extend(depends_on(definition).filter(|name| !resources.contains_key(*name)).map(str::to_owned));
            }
            let condition = definition.get("Condition").and_then(Value::as_str);
            if let Some(name) = condition.filter(|name| !conditions.contains_key(*name)) {
                let message = format!(
                    "Template format error: Unresolved condition dependencies [{name}] in the {block} block of the template"
                );
                return Err(validation(message).with("LogicalId", id.as_str()));
            }
        }
        unresolved.sort();
        unresolved.dedup();
        if !unresolved.is_empty() {
            let names = unresolved.join(", ");
            let message = format!(
                "Template format error: Unresolved resource dependencies [{names}] in the {block} block of the template"
            );
            return Err(validation(message));
        }
    }
    Ok(())
}

/// The logical IDs in a resource's `DependsOn`.
pub(crate) fn depends_on(definition: &Value) -> impl Iterator<Item = &str> {
    let member = definition.get("DependsOn");
    let one = member.and_then(Value::as_str);
    let many = member.and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
    one.into_iter().chain(many)
}

fn is_alphanumeric(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

fn null_below(value: &Value, path: &str) -> Option<String> {
    match value {
        Value::Null => Some(path.to_owned()),
        Value::Array(items) => {
            items.iter().enumerate().find_map(|(index, item)| null_below(item, &format!("{path}/{index}")))
        }
        Value::Object(members) => {
            members.iter().find_map(|(name, member)| null_below(member, &format!("{path}/{name}")))
        }
        _ => None,
    }
}
