//! Calls to a contact center that is not there: a simulator of Amazon Connect's flows.
//!
//! ```text
//! flows, queues, hours … ─→ Center ─┐
//! what functions answer … ─→ Surroundings ─┴─→ Simulation ─begin, give, pass→ events ─→ Coverage
//! Center ─explore→ paths, findings, and tests for what no test walks
//! ```
//!
//! Pure and deterministic: time, chance and everything outside of the flows come in. What is not known for certain of
//! Amazon Connect is a switch of [`Assumptions`].

pub mod assumptions;
pub mod center;
pub mod contact;
pub mod coverage;
pub mod event;
pub mod explore;
pub mod hours;
pub mod logs;
pub mod program;
pub mod simulation;
pub mod surroundings;
pub mod test_case;
pub mod text;

pub use assumptions::Assumptions;
pub use center::Center;
pub use contact::{Channel, Contact, Turn};
pub use coverage::Coverage;
pub use event::{BlockId, ContactId, End, Event, FlowId, What};
pub use simulation::{Input, NotNow, Simulation, Start};
pub use surroundings::{QuietDay, Surroundings};
