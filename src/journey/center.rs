//! What there is to know of a center for who follows its callers: flows, queues, hours, and who takes which calls.

use std::collections::BTreeMap;

use callform_flow::references::{self, Piece, builtin_marker, marker};
use callform_flow::wording::DisplayNames;
use callform_flow::{Flow, FlowType};
use serde_json::{Map, Value as Json, json};

use super::hours;
use crate::model::{Address, Kind, Model, Target, TextPart, Value, display_name};
use crate::render::readable;

/// A center as its callers meet it; of a model, or of what is deployed.
#[derive(Clone, Debug, Default)]
pub struct Center {
    /// Its phone numbers, in the order the blueprint names them.
    pub(super) numbers: Vec<Number>,
    flows: BTreeMap<Target, FlowOf>,
    /// Properties of everything else a caller may hear of.
    things: BTreeMap<Target, Json>,
    /// Queue -> the routing profiles whose agents take its calls.
    takers: BTreeMap<Target, Vec<Taker>>,
}

/// A phone number.
#[derive(Clone, Debug)]
pub(super) struct Number {
    pub(super) address: Address,
    /// The flow that answers it.
    pub(super) answered_by: Option<Target>,
    /// What the blueprint says about it: a description, or country and type.
    pub(super) about: String,
}

/// A flow or module.
#[derive(Clone, Debug)]
pub(super) struct FlowOf {
    pub(super) flow: Flow,
    pub(super) flow_type: FlowType,
}

/// A routing profile that has a queue.
#[derive(Clone, Debug)]
struct Taker {
    profile: Target,
    /// Seconds that a call has to have waited.
    delay: u64,
    /// True where the profile has a queue with calls that come first.
    is_second: bool,
}

/// A resource, with markers where its properties refer to others (see [`callform_flow::references`]).
pub(crate) struct Thing {
    /// Its name.
    pub(crate) address: Address,
    /// Its properties, by CloudFormation's names. The content of a flow is a document here, and no text.
    pub(crate) properties: Json,
    /// For a phone number: the flow that answers it.
    pub(crate) answered_by: Option<Target>,
}

/// Kinds that callers hear of.
const KINDS: [Kind; 8] = [
    Kind::PhoneNumber,
    Kind::Flow,
    Kind::FlowModule,
    Kind::Queue,
    Kind::Hours,
    Kind::RoutingProfile,
    Kind::Prompt,
    Kind::Bot,
];

impl Center {
    /// The center of a blueprint.
    pub fn of(model: &Model) -> Self {
        let answers: BTreeMap<&Address, &Target> =
            model.associations.iter().map(|link| (&link.phone_number, &link.flow)).collect();
        let resources = model.resources.values().filter(|resource| KINDS.contains(&resource.address.kind));
        let things = resources.map(|resource| {
            let is_content = |name: &str| name == "Content" && is_flow(resource.address.kind);
            let named = resource.properties.iter().filter(|(name, _)| !is_content(name));
            let properties: Map<String, Json> = named.map(|(name, value)| (name.clone(), marked(value))).collect();
            Thing {
                address: resource.address.clone(),
                properties: properties.into(),
                answered_by: answers.get(&resource.address).map(|flow| (*flow).clone()),
            }
        });
        let mut center = Self::of_things(things);
        for (address, written) in &model.flows {
            let flow = FlowOf { flow: written.flow.clone(), flow_type: written.flow_type };
            center.flows.insert(Target::Resource(address.clone()), flow);
        }
        center
    }

    /// The center that these resources make; those of kinds that no caller hears of are left out.
    pub(crate) fn of_things(things: impl Iterator<Item = Thing>) -> Self {
        let mut center = Self::default();
        for Thing { address, properties, answered_by } in things.filter(|thing| KINDS.contains(&thing.address.kind)) {
            let target = Target::Resource(address.clone());
            if let Some(flow) = properties.get("Content").and_then(|content| Flow::from_json(content).ok()) {
                let named = properties.get("Type").and_then(Json::as_str).and_then(|name| name.parse().ok());
                let is_module = address.kind == Kind::FlowModule;
                let flow_type = if is_module { FlowType::Module } else { named.unwrap_or(FlowType::ContactFlow) };
                center.flows.insert(target.clone(), FlowOf { flow, flow_type });
            }
            if address.kind == Kind::PhoneNumber {
                let about = about(&properties);
                center.numbers.push(Number { address: address.clone(), answered_by, about });
            }
            if address.kind == Kind::RoutingProfile {
                center.note_takers(&target, &properties);
            }
            center.things.insert(target, properties);
        }
        for takers in center.takers.values_mut() {
            takers.sort_by(|one, other| {
                (one.is_second, one.delay, &one.profile).cmp(&(other.is_second, other.delay, &other.profile))
            });
        }
        center
    }

    fn note_takers(&mut self, profile: &Target, properties: &Json) {
        let entries = || {
            let entries = properties.get("QueueConfigs").and_then(Json::as_array).into_iter().flatten();
            entries.filter(|entry| entry.pointer("/QueueReference/Channel").and_then(Json::as_str) == Some("VOICE"))
        };
        let number = |entry: &Json, name: &str| entry.get(name).map_or(0, whole);
        let first = entries().map(|entry| number(entry, "Priority")).min().unwrap_or_default();
        for entry in entries() {
            let queue = entry.pointer("/QueueReference/QueueArn").and_then(Json::as_str).and_then(target_of);
            if let Some(queue) = queue {
                self.takers.entry(queue).or_default().push(Taker {
                    profile: profile.clone(),
                    delay: number(entry, "Delay"),
                    is_second: number(entry, "Priority") > first,
                });
            }
        }
    }

    /// How many flows and modules there are.
    pub(super) fn size(&self) -> usize {
        self.flows.len()
    }

    /// A flow or module; none for those that come with Connect.
    pub(super) fn flow(&self, target: &Target) -> Option<&FlowOf> {
        self.flows.get(target)
    }

    fn property(&self, target: &Target, name: &str) -> Option<&Json> {
        self.things.get(target)?.get(name)
    }

    /// What people call something.
    pub(super) fn name(&self, target: &Target) -> String {
        let chosen = self.property(target, "Name").and_then(Json::as_str);
        match (chosen, target) {
            (Some(name), _) => name.to_owned(),
            (None, Target::Resource(Address { kind: Kind::Queue | Kind::Flow | Kind::Hours, name })) => {
                display_name(name)
            }
            (None, Target::Resource(address)) => address.name.clone(),
            (None, Target::Builtin { name, .. }) => name.clone(),
            (None, Target::Instance) => "the instance".to_owned(),
        }
    }

    /// What an identifier in a flow stands for, in a person's words.
    pub(super) fn named(&self, identifier: &str) -> String {
        if identifier.starts_with("$.") {
            return super::speech::plain(identifier);
        }
        match target_of(identifier) {
            Some(target) => self.name(&target),
            None => DisplayNames::default().name(identifier),
        }
    }

    /// When it is open, with its name, and the days on which something else holds.
    pub(super) fn hours(&self, target: &Target) -> (String, Option<String>) {
        let name = self.name(target);
        match self.things.get(target) {
            Some(properties) => (format!("{name}: {}", hours::week(properties)), hours::exceptions(properties)),
            None => (name, None),
        }
    }

    /// The hours of a queue.
    pub(super) fn hours_of_queue(&self, queue: &Target) -> Option<Target> {
        target_of(self.property(queue, "HoursOfOperationArn")?.as_str()?)
    }

    /// The flow that somebody hears first whom agents call for a queue.
    pub(super) fn outbound_flow(&self, queue: &Target) -> Option<Target> {
        target_of(self.property(queue, "OutboundCallerConfig")?.get("OutboundFlowArn")?.as_str()?)
    }

    /// Most contacts that wait in a queue at once.
    pub(super) fn most(&self, queue: &Target) -> Option<u64> {
        self.property(queue, "MaxContacts").map(whole)
    }

    /// True where a queue takes no contacts.
    pub(super) fn is_disabled(&self, queue: &Target) -> bool {
        self.property(queue, "Status").and_then(Json::as_str) == Some("DISABLED")
    }

    /// The agents who take the calls of a queue, profile by profile, in words.
    pub(super) fn agents(&self, queue: &Target) -> Vec<String> {
        let takers = self.takers.get(queue).into_iter().flatten();
        let words = takers.map(|taker| {
            let mut words = self.name(&taker.profile);
            if taker.delay > 0 {
                words = format!("{words}, once it has waited {}", super::speech::seconds(taker.delay));
            }
            if taker.is_second { format!("{words}, when nothing more urgent waits") } else { words }
        });
        words.collect()
    }
}

/// True for kinds that callers hear of.
pub(crate) fn is_heard_of(kind: Kind) -> bool {
    KINDS.contains(&kind)
}

fn is_flow(kind: Kind) -> bool {
    matches!(kind, Kind::Flow | Kind::FlowModule)
}

fn whole(value: &Json) -> u64 {
    value.as_u64().or_else(|| value.as_str()?.parse().ok()).unwrap_or_default()
}

fn about(properties: &Json) -> String {
    let text = |name: &str| properties.get(name).and_then(Json::as_str);
    match (text("Description"), text("CountryCode"), text("Type")) {
        (Some(description), ..) => description.to_owned(),
        (None, Some(country), Some(kind)) => {
            format!("{country} {}", if kind == "TOLL_FREE" { "toll-free".to_owned() } else { kind.replace('_', " ") })
        }
        _ => String::new(),
    }
}

/// What a text stands for that is nothing but a marker.
pub(super) fn target_of(text: &str) -> Option<Target> {
    let [Piece::Reference(reference)] = &references::split(text)[..] else { return None };
    let kind = Kind::of_word(&reference.kind)?;
    let name = reference.name.clone();
    Some(if reference.builtin { Target::Builtin { kind, name } } else { Target::Resource(Address::new(kind, name)) })
}

/// The marker of a target.
pub(crate) fn marker_of(target: &Target) -> String {
    match target {
        Target::Resource(address) => marker(address.kind.word(), &address.name),
        Target::Builtin { kind, name } => builtin_marker(kind.word(), name),
        Target::Instance => target.to_string(),
    }
}

/// A value with markers for references.
fn marked(value: &Value) -> Json {
    match value {
        Value::Reference(reference) => json!(marker_of(&reference.target)),
        Value::List(items) => items.iter().map(marked).collect(),
        Value::Object(members) => {
            members.iter().map(|(name, member)| (name.clone(), marked(member))).collect::<Map<_, _>>().into()
        }
        Value::Text(parts) => {
            let part = |part: &TextPart| match part {
                TextPart::Literal(literal) => literal.clone(),
                TextPart::Reference(reference) => marker_of(&reference.target),
                TextPart::Pseudo(name) => format!("${{{name}}}"),
            };
            json!(parts.iter().map(part).collect::<String>())
        }
        other => readable(other),
    }
}
