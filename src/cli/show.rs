//! The forms of a plan.

use super::args::OutputFormat;
use super::clock;
use super::ui::Ui;
use crate::plan::Plan;
use crate::view::{PlanView, Style, plan_contents, plan_human, plan_json, plan_markdown};

/// The plan in a form.
pub(super) fn plan(ui: &Ui, plan: &Plan, format: OutputFormat) -> String {
    let view = PlanView::at(plan, clock::now());
    match format {
        OutputFormat::Human => plan_human(&view, Style { color: ui.color_out, width: ui.width }),
        OutputFormat::Json => plan_json(&view),
        OutputFormat::Markdown => plan_markdown(&view),
    }
}

/// The plan for people.
pub(super) fn human(ui: &Ui, plan: &Plan) -> String {
    self::plan(ui, plan, OutputFormat::Human)
}

/// What a saved plan makes, in full: who applies it need not have its blueprint.
pub(super) fn contents(ui: &Ui, plan: &Plan) -> String {
    plan_contents(plan, Style { color: false, width: ui.width })
}

/// The plan in words, line by line, for who opens a saved plan.
pub(super) fn lines(plan: &Plan) -> Vec<String> {
    const WIDTH: usize = 120;
    let view = PlanView::timeless(plan);
    plan_human(&view, Style { color: false, width: WIDTH }).lines().map(str::to_owned).collect()
}
