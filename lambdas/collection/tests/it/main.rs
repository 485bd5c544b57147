//! Collections in a world of callers, agents, an unreliable Connect and an unreliable table.

mod calls;
mod erase;
mod model;
mod people;
mod pins;
mod sessions;
mod world;
