//! Inputs that look like flows, and ever more that look a little less so.

use serde_json::{Value, json};

/// Exported flows to start from.
#[expect(clippy::too_many_lines, reason = "a table")]
pub fn flows() -> Vec<Vec<u8>> {
    let action = |identifier: &str, action_type: &str, parameters: Value, transitions: Value| json!({ "Identifier": identifier, "Type": action_type, "Parameters": parameters, "Transitions": transitions });
    let next =
        |to: &str| json!({ "NextAction": to, "Errors": [{ "NextAction": "end", "ErrorType": "NoMatchingError" }] });
    let branch = |operand: &str, to: &str| json!({ "NextAction": to, "Condition": { "Operator": "Equals", "Operands": [operand] } });
    let queue = "arn:aws:connect:us-west-2:123456789012:instance/i/queue/q";
    let menu = json!({
        "NextAction": "end",
        "Conditions": [branch("1", "queue"), branch("2", "check")],
        "Errors": [
            { "NextAction": "loop", "ErrorType": "InputTimeLimitExceeded" },
            { "NextAction": "loop", "ErrorType": "NoMatchingCondition" },
            { "NextAction": "end", "ErrorType": "NoMatchingError" },
        ],
    });
    let actions = json!([
        action("say", "MessageParticipant", json!({ "SSML": "<speak>Hello $.Attributes.name</speak>" }), next("menu")),
        action(
            "menu",
            "GetParticipantInput",
            json!({ "Text": "1 or 2", "InputTimeLimitSeconds": "5", "StoreInput": "False" }),
            menu
        ),
        action(
            "loop",
            "Loop",
            json!({ "LoopCount": "3" }),
            json!({
                "NextAction": "end", "Conditions": [branch("ContinueLooping", "menu"), branch("DoneLooping", "end")],
            })
        ),
        action("queue", "UpdateContactTargetQueue", json!({ "QueueId": queue }), next("hook")),
        action(
            "hook",
            "UpdateContactEventHooks",
            json!({ "EventHooks": { "CustomerQueue": "$.Attributes.flow" } }),
            next("hours")
        ),
        action(
            "hours",
            "CheckHoursOfOperation",
            json!({}),
            json!({
                "NextAction": "end", "Conditions": [branch("True", "transfer"), branch("False", "end")],
                "Errors": [{ "NextAction": "end", "ErrorType": "NoMatchingError" }],
            })
        ),
        action(
            "transfer",
            "TransferContactToQueue",
            json!({}),
            json!({ "NextAction": "end", "Errors": [
            { "NextAction": "end", "ErrorType": "QueueAtCapacity" }, { "NextAction": "end", "ErrorType": "NoMatchingError" },
        ] })
        ),
        action(
            "check",
            "Compare",
            json!({ "ComparisonValue": "$.Attributes.tier" }),
            json!({
                "NextAction": "lambda", "Conditions": [branch("gold", "set")],
                "Errors": [{ "NextAction": "lambda", "ErrorType": "NoMatchingCondition" }],
            })
        ),
        action("set", "UpdateContactAttributes", json!({ "Attributes": { "a": "$.External.b" } }), next("lambda")),
        action(
            "lambda",
            "InvokeLambdaFunction",
            json!({
                "LambdaFunctionARN": "arn:aws:lambda:us-west-2:123456789012:function:f", "InvocationTimeLimitSeconds": "8",
                "LambdaInvocationAttributes": { "k": "v" }, "ResponseValidation": { "ResponseType": "JSON" },
            }),
            next("play")
        ),
        action(
            "play",
            "MessageParticipantIteratively",
            json!({
                "Messages": [{ "Text": "Wait" }, { "PromptId": "p" }], "InterruptFrequencySeconds": "30",
            }),
            json!({ "NextAction": "play", "Conditions": [branch("MessagesInterrupted", "say")] })
        ),
        action("end", "DisconnectParticipant", json!({}), json!({})),
    ]);
    let metadata = json!({
        "entryPointPosition": { "x": 20, "y": 20 }, "name": "Main", "type": "contactFlow",
        "ActionMetadata": {
            "say": { "position": { "x": 160.5, "y": 20 } },
            "queue": { "position": { "x": 1e3, "y": -20 }, "queue": { "id": queue, "text": "Sales" } },
        },
    });
    let whole = json!({ "Version": "2019-10-30", "StartAction": "say", "Metadata": metadata, "Actions": actions });
    let small = json!({ "Version": "2019-10-30", "StartAction": "a", "Actions": [action("a", "EndFlowExecution", json!({}), json!({}))] });
    let module = json!({
        "Version": "2019-10-30", "StartAction": "a", "Settings": { "InputParameters": [], "OutputParameters": [], "Transitions": [] },
        "Actions": [action("a", "EndFlowModuleExecution", json!({}), json!({}))],
    });
    [whole, small, module].iter().map(|flow| flow.to_string().into_bytes()).collect()
}

/// Steps to start from.
pub fn steps() -> Vec<Vec<u8>> {
    let texts = [
        "type: inbound
steps:
  - say: Welcome
  - name: main menu
    menu: Press 1 or 2
    timeout: 5s
    keys: { 1: { queue: sales }, 2: [{ set: { a: b } }, { goto: main menu }], 3: hang_up }
  - lambda: vanity
    timeout: 8s
    with: { phone: $.CustomerEndpoint.Address }
  - if: $.External.tier
    is: { gold: [{ say: Gold }], silver: hang_up }
    otherwise: { say: None }
  - hours: business
    closed: [{ say: { ssml: <speak>Closed</speak> } }, hang_up]
  - loop: 3
    each: [{ say: Again }]
  - transfer: queue
on_error: [{ say: Sorry }, hang_up]
",
        "type: customer_queue
steps:
  - name: wait
    play: [{ text: Please hold }, { prompt: music }]
    every: 30s
    interrupted: { goto: wait }
",
        "{ type: module, steps: [ { say: One }, { collect: PIN, digits: 4 }, { record: both }, { voice: Joanna }, return ] }",
        "type: inbound\nsteps: [ { split: { 50: [{ say: A }], 30: hang_up } }, { tag: { a: b } }, { wait: 5m }, hang_up ]\n",
    ];
    texts.iter().map(|text| text.as_bytes().to_vec()).collect()
}

/// Numbers that look like chance and are the same every time.
pub struct Chance(u64);

impl Chance {
    /// Starts at a seed.
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn below(&mut self, bound: usize) -> usize {
        usize::try_from(self.next() >> 33).unwrap_or_default() % bound.max(1)
    }
}

/// Words that mean something somewhere.
const WORDS: &[&str] = &[
    "NextAction",
    "Errors",
    "Conditions",
    "Condition",
    "Operator",
    "Operands",
    "Equals",
    "NoMatchingError",
    "NoMatchingCondition",
    "Parameters",
    "Transitions",
    "Identifier",
    "Type",
    "Metadata",
    "Settings",
    "Text",
    "SSML",
    "$.External.x",
    "$.Attributes.['a b']",
    "$.StoredCustomerInput",
    "true",
    "null",
    "-1",
    "1e308",
    "99999999999999999999",
    "\u{E000}queue/x\u{E001}",
    "\u{E000}",
    "é",
    "字",
    "\u{202E}",
    "builtin/x",
    "goto",
    "name",
    "say",
    "menu",
    "keys",
    "hang_up",
    "steps",
    "on_error",
    "error",
    "otherwise",
    "&a",
    "*a",
    "<<",
    "!!str",
    "|",
    ">",
    "---",
    "{{",
    "}}",
    "arn:aws:connect:::",
];

/// One input more: a seed with some changes, of bytes or, where it is JSON, of its parts.
pub fn mutated(seeds: &[Vec<u8>], chance: &mut Chance) -> Vec<u8> {
    let mut bytes = seeds[chance.below(seeds.len())].clone();
    if chance.below(3) > 0
        && let Ok(mut json) = serde_json::from_slice::<Value>(&bytes)
    {
        for _ in 0..=chance.below(6) {
            mutate_json(&mut json, chance);
        }
        return json.to_string().into_bytes();
    }
    for _ in 0..=chance.below(8) {
        mutate_bytes(&mut bytes, chance);
    }
    bytes
}

fn mutate_bytes(bytes: &mut Vec<u8>, chance: &mut Chance) {
    let at = chance.below(bytes.len() + 1);
    let end = (at + chance.below(24)).min(bytes.len());
    match chance.below(6) {
        0 => {
            bytes.drain(at..end);
        }
        1 => {
            let piece = bytes[at..end].to_vec();
            let into = chance.below(bytes.len() + 1);
            bytes.splice(into..into, piece);
        }
        2 | 3 => {
            let word = WORDS[chance.below(WORDS.len())];
            bytes.splice(at..if chance.below(2) == 0 { at } else { end }, word.bytes());
        }
        4 => {
            let piece = b"{}[]\":,\n #'-0"[chance.below(13)];
            bytes.insert(at, piece);
        }
        _ => {
            if let Some(byte) = bytes.get_mut(at) {
                *byte ^= 1 << chance.below(8);
            }
        }
    }
}

fn mutate_json(json: &mut Value, chance: &mut Chance) {
    match json {
        Value::Object(members) if !members.is_empty() && chance.below(8) > 0 => {
            let at = chance.below(members.len());
            let names: Vec<String> = members.keys().cloned().collect();
            match chance.below(12) {
                0 => {
                    members.shift_remove(&names[at]);
                }
                1 => {
                    let value = members.get(&names[at]).cloned().unwrap_or_default();
                    members.insert(WORDS[chance.below(WORDS.len())].to_owned(), value);
                }
                _ => {
                    if let Some(member) = members.values_mut().nth(at) {
                        mutate_json(member, chance);
                    }
                }
            }
        }
        Value::Array(items) if !items.is_empty() && chance.below(8) > 0 => {
            let at = chance.below(items.len());
            match chance.below(8) {
                0 => {
                    items.remove(at);
                }
                1 => items.push(items[at].clone()),
                2 => {
                    let other = chance.below(items.len());
                    items.swap(at, other);
                }
                _ => mutate_json(&mut items[at], chance),
            }
        }
        other => {
            *other = match chance.below(9) {
                0 => Value::Null,
                1 => json!({}),
                2 => json!([]),
                3 => json!(-1),
                4 => json!([other]),
                5 => json!({ "x": other }),
                6 => {
                    Value::String(["say", "menu", "end", "loop", "queue", "hours", "a", ""][chance.below(8)].to_owned())
                }
                _ => Value::String(WORDS[chance.below(WORDS.len())].to_owned()),
            };
        }
    }
}
