//! Stage 7b: what a plan runs into when it is applied, how long that takes and what it costs.
//!
//! Pure and synchronous: [`questions`] says what has to be asked for a plan, [`crate::apply::ask_ahead`] asks,
//! [`examine`] draws the conclusions.

mod facts;
mod sides;
mod estimate;
mod cost;
mod limits;
mod names;
mod quotas;
mod artifacts;
mod foreign;
mod kept;
mod occupied;
mod secrets;
mod users;
mod permissions;

pub use facts::{Answer, Facts, Holder, Named, Permission, Questions, Quota};
pub use occupied::names as level_names;
pub(crate) use quotas::DEFAULT_STACKS;

use crate::inventory::Inventory;
use crate::pinned::Pinned;
use crate::plan::{Plan, Preflight};

use sides::Sides;

/// What has to be asked of the account before a plan is applied; nothing where the plan does nothing.
pub fn questions(plan: &Plan, inventory: &Inventory, account: &str) -> Questions {
    let sides = Sides::of(plan, inventory);
    let instance = inventory.instance.as_ref().map(|instance| instance.id.clone());
    let mut questions = Questions { account: account.to_owned(), instance, ..Questions::default() };
    quotas::ask(plan, &sides, &mut questions);
    names::ask(&sides, &mut questions);
    occupied::ask(&sides, &mut questions);
    artifacts::ask(plan, &sides, inventory, &mut questions);
    secrets::ask(&sides, &mut questions);
    users::ask(plan, &sides, inventory, &mut questions);
    permissions::ask(plan, &mut questions);
    questions
}

/// What stands in the way of a plan, what it takes and what it costs.
pub fn examine(plan: &Plan, inventory: &Inventory, facts: &Facts) -> Preflight {
    let sides = Sides::of(plan, inventory);
    let mut findings = limits::check(plan);
    findings.extend(quotas::check(plan, &sides, inventory, facts));
    findings.extend(permissions::check(plan, facts));
    findings.extend(names::check(plan, &sides, inventory, facts));
    findings.extend(occupied::check(&sides, facts));
    findings.extend(kept::check(plan, &sides, inventory));
    findings.extend(foreign::check(plan, &sides, inventory, &facts.account));
    findings.extend(secrets::check(&sides, &plan.region, facts));
    findings.extend(users::check(plan, &sides, facts));
    findings.extend(artifacts::check(plan, &sides, inventory, facts));
    findings.sort();
    findings.dedup();
    Preflight { findings, estimate: estimate::of(plan, inventory), cost: cost::of(&sides) }
}

/// What plans are held against besides the account.
pub(crate) fn pinned() -> [Pinned; 2] {
    [quotas::pinned(), cost::pinned()]
}

#[cfg(test)]
mod tests;
