//! What has happened by the time a contact comes to an action.
//!
//! A forward analysis over all ways at once. Every fact is known twice: whether it holds on some way and whether it
//! holds on every way. A set of facts only grows (on some way) or shrinks (on every way), so each action is looked at
//! a bounded number of times.

use std::collections::{BTreeMap, VecDeque};

use super::arrival::Arrival;
use super::ways::{On, Way, Ways};
use super::{is_true, stores_input, text};
use crate::{Action, FlowType};

/// One thing that may have happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Fact(u64);

impl Fact {
    /// A queue was chosen.
    pub(super) const QUEUE: Fact = Fact(1);
    /// Digits were stored.
    pub(super) const INPUT: Fact = Fact(1 << 1);
    /// The number of a callback was set.
    pub(super) const NUMBER: Fact = Fact(1 << 2);
    /// A queue's figures were read.
    pub(super) const METRICS: Fact = Fact(1 << 3);
    /// A bot was asked.
    pub(super) const BOT: Fact = Fact(1 << 4);
    /// A view was shown.
    pub(super) const VIEW: Fact = Fact(1 << 5);
    /// A session of an assistant was started.
    pub(super) const ASSISTANT: Fact = Fact(1 << 6);
    /// Messages were played again and again.
    pub(super) const PLAYED: Fact = Fact(1 << 7);
    /// Flow logs were turned on.
    pub(super) const LOGGED: Fact = Fact(1 << 8);
    /// Keys pressed during prompts are kept.
    pub(super) const BUFFER: Fact = Fact(1 << 9);
    /// A flow module ran, which may have done anything.
    pub(super) const MODULE: Fact = Fact(1 << 10);
    /// The answer of some function is there.
    pub(super) const ANSWER: Fact = Fact(1 << 11);
    /// A loop began.
    pub(super) const LOOP: Fact = Fact(1 << 12);
    /// A message was said or something asked.
    pub(super) const SPOKE: Fact = Fact(1 << 13);
    /// An application of Agentic CX had the contact.
    pub(super) const AGENTIC: Fact = Fact(1 << 14);
    /// An agent has, or had, the contact.
    pub(super) const AGENT: Fact = Fact(1 << 15);
    /// Digits were asked for, whatever came of it.
    pub(super) const ASKED: Fact = Fact(1 << 16);
    /// Setting the number of a callback failed, and none was set since.
    pub(super) const NO_NUMBER: Fact = Fact(1 << 17);
}

/// Bits for functions: that the answer at hand is theirs.
const FIRST_FUNCTION: u32 = 20;
/// Functions beyond these share the last bit.
const FUNCTIONS: u32 = 22;
/// Bits for functions: that they were invoked at all.
const FIRST_INVOKED: u32 = FIRST_FUNCTION + FUNCTIONS;

/// Channels, as a set.
const VOICE: u8 = 1;
const CHAT: u8 = 2;
const TASK: u8 = 4;
const EMAIL: u8 = 8;

/// What has happened before an action.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Facts {
    some: u64,
    every: u64,
    channels: u8,
    /// The longest that functions may have kept the contact waiting without a word, in seconds, up to [`LONGEST`].
    pub(super) silence: u8,
}

/// Where counting seconds stops.
const LONGEST: u8 = 200;

impl Facts {
    /// True where it happened on some way here.
    pub(super) fn may(self, fact: Fact) -> bool {
        self.some & fact.0 != 0
    }

    /// True where it happened on every way here.
    pub(super) fn must(self, fact: Fact) -> bool {
        self.every & fact.0 != 0
    }

    /// Numbers of the functions whose answer may be at hand.
    pub(super) fn answers(self) -> impl Iterator<Item = usize> {
        (0..FUNCTIONS as usize).filter(move |function| self.some & function_bit(*function) != 0)
    }

    /// True where the function was invoked on every way here, whatever came after.
    pub(super) fn was_invoked(self, function: usize) -> bool {
        self.every & invoked_bit(function) != 0
    }

    /// True where no contact of this channel comes here.
    pub(super) fn excludes(self, channel: &str) -> bool {
        channel_bit(channel).is_some_and(|bit| self.channels & bit == 0)
    }

    fn happen(&mut self, fact: Fact) {
        self.some |= fact.0;
        self.every |= fact.0;
    }

    fn undo(&mut self, fact: Fact) {
        self.some &= !fact.0;
        self.every &= !fact.0;
    }

    fn join(self, other: Self) -> Self {
        Self {
            some: self.some | other.some,
            every: self.every & other.every,
            channels: self.channels | other.channels,
            silence: self.silence.max(other.silence),
        }
    }
}

fn function_bit(function: usize) -> u64 {
    1 << (FIRST_FUNCTION as usize + function)
}

fn invoked_bit(function: usize) -> u64 {
    1 << (FIRST_INVOKED as usize + function)
}

/// The channels a flow can compare with.
pub(super) const CHANNELS: &[&str] = &["VOICE", "CHAT", "TASK", "EMAIL"];

fn channel_bit(channel: &str) -> Option<u8> {
    match channel {
        "VOICE" => Some(VOICE),
        "CHAT" => Some(CHAT),
        "TASK" => Some(TASK),
        "EMAIL" => Some(EMAIL),
        _ => None,
    }
}

/// The facts before each action; `None` where no contact comes.
pub(super) fn of(ways: &Ways<'_>, flow_type: FlowType, arrival: Arrival) -> Vec<Option<Facts>> {
    let functions = functions(ways);
    let mut facts: Vec<Option<Facts>> = vec![None; ways.len()];
    let Some(start) = ways.start() else { return facts };
    facts[start] = Some(at_start(flow_type, arrival));
    let mut waiting = VecDeque::from([start]);
    let mut is_waiting = vec![false; ways.len()];
    while let Some(at) = waiting.pop_front() {
        is_waiting[at] = false;
        let (Some(before), Some(action)) = (facts[at], ways.action(at)) else { continue };
        for way in ways.taken(at) {
            let Some(after) = after(action, &way, before, &functions) else { continue };
            let joined = facts[way.to].map_or(after, |known| known.join(after));
            if facts[way.to] != Some(joined) {
                facts[way.to] = Some(joined);
                if !std::mem::replace(&mut is_waiting[way.to], true) {
                    waiting.push_back(way.to);
                }
            }
        }
    }
    facts
}

/// What holds where a flow begins.
fn at_start(flow_type: FlowType, arrival: Arrival) -> Facts {
    let mut facts = Facts { some: 0, every: 0, channels: VOICE | CHAT | TASK | EMAIL, silence: 0 };
    // Quick connects bring their queue, queued contacts are in one; modules get that of the flow that calls them.
    if arrival.brings.queue || !matches!(flow_type, FlowType::ContactFlow | FlowType::Campaign) {
        facts.happen(Fact::QUEUE);
    }
    if arrival.brings.answer {
        facts.happen(Fact::ANSWER);
    }
    if arrival.brings.agent {
        facts.happen(Fact::AGENT);
    }
    facts
}

/// The number of each function, in the order they appear.
pub(super) fn functions<'a>(ways: &Ways<'a>) -> BTreeMap<&'a str, usize> {
    let mut functions = BTreeMap::new();
    for index in 0..ways.len() {
        let arn = ways.action(index).filter(|action| is_function(action)).and_then(arn_of);
        let next = functions.len().min(FUNCTIONS as usize - 1);
        if let Some(arn) = arn {
            functions.entry(arn).or_insert(next);
        }
    }
    functions
}

fn is_function(action: &Action) -> bool {
    action.action_type == "InvokeLambdaFunction"
}

/// The function an action invokes.
pub(super) fn arn_of(action: &Action) -> Option<&str> {
    text(action, "LambdaFunctionARN")
}

/// The facts after an action on one of its ways; `None` where no contact can take it.
fn after(action: &Action, way: &Way<'_>, before: Facts, functions: &BTreeMap<&str, usize>) -> Option<Facts> {
    let mut facts = before;
    let failed = matches!(way.on, On::Error(_));
    match action.action_type.as_str() {
        // Failing to choose a queue leaves none chosen, but whoever handles that knows it.
        "UpdateContactTargetQueue" => facts.happen(Fact::QUEUE),
        "InvokeFlowModule" => [Fact::MODULE, Fact::QUEUE, Fact::NUMBER].into_iter().for_each(|fact| facts.happen(fact)),
        "GetMetricData" if !failed => facts.happen(Fact::METRICS),
        "ShowView" => facts.happen(Fact::VIEW),
        "CreateWisdomSession" if !failed => facts.happen(Fact::ASSISTANT),
        "UpdateContactCallbackNumber" if failed => facts.happen(Fact::NO_NUMBER),
        "UpdateContactCallbackNumber" => {
            facts.happen(Fact::NUMBER);
            facts.undo(Fact::NO_NUMBER);
        }
        "Wait" if has_returned(way) => [Fact::QUEUE, Fact::AGENT].into_iter().for_each(|fact| facts.happen(fact)),
        "MessageParticipantIteratively" => facts.happen(Fact::PLAYED),
        "Loop" => facts.happen(Fact::LOOP),
        "UpdateFlowLoggingBehavior" if text(action, "FlowLoggingBehavior") == Some("Disabled") => {
            facts.undo(Fact::LOGGED);
        }
        "UpdateFlowLoggingBehavior" => facts.happen(Fact::LOGGED),
        "ConnectParticipantWithLexBot" => facts.happen(Fact::BOT),
        "ConnectParticipantWithAgenticCX" => facts.happen(Fact::AGENTIC),
        "GetParticipantInput" => input(action, failed, &mut facts),
        "InvokeLambdaFunction" => answer(action, failed, functions, &mut facts),
        "Compare" => return narrow(action, way, facts),
        _ => {}
    }
    if SPEAKING.contains(&action.action_type.as_str()) {
        facts.silence = 0;
        facts.happen(Fact::SPOKE);
    }
    Some(facts)
}

/// True for the way of customers who come back after an agent has left: only then is there something to come back to.
fn has_returned(way: &Way<'_>) -> bool {
    matches!(way.on, On::Condition(branch) if branch.operand() == Some("CustomerReturned"))
}

/// Actions at which the contact hears or does something.
const SPEAKING: &[&str] = &[
    "MessageParticipant",
    "MessageParticipantIteratively",
    "GetParticipantInput",
    "ConnectParticipantWithLexBot",
    "ConnectParticipantWithAgenticCX",
    "ShowView",
    "Wait",
    "TransferParticipantToThirdParty",
];

fn input(action: &Action, failed: bool, facts: &mut Facts) {
    if stores_input(action) {
        facts.happen(Fact::ASKED);
        if !failed {
            facts.happen(Fact::INPUT);
        }
    }
    if is_true(action, "EnableDTMFBuffer") {
        facts.happen(Fact::BUFFER);
    } else if action.parameters.contains_key("EnableDTMFBuffer") {
        facts.undo(Fact::BUFFER);
    }
}

fn answer(action: &Action, failed: bool, functions: &BTreeMap<&str, usize>, facts: &mut Facts) {
    facts.silence = facts.silence.saturating_add(time_limit(action)).min(LONGEST);
    let Some(function) = arn_of(action).and_then(|arn| functions.get(arn)) else { return };
    facts.happen(Fact(invoked_bit(*function)));
    if failed {
        return;
    }
    (0..FUNCTIONS as usize).for_each(|other| facts.undo(Fact(function_bit(other))));
    facts.happen(Fact(function_bit(*function)));
    facts.happen(Fact::ANSWER);
}

/// How long a function keeps the contact waiting at most, in seconds.
pub(super) fn time_limit(action: &Action) -> u8 {
    if text(action, "InvocationType") == Some("ASYNCHRONOUS") {
        return 0;
    }
    text(action, "InvocationTimeLimitSeconds").and_then(|seconds| seconds.parse::<u8>().ok()).unwrap_or_default()
}

/// What a comparison of the channel tells about the contacts that take this way.
fn narrow(action: &Action, way: &Way<'_>, mut facts: Facts) -> Option<Facts> {
    if text(action, "ComparisonValue") != Some("$.Channel") {
        return Some(facts);
    }
    let named = |branch: &crate::ConditionBranch| {
        (branch.operator == "Equals").then(|| branch.operand().and_then(channel_bit)).flatten()
    };
    match way.on {
        On::Condition(branch) => facts.channels &= named(branch).unwrap_or(u8::MAX),
        On::Error(_) => action.transitions.conditions().iter().filter_map(named).for_each(|bit| facts.channels &= !bit),
        On::Next => {}
    }
    (facts.channels != 0).then_some(facts)
}
