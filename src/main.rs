//! The `callform` command.
fn main() {}
