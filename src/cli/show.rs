//! The forms of a plan.

use super::ui::Ui;
use crate::plan::Plan;

pub(super) fn human(_ui: &Ui, plan: &Plan) -> String {
    let mut text = String::new();
    for change in plan.effective_changes() {
        text.push_str(&format!("{:?} {}\n", change.action, change.address));
        for property in &change.properties {
            text.push_str(&format!("    {}: {:?} -> {:?} {:?}\n", property.path, property.before.as_ref().map(ToString::to_string), property.after.as_ref().map(ToString::to_string), property.description));
        }
    }
    text
}

pub(super) fn json(plan: &Plan) -> String {
    serde_json::to_string_pretty(plan).unwrap_or_default()
}

pub(super) fn markdown(plan: &Plan) -> String {
    json(plan)
}
