//! An instance as the simulator of calls has it: its published flows and modules, queues, hours, prompts and numbers.
//!
//! Agents and functions are not read: flows name them, and what a flow names is known by its name.

use callform_call::center::{Center, FlowSource, Hours, Named, Number, Queue};
use callform_call::event::FlowId;
use callform_call::hours::Schedule;
use callform_flow::catalog::ObjectKind;
use callform_flow::{Flow, FlowType};
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
    let mut center = Center::new(&INSTANCE.arn_of(environment, instance, instance));
    hours(environment, instance, &mut center)?;
    let queues = queues(environment, instance, &mut center)?;
    for prompt in all(environment, instance, &PROMPT)? {
        let named = Named { name: text(&prompt, "Name").into(), id: text(&prompt, "PromptARN").into() };
        center.add(ObjectKind::Prompt, named, &[text(&prompt, "PromptId").to_owned()]);
    }
    let flows = flows(environment, instance, &mut center)?;
    let flow = |id: &str| flows.iter().find(|(own, _)| own == id).map(|(_, flow)| *flow);
    for (queue, whisper) in queues {
        if let Some(whisper) = flow(&whisper) {
            center.set_outbound_whisper(queue, whisper);
        }
    }
    for (number, id) in environment.tx.list::<String>(VOICE_FLOW, instance)? {
        let body: Option<Document> = environment.tx.get(PHONE_NUMBER.document, "", &number)?;
        if let (Some(body), Some(flow)) = (body, flow(&id)) {
            let address = text(&body, "PhoneNumber");
            center.add_number(Number { name: number.as_str().into(), address: Some(address.into()), flow });
        }
    }
    for (id, _) in environment.tx.list::<String>(DEFAULT_FLOW, instance)? {
        if let Some(flow) = flow(&id) {
            let flow_type = center.flow(flow).flow_type;
            center.set_default(flow_type, flow);
        }
    }
    Ok(center)
}

fn all(environment: &Environment, instance: &str, kind: &Kind) -> Result<Vec<Document>, AwsError> {
    let all = environment.tx.list::<Document>(kind.document, instance)?;
    Ok(all.into_iter().map(|(_, body)| body).collect())
}

/// Id and ARN.
fn ids(kind: &Kind, body: &Document) -> [String; 2] {
    [text(body, kind.id).to_owned(), text(body, kind.arn).to_owned()]
}

fn hours(environment: &Environment, instance: &str, center: &mut Center) -> Result<(), AwsError> {
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
        let properties = json!({
            "TimeZone": body.get("TimeZone"),
            "Config": body.get("Config"),
            "HoursOfOperationOverrides": overrides,
        });
        let hours = Hours { name: text(&body, "Name").into(), schedule: Schedule::read(&properties) };
        center.add_hours(hours, &ids(&HOURS, &body));
    }
    Ok(())
}

/// Adds the queues; which flow is whispered for which of them, where there is one.
fn queues(environment: &Environment, instance: &str, center: &mut Center) -> Result<Vec<(usize, String)>, AwsError> {
    let calendars: Vec<String> =
        all(environment, instance, &HOURS)?.iter().map(|body| text(body, "HoursOfOperationId").to_owned()).collect();
    let mut whispers = Vec::new();
    for body in all(environment, instance, &QUEUE)? {
        let caller = |member: &str| body.get("OutboundCallerConfig")?.get(member)?.as_str();
        let number = caller("OutboundCallerIdNumberId");
        let number: Option<Document> =
            number.map(|id| environment.tx.get(PHONE_NUMBER.document, "", id)).transpose()?.flatten();
        let queue = Queue {
            key: text(&body, "Name").into(),
            name: text(&body, "Name").into(),
            id: text(&body, "QueueArn").into(),
            hours: calendars.iter().position(|id| id == text(&body, "HoursOfOperationId")),
            max_contacts: body.get("MaxContacts").and_then(Value::as_u64),
            outbound_whisper: None,
            caller_id: number.map(|number| text(&number, "PhoneNumber").into()),
        };
        let whisper = caller("OutboundFlowId").map(str::to_owned);
        let at = center.add_queue(queue, &ids(&QUEUE, &body));
        whispers.extend(whisper.map(|flow| (at, flow)));
    }
    Ok(whispers)
}

/// Adds what is published of flows and modules, with versions and aliases; ids of the flows.
fn flows(environment: &Environment, instance: &str, center: &mut Center) -> Result<Vec<(String, FlowId)>, AwsError> {
    let mut sources = Vec::new();
    for flavor in [&FLOWS, &MODULES] {
        for body in all(environment, instance, flavor.kind)? {
            if text(&body, "Status") != "PUBLISHED" {
                continue;
            }
            let [id, arn] = ids(flavor.kind, &body);
            let latest = [id.clone(), arn.clone(), format!("{id}:$LATEST"), format!("{arn}:$LATEST")];
            sources.extend(source(flavor, &body, latest.to_vec()));
            sources.extend(versions(environment, instance, flavor, [&id, &arn])?);
        }
    }
    let added = center.add_flows(&sources);
    Ok(sources.into_iter().filter_map(|source| source.ids.into_iter().next()).zip(added).collect())
}

/// The versions of a flow, each under its number and those of its aliases.
fn versions(
    environment: &Environment,
    instance: &str,
    flavor: &Flavor,
    [id, arn]: [&str; 2],
) -> Result<Vec<FlowSource>, AwsError> {
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
        sources.extend(source(flavor, &version, ids));
    }
    Ok(sources)
}

/// `None` for content that is no flow, which nothing that was published has.
fn source(flavor: &Flavor, body: &Document, ids: Vec<String>) -> Option<FlowSource> {
    let content: Value = serde_json::from_str(text(body, "Content")).ok()?;
    let is_module = flavor.kind == MODULES.kind;
    let flow_type = if is_module { FlowType::Module } else { text(body, "Type").parse().ok()? };
    let name = text(body, "Name").to_owned();
    Some(FlowSource { key: name.clone(), name, flow_type, flow: Flow::from_json(&content).ok()?, ids })
}
