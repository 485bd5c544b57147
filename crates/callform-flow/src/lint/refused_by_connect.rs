//! What Connect refuses at publish time.

use callform_source::{Diagnostic, Diagnostics, did_you_mean};

use super::{Look, Rule};
use crate::catalog::{self, misnomer_of, misnomer_of_parameter};
use crate::document::ABSENT;
use crate::validate::{MAXIMUM_ACTIONS, roots};
use crate::{Action, Flow};

pub(super) const RULE: Rule = Rule {
    code: "refused-by-connect",
    what: "Finds everything for which Amazon Connect refuses to publish a flow: parameters that an action does not have, missing \
           and superfluous branches, transitions to nowhere, identifiers it does not take, too many actions.",
    why: "The stack update would fail half-way through, with a message that names a position in a JSON text.",
    example: "- raw: { type: Wait, parameters: { TimeoutSeconds: \"60\" } }",
    instead: "- wait: 60s",
    check,
};

fn check(look: &Look<'_>, diagnostics: &mut Diagnostics) {
    let flow = look.subject.flow;
    for problem in look.problems {
        let action = problem.action.and_then(|index| flow.actions.get(index));
        let about = About { flow, action, words: &problem.message };
        if about.is_told() {
            continue;
        }
        let mut diagnostic =
            Diagnostic::error(RULE.code, about.title()).note(format!("Connect's words: {}.", problem.message));
        diagnostic.help.extend(about.help());
        diagnostics.push(match action {
            Some(action) => look.at(diagnostic, action),
            None => diagnostic.at(look.subject.span, format!("flow `{}`", look.subject.name)),
        });
    }
}

/// A refusal, and what it is about.
struct About<'a> {
    flow: &'a Flow,
    action: Option<&'a Action>,
    words: &'a str,
}

impl About<'_> {
    fn is(&self, beginning: &str) -> bool {
        self.words.starts_with(beginning)
    }

    /// The part behind `Error:` or `Path:`.
    fn named(&self, what: &str) -> &str {
        let rest = self.words.split_once(what).map_or("", |(_, rest)| rest);
        rest.split(", Path:").next().unwrap_or(rest).trim()
    }

    /// True for what is missing altogether, which was told when the flow was read.
    fn is_told(&self) -> bool {
        let target = self.broken_target().filter(|_| self.leads_nowhere());
        let start = Some(self.flow.start_action.as_str()).filter(|_| self.words.ends_with("Path: StartAction"));
        self.words.contains(ABSENT) || [target, start].into_iter().flatten().any(|text| text == ABSENT)
    }

    fn leads_nowhere(&self) -> bool {
        self.is("Invalid Action property value") && self.words.ends_with(".NextAction")
    }

    fn title(&self) -> String {
        if self.is("Invalid Action type") {
            format!("`{}` is no action type", self.named("Type:"))
        } else if self.is("Invalid Action property name") {
            format!("`{}` is no parameter of this action", self.last_part())
        } else if self.leads_nowhere() {
            "a transition to an action that does not exist".to_owned()
        } else if self.words.ends_with(".Identifier") {
            "an identifier that is taken already, or that Connect does not take".to_owned()
        } else if self.is("Invalid Action property value") {
            format!("a value that Connect does not take for `{}`", self.last_part())
        } else if self.is("Action is missing required error") {
            format!("no branch for the error `{}`", self.named("Error:"))
        } else if self.is("Action is missing required property") {
            format!("`{}` is missing", self.last_part())
        } else if self.is("Invalid Action error") {
            format!("a branch for the error `{}`, which this action does not have", self.named("Error:"))
        } else if self.is("Action does not support transitions") {
            "an action that ends the flow, and leads on".to_owned()
        } else if self.is("Action does not support conditions") {
            "conditions on an action that has none".to_owned()
        } else if self.is("Only one of these properties") {
            format!("only one of {} can be given", self.listed())
        } else if self.is("At least one of") {
            format!("one of {} has to be given", self.listed())
        } else if self.is("More than") {
            format!("m{}", &self.words[1..])
        } else {
            self.title_of_flow()
        }
    }

    /// The same for what is about the flow as a whole.
    fn title_of_flow(&self) -> String {
        if self.words.ends_with("Path: StartAction") {
            format!("the flow starts at `{}`, which it does not have", self.flow.start_action)
        } else if self.words.ends_with("Path: Version") {
            format!("`{}` is no version of the flow language", self.flow.version)
        } else if self.is("JSON field is missing") {
            format!("the flow has no `{}`", self.named("field name:"))
        } else if self.is("Flow has more than") {
            format!("a flow of {} actions, more than the {MAXIMUM_ACTIONS} there may be", self.flow.actions.len())
        } else {
            format!("Amazon Connect refuses the flow: {}", self.words)
        }
    }

    /// The names in brackets.
    fn listed(&self) -> String {
        let inside =
            self.words.split_once('[').and_then(|(_, rest)| rest.split_once(']')).map_or("", |(inside, _)| inside);
        inside.split(", ").map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
    }

    fn last_part(&self) -> &str {
        self.words.rsplit(['.', ' ']).next().unwrap_or_default()
    }

    fn help(&self) -> Option<String> {
        if self.is("Invalid Action type") {
            return Some(self.meant_type());
        }
        if self.is("Invalid Action property name") {
            return Some(self.meant_parameter());
        }
        if self.leads_nowhere() {
            // Comparing with thousands of names, thousands of times, is for nobody: such a flow is refused anyway.
            let few = Some(&self.flow.actions).filter(|actions| actions.len() <= MAXIMUM_ACTIONS);
            let known = few.into_iter().flatten().map(|action| action.identifier.as_str());
            let target = self.broken_target()?;
            return Some(match did_you_mean(target, known) {
                Some(meant) => format!("`{target}` does not exist. Did you mean `{meant}`?"),
                None => format!("`{target}` does not exist. Lead to an action of this flow."),
            });
        }
        if self.words.ends_with(".Identifier") {
            return Some(
                "Use at most 50 characters, none of `% : ( \\ / ) = $ , ; [ ] { }`, each identifier once.".to_owned(),
            );
        }
        if self.words.ends_with(".ComparisonValue") || self.words.ends_with(".CallbackNumber") {
            return Some(self.meant_path());
        }
        if self.is("Action is missing required error") {
            return Some(
                "Connect publishes the action only with this branch; lead it to a message at least.".to_owned(),
            );
        }
        if self.is("Invalid Action error") {
            return Some("Take the branch out.".to_owned());
        }
        if self.words.ends_with("Path: StartAction") {
            return Some("Let `StartAction` be the identifier of the first action.".to_owned());
        }
        if self.words.ends_with("Path: Version") {
            return Some(format!("Write `{}`.", crate::json::VERSION));
        }
        if self.is("Only one of these properties") {
            return Some("Take out the others, or say them with an action of their own.".to_owned());
        }
        if self.is("Action does not support transitions") {
            return Some("Take its transitions out, or put something else in its place that goes on.".to_owned());
        }
        if self.is("Flow has more than") {
            return Some("Move a part of it to a flow of its own, or to a flow module.".to_owned());
        }
        None
    }

    fn meant_type(&self) -> String {
        let name = self.named("Type:");
        if let Some(misnomer) = misnomer_of(name) {
            let meant: Vec<String> = misnomer.meant.iter().map(|meant| format!("`{meant}`")).collect();
            return match meant.as_slice() {
                // The editor shows it, and no flow has it.
                [] => "Take it out: no action starts a flow, `StartAction` says which one is first.".to_owned(),
                _ => format!("Write {}.", meant.join(", then ")),
            };
        }
        match catalog::likely(name) {
            Some(meant) => format!("Did you mean `{meant}`?"),
            None => "Use the name the block has in an exported flow.".to_owned(),
        }
    }

    fn meant_parameter(&self) -> String {
        let name = self.last_part();
        let Some(action) = self.action else { return "Take it out.".to_owned() };
        if let Some(advice) = misnomer_of_parameter(&action.action_type, name) {
            return advice.to_owned();
        }
        let known: Vec<&str> = catalog::find(&action.action_type)
            .into_iter()
            .flat_map(|spec| spec.parameters.iter().map(|parameter| parameter.name))
            .collect();
        match did_you_mean(name, known.iter().copied()) {
            Some(meant) => format!("Did you mean `{meant}`?"),
            None if known.is_empty() => "The action has no parameters; take it out.".to_owned(),
            None => format!("The action takes {}.", known.join(", ")),
        }
    }

    fn meant_path(&self) -> String {
        let path = ["ComparisonValue", "CallbackNumber"]
            .into_iter()
            .find_map(|name| super::text(self.action?, name))
            .unwrap_or_default();
        match did_you_mean(crate::paths::root(path), roots().iter().copied()) {
            Some(meant) if path.starts_with("$.") && meant != crate::paths::root(path) => {
                format!("Did you mean `$.{meant}`?")
            }
            _ => "Write one JSONPath and nothing else, such as `$.Attributes.language`.".to_owned(),
        }
    }

    /// Where the transition leads that Connect's words name.
    fn broken_target(&self) -> Option<&str> {
        let transitions = &self.action?.transitions;
        let (_, path) = self.words.split_once(".Transitions.")?;
        let index = || path.split_once('[')?.1.split_once(']')?.0.parse::<usize>().ok();
        if path.starts_with("Errors") {
            Some(transitions.errors().get(index()?)?.next_action.as_str())
        } else if path.starts_with("Conditions") {
            Some(transitions.conditions().get(index()?)?.next_action.as_str())
        } else {
            transitions.next_action.as_deref()
        }
    }
}
