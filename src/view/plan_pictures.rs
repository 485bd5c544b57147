//! Pictures of the flows that a plan changes, as text that pull requests draw.

use callform_flow::Flow;
use callform_flow::compare::compare;
use callform_flow::draw::{Caption, compared, mermaid, mermaid_of_changes};

use serde_json::Value;

use super::PlanView;
use crate::model::{Kind, Target};
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
    let flow = |side: &Option<Value>| Flow::from_json(&with_markers(side.as_ref()?)).ok();
    let (old, new) = (flow(&content.before)?, flow(&content.after)?);
    let comparison = compare(&old, &new);
    let caption = Caption { name: &change.address.name, flow_type: None };
    let picture = compared(&old, &new, &comparison, caption);
    let mermaid = if new.actions.len() > BLOCKS { mermaid_of_changes(&picture) } else { mermaid(&picture) };
    let arrows = mermaid.lines().filter(|line| line.contains("-->") || line.contains("==>") || line.contains(".->"));
    let is_drawn = mermaid.len() <= MOST_BYTES && arrows.count() <= MOST_ARROWS;
    is_drawn.then(|| FlowPicture { subject: words(&change.address), mermaid })
}

/// A flow whose references are told from texts, so that they are shown by their names alone.
fn with_markers(json: &Value) -> Value {
    match json {
        Value::String(text) if text.parse::<Target>().is_ok() => Value::String(format!("${{{text}}}")),
        Value::Array(items) => items.iter().map(with_markers).collect(),
        Value::Object(members) => members.iter().map(|(name, member)| (name.clone(), with_markers(member))).collect(),
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::plan::{Action, PropertyChange, Reason};
    use crate::view::plan_tests::{change, view_of};

    /// A flow that says one text after the other.
    fn flow(texts: &[String]) -> Value {
        let mut actions: Vec<Value> = texts
            .iter()
            .enumerate()
            .map(|(number, text)| {
                json!({ "Identifier": format!("a{number}"), "Type": "MessageParticipant", "Parameters": { "Text": text },
                    "Transitions": { "NextAction": format!("a{}", number + 1),
                        "Errors": [{ "NextAction": format!("a{}", texts.len()), "ErrorType": "NoMatchingError" }] } })
            })
            .collect();
        let end = json!({ "Identifier": format!("a{}", texts.len()), "Type": "DisconnectParticipant",
            "Parameters": {}, "Transitions": {} });
        actions.push(end);
        json!({ "Version": "2019-10-30", "StartAction": "a0", "Metadata": {}, "Actions": actions })
    }

    fn texts(count: usize, word: &str) -> Vec<String> {
        (0..count).map(|number| format!("{word} {number}")).collect()
    }

    /// The picture of a flow that is changed, where there is one.
    fn drawn(before: &[String], after: &[String]) -> Option<String> {
        let content = PropertyChange {
            path: "Content".to_owned(),
            before: Some(flow(before)),
            after: Some(flow(after)),
            description: Vec::new(),
        };
        let plan = view_of(vec![change(
            Kind::Flow,
            "main_menu",
            Action::Update,
            vec![Reason::PropertiesDiffer],
            vec![content],
        )]);
        let view = PlanView::at(&plan, chrono::DateTime::UNIX_EPOCH);
        pictures(&view).next().map(|picture| picture.mermaid)
    }

    fn blocks(mermaid: &str) -> usize {
        mermaid.lines().filter(|line| line.contains("<b>")).count()
    }

    #[test]
    fn a_large_flow_is_drawn_around_its_changes() {
        let changed = |count: usize| {
            let (before, mut after) = (texts(count, "Line"), texts(count, "Line"));
            after[count / 2] = "Another line".to_owned();
            drawn(&before, &after).unwrap()
        };
        assert_eq!(blocks(&changed(10)), 11);
        let large = changed(60);
        // What is before it, what is behind it, and where its error leads.
        assert_eq!(blocks(&large), 4, "{large}");
        assert!(large.contains("Another line"), "{large}");
    }

    #[test]
    fn what_mermaid_would_not_draw_is_left_out() {
        assert!(drawn(&texts(100, "One"), &texts(100, "Two")).is_some());
        assert_eq!(drawn(&texts(400, "One"), &texts(400, "Two")), None);
    }
}
