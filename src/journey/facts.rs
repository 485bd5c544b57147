//! What holds where a contact comes to a block: which queues may be chosen, which flows its events run, what is
//! recorded.
//!
//! All ways at once: what may hold on some way is a member of a set, sets only grow, and so it comes to an end.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use callform_flow::Action;
use serde_json::Value as Json;

use super::center::target_of;
use super::walk::Walk;
use crate::model::Target;

/// Who takes a call that is put into a queue.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Pick {
    /// Whoever serves this queue.
    Queue(Target),
    /// One agent.
    Agent(String),
    /// What an attribute names, or an ARN.
    Other(String),
}

/// Events that may run a flow of their own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Event {
    /// The caller waits in a queue.
    Waiting,
    /// The agent is about to be joined.
    AgentWhisper,
    /// The caller is about to be joined.
    CallerWhisper,
    /// The caller is put on hold.
    CallerHold,
    /// The agent is put on hold.
    AgentHold,
    /// The agent has left and the caller is still there.
    AfterAgent,
}

/// What an event runs.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Hook {
    /// What Connect runs where nothing is said.
    Default,
    /// Nothing.
    Off,
    /// A flow.
    Flow(Target),
    /// What an attribute names, or an ARN.
    Other(String),
}

/// What is recorded of a talk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Recorded {
    /// Nothing.
    Nothing,
    /// Both sides.
    Both,
    /// The agent alone.
    Agent,
    /// The caller alone.
    Caller,
}

/// What may hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Facts {
    pub(super) picks: BTreeSet<Pick>,
    pub(super) hooks: BTreeMap<Event, BTreeSet<Hook>>,
    pub(super) recorded: BTreeSet<Recorded>,
}

impl Event {
    pub(super) const ALL: [Event; 6] = [
        Event::Waiting,
        Event::AgentWhisper,
        Event::CallerWhisper,
        Event::CallerHold,
        Event::AgentHold,
        Event::AfterAgent,
    ];

    /// The key in `EventHooks`.
    fn key(self) -> &'static str {
        match self {
            Event::Waiting => "CustomerQueue",
            Event::AgentWhisper => "AgentWhisper",
            Event::CallerWhisper => "CustomerWhisper",
            Event::CallerHold => "CustomerHold",
            Event::AgentHold => "AgentHold",
            Event::AfterAgent => "CustomerRemaining",
        }
    }
}

impl Facts {
    /// What holds for a call that has just come in.
    pub(super) fn at_first() -> Self {
        Self {
            picks: BTreeSet::new(),
            hooks: Event::ALL.into_iter().map(|event| (event, BTreeSet::from([Hook::Default]))).collect(),
            recorded: BTreeSet::from([Recorded::Nothing]),
        }
    }

    /// Takes in what may hold on another way; true where that is more.
    pub(super) fn join(&mut self, other: &Self) -> bool {
        let before = self.clone();
        self.picks.extend(other.picks.iter().cloned());
        for (event, hooks) in &other.hooks {
            self.hooks.entry(*event).or_default().extend(hooks.iter().cloned());
        }
        self.recorded.extend(other.recorded.iter().copied());
        *self != before
    }

    /// What an event may run.
    pub(super) fn hooks(&self, event: Event) -> impl Iterator<Item = &Hook> {
        self.hooks.get(&event).into_iter().flatten()
    }

    /// What holds behind a block.
    pub(super) fn after(&self, action: &Action) -> Self {
        let mut after = self.clone();
        match action.action_type.as_str() {
            "UpdateContactTargetQueue" => after.picks = picked(action).into_iter().collect(),
            "UpdateContactEventHooks" => after.set_hooks(action),
            "UpdateContactRecordingBehavior" | "UpdateContactRecordingAndAnalyticsBehavior" => {
                if let Some(recorded) = recorded(action) {
                    after.recorded = BTreeSet::from([recorded]);
                }
            }
            _ => {}
        }
        after
    }

    fn set_hooks(&mut self, action: &Action) {
        for event in Event::ALL {
            let member = |name: &str| action.parameters.get(name).and_then(|hooks| hooks.get(event.key()));
            let is_off = member("EventHooksConfiguration")
                .and_then(|settings| settings.get("DisableExecution"))
                .is_some_and(|off| off.as_bool() == Some(true) || off.as_str() == Some("true"));
            let hook = member("EventHooks").and_then(Json::as_str).map(|flow| match target_of(flow) {
                Some(flow) => Hook::Flow(flow),
                None => Hook::Other(flow.to_owned()),
            });
            if let Some(hook) = Some(Hook::Off).filter(|_| is_off).or(hook) {
                self.hooks.insert(event, BTreeSet::from([hook]));
            }
        }
    }
}

/// Who a block says takes the call.
pub(super) fn picked(action: &Action) -> Option<Pick> {
    let text = |name: &str| action.parameters.get(name).and_then(Json::as_str);
    if let Some(queue) = text("QueueId") {
        return Some(target_of(queue).map_or_else(|| Pick::Other(queue.to_owned()), Pick::Queue));
    }
    text("AgentId").map(|agent| Pick::Agent(agent.to_owned()))
}

/// What is recorded from a block on; none where it says nothing of it.
pub(super) fn recorded(action: &Action) -> Option<Recorded> {
    let places =
        ["/RecordingBehavior/RecordedParticipants", "/VoiceBehavior/VoiceRecordingBehavior/RecordedParticipants"];
    let parameters = Json::Object(action.parameters.clone());
    let participants = places.iter().find_map(|place| parameters.pointer(place)?.as_array())?;
    let has = |name: &str| participants.iter().any(|participant| participant.as_str() == Some(name));
    Some(match (has("Agent"), has("Customer")) {
        (true, true) => Recorded::Both,
        (true, false) => Recorded::Agent,
        (false, true) => Recorded::Caller,
        (false, false) => Recorded::Nothing,
    })
}

/// What may hold before each block of a flow, where this holds at its start; none where no contact comes.
pub(super) fn through(walk: &Walk, entry: &Facts) -> Vec<Option<Facts>> {
    let mut before: Vec<Option<Facts>> = vec![None; walk.nodes.len()];
    let Some(start) = walk.start else { return before };
    before[start] = Some(entry.clone());
    let mut waiting = VecDeque::from([start]);
    while let Some(at) = waiting.pop_front() {
        let Some(facts) = &before[at] else { continue };
        let node = &walk.nodes[at];
        // A block that fails has set nothing.
        let (after, failed) = (facts.after(&node.action), facts.clone());
        for way in &node.ways {
            let Some(to) = way.to else { continue };
            let facts = if way.is_quiet { &failed } else { &after };
            let is_more = if let Some(known) = &mut before[to] {
                known.join(facts)
            } else {
                before[to] = Some(facts.clone());
                true
            };
            if is_more {
                waiting.push_back(to);
            }
        }
    }
    before
}
