//! The functions: the dialer itself, and what flows tell it.

mod answers;
mod dialer;
mod event;
mod load;
mod report;
mod settings;

pub use answers::{Answers, Reply};
pub use dialer::Dialer;
pub use event::{Action, Event, UnknownEvent};
