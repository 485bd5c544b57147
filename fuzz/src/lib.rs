//! What is fuzzed. The same functions run a short, repeatable slice in the tests of `callform-flow`.

pub mod inputs;
pub mod targets;
