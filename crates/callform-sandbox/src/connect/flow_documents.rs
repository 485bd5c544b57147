//! What flows and flow modules have in common: published content, drafts, versions, aliases, and the check of content.
//!
//! The main document holds the published content, or the draft of what was never published. A draft beside published
//! content, each version and each alias are documents of their own.

use callform_flow::FlowType;
use callform_flow::catalog::ObjectKind;
use callform_flow::validate::{LiveObjects, content_problems};
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use crate::error::AwsError;
use crate::handler::Environment;

use super::document::{self, Document, id_of, text};
use super::error::not_found;
use super::resource::{self, Kind, locate};

/// Flows, or flow modules.
#[derive(Debug)]
pub(super) struct Flavor {
    /// Type of the main documents.
    pub(super) kind: &'static Kind,
    /// Member with the digest of the content.
    pub(super) digest: &'static str,
    /// Member that refers to one: `ContactFlowId`.
    pub(super) id: &'static str,
    /// Member with an ARN of one: `ContactFlowArn`.
    pub(super) arn: &'static str,
    /// Kinds of documents beside the main one.
    pub(super) draft: &'static str,
    pub(super) version: &'static str,
    pub(super) counter: &'static str,
    pub(super) alias: &'static str,
    /// The error for content the service refuses, and its member with the reasons.
    invalid: (&'static str, &'static str),
}

/// Flows.
pub(super) const FLOWS: Flavor = Flavor {
    kind: &resource::FLOW,
    digest: "FlowContentSha256",
    id: "ContactFlowId",
    arn: "ContactFlowArn",
    draft: "connect/contact-flow-draft",
    version: "connect/contact-flow-version",
    counter: "connect/contact-flow-version-counter",
    alias: "connect/contact-flow-alias",
    invalid: ("InvalidContactFlowException", "problems"),
};

/// Flow modules.
pub(super) const MODULES: Flavor = Flavor {
    kind: &resource::FLOW_MODULE,
    digest: "FlowModuleContentSha256",
    id: "ContactFlowModuleId",
    arn: "ContactFlowModuleArn",
    draft: "connect/contact-flow-module-draft",
    version: "connect/contact-flow-module-version",
    counter: "connect/contact-flow-module-version-counter",
    alias: "connect/contact-flow-module-alias",
    invalid: ("InvalidContactFlowModuleException", "Problems"),
};

/// What follows the id of a flow after a colon.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Qualifier<'a> {
    /// Nothing: what is published.
    Published,
    /// `$SAVED`: the draft.
    Saved,
    /// A version's number, an alias's id or name.
    Named(&'a str),
}

/// The other name of what is published.
const LATEST: Qualifier<'static> = Qualifier::Named("$LATEST");

/// Id and qualifier in an id or ARN.
pub(super) fn qualified(given: &str) -> (&str, Qualifier<'_>) {
    match id_of(given).split_once(':') {
        None => (id_of(given), Qualifier::Published),
        Some((id, "$SAVED")) => (id, Qualifier::Saved),
        Some((id, name)) => (id, Qualifier::Named(name)),
    }
}

/// The content's digest: 64 hexadecimal digits.
pub(super) fn digest(content: &str) -> String {
    format!("{:x}", Sha256::digest(content.as_bytes()))
}

/// Puts content with its digest into a document.
pub(super) fn set_content(flavor: &Flavor, body: &mut Document, content: &str) {
    body.insert("Content".to_owned(), content.into());
    body.insert(flavor.digest.to_owned(), digest(content).into());
}

/// Publishes content: it becomes that of the main document, which is written, and a draft beside it is gone.
pub(super) fn publish(
    environment: &Environment,
    flavor: &Flavor,
    instance: &str,
    mut body: Document,
    content: &str,
) -> Result<Document, AwsError> {
    check(environment, flavor, instance, content, flow_type(flavor, &body))?;
    set_content(flavor, &mut body, content);
    body.insert("Status".to_owned(), "PUBLISHED".into());
    environment.tx.delete(flavor.draft, instance, text(&body, "Id"))?;
    document::save(environment, flavor.kind, instance, body)
}

/// Keeps content as a draft, unchecked.
pub(super) fn save_draft(
    environment: &Environment,
    flavor: &Flavor,
    instance: &str,
    mut body: Document,
    content: &str,
) -> Result<(), AwsError> {
    if text(&body, "Status") == "PUBLISHED" {
        let id = text(&body, "Id").to_owned();
        return environment.tx.put(flavor.draft, instance, &id, None, &content);
    }
    set_content(flavor, &mut body, content);
    document::save(environment, flavor.kind, instance, body).map(drop)
}

/// The document that an id with its qualifier names.
pub(super) fn described(
    environment: &Environment,
    flavor: &Flavor,
    instance: &str,
    given: &str,
) -> Result<Document, AwsError> {
    let (id, qualifier) = qualified(given);
    let mut body = document::find(environment, flavor.kind, instance, id)?;
    match qualifier {
        Qualifier::Published | LATEST if text(&body, "Status") == "SAVED" => {
            let text = format!("The {} {id} was never published.", flavor.kind.noun);
            Err(AwsError::new(404, "ContactFlowNotPublishedException", text))
        }
        Qualifier::Published | LATEST => Ok(body),
        Qualifier::Saved => {
            if let Some(content) = environment.tx.get::<String>(flavor.draft, instance, id)? {
                set_content(flavor, &mut body, &content);
                body.insert("Status".to_owned(), "SAVED".into());
            }
            Ok(body)
        }
        Qualifier::Named(name) => {
            let number = match name.parse::<u64>() {
                Ok(number) => Some(number),
                Err(_) => {
                    alias_of(environment, flavor, instance, id, name)?.and_then(|alias| alias.get("Version")?.as_u64())
                }
            };
            let key = version_key(id, number.unwrap_or_default());
            let version = environment.tx.get(flavor.version, instance, &key)?;
            version.ok_or_else(|| not_found(format!("The {} {given} was not found.", flavor.kind.noun)))
        }
    }
}

/// The key of a version: versions of one flow sort by number.
pub(super) fn version_key(id: &str, number: u64) -> String {
    format!("{id}:{number:010}")
}

/// The aliases of a flow, with their ids.
pub(super) fn aliases(
    environment: &Environment,
    flavor: &Flavor,
    instance: &str,
    id: &str,
) -> Result<Vec<Document>, AwsError> {
    let aliases = environment.tx.list::<Document>(flavor.alias, instance)?;
    Ok(aliases.into_iter().map(|(_, alias)| alias).filter(|alias| text(alias, flavor.id) == id).collect())
}

/// The alias of a flow that has an id or name.
fn alias_of(
    environment: &Environment,
    flavor: &Flavor,
    instance: &str,
    id: &str,
    alias: &str,
) -> Result<Option<Document>, AwsError> {
    let held = aliases(environment, flavor, instance, id)?;
    Ok(held.into_iter().find(|one| text(one, "AliasId") == alias || text(one, "Name") == alias))
}

/// Removes a flow with its draft, versions and aliases. The service lets references to it dangle.
pub(super) fn remove(environment: &Environment, flavor: &Flavor, instance: &str, id: &str) -> Result<(), AwsError> {
    document::remove(environment, flavor.kind, instance, id)?;
    let tx = environment.tx;
    tx.delete(flavor.draft, instance, id)?;
    tx.delete(flavor.counter, instance, id)?;
    for key in tx.keys_by_name(flavor.version, instance, id)? {
        tx.delete(flavor.version, instance, &key)?;
    }
    for alias in aliases(environment, flavor, instance, id)? {
        tx.delete(flavor.alias, instance, text(&alias, "AliasId"))?;
    }
    Ok(())
}

/// The type of a flow's document; that of modules is fixed.
fn flow_type(flavor: &Flavor, body: &Document) -> FlowType {
    if flavor.kind == &resource::FLOW_MODULE {
        return FlowType::Module;
    }
    text(body, "Type").parse().unwrap_or(FlowType::ContactFlow)
}

/// Most reasons in one error, and most characters in one of them.
const MOST_PROBLEMS: usize = 50;
const LONGEST_PROBLEM: usize = 256;

/// Checks content as the service does when it publishes it.
fn check(
    environment: &Environment,
    flavor: &Flavor,
    instance: &str,
    content: &str,
    kind: FlowType,
) -> Result<(), AwsError> {
    // An action of a type that the catalog does not have passes: Connect has new ones before it does (?).
    let problems = content_problems(content, &Live { environment, instance }, kind);
    if problems.is_empty() {
        return Ok(());
    }
    let problems: Vec<Value> = problems
        .iter()
        .take(MOST_PROBLEMS)
        .map(|problem| json!({"message": problem.message.chars().take(LONGEST_PROBLEM).collect::<String>()}))
        .collect();
    let (code, member) = flavor.invalid;
    Err(AwsError::new(400, code, "").with(member, problems))
}

/// The objects of one instance.
struct Live<'a> {
    environment: &'a Environment<'a>,
    instance: &'a str,
}

impl LiveObjects for Live<'_> {
    fn exists(&self, arn_or_id: &str, kind: ObjectKind) -> bool {
        let kind = match kind {
            ObjectKind::Queue => &resource::QUEUE,
            ObjectKind::User => &resource::USER,
            ObjectKind::HoursOfOperation => &resource::HOURS,
            ObjectKind::ContactFlow => return self.has_flow(&FLOWS, arn_or_id),
            ObjectKind::FlowModule => return self.has_flow(&MODULES, arn_or_id),
            ObjectKind::Prompt => &resource::PROMPT,
            // Views of AWS itself are not kept here.
            ObjectKind::View if arn_or_id.contains(":aws:view/") => return true,
            ObjectKind::View => &resource::VIEW,
            ObjectKind::LambdaFunction => return true,
        };
        let Some(id) = self.own(kind, arn_or_id) else { return false };
        let (kind, id) = match id.strip_prefix("agent/") {
            // The queue of an agent is there with its user.
            Some(user) if kind == &resource::QUEUE => (&resource::USER, user),
            _ => (kind, id),
        };
        let id = id.split(':').next().unwrap_or_default();
        matches!(self.environment.tx.get::<Map<String, Value>>(kind.document, self.instance, id), Ok(Some(_)))
    }
}

impl Live<'_> {
    /// The id, where it is not one of another instance or type.
    fn own<'a>(&self, kind: &Kind, arn_or_id: &'a str) -> Option<&'a str> {
        match locate(arn_or_id) {
            Some((instance, segment, id)) => (instance == self.instance && segment == kind.segment).then_some(id),
            None => Some(arn_or_id),
        }
    }

    fn has_flow(&self, flavor: &Flavor, arn_or_id: &str) -> bool {
        let found = self.own(flavor.kind, arn_or_id).map(|id| match qualified(id) {
            // Of a flow that was never published it is enough that it exists (?).
            (plain, Qualifier::Published) => document::find(self.environment, flavor.kind, self.instance, plain),
            _ => described(self.environment, flavor, self.instance, id),
        });
        matches!(found, Some(Ok(_)))
    }
}
