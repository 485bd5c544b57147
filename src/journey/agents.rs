//! Who takes calls, and what both sides hear of it.

use std::collections::{BTreeMap, BTreeSet};

use super::facts::{Event, Facts, Hook, Pick, Recorded};
use super::flows::Flows;
use super::{Line, Meaning, Step, Theme, To, Way};
use crate::model::Target;

/// A talk: what differs by the way the call came.
type Talk = (BTreeMap<Event, BTreeSet<Hook>>, BTreeSet<Recorded>);

/// The queues, then the talks they lead to. `stage` is the stage they are, `place` where the stage of a flow is.
pub(super) fn steps(flows: &Flows<'_>, stage: usize, place: &BTreeMap<Target, usize>) -> Vec<Step> {
    let mut talks: Vec<Talk> = Vec::new();
    let mut steps = Vec::new();
    for pick in &flows.picks {
        let Some(line) = flows.lines.get(pick) else { continue };
        let talk = talk_of(&line.facts);
        let at = talks.iter().position(|known| *known == talk).unwrap_or_else(|| {
            talks.push(talk);
            talks.len() - 1
        });
        let mut ways = vec![Way::usual("an agent answers", To::Step(stage, flows.picks.len() + at))];
        if line.has_callbacks {
            ways.extend(called_back(flows, pick, place));
        }
        steps.push(Step {
            number: 0,
            theme: Theme::Talks,
            title: name(flows, pick),
            lines: lines_of(flows, pick, line.has_callbacks && !line.has_callers),
            ways,
            is_quiet: false,
        });
    }
    steps.extend(talks.iter().map(|talk| talk_step(flows, talk, place)));
    steps
}

/// What people call who takes a call.
pub(super) fn name(flows: &Flows<'_>, pick: &Pick) -> String {
    match pick {
        Pick::Queue(queue) => format!("Queue {}", flows.center.name(queue)),
        Pick::Agent(agent) => format!("Agent {}", flows.center.named(agent)),
        Pick::Other(path) => format!("Queue {}", flows.center.named(path)),
    }
}

fn talk_of(facts: &Facts) -> Talk {
    let mut hooks = facts.hooks.clone();
    hooks.remove(&Event::Waiting);
    (hooks, facts.recorded.clone())
}

fn called_back(flows: &Flows<'_>, pick: &Pick, place: &BTreeMap<Target, usize>) -> Option<Way> {
    let Pick::Queue(queue) = pick else { return None };
    let stage = *place.get(&flows.center.outbound_flow(queue)?)?;
    Some(Way::usual("called back", To::Stage(stage)))
}

fn lines_of(flows: &Flows<'_>, pick: &Pick, only_callbacks: bool) -> Vec<Line> {
    let mut lines = Vec::new();
    let Pick::Queue(queue) = pick else { return lines };
    let center = flows.center;
    let agents = center.agents(queue);
    match (agents.is_empty(), queue) {
        (false, _) => {
            lines.extend(agents.into_iter().map(|agents| Line::new(Meaning::Queue, format!("Agents: {agents}"))));
        }
        (true, Target::Builtin { .. }) => {
            lines.push(Line::new(Meaning::Queue, "Agents whose routing profile has this queue of Connect's"));
        }
        (true, _) => lines.push(Line::new(Meaning::Alert, "No routing profile has it for calls: nobody answers")),
    }
    if center.is_disabled(queue) {
        lines.push(Line::new(Meaning::Alert, "It is disabled: it takes no calls"));
    }
    if let Some(most) = center.most(queue) {
        lines.push(Line::new(Meaning::Note, format!("At most {most} wait here at once")));
    }
    if only_callbacks {
        lines.push(Line::new(Meaning::Note, "Callbacks alone wait here"));
    }
    lines
}

fn talk_step(flows: &Flows<'_>, (hooks, recorded): &Talk, place: &BTreeMap<Target, usize>) -> Step {
    let mut lines = Vec::new();
    let mut ways = Vec::new();
    for event in Event::ALL.into_iter().filter(|event| *event != Event::Waiting) {
        let (when, way) = in_words(event);
        for hook in hooks.get(&event).into_iter().flatten() {
            match hook.flow().and_then(|flow| place.get(flow)) {
                Some(stage) => ways.push(Way::usual(way, To::Stage(*stage))),
                None => lines
                    .extend(what(flows, event, hook).map(|what| Line::new(Meaning::Note, format!("{when}: {what}")))),
            }
        }
    }
    lines.push(Line::new(Meaning::Recorded, recorded_in_words(recorded)));
    Step { number: 0, theme: Theme::Talks, title: Theme::Talks.title().to_owned(), lines, ways, is_quiet: false }
}

/// When an event is, and what a way is called that it takes.
fn in_words(event: Event) -> (&'static str, &'static str) {
    match event {
        Event::Waiting => ("Meanwhile", "meanwhile"),
        Event::AgentWhisper => ("Agent hears first", "agent hears first"),
        Event::CallerWhisper => ("Caller hears first", "caller hears first"),
        Event::CallerHold => ("Caller on hold", "caller on hold"),
        Event::AgentHold => ("Agent on hold", "agent on hold"),
        Event::AfterAgent => ("The agent hangs up", "the agent hangs up"),
    }
}

/// What an event runs, where it is no flow of the center's own; none where it goes without saying.
pub(super) fn what(flows: &Flows<'_>, event: Event, hook: &Hook) -> Option<String> {
    Some(match hook {
        Hook::Default => return default_of(event).map(str::to_owned),
        Hook::Off => "nothing".to_owned(),
        Hook::Flow(Target::Builtin { name, .. }) => builtin(name),
        Hook::Flow(flow) => flows.center.name(flow),
        Hook::Other(path) => format!("the flow {}", flows.center.named(path)),
    })
}

/// What Connect runs where nothing is said, as far as it is documented; that the default whisper for callers is a tone is
/// what it sounds like (?). What agents hear on hold is left out: no caller hears it.
fn default_of(event: Event) -> Option<&'static str> {
    match event {
        Event::Waiting => Some("Connect's message that calls are answered in the order they came, and music"),
        Event::AgentWhisper => Some("the name of the queue"),
        Event::CallerWhisper => Some("a tone"),
        Event::CallerHold => Some("Connect's hold music"),
        Event::AgentHold => None,
        Event::AfterAgent => Some("the call ends"),
    }
}

/// A flow that comes with Connect.
pub(super) fn builtin(name: &str) -> String {
    let known = match name {
        "Default customer queue" => default_of(Event::Waiting),
        "Default agent whisper" => default_of(Event::AgentWhisper),
        "Default customer whisper" => default_of(Event::CallerWhisper),
        "Default customer hold" => default_of(Event::CallerHold),
        _ => None,
    };
    known.map_or_else(|| format!("“{name}”, which comes with Connect"), str::to_owned)
}

fn recorded_in_words(recorded: &BTreeSet<Recorded>) -> String {
    let words = |recorded: &Recorded| match recorded {
        Recorded::Nothing => "not recorded",
        Recorded::Both => "both sides are recorded",
        Recorded::Agent => "the agent alone is recorded",
        Recorded::Caller => "the caller alone is recorded",
    };
    let all: Vec<&str> = recorded.iter().map(words).collect();
    match all.as_slice() {
        [only] => capitalized(only),
        several => format!("Recorded or not, by the way the call came: {}", several.join(", or ")),
    }
}

fn capitalized(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
