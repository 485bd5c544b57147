//! Drift of hand-made inventories.

mod comparing;
mod marking;
mod reporting;
mod reverting;
mod viewing;

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::{DriftReport, report};
use crate::inventory::{DeployedStack, Inventory, LiveResource, ObservedInstance};
use crate::model::Kind;

const INSTANCE: &str = "arn:aws:connect:us-west-2:123456789012:instance/11111111-0000-4000-8000-000000000000";

/// The ARN of something in the instance.
fn arn(segment: &str, number: u32) -> String {
    format!("{INSTANCE}/{segment}/{}", id(number))
}

fn id(number: u32) -> String {
    format!("22222222-0000-4000-8000-{number:012}")
}

/// A center of one stack with nothing in it.
struct TestCenter {
    inventory: Inventory,
}

impl TestCenter {
    fn new() -> Self {
        let stack = DeployedStack {
            name: "kw".to_owned(),
            id: "arn:aws:cloudformation:us-west-2:123456789012:stack/kw/33333333".to_owned(),
            status: "UPDATE_COMPLETE".to_owned(),
            template: json!({ "Metadata": { "Callform": { "Center": "kw" } }, "Resources": {} }),
            parameters: BTreeMap::from([("InstanceArn".to_owned(), INSTANCE.to_owned())]),
            ..DeployedStack::default()
        };
        let instance = ObservedInstance {
            id: INSTANCE.rsplit('/').next().unwrap().to_owned(),
            arn: INSTANCE.to_owned(),
            alias: Some("kw".to_owned()),
        };
        let builtins = BTreeMap::from([((Kind::Queue, "BasicQueue".to_owned()), id(900))]);
        let inventory = Inventory {
            instance: Some(instance),
            stacks: BTreeMap::from([("kw".to_owned(), stack)]),
            builtins,
            ..Inventory::default()
        };
        Self { inventory }
    }

    fn stack(&mut self) -> &mut DeployedStack {
        self.inventory.stacks.get_mut("kw").unwrap()
    }

    /// Adds a parameter that packs identifiers.
    fn parameter(&mut self, name: &str, value: &str) {
        self.stack().template["Parameters"][name] = json!({ "Type": "CommaDelimitedList" });
        self.stack().parameters.insert(name.to_owned(), value.to_owned());
    }

    /// Adds a resource with the properties of its template; its logical ID is its address without the slash.
    fn resource(&mut self, address: &str, resource_type: &str, physical_id: &str, properties: &Value) -> String {
        let logical_id = address.replace(['/', '_'], "");
        self.stack().template["Resources"][&logical_id] = json!({
            "Type": resource_type,
            "Properties": properties,
            "Metadata": { "Callform": { "Address": address } },
        });
        self.stack().physical_ids.insert(logical_id.clone(), physical_id.to_owned());
        logical_id
    }

    /// Notes the flow that a number of the blueprint is answered by.
    fn answered_by(&mut self, number: &str, flow: &str) {
        let logical_id = number.replace(['/', '_'], "");
        self.stack().template["Resources"][&logical_id]["Metadata"]["Callform"]["Flow"] = json!(flow);
    }

    fn live(&mut self, logical_id: &str, live: LiveResource) {
        self.inventory.live.insert(("kw".to_owned(), logical_id.to_owned()), live);
    }

    /// Adds a resource with its live properties.
    #[expect(clippy::needless_pass_by_value, reason = "without ampersands the cases are easier to read")]
    fn pair(&mut self, address: &str, resource_type: &str, physical_id: &str, template: Value, live: Value) {
        let logical_id = self.resource(address, resource_type, physical_id, &template);
        self.live(&logical_id, present(live));
    }

    fn report(&self) -> DriftReport {
        report(&self.inventory, "kw", "us-west-2")
    }
}

fn members(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(members) => members,
        other => panic!("{other}"),
    }
}

fn present(properties: Value) -> LiveResource {
    LiveResource::Present { properties: members(properties), unread: Vec::new(), told: None }
}

/// The differences of a report, one line each.
fn lines(report: &DriftReport) -> Vec<String> {
    let text = |value: &Option<Value>| value.as_ref().map_or("-".to_owned(), Value::to_string);
    report
        .resources
        .iter()
        .flat_map(|drifted| {
            drifted.differences.iter().map(move |difference| {
                let (before, after) = (text(&difference.before), text(&difference.after));
                let what = match difference.description.join("; ") {
                    none if none.is_empty() => format!("{before} => {after}"),
                    description => description,
                };
                format!("{} {}: {what}", drifted.address, difference.path)
            })
        })
        .collect()
}

/// What is found where one resource has these properties in its template and live.
fn found(address: &str, resource_type: &str, template: Value, live: Value) -> Vec<String> {
    let mut center = TestCenter::new();
    center.pair(address, resource_type, &arn("queue", 1), template, live);
    lines(&center.report())
}
