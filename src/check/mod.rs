//! Stage 3: everything a schema cannot say, as rules over the blueprint and the model.
//!
//! One file per topic; each rule has a stable code, words about it, and a function. What can only be found while
//! lowering (unknown names, times that are none) is reported by [`crate::model::resolve`].

mod rule;
mod levels;
mod names;
mod usernames;
mod passwords;
mod secrets;
mod phones;
mod time_zones;
mod routing;
mod permissions;
mod hierarchy;
mod quick_connects;
mod places;
mod lambdas;
mod properties;

pub use rule::{RULES, Rule};

use callform_source::{Diagnostics, SourceMap};

use crate::blueprint::{self, Files, Loaded};
use crate::model::{self, Model};

/// What rules look at.
#[derive(Clone, Copy, Debug)]
pub struct Context<'a> {
    /// The blueprint as it was written.
    pub loaded: &'a Loaded,
    /// What it was lowered into; incomplete after errors.
    pub model: &'a Model,
}

/// A blueprint that was read, lowered and checked.
#[derive(Clone, Debug)]
pub struct Checked {
    /// The model, unless there are errors.
    pub model: Option<Model>,
    /// The files that were read.
    pub sources: SourceMap,
    /// Everything that was found, warnings of a usable model included.
    pub diagnostics: Diagnostics,
}

/// Reads, lowers and checks the blueprint at a path: all problems of all stages in one run.
pub fn center(files: &dyn Files, path: &str, environment: Option<&str>) -> Checked {
    let (loaded, sources, mut diagnostics) = blueprint::load(files, path, environment);
    let Some(loaded) = loaded else { return Checked { model: None, sources, diagnostics } };
    let (model, problems) = model::resolve(&loaded, &sources);
    diagnostics.extend(problems);
    diagnostics.extend(check(Context { loaded: &loaded, model: &model }));
    let diagnostics = levels::apply(&loaded.blueprint, diagnostics);
    let model = (!diagnostics.has_errors()).then_some(model);
    Checked { model, sources, diagnostics }
}

/// Runs every rule.
pub fn check(context: Context<'_>) -> Diagnostics {
    let mut diagnostics = Diagnostics::default();
    for rule in RULES {
        (rule.check)(context, &mut diagnostics);
    }
    diagnostics
}

#[cfg(test)]
mod tests;
