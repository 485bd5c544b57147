//! Calls everyone exactly as often as they should be called.
//!
//! One core for two dialers: the check-in dialer, which asks people every day how they are, and the power dialer, which
//! goes through a list once and hands who answers to agents.
//!
//! ```text
//! list ─list─→ persons ─┐
//! policy ───────────────┼─admission─→ claim (one transaction) ─work─→ Phone ─┐
//! agents ───────────────┘        ↑                                          │
//!                                └──── transition ←── evidence ←── events, records, flows, look-ups
//! ```
//!
//! - What is known is in [`item`]: one table, flat records, each with a version.
//! - [`admission`] decides who may be called now and how many; [`transition`] what a call's end means. Both are pure.
//! - [`store`] and [`phone`] are all that reaches outside; [`work`] carries the decisions out through them.
//! - [`evidence`] is what is known of a call. It can only grow, and grows to the same whatever the order of what
//!   arrives, so that lost, doubled, late and reordered events change nothing but when something is known.
//!
//! *Exactly once.* A claim is one transaction over the campaign, the person, the number and the attempt, each at the version
//! that was read: of two who claim the same, one is refused by the table. It comes before the call, and holds a lease.
//! Who dies between claim and call leaves a lease that runs out; then Connect is asked, and where it cannot say, the call
//! counts as made. Hence nobody is called twice inside a window, and nobody is forgotten.
//!
//! Nothing here reads a clock, the environment or chance: they come in through [`work::Rim`].

pub mod admission;
pub mod agents;
pub mod calendar;
#[cfg(feature = "aws")]
pub mod connect;
#[cfg(feature = "aws")]
pub mod dynamodb;
pub mod events;
pub mod evidence;
#[cfg(feature = "function")]
pub mod function;
pub mod ids;
pub mod item;
pub mod list;
pub mod memory;
pub mod moment;
pub mod outcome;
pub mod phone;
pub mod policy;
pub mod report;
pub mod simulate;
pub mod store;
pub mod transition;
pub mod why;
pub mod work;
pub mod zone;
