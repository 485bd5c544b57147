//! An account in which rendered artifacts are deployed, without anybody's CloudFormation.

use std::collections::BTreeMap;

use callform::inventory::{DeployedStack, Inventory, LiveResource, ObservedInstance};
use callform::model::{Address, Kind, Reference, Target};
use callform::render::{Artifacts, ParameterSource, StackArtifact};
use serde_json::{Map, Value, json};

const INSTANCE: &str = "arn:aws:connect:us-west-2:123456789012:instance/11111111-1111-4111-8111-111111111111";

/// The inventory after an apply of the artifacts: nothing is to be planned, and all but what `Ref` and other functions
/// cannot be taken for is in sync.
pub(crate) fn inventory(artifacts: &Artifacts) -> Inventory {
    let mut inventory = Inventory {
        instance: Some(ObservedInstance {
            id: INSTANCE.rsplit('/').next().unwrap_or_default().to_owned(),
            arn: INSTANCE.to_owned(),
            alias: Some("big-center".to_owned()),
        }),
        ..Inventory::default()
    };
    let physical_ids: BTreeMap<&Address, String> = artifacts
        .stacks
        .iter()
        .flat_map(|stack| stack.resources.values())
        .enumerate()
        .map(|(number, address)| (address, physical_id(address, number)))
        .collect();
    for stack in &artifacts.stacks {
        let deployed = deployed(stack, &physical_ids, &mut inventory.builtins);
        for (logical_id, resource) in deployed.template["Resources"].as_object().into_iter().flatten() {
            let properties = evaluate(&resource["Properties"], &deployed).as_object().cloned().unwrap_or_default();
            let live = LiveResource::Present { properties, unread: Vec::new(), told: None };
            inventory.live.insert((stack.name.clone(), logical_id.clone()), live);
        }
        inventory.stacks.insert(stack.name.clone(), deployed);
    }
    for association in &artifacts.associations {
        if let Target::Resource(flow) = &association.flow {
            let flow = physical_ids[flow].rsplit('/').next().unwrap_or_default().to_owned();
            inventory.phone_number_flows.insert(physical_ids[&association.phone_number].clone(), flow);
        }
    }
    inventory
}

fn physical_id(address: &Address, number: usize) -> String {
    let id = format!("00000000-0000-4000-8000-{number:012}");
    match address.kind {
        Kind::Instance => INSTANCE.to_owned(),
        Kind::PhoneNumber => format!("arn:aws:connect:us-west-2:123456789012:phone-number/{id}"),
        kind => format!("{INSTANCE}/{}/{id}", segment(kind)),
    }
}

fn segment(kind: Kind) -> &'static str {
    match kind {
        Kind::Hours => "operating-hours",
        Kind::Flow => "contact-flow",
        Kind::RoutingProfile => "routing-profile",
        Kind::SecurityProfile => "security-profile",
        Kind::User => "agent",
        Kind::AgentStatus => "agent-state",
        Kind::HierarchyGroup => "agent-group",
        Kind::QuickConnect => "transfer-destination",
        Kind::Queue => "queue",
        _ => "other",
    }
}

fn deployed(
    stack: &StackArtifact,
    physical_ids: &BTreeMap<&Address, String>,
    builtins: &mut BTreeMap<(Kind, String), String>,
) -> DeployedStack {
    let mut identifier = |reference: &Reference| match &reference.target {
        Target::Resource(address) => reference.identifier(&physical_ids[address]).into_owned(),
        Target::Instance => INSTANCE.to_owned(),
        Target::Builtin { kind, name } => {
            let id = format!("builtin-{kind}-{}", name.replace(' ', "-"));
            builtins.insert((*kind, name.clone()), id.clone());
            id
        }
    };
    let parameters = stack.parameters.iter().map(|(name, source)| {
        let value = match source {
            ParameterSource::References(references) => {
                references.iter().map(&mut identifier).collect::<Vec<_>>().join(",")
            }
            ParameterSource::ArtifactBucket => "artifacts".to_owned(),
        };
        (name.clone(), value)
    });
    DeployedStack {
        name: stack.name.clone(),
        id: format!("arn:aws:cloudformation:us-west-2:123456789012:stack/{}/1", stack.name),
        status: "UPDATE_COMPLETE".to_owned(),
        template: stack.template.clone(),
        parameters: parameters.collect(),
        physical_ids: stack
            .resources
            .iter()
            .map(|(logical_id, address)| (logical_id.clone(), physical_ids[address].clone()))
            .collect(),
        tags: stack.tags.clone(),
        termination_protection: stack.termination_protection,
    }
}

/// Carries out the functions that Callform renders.
fn evaluate(value: &Value, stack: &DeployedStack) -> Value {
    match value {
        Value::Array(items) => items.iter().map(|item| evaluate(item, stack)).collect(),
        Value::Object(members) => {
            if let (1, Some((name, argument))) = (members.len(), members.iter().next())
                && let Some(value) = function(name, argument, stack)
            {
                return value;
            }
            let members = members.iter().map(|(name, member)| (name.clone(), evaluate(member, stack)));
            Value::Object(members.collect::<Map<_, _>>())
        }
        other => other.clone(),
    }
}

fn function(name: &str, argument: &Value, stack: &DeployedStack) -> Option<Value> {
    let parameter = |name: &str| stack.parameters.get(name).or_else(|| stack.physical_ids.get(name)).cloned();
    match name {
        "Ref" => parameter(argument.as_str()?).map(Value::from),
        "Fn::GetAtt" => parameter(argument.get(0)?.as_str()?).map(Value::from),
        "Fn::Select" => {
            let index: usize = argument.get(0)?.as_str()?.parse().ok()?;
            let list = parameter(argument.get(1)?.get("Ref")?.as_str()?)?;
            list.split(',').nth(index).map(Value::from)
        }
        "Fn::Join" => {
            let items = evaluate(argument.get(1)?, stack);
            let items: Vec<&str> = items.as_array()?.iter().filter_map(Value::as_str).collect();
            Some(json!(items.join(argument.get(0)?.as_str()?)))
        }
        "Fn::Sub" => {
            let variables = argument.get(1)?.as_object()?;
            let text = argument.get(0)?.as_str()?.to_owned();
            Some(json!(variables.iter().fold(text, |text, (name, value)| {
                text.replace(&format!("${{{name}}}"), evaluate(value, stack).as_str().unwrap_or_default())
            })))
        }
        _ => None,
    }
}
