//! Whether a flow gives a view what it takes, and branches on what can be done in it.
//!
//! A view is what the API calls its content: a `Template` whose texts read inputs (`$.Heading`), the `Actions` that its
//! buttons have, and the `InputSchema` that Connect makes of the template. Only answers of the API have the schema; of
//! a view that is written by hand the inputs are read from the template.

mod inputs;
mod read;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use callform_source::did_you_mean;
use serde_json::Value;

use crate::Action;
use crate::validate::contains_path;
use inputs::Inputs;

/// What a view takes, and what can be done in it.
#[derive(Clone, Debug, PartialEq)]
pub struct View {
    inputs: Inputs,
    /// `None` where the content does not list them.
    actions: Option<Vec<String>>,
    /// Actions of the template's components.
    of_components: BTreeSet<String>,
}

/// Why a JSON value is no view.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoView {
    /// There is nothing a view consists of.
    #[error("it has neither a `Template` nor an `InputSchema`")]
    Empty,
    /// A member has another JSON type.
    #[error("`{member}` must be {expected}")]
    WrongType {
        /// The member.
        member: &'static str,
        /// What it must be.
        expected: &'static str,
    },
    /// Text that stands for JSON is none.
    #[error("`{member}` holds no JSON: {reason}")]
    NotJson {
        /// The member.
        member: &'static str,
        /// What the JSON parser says.
        reason: String,
    },
}

/// What does not fit between a flow and a view. The text is what is wrong, [`Misfit::help`] what to do.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Misfit {
    /// The flow gives an input that the view does not have. Connect shows no view then.
    #[error("the view has no input `{name}`")]
    UnknownInput {
        /// Name of the input.
        name: String,
        /// One that is much like it.
        meant: Option<String>,
        /// All there are.
        known: Vec<String>,
    },
    /// The view needs an input that the flow does not give.
    #[error("the input `{name}` of the view is missing")]
    MissingInput {
        /// Name of the input.
        name: String,
    },
    /// The value of an input is of another kind than the view takes.
    #[error("`{path}` must be {expected}")]
    WrongInput {
        /// The input, or a part of it: `Sections[0].Heading`.
        path: String,
        /// What it must be.
        expected: String,
    },
    /// The flow branches on an action that the view does not have: nobody ever takes the branch.
    #[error("the view has no action `{name}`")]
    UnknownAction {
        /// Name of the action.
        name: String,
        /// One that is much like it.
        meant: Option<String>,
        /// All there are.
        known: Vec<String>,
    },
}

impl Misfit {
    /// What to do about it.
    pub fn help(&self) -> String {
        let listed = |what: &str, known: &[String]| match known {
            [] => format!("It has no {what}s; take it out."),
            known => {
                format!("Its {what}s are {}.", known.iter().map(|it| format!("`{it}`")).collect::<Vec<_>>().join(", "))
            }
        };
        match self {
            Misfit::UnknownInput { meant: Some(meant), .. } | Misfit::UnknownAction { meant: Some(meant), .. } => {
                format!("Did you mean `{meant}`?")
            }
            Misfit::UnknownInput { known, .. } => listed("input", known),
            Misfit::UnknownAction { known, .. } => listed("action", known),
            Misfit::MissingInput { name } => format!("Give it under `with:`, such as `{name}: …`."),
            Misfit::WrongInput { .. } => "Write a value of that kind, or one JSONPath in its place.".to_owned(),
        }
    }
}

impl View {
    /// Reads the content of a view, as the API has it or as CloudFormation takes it; also an answer about one view with
    /// the content inside. `InputSchema` and `Template` may be JSON or the text of it.
    ///
    /// # Errors
    /// Where the value is no view.
    pub fn read(content: &Value) -> Result<Self, NoView> {
        read::view(content)
    }

    /// The names of its inputs, those that the flow must give first.
    pub fn inputs(&self) -> impl Iterator<Item = &str> {
        self.inputs.names()
    }

    /// The actions it can end with: as they are listed, else those of its components.
    pub fn actions(&self) -> impl Iterator<Item = &str> {
        let of_components = self.of_components.iter().filter(|_| self.actions.is_none());
        self.actions.iter().flatten().chain(of_components).map(String::as_str)
    }

    /// Actions that components have and the list lacks: Connect refuses to publish such a view (?).
    pub fn unlisted_actions(&self) -> impl Iterator<Item = &str> {
        let listed = self.actions.as_deref();
        self.of_components
            .iter()
            .map(String::as_str)
            .filter(move |action| listed.is_some_and(|listed| !listed.iter().any(|it| it == action)))
    }
}

/// What does not fit between a `ShowView` action and the view it shows; nothing for actions of other types.
///
/// Values that are known only when a contact comes (JSONPaths) fit everywhere. Inputs come first, then actions, in the
/// order of the flow.
pub fn check(view: &View, action: &Action) -> Vec<Misfit> {
    if action.action_type != "ShowView" {
        return Vec::new();
    }
    let mut found = match action.parameters.get("ViewData") {
        Some(Value::Object(data)) => view.inputs.misfits(data),
        // As a whole it comes from a path, or it is something that Connect refuses.
        Some(Value::String(_)) => Vec::new(),
        _ => view.inputs.misfits(&serde_json::Map::new()),
    };
    let known: Vec<&str> = view.actions().collect();
    if view.actions.is_none() && known.is_empty() {
        return found;
    }
    let named = action.transitions.conditions().iter().filter_map(|branch| branch.operand());
    let unknown = named.filter(|operand| !contains_path(operand) && !known.contains(operand));
    found.extend(unknown.map(|operand| Misfit::UnknownAction {
        name: operand.to_owned(),
        meant: did_you_mean(operand, known.iter().copied()).map(str::to_owned),
        known: known.iter().map(|it| (*it).to_owned()).collect(),
    }));
    found
}
