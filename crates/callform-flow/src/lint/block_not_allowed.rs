//! Blocks that a flow of this type may not use.

use callform_source::{Diagnostic, Diagnostics};

use super::{Look, Rule};

pub(super) const RULE: Rule = Rule {
    code: "block-not-allowed",
    what: "Finds blocks that do not belong in a flow of this type. A warning where AWS's own pages disagree.",
    why: "The block takes its error branch at run time, or the editor refuses the flow.",
    example: "type: customer_queue\nsteps:\n  - transfer: { flow: main_menu }",
    instead: "type: inbound\nsteps:\n  - transfer: { flow: main_menu }",
    check,
};

fn check(look: &Look<'_>, diagnostics: &mut Diagnostics) {
    let flow_type = look.flow_type();
    for (index, action) in look.all_actions() {
        let Some(spec) = look.spec(index) else { continue };
        if spec.flow_types.contains(flow_type) || look.is_implicit(action) {
            continue;
        }
        let title = format!("`{}` in a flow of type `{flow_type}`", spec.block);
        let diagnostic = if spec.disputed_flow_types.contains(flow_type) {
            Diagnostic::warning(RULE.code, title).note("Of AWS's pages, some allow it and some do not.")
        } else {
            Diagnostic::error(RULE.code, title).note("Amazon Connect has no such block for this type of flow.")
        };
        let diagnostic = diagnostic.help("Do it in a flow of another type, or change the flow's `type:`.");
        diagnostics.push(look.at(diagnostic, action));
    }
}
