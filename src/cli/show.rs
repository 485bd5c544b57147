//! The forms of a plan.

use super::ui::Ui;
use crate::plan::Plan;
use crate::view::{Style, plan_human, plan_json, plan_markdown};

pub(super) fn human(ui: &Ui, plan: &Plan) -> String {
    plan_human(plan, Style { color: ui.color_out, width: ui.width })
}

pub(super) fn json(plan: &Plan) -> String {
    plan_json(plan)
}

pub(super) fn markdown(plan: &Plan) -> String {
    plan_markdown(plan)
}
