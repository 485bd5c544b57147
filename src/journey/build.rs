//! From flows to stages and steps.

use std::collections::BTreeMap;

use callform_flow::Action;
use serde_json::Value as Json;

use super::center::{Center, Number, target_of};
use super::chains::{Asked, Chain, ChainWay, chains};
use super::facts::{Event, Facts, picked};
use super::flows::{Flows, Role};
use super::labels::label;
use super::steps::{Draft, DraftTo, DraftWay, finished, join_ends};
use super::walk::{Outcome, Walk};
use super::words::{Scene, Told, stands_alone, told};
use super::{Entry, Journey, Line, Meaning, Of, Stage, Step, Theme, To, agents, dead_ends};
use crate::model::Target;

/// A step that waits for an agent of more queues than these leads to all of them together.
const QUEUES: usize = 6;

/// What the callers of these numbers go through.
pub(super) fn build(center: &Center, numbers: &[&Number]) -> Journey {
    let mut answers: Vec<Option<&Target>> = Vec::new();
    for number in numbers {
        if !answers.contains(&number.answered_by.as_ref()) {
            answers.push(number.answered_by.as_ref());
        }
    }
    let first: Vec<Target> = answers.iter().copied().flatten().cloned().collect();
    let flows = Flows::from(center, &first);
    let place: BTreeMap<Target, usize> =
        flows.order.iter().enumerate().map(|(stage, flow)| (flow.clone(), stage)).collect();
    let entries = answers.iter().map(|answer| entry(&place, numbers, *answer)).collect();
    let stager = Stager { flows: &flows, place: &place, agents: flows.order.len() };
    let mut stages: Vec<Stage> = flows.order.iter().map(|flow| stager.stage(flow)).collect();
    if !flows.picks.is_empty() {
        stages.push(Stage {
            of: Of::Agents,
            title: "Agents".to_owned(),
            role: "who takes the calls".to_owned(),
            steps: agents::steps(&flows, stager.agents, &place),
        });
    }
    let steps = stages.iter_mut().flat_map(|stage| &mut stage.steps);
    steps.enumerate().for_each(|(place, step)| step.number = place + 1);
    Journey { entries, stages }
}

/// The numbers that are answered alike.
fn entry(place: &BTreeMap<Target, usize>, numbers: &[&Number], answer: Option<&Target>) -> Entry {
    let (to, note) = match answer {
        None => (To::Nowhere, Some(Line::new(Meaning::Alert, "No flow answers it"))),
        Some(flow) => match (place.get(flow), flow) {
            (Some(stage), _) => (To::Stage(*stage), None),
            (None, Target::Builtin { name, .. }) => {
                (To::Nowhere, Some(Line::new(Meaning::Note, format!("Answered by {}", agents::builtin(name)))))
            }
            (None, _) => (To::Nowhere, Some(Line::new(Meaning::Alert, "The flow that answers it is not there"))),
        },
    };
    let alike = numbers.iter().filter(|number| number.answered_by.as_ref() == answer);
    Entry { numbers: alike.map(|number| (number.address.clone(), number.about.clone())).collect(), to, note }
}

/// Makes stages of flows.
struct Stager<'a> {
    flows: &'a Flows<'a>,
    /// The stage of each flow.
    place: &'a BTreeMap<Target, usize>,
    /// The stage of those who take calls.
    agents: usize,
}

impl Stager<'_> {
    fn stage(&self, flow: &Target) -> Stage {
        let roles: Vec<&str> = self.flows.roles.get(flow).into_iter().flatten().copied().map(Role::words).collect();
        let (of, title) = (Of::Flow(flow.clone()), self.flows.center.name(flow));
        let steps = match self.flows.walks.get(flow) {
            Some((walk, asked)) if walk.start.is_some() => self.steps(flow, walk, asked),
            _ => vec![Step {
                number: 0,
                theme: Theme::Ends,
                title: Theme::Ends.title().to_owned(),
                lines: vec![Line::new(Meaning::Alert, "The flow has no first block: nothing happens")],
                ways: Vec::new(),
                is_quiet: false,
            }],
        };
        Stage { of, title, role: roles.join("; "), steps }
    }

    fn steps(&self, flow: &Target, walk: &Walk, asked: &Asked) -> Vec<Step> {
        let facts = self.flows.facts(flow);
        let scene = Context { stager: self, flow, walk, asked, facts: &facts };
        let chains = chains(walk, |node| stands_alone(&walk.nodes[node].action));
        let mut drafts: Vec<Draft> = chains.iter().map(|chain| scene.draft(chain)).collect();
        join_ends(&mut drafts);
        let Some(first) =
            walk.start.and_then(|start| chains.iter().position(|chain| chain.nodes.first() == Some(&start)))
        else {
            return Vec::new();
        };
        let stage = self.place.get(flow).copied().unwrap_or_default();
        let mut steps = finished(&drafts, first, stage);
        dead_ends::mark(&mut steps, stage, self.flows.flow_type(flow));
        steps
    }
}

/// What a chain is told by.
struct Context<'a> {
    stager: &'a Stager<'a>,
    flow: &'a Target,
    walk: &'a Walk,
    asked: &'a Asked,
    facts: &'a [Option<Facts>],
}

impl Context<'_> {
    fn draft(&self, chain: &Chain) -> Draft {
        let mut draft = Draft { theme: Theme::Other, lines: Vec::new(), ways: Vec::new() };
        for node in chain.nodes.iter().copied() {
            let action = &self.walk.nodes[node].action;
            let Some(facts) = self.facts.get(node).and_then(Option::as_ref) else { continue };
            let scene =
                Scene { center: self.stager.flows.center, flow_type: self.stager.flows.flow_type(self.flow), facts };
            if !self.walk.nodes[node].is_opened {
                let Told { theme, lines } = told(action, scene);
                draft.theme = draft.theme.max(theme);
                draft.lines.extend(lines);
            }
            if !self.walk.nodes[node].is_opened {
                self.hand_over(action, facts, &mut draft);
            }
            if let Some(times) = self.asked.get(&node).filter(|times| **times > 1) {
                draft.lines.push(Line::new(Meaning::Note, format!("Asked up to {times} times")));
            }
        }
        draft.ways.extend(chain.ways.iter().map(|way| self.way(way)));
        draft
    }

    fn way(&self, way: &ChainWay) -> DraftWay {
        let action = &self.walk.nodes[way.from].action;
        let mut label = label(action, &way.taken);
        let gives_up = way.taken.iter().any(
            |taken| matches!(taken, Outcome::Error(error) if error == "NoMatchingCondition" || error == "InputTimeLimitExceeded"),
        );
        if let Some(times) = self.asked.get(&way.from).filter(|times| gives_up && **times > 1) {
            label = format!("{label}, {times} times");
        }
        if way.is_quiet && label.is_empty() {
            "on an error".clone_into(&mut label);
        }
        let to = way.to.map_or(DraftTo::Other(To::Nowhere), DraftTo::Chain);
        DraftWay { label, to, is_quiet: way.is_quiet }
    }

    /// The ways out of the flow.
    fn hand_over(&self, action: &Action, facts: &Facts, draft: &mut Draft) {
        let target = |name: &str| action.parameters.get(name).and_then(Json::as_str).and_then(target_of);
        match action.action_type.as_str() {
            "TransferToFlow" => self.to_flow(target("ContactFlowId").as_ref(), draft),
            "InvokeFlowModule" => {
                let stage = target("FlowModuleId").and_then(|module| self.stager.place.get(&module).copied());
                draft.ways.extend(stage.map(|stage| out("the module", To::Stage(stage))));
            }
            "TransferContactToQueue" => self.wait(facts, draft),
            "DequeueContactAndTransferToQueue" => {
                self.wait(&Facts { picks: picked(action).into_iter().collect(), ..facts.clone() }, draft);
            }
            "CreateCallbackContact" => {
                if let Some(stage) = target("ContactFlowId").and_then(|flow| self.stager.place.get(&flow).copied()) {
                    draft.ways.push(out("for the callback", To::Stage(stage)));
                }
                let picks = picked(action).map_or_else(|| facts.picks.clone(), |pick| [pick].into());
                self.to_queues("callback", &Facts { picks, ..facts.clone() }, draft);
            }
            _ => {}
        }
    }

    fn to_flow(&self, flow: Option<&Target>, draft: &mut Draft) {
        match flow.map(|flow| (self.stager.place.get(flow), flow)) {
            Some((Some(stage), _)) => draft.ways.push(out("", To::Stage(*stage))),
            Some((None, Target::Builtin { name, .. })) => {
                draft.lines.push(Line::new(Meaning::Note, format!("Goes on with {}", agents::builtin(name))));
            }
            Some((None, flow)) => {
                let name = self.stager.flows.center.name(flow);
                draft.lines.push(Line::new(Meaning::Alert, format!("Goes on in {name}, which is not there")));
            }
            // Told by the block itself.
            None => {}
        }
    }

    fn wait(&self, facts: &Facts, draft: &mut Draft) {
        let flows = self.stager.flows;
        let names: Vec<String> = facts.picks.iter().map(|pick| agents::name(flows, pick)).collect();
        draft.lines.push(match names.as_slice() {
            [] => Line::new(Meaning::Alert, "No queue is chosen on any way here"),
            [only] => Line::new(Meaning::Wait, format!("Waits for an agent: {only}")),
            several if several.len() <= QUEUES => {
                Line::new(Meaning::Wait, format!("Waits for an agent: {}", several.join(", or ")))
            }
            several => Line::new(Meaning::Wait, format!("Waits for an agent of one of {} queues", several.len())),
        });
        for hook in facts.hooks(Event::Waiting) {
            if let Some(stage) = hook.flow().and_then(|flow| self.stager.place.get(flow)) {
                draft.ways.push(out("meanwhile", To::Stage(*stage)));
            } else if let Some(what) = agents::what(flows, Event::Waiting, hook) {
                draft.lines.push(Line::new(Meaning::Heard, format!("Meanwhile: {what}")));
            }
        }
        self.to_queues("agent free", facts, draft);
    }

    fn to_queues(&self, label: &str, facts: &Facts, draft: &mut Draft) {
        let stage = self.stager.agents;
        if facts.picks.len() > QUEUES {
            draft.ways.push(out(label, To::Stage(stage)));
            return;
        }
        let places =
            facts.picks.iter().filter_map(|pick| self.stager.flows.picks.iter().position(|known| known == pick));
        draft.ways.extend(places.map(|place| out(label, To::Step(stage, place))));
    }
}

fn out(label: &str, to: To) -> DraftWay {
    DraftWay { label: label.to_owned(), to: DraftTo::Other(to), is_quiet: false }
}
