//! Amazon States Language: what Step Functions runs, as data.
//!
//! ```text
//! definition ─[Machine::read]→ Machine ─┐
//!                             input ────┴─[Execution::start]→ Execution ─[step]→ requests, a time to wait for, or the end
//!                                                             Execution ←[settle]─ what became of a request
//! ```
//!
//! An [`Execution`] is plain data: written down after every step, it goes on in another process. Time and randomness come
//! in. Modules use those above them only.
//!
//! Source: the Amazon States Language specification, and AWS Step Functions Developer Guide. Rules that neither settles
//! carry the mark `(?)`.

mod hash;
mod pointer;

pub mod failure;
pub mod moment;
pub mod chance;
pub mod path;
pub mod intrinsics;
pub mod template;
pub mod jsonata;
pub mod choice;
pub mod resource;
pub mod definition;
pub mod items;
pub mod execution;

pub use chance::Chance;
pub use definition::{Machine, Problem, Type};
pub use execution::{Execution, Identity, Request, Standing, Status, Work};
pub use failure::Failure;
pub use moment::Moment;
pub use resource::{Pattern, Resource};

/// Bytes of an input, a result or an output, at most.
pub const LARGEST_PAYLOAD: usize = 262_144;
/// Objects and lists inside of one another in a payload, at most.
pub const DEEPEST_PAYLOAD: usize = 64;
/// Events in the history of a standard execution, at most.
pub const MOST_EVENTS: u64 = 25_000;
