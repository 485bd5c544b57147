//! The core as a whole: invariants under interleavings and faults, and the defects it must not have.

mod load;
mod model;
mod world;
