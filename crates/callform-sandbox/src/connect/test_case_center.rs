//! An instance as the simulator of calls has it: its published flows and modules, queues, hours, prompts and numbers.
//!
//! Agents and functions are not read: flows name them, and what a flow names is known by its name.

use callform_call::center::{Center, FlowSource, Hours, Named, Number, Queue};
use callform_call::event::FlowId;
use callform_call::hours::Schedule;
use callform_flow::catalog::ObjectKind;
use callform_flow::{Flow, FlowType};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::error::AwsError;
use crate::handler::Environment;

use super::document::{Document, text};
use super::flow_documents::{FLOWS, Flavor, MODULES, aliases};
use super::flows::DEFAULT_FLOW;
use super::hours::parent_ids;
use super::hours_overrides::of_hours;
use super::phone_numbers::VOICE_FLOW;
use super::resource::{HOURS, INSTANCE, Kind, PHONE_NUMBER, PROMPT, QUEUE};

/// The center that an instance is.
pub(super) fn center(environment: &Environment, instance: &str) -> Result<Center, AwsError> {
    Sources::read(environment, instance).map(|sources| sources.center())
}

/// What a center is made of, as it is stored: a contact goes on in the flows that were published when it came to them,
/// whatever is published meanwhile.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Sources {
    /// ARN of the instance.
    instance: String,
    /// Hours with their overrides, and those of their parents.
    hours: Vec<(Document, Vec<Document>)>,
    /// Queues with the number that they show.
    queues: Vec<(Document, Option<String>)>,
    prompts: Vec<Document>,
    flows: Vec<StoredFlow>,
    /// Id and address of phone numbers, and the flow that answers.
    numbers: Vec<[String; 3]>,
    /// The flows of moments for which no hook is set.
    defaults: Vec<String>,
}

/// Published content.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct StoredFlow {
    name: String,
    /// `None` for a module.
    flow_type: Option<String>,
    content: String,
    /// What other flows call it; the first one is its own.
    ids: Vec<String>,
}

impl Sources {
    /// What an instance has now.
    pub(super) fn read(environment: &Environment, instance: &str) -> Result<Self, AwsError> {
        let mut numbers = Vec::new();
        for (number, flow) in environment.tx.list::<String>(VOICE_FLOW, instance)? {
            let body: Option<Document> = environment.tx.get(PHONE_NUMBER.document, "", &number)?;
            numbers.extend(body.map(|body| [number, text(&body, "PhoneNumber").to_owned(), flow]));
        }
        Ok(Self {
            instance: INSTANCE.arn_of(environment, instance, instance),
            hours: hours(environment, instance)?,
            queues: queues(environment, instance)?,
            prompts: all(environment, instance, &PROMPT)?,
            flows: flows(environment, instance)?,
            numbers,
            defaults: environment.tx.list::<String>(DEFAULT_FLOW, instance)?.into_iter().map(|(id, _)| id).collect(),
        })
    }

    /// The center that is made of them.
    pub(super) fn center(&self) -> Center {
        let mut center = Center::new(&self.instance);
        for (body, overrides) in &self.hours {
            let properties = json!({
                "TimeZone": body.get("TimeZone"),
                "Config": body.get("Config"),
                "HoursOfOperationOverrides": overrides,
            });
            let hours = Hours { name: text(body, "Name").into(), schedule: Schedule::read(&properties) };
            center.add_hours(hours, &ids(&HOURS, body));
        }
        let whispers = self.add_queues(&mut center);
        for prompt in &self.prompts {
            let named = Named { name: text(prompt, "Name").into(), id: text(prompt, "PromptARN").into() };
            center.add(ObjectKind::Prompt, named, &[text(prompt, "PromptId").to_owned()]);
        }
        let sources: Vec<FlowSource> = self.flows.iter().filter_map(StoredFlow::source).collect();
        let added = center.add_flows(&sources);
        let flow = |id: &str| -> Option<FlowId> {
            let at = sources.iter().position(|source| source.ids.first().is_some_and(|own| own == id))?;
            added.get(at).copied()
        };
        for (queue, whisper) in whispers {
            if let Some(whisper) = flow(&whisper) {
                center.set_outbound_whisper(queue, whisper);
            }
        }
        for [name, address, id] in &self.numbers {
            if let Some(flow) = flow(id) {
                center.add_number(Number { name: name.as_str().into(), address: Some(address.as_str().into()), flow });
            }
        }
        for flow in self.defaults.iter().filter_map(|id| flow(id)) {
            let flow_type = center.flow(flow).flow_type;
            center.set_default(flow_type, flow);
        }
        center
    }

    /// Adds the queues; which flow is whispered for which of them, where there is one.
    fn add_queues(&self, center: &mut Center) -> Vec<(usize, String)> {
        let mut whispers = Vec::new();
        for (body, number) in &self.queues {
            let calendar = text(body, "HoursOfOperationId");
            let queue = Queue {
                key: text(body, "Name").into(),
                name: text(body, "Name").into(),
                id: text(body, "QueueArn").into(),
                hours: self.hours.iter().position(|(hours, _)| text(hours, "HoursOfOperationId") == calendar),
                max_contacts: body.get("MaxContacts").and_then(Value::as_u64),
                outbound_whisper: None,
                caller_id: number.as_deref().map(Into::into),
            };
            let whisper = caller(body, "OutboundFlowId").map(str::to_owned);
            let at = center.add_queue(queue, &ids(&QUEUE, body));
            whispers.extend(whisper.map(|flow| (at, flow)));
        }
        whispers
    }
}

impl StoredFlow {
    /// `None` for content that is no flow, which nothing that was published has.
    fn source(&self) -> Option<FlowSource> {
        let content: Value = serde_json::from_str(&self.content).ok()?;
        let flow_type = match &self.flow_type {
            None => FlowType::Module,
            Some(word) => word.parse().ok()?,
        };
        Some(FlowSource {
            key: self.name.clone(),
            name: self.name.clone(),
            flow_type,
            flow: Flow::from_json(&content).ok()?,
            ids: self.ids.clone(),
        })
    }
}

fn caller<'a>(queue: &'a Document, member: &str) -> Option<&'a str> {
    queue.get("OutboundCallerConfig")?.get(member)?.as_str()
}

fn all(environment: &Environment, instance: &str, kind: &Kind) -> Result<Vec<Document>, AwsError> {
    let all = environment.tx.list::<Document>(kind.document, instance)?;
    Ok(all.into_iter().map(|(_, body)| body).collect())
}

/// Id and ARN.
fn ids(kind: &Kind, body: &Document) -> [String; 2] {
    [text(body, kind.id).to_owned(), text(body, kind.arn).to_owned()]
}

fn hours(environment: &Environment, instance: &str) -> Result<Vec<(Document, Vec<Document>)>, AwsError> {
    let mut found = Vec::new();
    for body in all(environment, instance, &HOURS)? {
        let mut overrides = of_hours(environment, instance, text(&body, "HoursOfOperationId"))?;
        for parent in parent_ids(&body) {
            overrides.extend(of_hours(environment, instance, &parent)?);
        }
        // The documents have the words of the API, schedules those of CloudFormation.
        for other in &mut overrides {
            let config = other.remove("Config").unwrap_or_else(|| json!([]));
            other.insert("OverrideConfig".to_owned(), config);
        }
        found.push((body, overrides));
    }
    Ok(found)
}

fn queues(environment: &Environment, instance: &str) -> Result<Vec<(Document, Option<String>)>, AwsError> {
    let mut found = Vec::new();
    for body in all(environment, instance, &QUEUE)? {
        let number = caller(&body, "OutboundCallerIdNumberId");
        let number: Option<Document> =
            number.map(|id| environment.tx.get(PHONE_NUMBER.document, "", id)).transpose()?.flatten();
        found.push((body, number.map(|number| text(&number, "PhoneNumber").to_owned())));
    }
    Ok(found)
}

/// What is published of flows and modules, with versions and aliases.
fn flows(environment: &Environment, instance: &str) -> Result<Vec<StoredFlow>, AwsError> {
    let mut sources = Vec::new();
    for flavor in [&FLOWS, &MODULES] {
        for body in all(environment, instance, flavor.kind)? {
            if text(&body, "Status") != "PUBLISHED" {
                continue;
            }
            let [id, arn] = ids(flavor.kind, &body);
            let latest = [id.clone(), arn.clone(), format!("{id}:$LATEST"), format!("{arn}:$LATEST")];
            sources.push(stored(flavor, &body, latest.to_vec()));
            sources.extend(versions(environment, instance, flavor, [&id, &arn])?);
        }
    }
    Ok(sources)
}

/// The versions of a flow, each under its number and those of its aliases.
fn versions(
    environment: &Environment,
    instance: &str,
    flavor: &Flavor,
    [id, arn]: [&str; 2],
) -> Result<Vec<StoredFlow>, AwsError> {
    let aliases = aliases(environment, flavor, instance, id)?;
    let mut sources = Vec::new();
    for key in environment.tx.keys_by_name(flavor.version, instance, id)? {
        let version: Option<Document> = environment.tx.get(flavor.version, instance, &key)?;
        let Some(version) = version else { continue };
        let number = version.get("Version").and_then(Value::as_u64).unwrap_or_default();
        let leading_here = aliases.iter().filter(|alias| alias.get("Version").and_then(Value::as_u64) == Some(number));
        let names = leading_here.flat_map(|alias| [text(alias, "AliasId"), text(alias, "Name")]);
        let names = std::iter::once(number.to_string()).chain(names.map(str::to_owned));
        let ids = names.flat_map(|name| [format!("{id}:{name}"), format!("{arn}:{name}")]).collect();
        sources.push(stored(flavor, &version, ids));
    }
    Ok(sources)
}

fn stored(flavor: &Flavor, body: &Document, ids: Vec<String>) -> StoredFlow {
    StoredFlow {
        name: text(body, "Name").to_owned(),
        flow_type: (flavor.kind != MODULES.kind).then(|| text(body, "Type").to_owned()),
        content: text(body, "Content").to_owned(),
        ids,
    }
}
