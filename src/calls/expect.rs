//! What is true of a contact, held against what is expected.

use callform_call::contact::Turn;
use callform_call::event::{End, QueueId, What};
use callform_call::{ContactId, Simulation};
use callform_source::Span;

use super::dialogue::queue_name;
use crate::blueprint::{ContactState, Expected, RecordedParty};

/// Something that is otherwise than expected.
#[derive(Clone, Debug)]
pub(super) struct Difference {
    pub(super) span: Span,
    /// In a few words.
    pub(super) what: String,
    pub(super) expected: String,
    pub(super) found: String,
}

/// What is otherwise, in the order of the notation.
pub(super) fn differences(expected: &Expected, simulation: &Simulation<'_>, id: ContactId) -> Vec<Difference> {
    let contact = simulation.contact(id);
    let center = simulation.center();
    let mut found = Differences(Vec::new());
    if let Some(state) = &expected.state {
        let now = state_of(&contact.turn);
        found.compare(
            state.span,
            "the contact does something else",
            state_word(state.value),
            now.map_or("something else", state_word),
        );
    }
    if let Some(flow) = &expected.flow {
        let now = contact.flow().map(|flow| center.flow(flow).key.to_string()).unwrap_or_default();
        found.compare(flow.span, "the contact is in another flow", &flow.value, &now);
    }
    if let Some(queue) = &expected.queue {
        let now = contact.queue.map_or_else(|| "none".to_owned(), |queue| queue_name(center, queue));
        found.compare(queue.span, "another queue is set", &queue.value, &now);
    }
    if let Some(priority) = &expected.priority {
        found.compare(
            priority.span,
            "the priority is another",
            &priority.value.to_string(),
            &contact.priority.to_string(),
        );
    }
    for (name, value) in &expected.attributes {
        let now = contact.attributes.get(name.value.as_str()).map(|value| &**value);
        let wanted = value.as_ref().map(|value| value.0.as_str());
        if now != wanted {
            let shown = |value: Option<&str>| value.map_or_else(|| "not set".to_owned(), |value| format!("`{value}`"));
            found.add(name.span, &format!("the attribute `{}` is another", name.value), shown(wanted), shown(now));
        }
    }
    if let Some(recording) = &expected.recording {
        let recorded = contact.recording;
        let now = [
            (RecordedParty::Customer, recorded.customer),
            (RecordedParty::Agent, recorded.agent),
            (RecordedParty::Automated, recorded.automated),
        ];
        let now: Vec<RecordedParty> = now.into_iter().filter_map(|(party, is_it)| is_it.then_some(party)).collect();
        let mut wanted = recording.value.clone();
        wanted.sort();
        wanted.dedup();
        found.compare(recording.span, "others are recorded", &parties(&wanted), &parties(&now));
    }
    lambdas(expected, simulation, &mut found);
    callback(expected, simulation, &mut found);
    found.0
}

struct Differences(Vec<Difference>);

impl Differences {
    fn compare(&mut self, span: Span, what: &str, expected: &str, found: &str) {
        if expected != found {
            self.add(span, what, expected.to_owned(), found.to_owned());
        }
    }

    fn add(&mut self, span: Span, what: &str, expected: String, found: String) {
        self.0.push(Difference { span, what: what.to_owned(), expected, found });
    }
}

fn parties(parties: &[RecordedParty]) -> String {
    if parties.is_empty() {
        return "nobody".to_owned();
    }
    let word = |party: &RecordedParty| match party {
        RecordedParty::Customer => "customer",
        RecordedParty::Agent => "agent",
        RecordedParty::Automated => "automated",
    };
    parties.iter().map(word).collect::<Vec<_>>().join(", ")
}

fn lambdas(expected: &Expected, simulation: &Simulation<'_>, found: &mut Differences) {
    let center = simulation.center();
    let calls: Vec<_> = simulation
        .events()
        .iter()
        .filter_map(|event| match &event.what {
            What::Lambda { function, parameters, .. } => Some((center.function_name(function), parameters)),
            _ => None,
        })
        .collect();
    for (name, parameters) in &expected.lambdas {
        let Some((_, last)) = calls.iter().rev().find(|(function, _)| **function == *name.value) else {
            found.add(
                name.span,
                &format!("the function `{}` was not called", name.value),
                "a call".to_owned(),
                "none".to_owned(),
            );
            continue;
        };
        for (parameter, value) in parameters {
            let now = last.get(parameter).filter(|value| !value.is_null()).map(|value| match value {
                serde_json::Value::String(text) => text.clone(),
                other => other.to_string(),
            });
            let wanted = value.as_ref().map(|value| value.0.clone());
            if now != wanted {
                let shown =
                    |value: Option<String>| value.map_or_else(|| "not given".to_owned(), |value| format!("`{value}`"));
                let what = format!("the function `{}` was called with another `{parameter}`", name.value);
                found.add(name.span, &what, shown(wanted), shown(now));
            }
        }
    }
    if let Some(called) = &expected.called {
        let now: Vec<&str> = calls.iter().map(|(name, _)| &**name).collect();
        let shown = |names: &[&str]| if names.is_empty() { "none".to_owned() } else { names.join(", ") };
        let wanted: Vec<&str> = called.value.iter().map(|name| name.value.as_str()).collect();
        found.compare(called.span, "other functions were called", &shown(&wanted), &shown(&now));
    }
}

fn callback(expected: &Expected, simulation: &Simulation<'_>, found: &mut Differences) {
    let Some(expected) = &expected.callback else { return };
    let made = simulation.events().iter().rev().find_map(|event| match event.what {
        What::Callback { contact, delay, retries } => Some((contact, delay, retries)),
        _ => None,
    });
    let Some((contact, delay, retries)) = made else {
        return found.add(expected.span, "no callback was made", "a callback".to_owned(), "none".to_owned());
    };
    let contact = simulation.contact(contact);
    let expected = &expected.value;
    if let Some(number) = &expected.number {
        found.compare(
            number.span,
            "another number is called back",
            &number.value,
            contact.customer.as_deref().unwrap_or("none"),
        );
    }
    if let Some(queue) = &expected.queue {
        let now =
            contact.queue.map_or_else(|| "none".to_owned(), |queue: QueueId| queue_name(simulation.center(), queue));
        found.compare(queue.span, "the callback is in another queue", &queue.value, &now);
    }
    if let Some(wanted) = &expected.delay {
        found.compare(
            wanted.span,
            "the callback waits longer or shorter",
            &format!("{} s", wanted.value.seconds),
            &format!("{delay} s"),
        );
    }
    if let Some(wanted) = &expected.retries {
        found.compare(
            wanted.span,
            "the callback is tried more or less often",
            &wanted.value.to_string(),
            &retries.to_string(),
        );
    }
}

/// What a contact is doing, in the notation's words; `None` for what has no word.
fn state_of(turn: &Turn) -> Option<ContactState> {
    Some(match turn {
        Turn::Key(_) => ContactState::Menu,
        Turn::Digits(_) => ContactState::Digits,
        Turn::Intent(_) => ContactState::Bot,
        Turn::View(_) => ContactState::View,
        Turn::Calling(_) => ContactState::Calling,
        Turn::Talking(_) => ContactState::Outside,
        Turn::Waiting(_) => ContactState::Waiting,
        Turn::Queue(_) => ContactState::Queued,
        Turn::Scheduled => ContactState::Scheduled,
        Turn::Ringing => ContactState::Ringing,
        Turn::Joined => ContactState::Joined,
        Turn::OnHold(_) => ContactState::OnHold,
        Turn::Ended(End::Disconnected(_) | End::RanOff(_)) => ContactState::Disconnected,
        Turn::Ended(End::CustomerLeft) => ContactState::CustomerLeft,
        Turn::Ended(End::AgentLeft) => ContactState::AgentLeft,
        Turn::Ended(End::HandedOver { .. }) => ContactState::HandedOver,
        Turn::Ended(End::NotReached) => ContactState::NotReached,
        Turn::Ended(End::Finished) => ContactState::Finished,
        Turn::Ended(End::LeftTo { .. } | End::Unhandled { .. } | End::Endless(_) | End::UnknownType { .. }) => {
            return None;
        }
    })
}

fn state_word(state: ContactState) -> &'static str {
    match state {
        ContactState::Menu => "menu",
        ContactState::Digits => "digits",
        ContactState::Bot => "bot",
        ContactState::View => "view",
        ContactState::Waiting => "waiting",
        ContactState::Queued => "queued",
        ContactState::Calling => "calling",
        ContactState::Outside => "outside",
        ContactState::Scheduled => "scheduled",
        ContactState::Ringing => "ringing",
        ContactState::Joined => "joined",
        ContactState::OnHold => "on_hold",
        ContactState::Disconnected => "disconnected",
        ContactState::CustomerLeft => "customer_left",
        ContactState::AgentLeft => "agent_left",
        ContactState::HandedOver => "handed_over",
        ContactState::NotReached => "not_reached",
        ContactState::Finished => "finished",
    }
}

/// What a contact is doing, for people.
pub fn state_in_words(turn: &Turn) -> &'static str {
    state_of(turn).map_or("the contact is over", |state| match state {
        ContactState::Menu => "a menu waits for a key",
        ContactState::Digits => "digits are asked for",
        ContactState::Bot => "a bot listens",
        ContactState::View => "a view is shown",
        ContactState::Waiting => "the flow waits",
        ContactState::Queued => "the contact waits in a queue",
        ContactState::Calling => "a number outside is being called",
        ContactState::Outside => "the customer talks with a number outside",
        ContactState::Scheduled => "the callback waits for its time",
        ContactState::Ringing => "the customer's phone rings",
        ContactState::Joined => "customer and agent talk",
        ContactState::OnHold => "the customer is on hold",
        ContactState::Disconnected => "the center has hung up",
        ContactState::CustomerLeft => "the customer has hung up",
        ContactState::AgentLeft => "the agent has hung up",
        ContactState::HandedOver => "the customer was handed over",
        ContactState::NotReached => "the callback reached nobody",
        ContactState::Finished => "the flow is over",
    })
}
