//! What recordings are measured for.

use std::io::Read;

use callform_recordings::quality::Options;
use callform_recordings::{Error, Rule, Verdict};
use serde_json::{Map, Value};

use crate::evidence::{Measured, Part};
use crate::outside::MeasureError;

/// Measures a recording of a part of a call, and says whether it is good enough. Its length is judged elsewhere, by what the
/// collection asks for. Of an automated conversation only the caller is judged.
pub fn measure(wav: impl Read, part: Part, bytes: u64, tag: &str) -> Result<Measured, MeasureError> {
    let rule = Rule { channels: if part == Part::Automated { 1 } else { 2 }, min_duration_ms: 0, ..Rule::default() };
    let found = callform_recordings::measure(wav, Options::default()).map_err(|error| match error {
        Error::File { .. } => MeasureError::Unavailable,
        other => MeasureError::Unreadable(other.to_string()),
    })?;
    let faults = match rule.judge(&found.figures) {
        Verdict::Accepted => std::collections::BTreeSet::new(),
        Verdict::Rejected(reasons) => reasons.iter().map(|reason| word(reason.check)).collect(),
    };
    let figures = match serde_json::to_value(&found.figures) {
        Ok(Value::Object(figures)) => short(figures),
        _ => Map::new(),
    };
    Ok(Measured { bytes, tag: tag.to_owned(), milliseconds: found.figures.duration_ms, faults, figures })
}

/// As quality control writes it: `clipping`.
fn word(check: callform_recordings::Check) -> String {
    let word = serde_json::to_value(check).unwrap_or_default();
    word.as_str().unwrap_or("quality").to_owned()
}

/// What is not known is not written, and neither is when somebody spoke: an hour of that is more than a row should hold, and the
/// recording tells it at any time.
fn short(figures: Map<String, Value>) -> Map<String, Value> {
    let clean = |value: Value| match value {
        Value::Object(inner) => Value::Object(short(inner)),
        Value::Array(items) => items
            .into_iter()
            .map(|item| match item {
                Value::Object(inner) => Value::Object(short(inner)),
                other => other,
            })
            .collect(),
        other => other,
    };
    let kept = figures.into_iter().filter(|(name, value)| !value.is_null() && name != "speech");
    kept.map(|(name, value)| (name, clean(value))).collect()
}

#[cfg(test)]
mod tests {
    use callform_recordings::Channel;
    use callform_recordings::synthetic::Script;

    use super::*;

    #[test]
    fn figures_and_faults_are_those_of_the_recording() {
        let measured = |script: &Script, part| {
            let (wav, _) = script.to_wav().unwrap();
            measure(wav.as_slice(), part, 7, "tag").unwrap()
        };
        let good = Script::conversation(2, 30);
        let found = measured(&good, Part::Talk);
        assert_eq!((found.milliseconds, found.bytes, &*found.tag, found.is_good()), (30_000, 7, "tag", true));
        assert_eq!(found.figures["channels"][0]["clipped"], 0);
        let text = serde_json::to_string(&found).unwrap();
        assert!(!text.contains("null") && !text.contains("\"speech\"") && text.len() < 4000, "{text}");
        let mut clipped = good;
        for turn in clipped.turns.iter_mut().filter(|turn| turn.channel == Channel::Customer) {
            turn.clipped_runs = 200;
        }
        assert_eq!(measured(&clipped, Part::Talk).faults, ["clipping".to_owned()].into());
        // With a bot only the caller has to be heard.
        let alone = Script::conversation(2, 30).customer_alone();
        assert!(measured(&alone, Part::Automated).is_good());
        assert!(!measured(&alone, Part::Talk).is_good());
        assert!(matches!(measure(&b"no sound"[..], Part::Talk, 8, ""), Err(MeasureError::Unreadable(_))));
    }
}
