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
mod tags;
mod proficiencies;
mod codes;
mod overrides;
mod languages;
mod storage;
mod uploads;
mod keys;
mod properties;
mod page;

pub use levels::apply_levels;
pub use overrides::past_overrides;
pub use page::{about, page};
pub use rule::{Rule, rules};

use callform_source::Diagnostics;

use crate::blueprint::Loaded;
use crate::model::Model;
use crate::pinned::Pinned;

/// What rules look at.
#[derive(Clone, Copy, Debug)]
pub struct Context<'a> {
    /// The blueprint as it was written.
    pub loaded: &'a Loaded,
    /// What it was lowered into; incomplete after errors.
    pub model: &'a Model,
}

/// Runs every rule.
pub fn check(loaded: &Loaded, model: &Model) -> Diagnostics {
    let context = Context { loaded, model };
    let mut diagnostics = Diagnostics::default();
    for rule in rules() {
        (rule.check)(context, &mut diagnostics);
    }
    diagnostics
}

/// The lists that rules compare with.
pub(crate) fn pinned() -> [Pinned; 3] {
    [permissions::pinned(), places::pinned(), uploads::pinned()]
}

#[cfg(test)]
mod tests;
