//! Calls to a center that is not live: what flows do, before they do it to customers.
//!
//! ```text
//! Model ─→ CallCenter ─┐
//! tests of the blueprint ─prepare→ Prepared ─run→ Outcome ─→ dialogue, report
//! ```

mod center;
mod coverage;
mod dialogue;
mod expect;
mod explored;
mod hear;
pub mod native;
mod prepare;
mod propose;
mod report;
mod run;
mod scripted;
mod speech;
mod suite;

pub use center::CallCenter;
pub use coverage::{CoverageReport, FlowReport, ShareReport, UnwalkedReport, coverage_of};
pub use dialogue::{Line, ended, lines, queue_name, spoken};
pub use expect::state_in_words;
pub use explored::{Explored, explore_all};
pub use prepare::{CALLER, CENTER_NUMBER, Prepared, USUAL_TIME, check, moment, prepare, usual_zone};
pub use propose::{proposed, proposed_yaml};
pub use report::{
    FailureReport, LineReport, NativeReport, NotNativeReport, PlaceReport, ReasonReport, Report, TestReport, place,
    report_json_schema,
};
pub use run::{Failure, Outcome, run};
pub use scripted::Scripted;
pub use speech::for_speaking;
pub use suite::run_all;
