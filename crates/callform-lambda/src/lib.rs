//! What the wiring of every function has in common.
