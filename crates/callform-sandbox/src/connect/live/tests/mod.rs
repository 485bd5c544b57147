//! Whole lives of contacts, by the operations that clients call.

mod calling;
mod lives;
mod recorded;
mod refusals;
mod talking;
mod telling;

use std::cell::RefCell;
use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde_json::{Map, Value, json};

use super::super::tests::{ARN, ID, Instance};
use super::people::People;
use crate::input::object;
use crate::services::carrying::{Answer, Step};
use crate::services::kinesis;

/// What answers in place of a function.
type Function<'a> = &'a dyn Fn(&Value) -> Answer;

/// A center with agents mary and jane, a queue `Sales`, and a flow that asks, calls a function and puts who presses 1 into
/// the queue.
struct World {
    instance: Instance,
    flow: String,
    queue: String,
    agents: BTreeMap<&'static str, String>,
    /// Events that functions were invoked with.
    invoked: RefCell<Vec<Value>>,
}

fn action(identifier: &str, kind: &str, parameters: &Value, transitions: &Value) -> Value {
    json!({ "Identifier": identifier, "Type": kind, "Parameters": parameters, "Transitions": transitions })
}

fn content(actions: &[Value]) -> String {
    let start = &actions[0]["Identifier"];
    json!({ "Version": "2019-10-30", "StartAction": start, "Metadata": {}, "Actions": actions }).to_string()
}

fn any_error(to: &str) -> Value {
    json!([{ "ErrorType": "NoMatchingError", "NextAction": to }])
}

const FUNCTION: &str = "arn:aws:lambda:us-west-2:123456789012:function:lookup";

/// Asks for a key, looks the caller up, and queues who pressed 1.
fn menu(queue: &str) -> String {
    content(&[
        action(
            "ask",
            "GetParticipantInput",
            &json!({ "Text": "Press 1", "StoreInput": "False", "InputTimeLimitSeconds": "8" }),
            &json!({
                "NextAction": "end",
                "Errors": [
                    { "ErrorType": "InputTimeLimitExceeded", "NextAction": "end" },
                    { "ErrorType": "NoMatchingCondition", "NextAction": "end" },
                    { "ErrorType": "NoMatchingError", "NextAction": "end" },
                ],
                "Conditions": [{ "NextAction": "look", "Condition": { "Operator": "Equals", "Operands": ["1"] } }],
            }),
        ),
        action(
            "look",
            "InvokeLambdaFunction",
            &json!({ "LambdaFunctionARN": FUNCTION, "InvocationTimeLimitSeconds": "3" }),
            &json!({ "NextAction": "keep", "Errors": any_error("end") }),
        ),
        action(
            "keep",
            "UpdateContactAttributes",
            &json!({ "Attributes": { "tier": "$.External.tier" }, "TargetContact": "Current" }),
            &json!({ "NextAction": "queue", "Errors": any_error("end") }),
        ),
        action(
            "queue",
            "UpdateContactTargetQueue",
            &json!({ "QueueId": queue }),
            &json!({ "NextAction": "go", "Errors": any_error("end") }),
        ),
        action(
            "go",
            "TransferContactToQueue",
            &json!({}),
            &json!({
                "NextAction": "end",
                "Errors": [
                    { "ErrorType": "QueueAtCapacity", "NextAction": "end" },
                    { "ErrorType": "NoMatchingError", "NextAction": "end" },
                ],
            }),
        ),
        action("end", "DisconnectParticipant", &json!({}), &json!({})),
    ])
}

/// Seconds from the start of a contact to one of its timestamps.
#[track_caller]
fn after(contact: &Value, pointer: &str) -> f64 {
    let time = |value: &Value| value.as_f64().unwrap_or_else(|| panic!("{pointer} is no time: {contact}"));
    let at = contact.pointer(pointer).unwrap_or_else(|| panic!("no {pointer}: {contact}"));
    ((time(at) - time(&contact["InitiationTimestamp"])) * 1000.0).round() / 1000.0
}

impl World {
    fn new(people: &Value) -> Self {
        let instance = Instance::new();
        instance.call("UpdateInstanceAttribute", json!({ "AttributeType": "OUTBOUND_CALLS", "Value": "true" }));
        let queue = instance.queue("Sales");
        let profile = json!({
            "Name": "Sellers",
            "Description": "They sell",
            "DefaultOutboundQueueId": queue,
            "MediaConcurrencies": [{ "Channel": "VOICE", "Concurrency": 1 }],
            "QueueConfigs": [{ "QueueReference": { "QueueId": queue, "Channel": "VOICE" }, "Priority": 1, "Delay": 0 }],
        });
        let profile = instance.made("CreateRoutingProfile", profile, "RoutingProfileId");
        let agent = |name: &'static str| {
            let input = super::super::tests::but(instance.user_input(name), json!({ "RoutingProfileId": profile }));
            (name, instance.made("CreateUser", input, "UserId"))
        };
        let agents = BTreeMap::from([agent("mary"), agent("jane")]);
        instance.phone_number("88888888-2222-4333-8444-555555555555", ARN);
        let arn = format!("{ARN}/queue/{queue}");
        let input = json!({ "Name": "menu", "Type": "CONTACT_FLOW", "Content": menu(&arn) });
        let flow = instance.made("CreateContactFlow", input, "ContactFlowId");
        let world = Self { instance, flow, queue, agents, invoked: RefCell::default() };
        world.people(people);
        world
    }

    fn people(&self, people: &Value) {
        People::read(people).unwrap().save(self.instance.folder()).unwrap();
    }

    /// Starts a call; the contact's id.
    #[track_caller]
    fn call(&self, number: &str, more: Value) -> String {
        self.instance.made("StartOutboundVoiceContact", self.request(number, more), "ContactId")
    }

    fn request(&self, number: &str, more: Value) -> Value {
        let mut input = json!({
            "DestinationPhoneNumber": number,
            "SourcePhoneNumber": "+15550100100",
            "ContactFlowId": self.flow,
            "RingTimeoutInSeconds": 30,
        });
        input.as_object_mut().unwrap().extend(object(more));
        input
    }

    /// One step at the time it is. False where nothing was to do.
    fn step(&self, function: Function<'_>) -> bool {
        match self.instance.with(|environment| super::step(environment, ID)) {
            Step::Idle => false,
            Step::Worked => true,
            Step::Invoke(invocation) => {
                let event = serde_json::from_slice(&invocation.payload).unwrap();
                let answer = function(&event);
                self.invoked.borrow_mut().push(event);
                self.instance.with(|environment| super::settle(environment, ID, invocation.part, &answer));
                true
            }
        }
    }

    /// Lets time pass, in whatever pieces.
    fn pass_with(&self, seconds: u64, function: Function<'_>) {
        self.instance.pass(seconds);
        while self.step(function) {}
    }

    fn pass(&self, seconds: u64) {
        self.pass_with(seconds, &|_| Ok(br#"{"tier":"gold"}"#.to_vec()));
    }

    #[track_caller]
    fn described(&self, contact: &str) -> Value {
        self.instance.call("DescribeContact", json!({ "ContactId": contact }))["Contact"].clone()
    }

    fn metric(&self, name: &str) -> f64 {
        let input = json!({
            "Filters": { "Queues": [self.queue] },
            "CurrentMetrics": [{ "Name": name, "Unit": "COUNT" }],
        });
        let answer = self.instance.call("GetCurrentMetricData", input);
        answer["MetricResults"][0]["Collections"][0]["Value"].as_f64().unwrap()
    }

    /// Makes a stream, and has the instance put something into it.
    fn stream(&self, name: &str, storage: &str) {
        self.instance.with(|environment| {
            kinesis::call(environment, "CreateStream", &object(json!({ "StreamName": name, "ShardCount": 1 })))
        });
        let arn = format!("arn:aws:kinesis:us-west-2:123456789012:stream/{name}");
        let config = json!({ "StorageType": "KINESIS_STREAM", "KinesisStreamConfig": { "StreamArn": arn } });
        let input = json!({ "ResourceType": storage, "StorageConfig": config });
        self.instance.call("AssociateInstanceStorageConfig", input);
    }

    /// What is in a stream.
    fn records(&self, name: &str) -> Vec<Value> {
        let keys = self.instance.with(|environment| environment.tx.keys("kinesis/record"));
        let of_stream = keys.iter().filter(|(scope, _)| scope.contains(name));
        of_stream
            .map(|(scope, key)| {
                let record: Map<String, Value> =
                    self.instance.with(|environment| environment.tx.get("kinesis/record", scope, key)).unwrap();
                let data = BASE64.decode(record["data"].as_str().unwrap()).unwrap();
                serde_json::from_slice(&data).unwrap()
            })
            .collect()
    }
}
