//! What an event of an agent says: whether they are free, and what they did with calls.

use serde_json::Value;

use crate::evidence::{Evidence, Talked};
use crate::ids::{AgentId, ContactId};
use crate::item::{Agent, Agents};
use crate::moment::Moment;
use crate::policy::Policy;
use std::time::Duration;

/// What an event of the agent event stream says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AgentEvent {
    /// Who.
    pub agent: AgentId,
    /// When.
    pub at: Moment,
    /// Whether they could take a call at once.
    pub free: bool,
    /// Whether they could before, where the event says so.
    pub was_free: Option<bool>,
    /// What it says of calls.
    pub contacts: Vec<(ContactId, Evidence)>,
}

/// An event that is none of the agent event stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this is no event of the agent event stream: `{0}` is missing or cannot be read")]
pub struct NoAgentEvent(&'static str);

impl AgentEvent {
    /// Reads an event. `queue` is the ARN of the dialer's queue; agents who do not serve it are never free for it. Events of
    /// unknown types are read like changes of state.
    pub fn read(event: &Value, queue: Option<&str>) -> Result<Self, NoAgentEvent> {
        let agent = event["AgentARN"].as_str().ok_or(NoAgentEvent("AgentARN"))?;
        let at = event["EventTimestamp"].as_str().and_then(|text| text.parse().ok());
        let at = at.ok_or(NoAgentEvent("EventTimestamp"))?;
        let current = &event["CurrentAgentSnapshot"];
        let logged_out = event["EventType"] == "LOGOUT";
        let agent = AgentId::from(agent);
        Ok(Self {
            free: !logged_out && is_free(current, queue),
            was_free: event["PreviousAgentSnapshot"]
                .as_object()
                .map(|_| is_free(&event["PreviousAgentSnapshot"], queue)),
            contacts: contacts(current, &agent),
            agent,
            at,
        })
    }
}

/// Whether an agent could take a call at once: their status is routable and stays so, they serve the queue, and no call is
/// with them, not even one that ended and is still worked on. (?) That `AvailableSlots` counts after-call work as taken.
fn is_free(snapshot: &Value, queue: Option<&str>) -> bool {
    let status = &snapshot["AgentStatus"];
    let routable = match status["Type"].as_str() {
        Some(kind) => kind == "ROUTABLE",
        None => status["Name"] == "Available",
    };
    routable && !leaves(snapshot) && serves(snapshot, queue) && !has_call(snapshot) && has_slot(snapshot)
}

/// The next status may be in the snapshot or in its status.
fn leaves(snapshot: &Value) -> bool {
    snapshot["NextAgentStatus"].is_object() || snapshot["AgentStatus"]["NextAgentStatus"].is_object()
}

fn serves(snapshot: &Value, queue: Option<&str>) -> bool {
    let Some(queue) = queue else { return true };
    match snapshot["Configuration"]["RoutingProfile"]["InboundQueues"].as_array() {
        Some(queues) => queues.iter().any(|served| served["ARN"] == queue),
        None => false,
    }
}

fn has_call(snapshot: &Value) -> bool {
    let contacts = snapshot["Contacts"].as_array().map_or(&[][..], Vec::as_slice);
    contacts
        .iter()
        .any(|contact| contact["Channel"].as_str().is_none_or(|channel| channel.eq_ignore_ascii_case("VOICE")))
}

fn has_slot(snapshot: &Value) -> bool {
    let concurrency = snapshot["Configuration"]["RoutingProfile"]["Concurrency"].as_array();
    let voice = concurrency.and_then(|channels| channels.iter().find(|channel| channel["Channel"] == "VOICE"));
    voice.is_none_or(|voice| voice["AvailableSlots"].as_u64().is_none_or(|slots| slots > 0))
}

fn contacts(snapshot: &Value, agent: &AgentId) -> Vec<(ContactId, Evidence)> {
    let contacts = snapshot["Contacts"].as_array().map_or(&[][..], Vec::as_slice);
    let said = contacts.iter().filter_map(|contact| {
        let id = ContactId::from(contact["ContactId"].as_str()?);
        let connected = contact["ConnectedToAgentTimestamp"].as_str().and_then(|text| text.parse::<Moment>().ok());
        let missed = matches!(contact["State"].as_str(), Some("MISSED" | "REJECTED"));
        let evidence = Evidence {
            talked: connected.map(|since| Talked { since, agent: agent.clone() }),
            answered: connected,
            missed,
            ..Evidence::default()
        };
        (evidence != Evidence::default()).then_some((id, evidence))
    });
    said.collect()
}

/// How long what an agent did last is remembered.
const REMEMBER: Duration = Duration::from_hours(24 * 30);

/// Takes in whether an agent is free. Nothing where a later event, or the same, was taken in before.
///
/// The count moves by what changed since it was made: an agent whom nobody heard of since then was what the event says
/// they were before.
pub fn seen(
    policy: &Policy,
    agents: &mut Agents,
    known: Option<&Agent>,
    event: &AgentEvent,
    now: Moment,
) -> Option<Agent> {
    if known.is_some_and(|known| event.at <= known.at) {
        return None;
    }
    let counted = agents.at;
    let since_count = counted.is_none_or(|counted| event.at > counted);
    let heard_since = known.filter(|known| counted.is_none_or(|counted| known.at > counted));
    let before = match heard_since {
        Some(known) => known.free,
        None => event.was_free.or(known.map(|known| known.free)).unwrap_or(!event.free),
    };
    if since_count && before != event.free {
        agents.available += if event.free { 1 } else { -1 };
        if event.free && policy.wrap_up_seconds > 0 {
            agents.resting.retain(|until| *until > now);
            agents.resting.push(event.at + Duration::from_secs(policy.wrap_up_seconds.into()));
        }
    }
    Some(Agent {
        id: event.agent.clone(),
        free: event.free,
        at: event.at,
        expires: Moment::from_seconds((now + REMEMBER).seconds()),
    })
}

/// A call came to an agent: they are not free, whether or not their own event says so already.
pub fn talks(talked: &Talked) -> AgentEvent {
    AgentEvent {
        agent: talked.agent.clone(),
        at: talked.since,
        free: false,
        was_free: Some(true),
        contacts: Vec::new(),
    }
}
