//! Prefixes of objects: text with `!{namespace:value}` in it.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use uuid::Uuid;

use crate::error::AwsError;

/// A prefix, taken apart, with the time zone its times are in.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Prefix {
    parts: Vec<Part>,
    zone: TimeZone,
}

#[derive(Clone, Debug, PartialEq)]
enum Part {
    Literal(String),
    /// A pattern of Java's `DateTimeFormatter`, in the notation of `strftime`.
    Time(String),
    ErrorOutputType,
    RandomString,
    PartitionKey(String),
}

/// What a destination says about its prefixes.
pub(super) struct Prefixes<'a> {
    pub(super) prefix: Option<&'a str>,
    pub(super) error_prefix: Option<&'a str>,
    pub(super) dynamic: bool,
    pub(super) zone: TimeZone,
}

/// What a prefix is filled with.
pub(super) struct Filling<'a> {
    /// Arrival of the oldest record of the object.
    pub(super) time: DateTime<Utc>,
    /// Why records failed, such as `processing-failed`; empty for those that did not.
    pub(super) error_output_type: &'a str,
    /// The partition keys that the function gave.
    pub(super) partition_keys: &'a BTreeMap<String, String>,
}

/// What is put behind prefixes that name no time.
const DAILY: &str = "!{timestamp:yyyy/MM/dd/HH/}";

fn invalid(message: impl Into<String>) -> AwsError {
    AwsError::new(400, "InvalidArgumentException", message)
}

impl Prefixes<'_> {
    /// The prefix and the error prefix, with the defaults and by the rules of the service (developer guide, "Custom
    /// prefixes for Amazon S3 objects").
    pub(super) fn read(&self) -> Result<(Prefix, Prefix), AwsError> {
        let mut prefix = parse(self.prefix.unwrap_or_default())?;
        let has_expressions = prefix.iter().any(|part| !matches!(part, Part::Literal(_)));
        if has_expressions && self.error_prefix.is_none() {
            return Err(invalid("ErrorOutputPrefix must be specified when Prefix contains expressions."));
        }
        if prefix.contains(&Part::ErrorOutputType) {
            return Err(invalid("Prefix cannot contain !{firehose:error-output-type}."));
        }
        let has_keys = prefix.iter().any(|part| matches!(part, Part::PartitionKey(_)));
        if has_keys != self.dynamic {
            return Err(invalid(
                "Prefix has to contain partition keys where dynamic partitioning is enabled, and only there.",
            ));
        }
        if !self.dynamic && !names_time(&prefix) {
            prefix.extend(parse(DAILY)?);
        }
        let mut error = parse(self.error_prefix.or(self.prefix.filter(|_| !has_expressions)).unwrap_or_default())?;
        if error.iter().any(|part| matches!(part, Part::PartitionKey(_))) {
            return Err(invalid("ErrorOutputPrefix cannot contain partition keys."));
        }
        if !error.contains(&Part::ErrorOutputType) {
            if has_expressions {
                return Err(invalid("ErrorOutputPrefix has to contain !{firehose:error-output-type}."));
            }
            error.extend([Part::ErrorOutputType, Part::Literal("/".to_owned())]);
        }
        if !names_time(&error) && !has_expressions {
            error.extend(parse(DAILY)?);
        }
        Ok((Prefix { parts: prefix, zone: self.zone.clone() }, Prefix { parts: error, zone: self.zone.clone() }))
    }
}

fn names_time(parts: &[Part]) -> bool {
    parts.iter().any(|part| matches!(part, Part::Time(_)))
}

fn parse(text: &str) -> Result<Vec<Part>, AwsError> {
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some((literal, from)) = rest.split_once("!{") {
        if !literal.is_empty() {
            parts.push(Part::Literal(literal.to_owned()));
        }
        let (expression, after) =
            from.split_once('}').ok_or_else(|| invalid(format!("`{text}` has an expression without an end.")))?;
        parts.push(match expression.split_once(':') {
            Some(("timestamp", pattern)) => Part::Time(time_pattern(pattern)?),
            Some(("firehose", "error-output-type")) => Part::ErrorOutputType,
            Some(("firehose", "random-string")) => Part::RandomString,
            Some(("partitionKeyFromLambda", key)) => Part::PartitionKey(key.to_owned()),
            _ => return Err(invalid(format!("`!{{{expression}}}` is not known."))),
        });
        rest = after;
    }
    if !rest.is_empty() {
        parts.push(Part::Literal(rest.to_owned()));
    }
    Ok(parts)
}

/// A pattern of `DateTimeFormatter` in the notation of `strftime`: numbers of fixed width, and text in quotes.
fn time_pattern(pattern: &str) -> Result<String, AwsError> {
    let mut formatted = String::new();
    let mut characters = pattern.chars().peekable();
    while let Some(letter) = characters.next() {
        if letter == '\'' {
            let quoted: String = characters.by_ref().take_while(|character| *character != '\'').collect();
            formatted.push_str(&if quoted.is_empty() { "'".to_owned() } else { quoted.replace('%', "%%") });
        } else if letter.is_ascii_alphabetic() {
            let mut count = 1;
            while characters.next_if_eq(&letter).is_some() {
                count += 1;
            }
            formatted.push_str(match (letter, count) {
                ('y' | 'u', 1 | 4) => "%Y",
                ('y' | 'u', 2) => "%y",
                ('Y', 4) => "%G",
                ('M' | 'L', 4) => "%B",
                ('M' | 'L', 3) => "%b",
                ('M' | 'L', 2) => "%m",
                ('M' | 'L', 1) => "%-m",
                ('E', 1..=3) => "%a",
                ('E', 4) => "%A",
                ('d', 2) => "%d",
                ('d', 1) => "%-d",
                ('D', 3) => "%j",
                ('D', 1) => "%-j",
                ('h', 2) => "%I",
                ('h', 1) => "%-I",
                ('a', 1) => "%p",
                ('H', 2) => "%H",
                ('H', 1) => "%-H",
                ('m', 2) => "%M",
                ('m', 1) => "%-M",
                ('s', 2) => "%S",
                ('s', 1) => "%-S",
                ('S', 3) => "%3f",
                _ => {
                    let letters = letter.to_string().repeat(count);
                    return Err(invalid(format!("The sandbox does not know `{letters}` in a timestamp.")));
                }
            });
        } else if letter == '%' {
            formatted.push_str("%%");
        } else {
            formatted.push(letter);
        }
    }
    Ok(formatted)
}

impl Prefix {
    /// The names of the partition keys in it.
    pub(super) fn partition_keys(&self) -> impl Iterator<Item = &str> {
        self.parts.iter().filter_map(|part| match part {
            Part::PartitionKey(name) => Some(name.as_str()),
            _ => None,
        })
    }

    /// The prefix of one object.
    pub(super) fn fill(&self, filling: &Filling) -> String {
        let mut text = String::new();
        let time = Timestamp::from_millisecond(filling.time.timestamp_millis()).unwrap_or_default();
        let time = time.to_zoned_datetime(self.zone.clone());
        for part in &self.parts {
            match part {
                Part::Literal(literal) => text.push_str(literal),
                Part::Time(pattern) => text.push_str(&time.strftime(pattern).to_string()),
                Part::ErrorOutputType => text.push_str(filling.error_output_type),
                Part::RandomString => text.extend(Uuid::new_v4().simple().to_string().chars().take(11)),
                Part::PartitionKey(name) => {
                    text.push_str(filling.partition_keys.get(name).map_or("", String::as_str));
                }
            }
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filled(prefix: Option<&str>, error_prefix: Option<&str>, dynamic: bool) -> Result<(String, String), AwsError> {
        let (prefix, error) = Prefixes { prefix, error_prefix, dynamic, zone: TimeZone::UTC }.read()?;
        let partition_keys = BTreeMap::from([("day".to_owned(), "2026-01-31".to_owned())]);
        let time = DateTime::from_timestamp(1_795_482_000, 0).unwrap();
        let fill = |prefix: &Prefix, kind| {
            prefix.fill(&Filling { time, error_output_type: kind, partition_keys: &partition_keys })
        };
        Ok((fill(&prefix, ""), fill(&error, "processing-failed")))
    }

    #[test]
    fn defaults() {
        let both = |prefix: &str, error: &str| Ok((prefix.to_owned(), error.to_owned()));
        assert_eq!(filled(None, None, false), both("2026/11/24/01/", "processing-failed/2026/11/24/01/"));
        assert_eq!(filled(Some("a/"), None, false), both("a/2026/11/24/01/", "a/processing-failed/2026/11/24/01/"));
        let dynamic = filled(
            Some("day=!{partitionKeyFromLambda:day}/"),
            Some("errors/!{firehose:error-output-type}/!{timestamp:yyyy'-'MM'-'dd}/"),
            true,
        );
        assert_eq!(dynamic, both("day=2026-01-31/", "errors/processing-failed/2026-11-24/"));
    }

    #[test]
    fn a_zone_of_its_own() {
        let prefixes = Prefixes {
            prefix: Some("!{timestamp:yyyy-MM-dd'T'HH}/"),
            error_prefix: Some("!{firehose:error-output-type}"),
            dynamic: false,
            zone: crate::clock::time_zone("America/Los_Angeles").unwrap(),
        };
        let time = DateTime::from_timestamp(1_795_482_000, 0).unwrap();
        let filling = Filling { time, error_output_type: "", partition_keys: &BTreeMap::new() };
        assert_eq!(prefixes.read().unwrap().0.fill(&filling), "2026-11-23T17/");
    }

    #[test]
    fn rules() {
        let refused = |prefix, error, dynamic| filled(Some(prefix), error, dynamic).unwrap_err().message;
        assert!(refused("!{timestamp:yyyy}/", None, false).contains("must be specified"));
        assert!(refused("!{timestamp:yyyy}/", Some("errors/"), false).contains("error-output-type"));
        let error = Some("!{firehose:error-output-type}");
        assert!(refused("!{partitionKeyFromLambda:a}/", error, false).contains("dynamic partitioning"));
        assert!(refused("a/", error, true).contains("dynamic partitioning"));
        assert!(refused("!{timestamp:QQQ}/", error, false).contains("QQQ"));
        assert!(refused("!{nothing:a}/", error, false).contains("not known"));
        assert!(refused("!{timestamp:yyyy/", error, false).contains("without an end"));
    }
}
