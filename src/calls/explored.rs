//! What an exploration of flows finds, for people.

use callform_call::coverage::total;
use callform_call::explore::{Bounds, Entry, Exploration, explore};
use callform_call::{Center, FlowId};

use super::center::CallCenter;

/// The exploration of one entry.
#[derive(Clone, Debug)]
pub struct Explored {
    /// The phone number or flow.
    pub name: String,
    /// What was found.
    pub exploration: Exploration,
}

/// Explores a center from its phone numbers, and the flows that nobody comes to that way by themselves. Of a center without
/// numbers: its flows.
pub fn explore_all(center: &Center, bounds: &Bounds) -> Vec<Explored> {
    let mut found: Vec<Explored> = Vec::new();
    for (at, number) in center.numbers().iter().enumerate() {
        let exploration = explore(center, Entry::Number(at), bounds);
        found.push(Explored { name: format!("phone number {}", number.name), exploration });
    }
    for (flow, program) in center.flows() {
        let is_walked = |explored: &Explored| explored.exploration.coverage.of(center, flow).blocks.walked > 0;
        if !found.iter().any(is_walked) {
            let exploration = explore(center, Entry::Flow(flow), bounds);
            found.push(Explored { name: format!("flow {}", program.key), exploration });
        }
    }
    found
}

impl Explored {
    /// What was walked and what is wrong.
    pub fn human(&self, center: &CallCenter) -> String {
        let exploration = &self.exploration;
        let walked: Vec<FlowId> = center.center.flows().map(|(id, _)| id).collect();
        let flows: Vec<_> = walked
            .into_iter()
            .map(|flow| exploration.coverage.of(&center.center, flow))
            .filter(|flow| flow.blocks.walked > 0)
            .collect();
        let (_, ways) = total(&flows);
        let bound = if exploration.is_complete { "" } else { ", as far as the bounds let it" };
        let mut text = format!(
            "{}: {} paths through {} flows walk {} of {} branches{bound}\n",
            self.name,
            exploration.paths.len(),
            flows.len(),
            ways.walked,
            ways.all,
        );
        for finding in &exploration.findings {
            text.push_str(&format!("  {}\n", finding.words(&center.center)));
            if let Some(path) = exploration.paths.get(finding.path) {
                let words = path.words(&center.center);
                let usual = words.into_iter().filter(|word| !word.ends_with(" works")).collect::<Vec<_>>().join("; ");
                let usual = if usual.is_empty() { "on a quiet day".to_owned() } else { usual };
                text.push_str(&format!("    when: {usual}\n"));
            }
        }
        text
    }
}
