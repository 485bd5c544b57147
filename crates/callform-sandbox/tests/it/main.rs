//! The sandbox as clients see it: plain HTTP.
#![expect(clippy::unwrap_used, reason = "functions that tests share fail as tests do")]
#![expect(clippy::print_stderr, reason = "a skipped test says so")]

mod browser;
mod door;
mod executions;
mod functions;
mod http;
mod interpreted;
mod server;
mod stacks;
mod stored_types;
mod times;
