//! Stage 7b: what a plan runs into when it is applied, how long that takes and what it costs.
//!
//! Pure and synchronous. [`Questions`] says what has to be asked for a plan, in bulk; [`crate::apply`] asks; [`examine`]
//! draws the conclusions.

mod sides;
mod estimate;
mod cost;
mod limits;

use crate::inventory::Inventory;
use crate::plan::{Plan, Preflight};

use sides::Sides;

/// What stands in the way of a plan, what it takes and what it costs.
pub fn examine(plan: &Plan, inventory: &Inventory) -> Preflight {
    let sides = Sides::of(plan, inventory);
    let mut findings = limits::check(plan);
    findings.sort();
    findings.dedup();
    Preflight { findings, estimate: estimate::of(plan, inventory), cost: cost::of(&sides) }
}

#[cfg(test)]
mod tests;
