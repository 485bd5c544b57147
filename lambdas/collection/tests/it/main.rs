//! Collections in a world of callers, agents, an unreliable Connect and an unreliable table.

#![expect(clippy::unwrap_used, reason = "a world that is not as it should be is a failed test")]

mod calls;
mod erase;
mod model;
mod people;
mod pins;
mod sessions;
mod world;
