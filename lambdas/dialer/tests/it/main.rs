//! The core as a whole: invariants under interleavings and faults, and the defects it must not have.

#![expect(clippy::unwrap_used, reason = "what cannot be unwrapped is a failed test")]
#![expect(clippy::print_stderr, reason = "a skipped test says so")]

mod check_in;
mod load;
mod model;
mod power;
mod samples;
mod starts;
mod world;
