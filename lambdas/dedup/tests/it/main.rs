//! The write protocol against stores that fail, that are shared, and that others wrote.

#![expect(clippy::unwrap_used, reason = "an environment that cannot be made is a failed test")]
#![expect(clippy::print_stdout, reason = "a skipped test says so")]

mod delivery;
mod dynamodb;
mod exhaustive;
mod samples;
