//! From what a call meets to observations that wait for it.
//!
//! ```text
//! begin (overrides) ─→ what is heard in a stretch, each by itself
//!                      the last of it (comparisons, what the customer does) ─→ … ─→ the last of all (EndTest)
//! ```
//!
//! What Connect takes for one message is not certain: texts in a row are one, and a block without a sound between them may
//! part them. So each text is waited for by itself, all of a stretch at the same time.

use std::collections::BTreeMap;

use callform_call::event::{QueueId, Speech};
use callform_call::test_case::run::{Resource, Used};
use callform_call::test_case::{
    ActionKind, Assertion, Criterion, EntryPoint, EventKind, FlowAction, FlowActionKind, InitializationData,
    Instruction, Message, Observation, Operator, Override, TestCaseContent, VoiceEntry,
};
use callform_call::{Center, Channel};
use callform_flow::FlowType;
use callform_flow::catalog::ObjectKind;
use callform_source::Span;

use super::eye::Happening;
use super::walk::{End, Stretch, Walked};
use super::{Check, Live, NativeTest, PREFIX, Reason, Role, Watched};
use crate::calls::CallCenter;
use crate::calls::dialogue::{queue_name, spoken};
use crate::calls::hear::{Heard, Wanted, transcript};
use crate::calls::prepare::Prepared;
use crate::model::Kind;

/// Something to wait for.
#[derive(Clone, Debug)]
struct Item {
    event: EventKind,
    span: Span,
    words: String,
    role: Role,
    offline: bool,
}

/// What is waited for at the same time.
#[derive(Clone, Debug, Default)]
struct Group {
    sides: Vec<Item>,
    /// The last of it, after which it goes on; more than one where any of them will do.
    gates: Vec<Item>,
    checks: Vec<Check>,
    does: Vec<(Instruction, String)>,
}

struct Builder<'a> {
    center: &'a Center,
    live: &'a Live,
    /// Where the test begins.
    span: Span,
    groups: Vec<Group>,
    /// What was named in a stretch in which nothing can be seen.
    carried: Vec<Item>,
    unseen: Vec<Reason>,
    reasons: Vec<Reason>,
}

pub(super) fn build(
    prepared: &Prepared<'_>,
    walked: Walked<'_>,
    center: &CallCenter,
    live: &Live,
) -> Result<NativeTest, Vec<Reason>> {
    let mut builder = Builder {
        center: &center.center,
        live,
        span: prepared.span,
        groups: Vec::new(),
        carried: Vec::new(),
        unseen: Vec::new(),
        reasons: Vec::new(),
    };
    let entry = builder.entry(prepared);
    let mut functions = BTreeMap::new();
    for stretch in &walked.stretches {
        functions.extend(stretch.expected.functions.clone());
        builder.stretch(stretch);
    }
    // What is expected while nothing can be seen any more is expected in vain.
    if let Some(last) = builder.groups.last_mut() {
        last.sides.append(&mut builder.carried);
    }
    let calls: Vec<Item> = functions.iter().filter_map(|(name, span)| builder.call(name, *span, &walked)).collect();
    let has_content = !calls.is_empty()
        || builder.groups.iter().any(|group| {
            let items = || group.sides.iter().chain(&group.gates);
            !group.checks.is_empty() || items().any(|item| item.role != Role::Anchor)
        });
    if !has_content && builder.reasons.is_empty() {
        builder.refuse("nothing that the test expects can be seen by a test case", prepared.span);
    }
    let is_keyed =
        builder.groups.iter().flat_map(|group| &group.does).any(|(it, _)| matches!(it, Instruction::Dtmf(_)));
    if is_keyed && prepared.start.channel == Channel::Chat {
        builder.refuse("a chat has no keys", prepared.span);
    }
    let (Some(entry), true) = (entry, builder.reasons.is_empty()) else { return Err(builder.reasons) };
    let (content, watched) = observations(calls, &builder.groups, walked.overrides);
    let attributes = &prepared.start.attributes;
    let attributes = attributes.iter().map(|(name, value)| (name.to_string(), value.to_string().into())).collect();
    Ok(NativeTest {
        name: format!("{PREFIX}{}", prepared.name),
        content,
        entry,
        data: InitializationData { attributes, ..InitializationData::default() },
        watched,
        unseen: builder.unseen,
    })
}

impl Builder<'_> {
    fn refuse(&mut self, text: impl Into<String>, span: Span) {
        self.reasons.push(Reason { text: text.into(), span });
    }

    fn entry(&mut self, prepared: &Prepared<'_>) -> Option<EntryPoint> {
        let (test, start) = (prepared.test, &prepared.start);
        if let Some(queue) = &test.queue {
            self.refuse("a test case begins without a queue", queue.span);
        }
        let flow = self.center.flow(start.flow);
        if flow.flow_type != FlowType::ContactFlow {
            self.refuse(
                "a test case begins in an inbound flow only",
                test.flow.as_ref().map_or(self.span, |it| it.span),
            );
            return None;
        }
        let source = start.customer.as_deref().map(str::to_owned);
        let live_flow = self.live.id(Kind::Flow, &flow.key).map(str::to_owned);
        let Some(live_flow) = live_flow else {
            self.refuse(format!("the flow `{}` is not in the account", flow.key), self.span);
            return None;
        };
        match start.channel {
            Channel::Chat => Some(EntryPoint::Chat { flow: live_flow }),
            Channel::Voice => {
                let numbers = self.center.numbers();
                let called = test.call.as_ref().map(|call| call.value.as_str());
                let called = called.or_else(|| numbers.first().filter(|_| test.flow.is_none()).map(|it| &*it.name));
                let destination = called.and_then(|name| self.live.number(name));
                Some(EntryPoint::Voice(match (source, destination) {
                    (Some(source), Some(destination)) => {
                        VoiceEntry::Number { source, destination: destination.to_owned() }
                    }
                    (source, _) => VoiceEntry::Flow { flow: live_flow, source },
                }))
            }
            Channel::Task => {
                self.refuse("a test case is a call or a chat", self.span);
                None
            }
        }
    }

    fn stretch(&mut self, stretch: &Stretch<'_>) {
        let mut group = Group { sides: std::mem::take(&mut self.carried), ..Group::default() };
        let mut named = Vec::new();
        for (heard, found) in &stretch.named {
            if let Some(item) = self.heard(heard, found.is_some()) {
                named.push((item, *found));
            }
        }
        self.unseen.extend(stretch.expected.unseen.iter().cloned());
        let is_last = matches!(stretch.end, End::Test);
        let gate = self.gate(stretch).or_else(|| named.pop().filter(|_| is_last).map(|(item, _)| (item, None)));
        let Some((gate, at)) = gate else { return self.nothing(stretch, group, named) };
        group.gates = match named.iter().position(|(_, found)| found.is_some() && *found == at) {
            Some(own) => vec![named.remove(own).0],
            None => vec![gate],
        };
        // What is expected in vain here may come in Connect; then nothing else has to.
        if is_last
            && !stretch.is_queued
            && let Some((other, _)) = named.pop_if(|(_, found)| found.is_none())
        {
            group.gates.iter_mut().for_each(|gate| gate.role = Role::Instead);
            group.gates.push(other);
        }
        group.sides.extend(named.into_iter().map(|(item, _)| item));
        group.checks.clone_from(&stretch.expected.checks);
        self.queue(stretch, &mut group);
        if let End::Does(instruction, words, _) = &stretch.end {
            group.does.push((instruction.clone(), words.clone()));
        }
        self.groups.push(group);
    }

    /// A stretch in which nothing happens that a test case could see.
    fn nothing(&mut self, stretch: &Stretch<'_>, group: Group, named: Vec<(Item, Option<usize>)>) {
        self.carried = group.sides;
        self.carried.extend(named.into_iter().map(|(item, _)| item));
        let checks = &stretch.expected.checks;
        let unseen = checks
            .iter()
            .map(|check| Reason { text: "what is true while nothing is heard".to_owned(), span: check.span });
        self.unseen.extend(unseen);
        let End::Does(instruction, words, span) = &stretch.end else { return };
        // Keys that follow one another are pressed in a row.
        match self.groups.last_mut().filter(|last| !last.does.is_empty()) {
            Some(last) => last.does.push((instruction.clone(), words.clone())),
            None => self.refuse("a test case does something only after something is heard, and nothing is", *span),
        }
    }

    /// What a test says is heard.
    fn heard(&mut self, heard: &Heard<'_>, offline: bool) -> Option<Item> {
        let message = match heard.wanted() {
            Wanted::Text(text) => Message::Text(text),
            Wanted::Prompt(key) => {
                let Some(id) = self.live.id(Kind::Prompt, key) else {
                    self.refuse("the recording is not one of the center's own", heard.span);
                    return None;
                };
                Message::Prompt(id.to_owned())
            }
            Wanted::Pattern | Wanted::Recording => return None,
        };
        let words = format!("hears \"{}\"", heard.in_words());
        Some(Item { event: received(message), span: heard.span, words, role: Role::Expected, offline })
    }

    /// The last thing of a stretch that a test case can see, and its place among what happened. What the customer does comes
    /// after something that is said, where something is.
    fn gate(&self, stretch: &Stretch<'_>) -> Option<(Item, Option<usize>)> {
        let visible = || {
            let happened = stretch.happened.iter().enumerate().rev();
            happened.filter_map(|(at, it)| Some((self.happening(it)?, Some(at))))
        };
        let is_message = |item: &Item| matches!(item.event, EventKind::MessageReceived { .. });
        let said = visible().find(|(item, _)| is_message(item));
        match stretch.end {
            End::Does(..) => said.or_else(|| visible().next()),
            _ => visible().next(),
        }
    }

    fn happening(&self, happening: &Happening) -> Option<Item> {
        let (event, words) = match happening {
            Happening::Said(speech) => {
                let message = match speech {
                    Speech::Text(_) | Speech::Ssml(_) => {
                        Message::Text(Some(transcript(speech)).filter(|text| !text.is_empty())?)
                    }
                    Speech::Prompt(name) => Message::Prompt(self.live.id(Kind::Prompt, name)?.to_owned()),
                    Speech::Media(_) => return None,
                };
                (received(message), format!("hears \"{}\"", spoken(speech)))
            }
            Happening::Started(used) => {
                let id = self.live.used(used, self.center)?;
                (EventKind::FlowActionStarted(FlowAction::new(used.kind, id)), self.use_in_words(used))
            }
        };
        Some(Item { event, span: self.span, words, role: Role::Anchor, offline: true })
    }

    fn use_in_words(&self, used: &Used) -> String {
        let name = match &used.resource {
            Resource::Named(name) => name.to_string(),
            Resource::Known(ObjectKind::Queue, at) => queue_name(self.center, QueueId::Queue(*at)),
            Resource::Known(ObjectKind::HoursOfOperation, at) => self.center.hours()[*at].name.to_string(),
            Resource::Known(ObjectKind::LambdaFunction, at) => self.center.functions()[*at].name.to_string(),
            Resource::Known(..) => String::new(),
        };
        match used.kind {
            FlowActionKind::InvokeLambdaFunction => format!("function {name} is called"),
            FlowActionKind::CheckHoursOfOperation => format!("hours {name} are looked at"),
            FlowActionKind::TransferContactToQueue | FlowActionKind::DequeueAndTransferToQueue => {
                format!("goes into queue {name}")
            }
            FlowActionKind::ConnectParticipantWithLexBot => format!("bot {name} listens"),
        }
    }

    /// What is expected of the queue. Where another one is expected than the contact goes into here, either may come: the
    /// comparison then says which.
    fn queue(&mut self, stretch: &Stretch<'_>, group: &mut Group) {
        let expected = &stretch.expected;
        let Some(span) =
            expected.is_queued.or_else(|| expected.queue.map(|(_, span)| span).filter(|_| stretch.is_queued))
        else {
            return;
        };
        let into = |queue: QueueId| {
            let event = FlowAction::new(FlowActionKind::TransferContactToQueue, self.live.queue(queue, self.center)?);
            let words = format!("goes into queue {}", queue_name(self.center, queue));
            Some(Item { event: EventKind::FlowActionStarted(event), span, words, role: Role::Expected, offline: false })
        };
        let wanted = expected.queue.and_then(|(queue, _)| into(queue));
        match (wanted, stretch.is_queued) {
            (wanted, true) => {
                let other = wanted.filter(|other| group.gates.iter().all(|gate| gate.event != other.event));
                let role = if other.is_some() { Role::Instead } else { Role::Expected };
                for gate in &mut group.gates {
                    (gate.role, gate.span) = (role, span);
                }
                group.gates.extend(other);
            }
            (Some(wanted), false) => group.sides.push(wanted),
            (None, false) => {
                let text = "that the contact waits in a queue, of which nothing is said".to_owned();
                self.unseen.push(Reason { text, span });
            }
        }
    }

    /// That a function is called, whenever it is.
    fn call(&mut self, name: &str, span: Span, walked: &Walked<'_>) -> Option<Item> {
        let at = self.center.functions().iter().position(|function| *function.name == *name)?;
        let kind = FlowActionKind::InvokeLambdaFunction;
        let used = Used { kind, resource: Resource::Known(ObjectKind::LambdaFunction, at) };
        let Some(id) = self.live.used(&used, self.center) else {
            self.refuse(format!("the function `{name}` is not in the account"), span);
            return None;
        };
        let happened = Happening::Started(used.clone());
        let offline = walked.stretches.iter().any(|stretch| stretch.happened.contains(&happened));
        let event = EventKind::FlowActionStarted(FlowAction::new(kind, id));
        Some(Item { event, span, words: self.use_in_words(&used), role: Role::Expected, offline })
    }
}

fn received(message: Message) -> EventKind {
    EventKind::MessageReceived { message, criterion: Some(Criterion::Inclusion) }
}

/// The observations, and what each of them is for.
fn observations(calls: Vec<Item>, groups: &[Group], overrides: Vec<Override>) -> (TestCaseContent, Vec<Watched>) {
    let names = |at: usize| -> Vec<String> {
        let Some(group) = groups.get(at) else { return Vec::new() };
        let sides = (1..=group.sides.len()).map(|side| format!("{}-heard-{side}", at + 1));
        let gates = (1..=group.gates.len())
            .map(|gate| if gate == 1 { format!("{}-then", at + 1) } else { format!("{}-or", at + 1) });
        sides.chain(gates).collect()
    };
    let changes = overrides.into_iter().enumerate();
    let changes = changes.map(|(at, change)| (format!("answer-{}", at + 1), ActionKind::Override(change))).collect();
    let mut observed = vec![Observation::new("begin", &EventKind::TestInitiated, changes, names(0))];
    let mut watched = Vec::new();
    for (at, item) in calls.into_iter().enumerate() {
        let name = format!("called-{}", at + 1);
        observed.push(Observation::new(&name, &item.event, Vec::new(), Vec::new()));
        watched.push(item.watched(name, 0, Vec::new(), Vec::new()));
    }
    for (at, group) in groups.iter().enumerate() {
        let mut own = names(at).into_iter();
        for (side, name) in group.sides.iter().zip(own.by_ref()) {
            observed.push(Observation::new(&name, &side.event, Vec::new(), Vec::new()));
            watched.push(side.clone().watched(name, at + 1, Vec::new(), Vec::new()));
        }
        for (gate, name) in group.gates.iter().zip(own) {
            let checks: Vec<Check> = group
                .checks
                .iter()
                .enumerate()
                .map(|(check, it)| Check { action: format!("{name}-compare-{}", check + 1), ..it.clone() })
                .collect();
            let mut actions: Vec<(String, ActionKind)> = checks.iter().map(compare).collect();
            for (act, (instruction, _)) in group.does.iter().enumerate() {
                actions.push((format!("{name}-do-{}", act + 1), ActionKind::Send(instruction.clone())));
            }
            if at + 1 == groups.len() {
                actions.push((format!("{name}-end"), ActionKind::EndTest));
            }
            observed.push(Observation::new(&name, &gate.event, actions, names(at + 1)));
            let does = group.does.iter().map(|(_, words)| words.clone()).collect();
            watched.push(gate.clone().watched(name, at + 1, checks, does));
        }
    }
    (TestCaseContent::new(observed), watched)
}

fn compare(check: &Check) -> (String, ActionKind) {
    let assertion =
        Assertion { namespace: check.namespace.clone(), operator: Operator::Equals, operand: check.expected.clone() };
    (check.action.clone(), ActionKind::Assert(assertion))
}

impl Item {
    fn watched(self, identifier: String, group: usize, checks: Vec<Check>, does: Vec<String>) -> Watched {
        let Self { event, span, words, role, offline } = self;
        let text = match event {
            EventKind::MessageReceived { message: Message::Text(text), .. } => Some(text),
            _ => None,
        };
        Watched { identifier, group, text, span, words, role, offline, checks, does }
    }
}
