//! What the store knows about stacks.
//!
//! | kind | scope | key |
//! |---|---|---|
//! | `cloudformation/stack` | – | stack id; found by name while the stack is not deleted |
//! | `cloudformation/template` | stack id | digest of the text |
//! | `cloudformation/resource` | stack id | logical ID |
//! | `cloudformation/attributes` | stack id | logical ID: what the handler read last |
//! | `cloudformation/export` | – | name of the export |
//! | `cloudformation/import` | name of the export | id of the importing stack |

pub(crate) mod difference;
pub(crate) mod events;
pub(crate) mod live;
pub(crate) mod native;
pub(crate) mod properties;
pub(crate) mod stack_policy;

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::clock::iso8601;
use crate::cloudformation::failure::validation;
use crate::cloudformation::status::{ResourceStatus, StackStatus};
use crate::cloudformation::template::Template;
use crate::cloudformation::template::evaluation::Definition;
use crate::cloudformation::template::parameters::StackParameter;
use crate::error::AwsError;
use crate::handler::{Environment, Properties};
use crate::services::s3::upload;
use crate::store::Tx;

const STACK: &str = "cloudformation/stack";
const TEMPLATE: &str = "cloudformation/template";
const RESOURCE: &str = "cloudformation/resource";
const ATTRIBUTES: &str = "cloudformation/attributes";
const EXPORT: &str = "cloudformation/export";
const IMPORT: &str = "cloudformation/import";

/// What happens when an operation fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum OnFailure {
    Rollback,
    DoNothing,
    Delete,
}

/// A tag of a stack.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Tag {
    pub(crate) key: String,
    pub(crate) value: String,
}

/// An output of a stack.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Output {
    pub(crate) key: String,
    pub(crate) value: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) description: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) export: Option<String>,
}

/// What a stack was last told to be.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Settings {
    /// Digest of the template.
    pub(crate) template: String,
    pub(crate) description: Option<String>,
    pub(crate) parameters: Vec<StackParameter>,
    pub(crate) tags: Vec<Tag>,
    pub(crate) capabilities: Vec<String>,
    pub(crate) notification_arns: Vec<String>,
    pub(crate) role_arn: Option<String>,
    /// Names of the exports the template imports.
    pub(crate) imports: BTreeSet<String>,
}

/// A stack.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Stack {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) status: StackStatus,
    pub(crate) status_reason: Option<String>,
    /// ISO 8601, as all times here.
    pub(crate) created: String,
    pub(crate) updated: Option<String>,
    pub(crate) deleted: Option<String>,
    pub(crate) settings: Settings,
    pub(crate) outputs: Vec<Output>,
    pub(crate) disable_rollback: bool,
    pub(crate) retain_except_on_create: bool,
    pub(crate) termination_protection: bool,
    pub(crate) timeout_minutes: Option<u64>,
    /// Id of the stack that this one is nested in.
    #[serde(default)]
    pub(crate) parent: Option<String>,
    pub(crate) change_set: Option<String>,
    pub(crate) policy: Option<String>,
    pub(crate) drift_status: Option<String>,
    pub(crate) drift_checked: Option<String>,
    /// Client token of the last request that started an operation, with the operation's name.
    pub(crate) last_request: Option<(String, String)>,
}

/// A resource of a stack.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct StackResource {
    /// What the template said when the resource was last made or changed, functions carried out; dynamic references
    /// stay as they are.
    pub(crate) definition: Definition,
    /// Empty until the resource exists.
    pub(crate) physical_id: String,
    pub(crate) status: ResourceStatus,
    pub(crate) status_reason: Option<String>,
    pub(crate) updated: String,
    /// The stack's tags that the resource was given.
    pub(crate) stack_tags: Vec<Tag>,
    pub(crate) drift_status: Option<String>,
    pub(crate) drift_checked: Option<String>,
}

impl StackResource {
    /// True where there is something in the world behind it.
    pub(crate) fn exists(&self) -> bool {
        !self.physical_id.is_empty()
            && !matches!(self.status, ResourceStatus::DeleteComplete | ResourceStatus::DeleteSkipped)
    }
}

/// A value that other stacks can import.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Export {
    pub(crate) stack_id: String,
    pub(crate) value: String,
}

pub(crate) fn save_stack(tx: &Tx, stack: &Stack) -> Result<(), AwsError> {
    let name = (stack.status != StackStatus::DeleteComplete).then_some(stack.name.as_str());
    tx.put(STACK, "", &stack.id, name, stack)
}

/// All stacks, deleted ones included, in the order of their ids.
pub(crate) fn stacks(tx: &Tx) -> Result<Vec<Stack>, AwsError> {
    Ok(tx.list(STACK, "")?.into_iter().map(|(_, stack)| stack).collect())
}

impl Stack {
    /// A stack that is not saved yet.
    pub(crate) fn new(environment: &Environment, name: &str) -> Self {
        let (region, account) = (environment.region, environment.account);
        Self {
            id: format!("arn:aws:cloudformation:{region}:{account}:stack/{name}/{}", Uuid::new_v4()),
            name: name.to_owned(),
            status: StackStatus::ReviewInProgress,
            status_reason: None,
            created: iso8601(environment.now),
            updated: None,
            deleted: None,
            settings: Settings::default(),
            outputs: Vec::new(),
            disable_rollback: false,
            retain_except_on_create: false,
            termination_protection: false,
            timeout_minutes: None,
            parent: None,
            change_set: None,
            policy: None,
            drift_status: None,
            drift_checked: None,
            last_request: None,
        }
    }
}

/// The stack that has no parent, above a nested one.
pub(crate) fn root(tx: &Tx, stack: &Stack) -> Result<Option<String>, AwsError> {
    let mut root = stack.parent.clone();
    while let Some(id) = &root {
        match find_stack(tx, id)?.and_then(|stack| stack.parent) {
            Some(parent) => root = Some(parent),
            None => break,
        }
    }
    Ok(root)
}

/// A stack by name, or, deleted ones too, by id.
pub(crate) fn find_stack(tx: &Tx, name_or_id: &str) -> Result<Option<Stack>, AwsError> {
    if name_or_id.starts_with("arn:") {
        return tx.get(STACK, "", name_or_id);
    }
    match tx.keys_by_name(STACK, "", name_or_id)?.first() {
        Some(id) => tx.get(STACK, "", id),
        None => Ok(None),
    }
}

/// A stack that has to be there.
pub(crate) fn require_stack(tx: &Tx, name_or_id: &str) -> Result<Stack, AwsError> {
    find_stack(tx, name_or_id)?.ok_or_else(|| validation(format!("Stack [{name_or_id}] does not exist")))
}

/// A stored template.
#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum Stored {
    /// One without transforms.
    Plain(String),
    /// One whose transforms were carried out.
    Transformed { text: String, processed: String, transforms: Vec<String> },
}

/// Stores a template and returns its digest.
pub(crate) fn save_template(tx: &Tx, stack_id: &str, template: &Template) -> Result<String, AwsError> {
    let mut digest = Sha256::new();
    digest.update(&template.text);
    let stored = match &template.processed {
        None => Stored::Plain(template.text.clone()),
        Some(processed) => {
            // The same text becomes something else with other parameters.
            digest.update(processed);
            let transforms = template.transforms().into_iter().map(str::to_owned).collect();
            Stored::Transformed { text: template.text.clone(), processed: processed.clone(), transforms }
        }
    };
    let digest = upload::hexadecimal(&digest.finalize());
    tx.put(TEMPLATE, stack_id, &digest, None, &stored)?;
    Ok(digest)
}

/// A stored template's text as it was sent; empty for a stack that never had one.
pub(crate) fn template_text(tx: &Tx, stack_id: &str, digest: &str) -> Result<String, AwsError> {
    Ok(match tx.get(TEMPLATE, stack_id, digest)? {
        None => String::new(),
        Some(Stored::Plain(text) | Stored::Transformed { text, .. }) => text,
    })
}

/// A stored template, its transforms carried out.
pub(crate) fn template(tx: &Tx, stack_id: &str, digest: &str) -> Result<Template, AwsError> {
    match tx.get(TEMPLATE, stack_id, digest)? {
        None => Template::parse(""),
        Some(Stored::Plain(text)) => Template::parse(&text),
        Some(Stored::Transformed { text, processed, transforms }) => Template::stored(text, processed, transforms),
    }
}

pub(crate) fn save_resource(tx: &Tx, stack_id: &str, resource: &StackResource) -> Result<(), AwsError> {
    let physical_id = Some(resource.physical_id.as_str()).filter(|id| !id.is_empty());
    tx.put(RESOURCE, stack_id, &resource.definition.logical_id, physical_id, resource)
}

pub(crate) fn resource(tx: &Tx, stack_id: &str, logical_id: &str) -> Result<Option<StackResource>, AwsError> {
    tx.get(RESOURCE, stack_id, logical_id)
}

/// All resources of a stack, by logical ID.
pub(crate) fn resources(tx: &Tx, stack_id: &str) -> Result<Vec<StackResource>, AwsError> {
    Ok(tx.list(RESOURCE, stack_id)?.into_iter().map(|(_, resource)| resource).collect())
}

pub(crate) fn remove_resource(tx: &Tx, stack_id: &str, logical_id: &str) -> Result<(), AwsError> {
    tx.delete(RESOURCE, stack_id, logical_id)?;
    forget_attributes(tx, stack_id, logical_id)
}

pub(crate) fn attributes(tx: &Tx, stack_id: &str, logical_id: &str) -> Result<Option<Properties>, AwsError> {
    tx.get(ATTRIBUTES, stack_id, logical_id)
}

pub(crate) fn save_attributes(
    tx: &Tx,
    stack_id: &str,
    logical_id: &str,
    attributes: &Properties,
) -> Result<(), AwsError> {
    tx.put(ATTRIBUTES, stack_id, logical_id, None, attributes)
}

/// Forgets what was read of a resource, because it changes.
pub(crate) fn forget_attributes(tx: &Tx, stack_id: &str, logical_id: &str) -> Result<(), AwsError> {
    tx.delete(ATTRIBUTES, stack_id, logical_id).map(drop)
}

pub(crate) fn export(tx: &Tx, name: &str) -> Result<Option<Export>, AwsError> {
    tx.get(EXPORT, "", name)
}

/// All exports, by name.
pub(crate) fn exports(tx: &Tx) -> Result<Vec<(String, Export)>, AwsError> {
    tx.list(EXPORT, "")
}

pub(crate) fn save_export(tx: &Tx, name: &str, export: &Export) -> Result<(), AwsError> {
    tx.put(EXPORT, "", name, None, export)
}

pub(crate) fn remove_export(tx: &Tx, name: &str) -> Result<(), AwsError> {
    tx.delete(EXPORT, "", name).map(drop)
}

/// Names of the stacks that import an export.
pub(crate) fn importers(tx: &Tx, export: &str) -> Result<Vec<String>, AwsError> {
    Ok(tx.list::<String>(IMPORT, export)?.into_iter().map(|(_, name)| name).collect())
}

/// Notes which exports a stack imports, in place of those it imported before.
pub(crate) fn save_imports(
    tx: &Tx,
    stack: &Stack,
    before: &BTreeSet<String>,
    after: &BTreeSet<String>,
) -> Result<(), AwsError> {
    for name in before.difference(after) {
        tx.delete(IMPORT, name, &stack.id)?;
    }
    for name in after {
        tx.put(IMPORT, name, &stack.id, None, &stack.name)?;
    }
    Ok(())
}

/// The values of parameters that are not to be seen anywhere.
pub(crate) fn secrets(parameters: &[StackParameter]) -> Vec<String> {
    parameters
        .iter()
        .filter(|parameter| parameter.no_echo && !parameter.value.is_empty())
        .map(|parameter| parameter.value.clone())
        .collect()
}

/// A value with secrets as `****`.
pub(crate) fn masked(value: &Value, secrets: &[String]) -> Value {
    match value {
        Value::String(text) => secrets.iter().fold(text.clone(), |text, secret| text.replace(secret, "****")).into(),
        Value::Array(items) => items.iter().map(|item| masked(item, secrets)).collect(),
        Value::Object(members) => {
            Value::Object(members.iter().map(|(name, member)| (name.clone(), masked(member, secrets))).collect())
        }
        other => other.clone(),
    }
}

/// Stack, logical ID and properties of resources of a type that stacks are making and that are not there yet.
pub(crate) fn in_creation(
    environment: &Environment,
    type_name: &str,
) -> Result<Vec<(String, String, Value)>, AwsError> {
    let mut found = Vec::new();
    for stack in stacks(environment.tx)? {
        for resource in resources(environment.tx, &stack.id)? {
            let waits = resource.status == ResourceStatus::CreateInProgress && resource.physical_id.is_empty();
            if waits && resource.definition.type_name == type_name {
                let definition = resource.definition;
                found.push((stack.name.clone(), definition.logical_id, definition.properties));
            }
        }
    }
    Ok(found)
}
