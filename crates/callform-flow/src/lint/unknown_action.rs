//! Actions of types that the catalog does not have.

use callform_source::{Diagnostic, Diagnostics, Severity};

use super::{Look, Rule};
use crate::document::ABSENT;
use crate::{Action, catalog};

pub(super) const RULE: Rule = Rule {
    code: "unknown-action",
    what: "Finds actions of a type that Callform does not know, such as a block that is newer than it. They pass as they are: \
           compiled, deployed, compared and drawn like any other.",
    why: "Nothing of such an action can be checked but where it leads. It is a note; `lints: { unknown-action: deny }` and \
          `flow lint --deny unknown-action` refuse it.",
    example: "- raw: { type: TranslateConversation, parameters: { Language: fr-FR } }",
    instead: "- say: Bonjour",
    check,
};

fn check(look: &Look<'_>, diagnostics: &mut Diagnostics) {
    for (index, action) in look.all_actions() {
        let is_missing = action.action_type == ABSENT;
        let is_new = !is_missing && look.spec(index).is_none() && catalog::is_possible(&action.action_type);
        if is_new {
            diagnostics.push(look.at(note(action), action));
        }
    }
}

fn note(action: &Action) -> Diagnostic {
    let name = &action.action_type;
    let diagnostic = Diagnostic::warning(RULE.code, format!("`{name}` is no action that Callform knows"))
        .note("It is left as it is. Whether Connect takes it, and what it takes, is not checked.");
    let diagnostic = if action.transitions.is_empty() {
        diagnostic.note("It leads nowhere: whether a contact ends there is not known either.")
    } else {
        diagnostic
    };
    let help = match catalog::likely(name) {
        Some(meant) => format!("Did you mean `{meant}`?"),
        None => "Where the type is meant, nothing has to be done.".to_owned(),
    };
    Diagnostic { severity: Severity::Note, ..diagnostic.help(help) }
}
