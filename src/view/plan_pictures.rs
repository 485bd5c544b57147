//! Pictures of the flows that a plan changes, as text that pull requests draw.

use callform_flow::Flow;
use callform_flow::compare::compare;
use callform_flow::draw::{Caption, compared, mermaid, mermaid_of_changes};

use super::PlanView;
use crate::model::Kind;
use crate::plan::{Change, PropertyChange};
use crate::render::words;

/// A flow of more blocks is shown around its changes only.
const BLOCKS: usize = 30;
/// Mermaid draws no longer text where nobody tells it otherwise (`maxTextSize`).
const MOST_BYTES: usize = 50_000;
/// Mermaid draws no more arrows where nobody tells it otherwise (`maxEdges`).
const MOST_ARROWS: usize = 500;

/// A flow before and after, in one picture.
pub(super) struct FlowPicture {
    /// The flow, as in `flow main_menu`.
    pub(super) subject: String,
    /// A Mermaid flowchart.
    pub(super) mermaid: String,
}

/// The flows that change, in the order of the plan. What Mermaid would not draw is left out.
pub(super) fn pictures<'a>(view: &'a PlanView<'a>) -> impl Iterator<Item = FlowPicture> + 'a {
    let is_flow = |change: &&Change| matches!(change.address.kind, Kind::Flow | Kind::FlowModule);
    view.plan.told_changes().filter(is_flow).filter_map(picture)
}

fn picture(change: &Change) -> Option<FlowPicture> {
    let is_content = |property: &&PropertyChange| property.path == "Content";
    let content = change.properties.iter().find(is_content)?;
    let flow = |side: &Option<serde_json::Value>| Flow::from_json(side.as_ref()?).ok();
    let (old, new) = (flow(&content.before)?, flow(&content.after)?);
    let comparison = compare(&old, &new);
    let caption = Caption { name: &change.address.name, flow_type: None };
    let picture = compared(&old, &new, &comparison, caption);
    let mermaid = if new.actions.len() > BLOCKS { mermaid_of_changes(&picture) } else { mermaid(&picture) };
    let arrows = mermaid.lines().filter(|line| line.contains("-->") || line.contains("==>") || line.contains(".->"));
    let is_drawn = mermaid.len() <= MOST_BYTES && arrows.count() <= MOST_ARROWS;
    is_drawn.then(|| FlowPicture { subject: words(&change.address), mermaid })
}
