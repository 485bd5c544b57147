//! What is told through `tracing`, as one line of JSON each on standard output, where Lambda collects it.

use std::fmt::Debug;
use std::io::Write;
use std::sync::{Mutex, PoisonError};

use serde_json::{Map, Value};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Level, Metadata, Subscriber};

use crate::redact::without_numbers;

/// The request that is being answered.
static REQUEST: Mutex<String> = Mutex::new(String::new());

/// From now on, what is told by anyone in this process goes to standard output; panics too.
pub(crate) fn to_stdout() {
    // A second call, as in tests, changes nothing.
    let _already_set = tracing::subscriber::set_global_default(Log);
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string);
        tracing::error!(place, "panic: {}", panic.payload_as_str().unwrap_or("no message"));
    }));
}

/// From now on, lines say that they are about this request.
pub(crate) fn about_request(id: &str) {
    id.clone_into(&mut REQUEST.lock().unwrap_or_else(PoisonError::into_inner));
}

/// Takes events of level INFO and above from the function, WARN and above from everyone else. Knows no spans.
struct Log;

impl Subscriber for Log {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        let foreign = metadata.target().starts_with("aws_") || metadata.target().starts_with("hyper");
        metadata.is_event() && *metadata.level() <= if foreign { Level::WARN } else { Level::INFO }
    }

    fn event(&self, event: &Event<'_>) {
        let request = REQUEST.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let mut line = line(event, &request).to_string();
        line.push('\n');
        // A function whose log cannot be written still answers.
        let _lost = std::io::stdout().lock().write_all(line.as_bytes());
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }
    fn record(&self, _: &Id, _: &Record<'_>) {}
    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn enter(&self, _: &Id) {}
    fn exit(&self, _: &Id) {}
}

/// An event as Lambda's JSON log format names its parts: `level`, `message`, `requestId`.
fn line(event: &Event<'_>, request: &str) -> Value {
    let mut fields = Fields(Map::new());
    fields.0.insert("level".to_owned(), event.metadata().level().as_str().into());
    if !request.is_empty() {
        fields.0.insert("requestId".to_owned(), request.into());
    }
    event.record(&mut fields);
    Value::Object(fields.0)
}

struct Fields(Map<String, Value>);

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.record_str(field, &format!("{value:?}"));
    }
    fn record_str(&mut self, field: &Field, value: &str) {
        self.0.insert(field.name().to_owned(), without_numbers(value).into());
    }
    fn record_bool(&mut self, field: &Field, value: bool) {
        self.0.insert(field.name().to_owned(), value.into());
    }
    fn record_u64(&mut self, field: &Field, value: u64) {
        let digits = value.to_string();
        let redacted = without_numbers(&digits);
        let told = if redacted == digits { Value::from(value) } else { redacted.into() };
        self.0.insert(field.name().to_owned(), told);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Keeps the lines instead of writing them.
    #[derive(Default, Clone)]
    struct Kept(std::sync::Arc<Mutex<Vec<String>>>);

    impl Subscriber for Kept {
        fn enabled(&self, metadata: &Metadata<'_>) -> bool {
            Log.enabled(metadata)
        }
        fn event(&self, event: &Event<'_>) {
            self.0.lock().unwrap().push(line(event, "r-1").to_string());
        }
        fn new_span(&self, attributes: &Attributes<'_>) -> Id {
            Log.new_span(attributes)
        }
        fn record(&self, _: &Id, _: &Record<'_>) {}
        fn record_follows_from(&self, _: &Id, _: &Id) {}
        fn enter(&self, _: &Id) {}
        fn exit(&self, _: &Id) {}
    }

    #[test]
    fn a_line_is_json_without_numbers() {
        let kept = Kept::default();
        tracing::subscriber::with_default(kept.clone(), || {
            tracing::error!(
                caller = "+15550100134",
                digits = 15_550_100_134_u64,
                count = 3_u64,
                ok = false,
                "from {}",
                "+15550100134"
            );
            tracing::debug!("too small to tell");
            tracing::info!(target: "aws_smithy_runtime", "of no interest");
        });
        let lines = kept.0.lock().unwrap();
        assert_eq!(lines.len(), 1, "{lines:?}");
        let line: Value = serde_json::from_str(&lines[0]).unwrap();
        let expected = serde_json::json!({
            "level": "ERROR", "requestId": "r-1", "message": "from (number)",
            "caller": "(number)", "digits": "(number)", "count": 3, "ok": false,
        });
        assert_eq!(line, expected);
    }
}
