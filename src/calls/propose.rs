//! Tests that an exploration proposes, in the notation of a blueprint.

use callform_call::event::{Method, What};
use callform_call::event::{Party, QueueId, Speech};
use callform_call::explore::{Decision, Given, Proposal};
use callform_call::simulation::Input;
use callform_call::surroundings::{LambdaAnswer, Metric};
use callform_call::{BlockId, Channel, ContactId, End, Event, Start};
use serde_json::{Map, Value, json};

use super::center::CallCenter;
use super::prepare::{CALLER, USUAL_TIME, usual_zone};

/// A `tests` section with proposals, by names that say what they walk. Those that the notation has no words for (a
/// contact that does not come from outside, waiting times in parts of a second) are left out.
pub fn proposed(proposals: &[Proposal], center: &CallCenter) -> Value {
    let mut tests = Map::new();
    for proposal in proposals {
        if let Some(test) = test(proposal, center) {
            let name = free(&tests, name(proposal, center));
            tests.insert(name, test);
        }
    }
    json!({ "tests": tests })
}

/// The same as YAML. Empty where there is no test.
///
/// # Errors
/// Where YAML cannot say it, which is never so for texts and numbers.
pub fn proposed_yaml(proposals: &[Proposal], center: &CallCenter) -> Result<String, serde_norway::Error> {
    let section = proposed(proposals, center);
    let is_empty = section.get("tests").and_then(Value::as_object).is_none_or(Map::is_empty);
    if is_empty { Ok(String::new()) } else { serde_norway::to_string(&section) }
}

/// The name, with a number where another test has it.
fn free(tests: &Map<String, Value>, name: String) -> String {
    let numbered = (2_usize..).map(|number| format!("{name} ({number})"));
    std::iter::once(name.clone()).chain(numbered).find(|name| !tests.contains_key(name)).unwrap_or(name)
}

fn name(proposal: &Proposal, center: &CallCenter) -> String {
    let program = center.center.flow(proposal.block.flow);
    let block = &program.blocks[proposal.block.block].identifier;
    format!("{}, {block}: {}", program.key, program.words(proposal.block.block, proposal.way))
}

fn test(proposal: &Proposal, center: &CallCenter) -> Option<Value> {
    if proposal.start.queue.is_some() {
        return None;
    }
    let mut test = Map::new();
    begin(&mut test, &proposal.start, center)?;
    if let Some(at) = time(proposal, center) {
        test.insert("at".to_owned(), at.into());
    }
    let given = given(&proposal.given, center)?;
    if !given.is_empty() {
        test.insert("given".to_owned(), given.into());
    }
    let (steps, end) = steps(proposal, center)?;
    test.insert("steps".to_owned(), steps.into());
    if let Some(state) = end {
        test.insert("expect".to_owned(), json!({ "state": state }));
    }
    Some(test.into())
}

/// Who calls what.
fn begin(test: &mut Map<String, Value>, start: &Start, center: &CallCenter) -> Option<()> {
    if start.method != Method::Inbound {
        return None;
    }
    let numbers = center.center.numbers().iter();
    let is_called = |system: &str| {
        numbers.clone().find(|number| number.flow == start.flow && number.address.as_deref() == Some(system))
    };
    match start.system.as_deref().map(is_called) {
        Some(Some(number)) => test.insert("call".to_owned(), (*number.name).into()),
        // A number that only the flow compares: no test can call it.
        Some(None) => return None,
        None => test.insert("flow".to_owned(), (*center.center.flow(start.flow).key).into()),
    };
    match start.channel {
        Channel::Voice => None,
        Channel::Chat => test.insert("channel".to_owned(), "chat".into()),
        Channel::Task => test.insert("channel".to_owned(), "task".into()),
    };
    if let Some(customer) = start.customer.as_deref().filter(|customer| *customer != CALLER) {
        test.insert("from".to_owned(), customer.into());
    }
    if !start.attributes.is_empty() {
        let pairs = start.attributes.iter().map(|(name, value)| (name.to_string(), Value::from(&**value)));
        test.insert("attributes".to_owned(), Value::Object(pairs.collect()));
    }
    Some(())
}

/// When, unless it is the usual time.
fn time(proposal: &Proposal, center: &CallCenter) -> Option<String> {
    let zone = usual_zone(center);
    let local = proposal.at.to_zoned_datetime(zone).datetime();
    let at = local.strftime("%Y-%m-%d %H:%M").to_string();
    (at != USUAL_TIME.replace('T', " ")).then_some(at)
}

fn given(given: &Given, center: &CallCenter) -> Option<Map<String, Value>> {
    let mut out = Map::new();
    let hours = |is_open: bool| -> Vec<Value> {
        let wanted = given.hours.iter().filter(|(_, open)| **open == is_open);
        wanted.filter_map(|(at, _)| Some((*center.center.hours().get(*at)?.name).into())).collect()
    };
    put(&mut out, "open", hours(true).into());
    put(&mut out, "closed", hours(false).into());
    let full: Option<Vec<Value>> = given.full.iter().map(|queue| Some(queue_key(*queue, center)?.into())).collect();
    put(&mut out, "full", full?.into());
    let mut queues: Map<String, Value> = Map::new();
    for ((queue, metric), value) in &given.metrics {
        let (name, value) = figure(*metric, *value)?;
        let figures = queues.entry(queue_key(*queue, center)?).or_insert_with(|| json!({}));
        figures[name] = value;
    }
    put(&mut out, "queues", queues.into());
    let lambdas = given.lambdas.iter().map(|(name, answers)| (name.to_string(), of_answers(answers)));
    put(&mut out, "lambdas", Value::Object(lambdas.collect()));
    let services = given.services.iter().map(|(at, answer)| {
        let mut members = Map::new();
        if let Some(error) = &answer.error {
            members.insert("error".to_owned(), (**error).into());
        }
        if let Some(result) = &answer.result {
            members.insert("result".to_owned(), (**result).into());
        }
        if !answer.values.is_null() {
            members.insert("values".to_owned(), answer.values.clone());
        }
        (block_key(*at, center), Value::Object(members))
    });
    put(&mut out, "services", Value::Object(services.collect()));
    let fails = given.fails.iter().map(|(at, error)| (block_key(*at, center), Value::from(&**error)));
    put(&mut out, "fails", Value::Object(fails.collect()));
    if let Some(percent) = given.percent {
        out.insert("percent".to_owned(), percent.into());
    }
    Some(out)
}

/// Puts what is not empty.
fn put(out: &mut Map<String, Value>, key: &str, value: Value) {
    let is_empty = value.as_array().is_some_and(Vec::is_empty) || value.as_object().is_some_and(Map::is_empty);
    if !is_empty {
        out.insert(key.to_owned(), value);
    }
}

fn of_answers(answers: &[LambdaAnswer]) -> Value {
    let of = |answer: &LambdaAnswer| match answer {
        LambdaAnswer::Value(value) => json!({ "answer": value }),
        LambdaAnswer::Fails(_) => "fails".into(),
        LambdaAnswer::TimesOut => "times_out".into(),
    };
    match answers {
        [one] => of(one),
        several => several.iter().map(of).collect(),
    }
}

fn queue_key(queue: QueueId, center: &CallCenter) -> Option<String> {
    match queue {
        QueueId::Queue(at) => Some(center.center.queues().get(at)?.key.to_string()),
        QueueId::Agent(_) => None,
    }
}

fn block_key(at: BlockId, center: &CallCenter) -> String {
    let program = center.center.flow(at.flow);
    format!("{}/{}", program.key, program.blocks[at.block].identifier)
}

fn figure(metric: Metric, value: i64) -> Option<(&'static str, Value)> {
    Some(match metric {
        Metric::AgentsAvailable => ("available", value.into()),
        Metric::AgentsStaffed => ("staffed", value.into()),
        Metric::AgentsOnline => ("online", value.into()),
        Metric::ContactsInQueue => ("waiting", value.into()),
        Metric::OldestContactAge if value % 1000 == 0 => ("oldest", format!("{}s", value / 1000).into()),
        Metric::OldestContactAge => return None,
    })
}

/// What happens and what is heard meanwhile, and the state in which it ends, if it does.
fn steps(proposal: &Proposal, center: &CallCenter) -> Option<(Vec<Value>, Option<&'static str>)> {
    let mut writer = Writer { center, active: ContactId(0), out: Vec::new(), told: 0 };
    for (step, before) in proposal.steps.iter().zip(&proposal.before) {
        let events = &proposal.events[..*before];
        writer.hears(events);
        match step {
            Decision::Waits(_, seconds) => writer.out.push(json!({ "wait": format!("{seconds}s") })),
            Decision::Does(contact, input) => writer.does(*contact, input, events)?,
            _ => return None,
        }
    }
    writer.hears(&proposal.events);
    let end = proposal.events.iter().rev().find_map(|event| match &event.what {
        What::Ended(end) if event.contact == writer.active => Some(end),
        _ => None,
    });
    Some((writer.out, end.and_then(state)))
}

fn state(end: &End) -> Option<&'static str> {
    match end {
        End::Disconnected(_) => Some("disconnected"),
        End::CustomerLeft => Some("customer_left"),
        End::AgentLeft => Some("agent_left"),
        End::HandedOver { .. } => Some("handed_over"),
        End::NotReached => Some("not_reached"),
        End::Finished => Some("finished"),
        End::LeftTo { .. } | End::RanOff(_) | End::Unhandled { .. } | End::Endless(_) | End::UnknownType { .. } => None,
    }
}

struct Writer<'a> {
    center: &'a CallCenter,
    /// The contact that steps are about.
    active: ContactId,
    out: Vec<Value>,
    /// Events that have been told.
    told: usize,
}

impl Writer<'_> {
    /// What was said to the active contact since the last step.
    fn hears(&mut self, events: &[Event]) {
        for (party, key) in [(Party::Customer, "hear"), (Party::Agent, "agent_hears")] {
            let said = events.get(self.told..).unwrap_or_default().iter().filter_map(|event| match &event.what {
                What::Said { to, speech, .. } if *to == party && event.contact == self.active => Some(heard(speech)),
                _ => None,
            });
            let said: Vec<Value> = said.collect();
            match said.len() {
                0 => {}
                1 => self.out.push(json!({ key: said[0] })),
                _ => self.out.push(json!({ key: said })),
            }
        }
        self.told = events.len();
    }

    fn does(&mut self, contact: ContactId, input: &Input, events: &[Event]) -> Option<()> {
        if contact != self.active {
            let is_callback = events.iter().rev().find_map(|event| match event.what {
                What::Callback { contact, .. } => Some(contact),
                _ => None,
            });
            let word = if contact == ContactId(0) {
                "first_contact"
            } else if is_callback == Some(contact) {
                "callback"
            } else {
                return None;
            };
            self.out.push(word.into());
            self.active = contact;
        }
        let step = match input {
            Input::Keys(keys) => json!({ "press": &**keys }),
            Input::Intent { name, slots, attributes } if slots.is_empty() && attributes.is_empty() => {
                json!({ "say": &**name })
            }
            Input::Intent { name, slots, attributes } => {
                let map = |pairs: &[(std::sync::Arc<str>, std::sync::Arc<str>)]| -> Map<String, Value> {
                    pairs.iter().map(|(key, value)| (key.to_string(), Value::from(&**value))).collect()
                };
                json!({ "say": { "intent": &**name, "slots": map(slots), "attributes": map(attributes) } })
            }
            Input::Action(action, values) if values.is_null() => json!({ "use_view": &**action }),
            Input::Action(action, values) => json!({ "use_view": { "action": &**action, "values": values } }),
            Input::Event(event) => json!({ "event": &**event }),
            Input::Accept(agent) => json!({ "agent": &**agent }),
            Input::HandOn { flow, .. } => {
                let mut connects = self.center.quick_connects.iter();
                let (name, _) = connects.find(|(_, (leads_to, _))| leads_to == flow)?;
                json!({ "transfer": name })
            }
            Input::HangUp => "hang_up".into(),
            Input::PickUp => "picks_up".into(),
            Input::NoAnswer => "no_answer".into(),
            Input::Busy => "busy".into(),
            Input::OutsideHangsUp => "outside_hangs_up".into(),
            Input::Hold => "hold".into(),
            Input::Resume => "resume".into(),
            Input::AgentHangsUp => "agent_hangs_up".into(),
        };
        self.out.push(step);
        if matches!(input, Input::HandOn { .. }) {
            // The customer goes on as a contact of its own, which is the last one that began.
            let contacts = events.iter().filter(|event| matches!(event.what, What::Began(_))).count();
            self.active = ContactId(contacts);
        }
        Some(())
    }
}

fn heard(speech: &Speech) -> Value {
    match speech {
        Speech::Text(text) => (**text).into(),
        Speech::Ssml(text) => json!({ "ssml": &**text }),
        Speech::Prompt(name) => json!({ "prompt": &**name }),
        Speech::Media(address) => json!({ "audio": &**address }),
    }
}
