//! The core as a whole: invariants under interleavings and faults, and the defects it must not have.

mod check_in;
mod load;
mod model;
mod power;
mod world;
