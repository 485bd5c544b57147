//! Executions of state machines, as rows: what they are, how they stand, and what of them is due.
//!
//! ```text
//! states/execution   who it is, and how it ended          by region and ARN
//! states/running     the execution itself                 by region and ARN, while it runs
//! states/work        requests that the worker carries out by time, in all regions
//! states/due         times that executions wait for       by time, in all regions
//! states/token       tokens, for whoever answers          by region and token
//! states/activity    tasks that workers ask for           by region, activity and time
//! states/history     events                               a log for each
//! ```
//!
//! Whatever happens to an execution is one transaction: load, change, step, save. [`crate::executions`] is who does what
//! is asked for and lets times pass.

pub(crate) mod flights;
pub(crate) mod operations;
mod rows;
mod start;
mod tokens;

pub(crate) use operations::STEP_FUNCTIONS;
pub(crate) use rows::{Record, Requested, asked, change, due, is_settled, moment, record, requested};
pub(crate) use start::{Parent, Start, start, start_execution};
