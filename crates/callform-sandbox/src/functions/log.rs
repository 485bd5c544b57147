//! What the platform writes into a function's log.

use std::time::{Duration, SystemTime};

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::failure::Failure;
use super::target::Target;

/// The figures of an invocation.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Figures {
    /// From handing over the event to the answer.
    pub(super) duration: Duration,
    /// From the start of the process to its first request for an event; none where it was warm.
    pub(super) init: Option<Duration>,
    /// The most memory the process has had, in bytes.
    pub(super) memory: u64,
}

/// A log in the form that the function is set to.
pub(super) struct Log<'a> {
    target: &'a Target,
    request_id: &'a str,
    text: String,
}

impl<'a> Log<'a> {
    pub(super) fn new(target: &'a Target, request_id: &'a str) -> Self {
        Self { target, request_id, text: String::new() }
    }

    /// What the function wrote.
    pub(super) fn output(&mut self, output: &str) {
        self.text.push_str(output);
        if !output.is_empty() && !output.ends_with('\n') {
            self.text.push('\n');
        }
    }

    pub(super) fn start(&mut self) {
        let (id, version) = (self.request_id, &self.target.version);
        if self.target.json_log {
            self.record("platform.start", &json!({ "requestId": id, "version": version }));
        } else {
            self.line(&format!("START RequestId: {id} Version: {version}"));
        }
    }

    pub(super) fn end(mut self, figures: &Figures, failure: Option<&Failure>) -> String {
        let id = self.request_id;
        // In JSON, the report says it all.
        if let Some(line) = failure.and_then(|failure| failure.log_line(id)).filter(|_| !self.target.json_log) {
            let time = matches!(failure, Some(Failure::TimedOut(_))).then(|| format!("{} ", time()));
            self.line(&format!("{}{line}", time.unwrap_or_default()));
        }
        // What the function reports itself is no failure of the platform.
        let platform = failure.filter(|failure| !matches!(failure, Failure::Reported(_))).map(Failure::error_type);
        let memory = figures.memory.div_ceil(1 << 20);
        let billed = (figures.duration + figures.init.unwrap_or_default()).as_micros().div_ceil(1000);
        let billed = u64::try_from(billed).unwrap_or(u64::MAX);
        if self.target.json_log {
            let mut metrics = json!({
                "durationMs": milliseconds(figures.duration),
                "billedDurationMs": billed,
                "memorySizeMB": self.target.memory,
                "maxMemoryUsedMB": memory,
            });
            if let Some(init) = figures.init {
                metrics["initDurationMs"] = milliseconds(init).into();
            }
            let status = failure.map_or("success", Failure::status);
            let mut record = json!({ "requestId": id, "metrics": metrics, "status": status });
            if let Some(kind) = platform {
                record["errorType"] = kind.into();
            }
            self.record("platform.report", &record);
        } else {
            self.line(&format!("END RequestId: {id}"));
            let init = figures.init.map(|init| format!("Init Duration: {:.2} ms\t", milliseconds(init)));
            let status = failure.map_or("success", Failure::status);
            let status = platform.map(|kind| format!("Status: {status}\tError Type: {kind}\t"));
            self.line(&format!(
                "REPORT RequestId: {id}\tDuration: {:.2} ms\tBilled Duration: {} ms\tMemory Size: {} MB\tMax Memory Used: {memory} MB\t{}{}",
                milliseconds(figures.duration),
                billed,
                self.target.memory,
                init.unwrap_or_default(),
                status.unwrap_or_default()
            ));
        }
        self.text
    }

    fn record(&mut self, kind: &str, record: &Value) {
        self.line(&json!({ "time": time(), "type": kind, "record": record }).to_string());
    }

    fn line(&mut self, line: &str) {
        self.text.push_str(line);
        self.text.push('\n');
    }
}

/// Milliseconds with two digits behind the point, as reports have them.
fn milliseconds(duration: Duration) -> f64 {
    (duration.as_secs_f64() * 100_000.0).round() / 100.0
}

fn time() -> String {
    DateTime::<Utc>::from(SystemTime::now()).format("%Y-%m-%dT%H:%M:%S%.3fZ").to_string()
}
