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

/// How near to a count an event may be that the count has in it.
const NEAR: Duration = Duration::from_secs(2);

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
    // A count takes its time, and has a clock of its own: who became free right after it may be in it already. One agent too few
    // until the next count costs less than a call too many.
    let margin = if event.free { NEAR } else { Duration::ZERO };
    let since_count = counted.is_none_or(|counted| event.at > counted + margin);
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

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const QUEUE: &str = "arn:aws:connect:us-east-1:012345678901:instance/i/queue/q";

    /// A snapshot in the form of 2019, which has no type of a status.
    fn snapshot(status: &str, contacts: &Value) -> Value {
        json!({
            "AgentStatus": { "ARN": "s", "Name": status, "StartTimestamp": "2026-05-25T18:43:59.049Z" },
            "Configuration": {
                "AgentHierarchyGroups": null,
                "RoutingProfile": {
                    "DefaultOutboundQueue": { "ARN": QUEUE, "Name": "BasicQueue" },
                    "InboundQueues": [{ "ARN": QUEUE, "Name": "BasicQueue" }],
                    "Name": "Basic Routing Profile",
                },
            },
            "Contacts": contacts,
        })
    }

    fn contact(state: &str) -> Value {
        json!([{
            "Channel": "VOICE", "ContactId": "c-1", "InitiationMethod": "OUTBOUND", "State": state,
            "ConnectedToAgentTimestamp": "2026-05-25T18:55:21.011Z", "StateStartTimestamp": "2026-05-25T18:55:27.017Z",
        }])
    }

    fn event(at: &str, previous: &Value, current: &Value) -> Value {
        json!({
            "AgentARN": "agent", "EventType": "STATE_CHANGE", "EventTimestamp": at,
            "CurrentAgentSnapshot": current, "PreviousAgentSnapshot": previous,
        })
    }

    fn read(event: &Value) -> AgentEvent {
        AgentEvent::read(event, Some(QUEUE)).unwrap()
    }

    fn count(events: &[&Value]) -> i64 {
        let at = "2026-05-25T18:00:00Z".parse().unwrap();
        let mut agents = Agents { available: 5, at: Some(at), ..Agents::default() };
        let mut known = None;
        for event in events {
            known = seen(&Policy::default(), &mut agents, known.as_ref(), &read(event), at).or(known);
        }
        agents.available
    }

    /// The pair of the documentation of after-call work: it begins, and it ends. Only its end frees the agent.
    #[test]
    fn p20_after_call_work_ends_when_the_contact_is_gone_and_not_when_it_ended() {
        let (connected, ended) =
            (snapshot("Available", &contact("CONNECTED")), snapshot("Available", &contact("ENDED")));
        let gone = snapshot("Available", &json!([]));
        let begins = event("2026-05-25T18:55:27.017Z", &connected, &ended);
        let ends = event("2026-05-25T18:55:32.022Z", &ended, &gone);
        assert!(!read(&begins).free && read(&ends).free);
        assert_eq!((count(&[&begins]), count(&[&begins, &ends]), count(&[&ends])), (5, 6, 6));
        // Twice, or in the wrong order, they come to the same.
        assert_eq!((count(&[&begins, &ends, &ends]), count(&[&ends, &begins])), (6, 6));
    }

    #[test]
    fn who_is_free_is_routable_and_stays_so_serves_the_queue_and_has_no_call() {
        let none = json!([]);
        let free = snapshot("Available", &none);
        let is = |snapshot: &Value| read(&event("2026-05-25T18:55:27Z", &free, snapshot)).free;
        let with = |path: &str, value: Value| {
            let mut snapshot = free.clone();
            *snapshot.pointer_mut(path).unwrap() = value;
            snapshot
        };
        assert!(is(&free));
        assert!(!is(&snapshot("Lunch", &none)) && !is(&snapshot("Available", &contact("INCOMING"))));
        let typed = |kind: &str| with("/AgentStatus", json!({ "Name": "Anything", "Type": kind }));
        assert!(is(&typed("ROUTABLE")) && !is(&typed("CUSTOM")) && !is(&typed("OFFLINE")));
        let mut leaving = free.clone();
        leaving["NextAgentStatus"] = json!({ "Name": "Lunch" });
        assert!(!is(&leaving));
        assert!(!is(&with("/Configuration/RoutingProfile/InboundQueues", json!([{ "ARN": "another" }]))));
        let slots = |slots: u64| {
            let mut snapshot = free.clone();
            snapshot["Configuration"]["RoutingProfile"]["Concurrency"] =
                json!([{ "Channel": "CHAT", "AvailableSlots": 0 }, { "Channel": "VOICE", "AvailableSlots": slots }]);
            snapshot
        };
        assert!(is(&slots(1)) && !is(&slots(0)));
        let mut out = event("2026-05-25T18:55:27Z", &free, &free);
        out["EventType"] = "LOGOUT".into();
        assert!(!read(&out).free);
    }

    #[test]
    fn heartbeats_and_what_was_counted_already_change_no_count() {
        let free = snapshot("Available", &json!([]));
        let lunch = snapshot("Lunch", &json!([]));
        assert_eq!(count(&[&event("2026-05-25T18:55:27Z", &free, &free)]), 5);
        assert_eq!(count(&[&event("2026-05-25T17:59:59Z", &free, &lunch)]), 5);
        assert_eq!(count(&[&event("2026-05-25T18:00:01Z", &free, &lunch)]), 4);
    }

    #[test]
    fn agents_rest_before_they_are_counted_as_free() {
        let policy = Policy { wrap_up_seconds: 10, ..Policy::default() };
        let start: Moment = "2026-05-25T18:00:00Z".parse().unwrap();
        let mut agents = Agents { at: Some(start), ..Agents::default() };
        let gone = snapshot("Available", &json!([]));
        let ends = read(&event("2026-05-25T18:55:32Z", &snapshot("Available", &contact("ENDED")), &gone));
        seen(&policy, &mut agents, None, &ends, ends.at);
        let after = |seconds| agents.free(ends.at + Duration::from_secs(seconds));
        assert_eq!((after(0), after(9), after(10)), (0, 0, 1));
    }

    #[test]
    fn agents_tell_of_calls_they_take_and_miss() {
        let current = snapshot("Available", &contact("MISSED"));
        let told = read(&event("2026-05-25T18:55:27Z", &current, &current)).contacts;
        assert!(told[0].1.missed && told[0].0.as_str() == "c-1");
        assert_eq!(told[0].1.talked.as_ref().unwrap().since.to_string(), "2026-05-25T18:55:21.011Z");
    }
}
