//! The sandbox: an AWS account with Amazon Connect that lives in a folder.
//!
//! ```text
//! HTTP ─server→ door (who may come in, which service) ─dispatch→ services::<service> ─→ Store (SQLite in the folder)
//!                                                             cloudformation::engine ─→ ResourceHandler per type
//!                                              invocations ─→ functions: the `bootstrap` of a zip, as a process
//! ```
//!
//! Modules go one way: `store`, `protocol`, `operation`, `input` → `services` → `connect`, `kinds` → `states`,
//! `transcribe`, `resources` → `cloudformation` → `dispatch` → `invocations` → `executions` → `delivery` → `streaming` → `worker` →
//! `server`. CloudFormation knows handlers by
//! their trait alone.
//!
//! Every request but the invocation of a function runs in one [`store::Store`] transaction, so that several processes
//! may use one folder at once. Stack operations are carried out by whichever process holds the worker lock, one durable
//! step after the other, and go on in the next process when that one is killed.

pub mod assumptions;
pub mod clock;
pub mod cloudformation;
pub mod connect;
pub mod dispatch;
mod door;
pub mod error;
pub mod faults;
mod custom_events;
mod delivery;
mod executions;
mod functions;
pub mod handler;
mod input;
mod invocations;
mod kinds;
mod lex;
mod operation;
mod private;
pub mod protocol;
pub mod resources;
mod server;
pub mod services;
pub mod store;
mod signals;
mod states;
mod streaming;
mod tags;
mod transcribe;
mod worker;

pub use connect::people::{self, People};
pub use error::AwsError;
pub use faults::Faults;
pub use functions::{Functions, Invocation, Invoked};
pub use server::{Options, Running, reset, set_people, start};
