//! What tests have walked, for people and programs.

use callform_call::coverage::{Coverage, total};
use callform_source::SourceMap;
use schemars::JsonSchema;
use serde::Serialize;

use super::center::CallCenter;
use super::report::{PlaceReport, place};
use super::run::Outcome;

/// What the tests have walked of the center's flows.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct CoverageReport {
    /// Blocks that can be reached, of all flows.
    pub blocks: ShareReport,
    /// Ways out of them.
    pub branches: ShareReport,
    /// Flow by flow.
    pub flows: Vec<FlowReport>,
}

/// So many of so many.
#[derive(Clone, Copy, Debug, Serialize, JsonSchema)]
pub struct ShareReport {
    /// Those that were walked.
    pub walked: usize,
    /// All.
    pub all: usize,
    /// Whole percent, rounded down.
    pub percent: usize,
}

/// What was walked of a flow.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct FlowReport {
    /// Its key.
    pub flow: String,
    /// Blocks that can be reached.
    pub blocks: ShareReport,
    /// Ways out of them.
    pub branches: ShareReport,
    /// What no test walks.
    pub unwalked: Vec<UnwalkedReport>,
    /// Blocks that nothing leads to; they do not count.
    pub unreachable: Vec<String>,
}

/// A block, or a way out of one, that no test walks.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct UnwalkedReport {
    /// The block.
    pub block: String,
    /// What takes the way; absent for the block itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub branch: Option<String>,
    /// Where the block was written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place: Option<PlaceReport>,
}

/// What outcomes have walked.
pub fn coverage_of(outcomes: &[Outcome]) -> Coverage {
    let mut coverage = Coverage::default();
    outcomes.iter().for_each(|outcome| coverage.add(&outcome.events));
    coverage
}

impl CoverageReport {
    /// The report on what was walked.
    pub fn new(coverage: &Coverage, center: &CallCenter, sources: &SourceMap) -> Self {
        let flows = coverage.flows(&center.center);
        let (blocks, branches) = total(&flows);
        let flows = flows.into_iter().map(|flow| {
            let program = center.center.flow(flow.flow);
            let name = |block: usize| program.blocks[block].identifier.to_string();
            let unwalked = flow.unwalked.iter().map(|unwalked| {
                let block = name(unwalked.block.block);
                let place = center.place(flow.flow, &block).map(|span| place(sources, span));
                UnwalkedReport { block, branch: unwalked.way.map(|_| unwalked.words.clone()), place }
            });
            FlowReport {
                flow: program.key.to_string(),
                blocks: share(flow.blocks),
                branches: share(flow.ways),
                unwalked: unwalked.collect(),
                unreachable: flow.unreachable.iter().map(|at| name(at.block)).collect(),
            }
        });
        Self { blocks: share(blocks), branches: share(branches), flows: flows.collect() }
    }

    /// A table of the flows, then what no test walks.
    pub fn human(&self) -> String {
        let width = self.flows.iter().map(|flow| flow.flow.chars().count()).max().unwrap_or(0).max("all flows".len());
        let row = |name: &str, blocks: ShareReport, branches: ShareReport| {
            format!("{name:<width$}  blocks {:>11}  branches {:>11}\n", blocks.short(), branches.short())
        };
        let mut text = String::from("\ncoverage\n");
        for flow in &self.flows {
            text.push_str(&row(&flow.flow, flow.blocks, flow.branches));
        }
        text.push_str(&row("all flows", self.blocks, self.branches));
        for flow in self.flows.iter().filter(|flow| !flow.unwalked.is_empty() || !flow.unreachable.is_empty()) {
            text.push_str(&format!("\nno test walks, in {}:\n", flow.flow));
            for unwalked in &flow.unwalked {
                let branch = unwalked.branch.as_ref().map(|branch| format!(" → {branch}")).unwrap_or_default();
                let place = unwalked.place.as_ref().map(|place| format!("   ({})", place.short())).unwrap_or_default();
                text.push_str(&format!("  {}{branch}{place}\n", unwalked.block));
            }
            for block in &flow.unreachable {
                text.push_str(&format!("  {block}: nothing leads to it\n"));
            }
        }
        text
    }
}

impl ShareReport {
    fn short(self) -> String {
        format!("{}/{} {:>3} %", self.walked, self.all, self.percent)
    }
}

fn share(share: callform_call::coverage::Share) -> ShareReport {
    ShareReport { walked: share.walked, all: share.all, percent: share.percent() }
}
