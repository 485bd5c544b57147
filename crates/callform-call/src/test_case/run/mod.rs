mod matching;
mod progress;
mod report;
pub use report::{Outcome, Record, RecordStatus, Report};
