//! Blocks that a flow of this type may not use.

use callform_source::{Diagnostic, Diagnostics};

use super::{Rule, Subject};
use crate::catalog;

pub(super) const RULE: Rule = Rule {
    code: "block-not-allowed",
    what: "Finds blocks that do not belong in a flow of this type. A warning where AWS's own pages disagree.",
    why: "The block takes its error branch at run time, or the editor refuses the flow.",
    example: "type: customer_queue\nsteps:\n  - transfer: { flow: main_menu }",
    check,
};

fn check(subject: &Subject<'_>, diagnostics: &mut Diagnostics) {
    for action in &subject.flow.actions {
        let Some(spec) = catalog::find(&action.action_type) else { continue };
        if spec.flow_types.contains(subject.flow_type) || subject.is_implicit(action) {
            continue;
        }
        let title = format!("`{}` in a flow of type `{}`", spec.block, subject.flow_type);
        let diagnostic = if spec.disputed_flow_types.contains(subject.flow_type) {
            Diagnostic::warning(RULE.code, title).note("Of AWS's pages, some allow it and some do not.")
        } else {
            Diagnostic::error(RULE.code, title).note("Amazon Connect has no such block for this type of flow.")
        };
        diagnostics.push(
            subject.at(diagnostic.help("Do it in a flow of another type, or change the flow's `type:`."), action),
        );
    }
}
