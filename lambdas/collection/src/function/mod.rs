//! The functions: what flows ask, what is heard of calls, recordings, turns with bots.

mod flow;
mod records;
mod recordings;
mod settings;
mod turns;

pub use flow::Flow;
pub use recordings::Recordings;
pub use records::Records;
pub use turns::Turns;
