//! Log streams and the events in them.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::clock::epoch_milliseconds;
use crate::error::AwsError;
use crate::handler::Environment;
use crate::input::{Input, page};

const STREAM: &str = "logs/stream";
const EVENTS: &str = "logs/event";
/// Most events that one call answers.
const LARGEST_PAGE: usize = 10_000;

/// One event, with times in milliseconds since 1970.
#[derive(Clone, Serialize, Deserialize)]
struct Event {
    timestamp: u64,
    message: String,
    ingested: u64,
}

/// The streams of a group are of this scope.
fn scope(environment: &Environment, group: &str) -> String {
    format!("{}\n{group}", environment.region)
}

fn log_of(environment: &Environment, group: &str, stream: &str) -> String {
    format!("{}\n{group}\n{stream}", environment.region)
}

/// Writes the lines of a text as events; makes the stream where it is not there yet.
pub(super) fn write(environment: &Environment, group: &str, stream: &str, text: &str) -> Result<(), AwsError> {
    let now = epoch_milliseconds(environment.now);
    make(environment, group, stream)?;
    for line in text.lines() {
        let event = Event { timestamp: now, message: line.to_owned(), ingested: now };
        environment.tx.append(EVENTS, &log_of(environment, group, stream), &event)?;
    }
    Ok(())
}

/// Makes a stream; false where it is there already.
fn make(environment: &Environment, group: &str, stream: &str) -> Result<bool, AwsError> {
    let scope = scope(environment, group);
    if environment.tx.get::<Value>(STREAM, &scope, stream)?.is_some() {
        return Ok(false);
    }
    let arn =
        format!("arn:aws:logs:{}:{}:log-group:{group}:log-stream:{stream}", environment.region, environment.account);
    let document = json!({
        "logStreamName": stream,
        "creationTime": epoch_milliseconds(environment.now),
        "arn": arn,
        "storedBytes": 0,
    });
    environment.tx.put(STREAM, &scope, stream, None, &document)?;
    Ok(true)
}

/// Forgets all streams of a group.
pub(super) fn clear(environment: &Environment, group: &str) -> Result<(), AwsError> {
    let scope = scope(environment, group);
    for (stream, _) in environment.tx.list::<Value>(STREAM, &scope)? {
        environment.tx.clear_log(EVENTS, &log_of(environment, group, &stream))?;
    }
    environment.tx.delete_all(STREAM, &scope)
}

/// Carries out an operation on the streams of a group that is there.
pub(super) fn call(environment: &Environment, operation: &str, group: &str, input: &Input) -> Result<Value, AwsError> {
    match operation {
        "CreateLogStream" => {
            if make(environment, group, input.need("logStreamName")?)? {
                Ok(Value::Null)
            } else {
                Err(AwsError::new(400, "ResourceAlreadyExistsException", "The specified log stream already exists"))
            }
        }
        "DeleteLogStream" => {
            let stream = existing(environment, group, input)?;
            environment.tx.clear_log(EVENTS, &log_of(environment, group, stream))?;
            environment.tx.delete(STREAM, &scope(environment, group), stream)?;
            Ok(Value::Null)
        }
        "DescribeLogStreams" => describe(environment, group, input),
        "PutLogEvents" => put(environment, group, input),
        "GetLogEvents" => get(environment, group, input),
        "FilterLogEvents" => filter(environment, group, input),
        _ => Err(AwsError::unsupported("CloudWatch Logs", operation)),
    }
}

fn existing<'a>(environment: &Environment, group: &str, input: &Input<'a>) -> Result<&'a str, AwsError> {
    let stream = input.need("logStreamName")?;
    match environment.tx.get::<Value>(STREAM, &scope(environment, group), stream)? {
        Some(_) => Ok(stream),
        None => Err(AwsError::new(400, "ResourceNotFoundException", "The specified log stream does not exist.")),
    }
}

fn describe(environment: &Environment, group: &str, input: &Input) -> Result<Value, AwsError> {
    let prefix = input.text("logStreamNamePrefix").unwrap_or_default();
    let streams = environment.tx.list::<Map<String, Value>>(STREAM, &scope(environment, group))?;
    let mut described = Vec::new();
    for (name, mut stream) in streams.into_iter().filter(|(name, _)| name.starts_with(prefix)) {
        let events = events(environment, group, &name)?;
        for (member, event) in [("firstEventTimestamp", events.first()), ("lastEventTimestamp", events.last())] {
            if let Some(event) = event {
                stream.insert(member.to_owned(), event.timestamp.into());
            }
        }
        described.push(stream);
    }
    if input.text("orderBy") == Some("LastEventTime") {
        described.sort_by_key(|stream| stream.get("lastEventTimestamp").and_then(Value::as_u64));
    }
    if input.flag("descending") {
        described.reverse();
    }
    let size = usize::try_from(input.number("limit").unwrap_or(50)).unwrap_or(50).clamp(1, 50);
    let streams = described.into_iter().map(Value::Object).collect();
    let (streams, next) = page(streams, input.text("nextToken"), size);
    let mut answer = json!({ "logStreams": streams });
    if let Some(next) = next {
        answer["nextToken"] = next.into();
    }
    Ok(answer)
}

fn put(environment: &Environment, group: &str, input: &Input) -> Result<Value, AwsError> {
    let stream = existing(environment, group, input)?;
    for event in input.list("logEvents") {
        let (Some(timestamp), Some(message)) = (event["timestamp"].as_u64(), event["message"].as_str()) else {
            return Err(input.wrong("Log events have a timestamp and a message."));
        };
        let event = Event { timestamp, message: message.to_owned(), ingested: epoch_milliseconds(environment.now) };
        environment.tx.append(EVENTS, &log_of(environment, group, stream), &event)?;
    }
    Ok(json!({ "nextSequenceToken": "0" }))
}

/// The events of a stream, oldest first.
fn events(environment: &Environment, group: &str, stream: &str) -> Result<Vec<Event>, AwsError> {
    let newest = environment.tx.newest::<Event>(EVENTS, &log_of(environment, group, stream), None, usize::MAX)?;
    let mut events: Vec<_> = newest.into_iter().rev().map(|(_, event)| event).collect();
    events.sort_by_key(|event| event.timestamp);
    Ok(events)
}

fn within(input: &Input, event: &Event) -> bool {
    let time = i64::try_from(event.timestamp).unwrap_or(i64::MAX);
    input.number("startTime").is_none_or(|start| time >= start) && input.number("endTime").is_none_or(|end| time < end)
}

fn get(environment: &Environment, group: &str, input: &Input) -> Result<Value, AwsError> {
    let stream = existing(environment, group, input)?;
    let events = events(environment, group, stream)?.into_iter().filter(|event| within(input, event));
    let events: Vec<_> = events
        .map(|event| json!({ "timestamp": event.timestamp, "message": event.message, "ingestionTime": event.ingested }))
        .collect();
    let total = events.len();
    let size = usize::try_from(input.number("limit").unwrap_or(10_000)).unwrap_or(LARGEST_PAGE).clamp(1, LARGEST_PAGE);
    // Tokens are `f/<position>` and `b/<position>`; without one, the newest come unless `startFromHead` says otherwise.
    let token = input.text("nextToken").and_then(|token| token.split_once('/'));
    let position = |text: &str| text.parse::<usize>().unwrap_or_default().min(total);
    let start = match token {
        Some(("b", text)) => position(text).saturating_sub(size),
        Some((_, text)) => position(text),
        None if input.flag("startFromHead") => 0,
        None => total.saturating_sub(size),
    };
    let end = match token {
        Some(("b", text)) => position(text),
        _ => start.saturating_add(size).min(total),
    };
    Ok(json!({
        "events": events.get(start..end).unwrap_or_default(),
        "nextForwardToken": format!("f/{end}"),
        "nextBackwardToken": format!("b/{start}"),
    }))
}

fn filter(environment: &Environment, group: &str, input: &Input) -> Result<Value, AwsError> {
    let pattern = input.text("filterPattern").unwrap_or_default().trim();
    if pattern.starts_with(['{', '[', '%', '-', '?']) {
        return Err(AwsError::unsupported("CloudWatch Logs", "filter patterns other than words"));
    }
    let words: Vec<&str> = pattern.split_whitespace().map(|word| word.trim_matches('"')).collect();
    let names = input.texts("logStreamNames");
    let prefix = input.text("logStreamNamePrefix").unwrap_or_default();
    let mut found = Vec::new();
    for (stream, _) in environment.tx.list::<Value>(STREAM, &scope(environment, group))? {
        if !stream.starts_with(prefix) || (!names.is_empty() && !names.contains(&stream.as_str())) {
            continue;
        }
        let events = events(environment, group, &stream)?.into_iter().enumerate();
        found.extend(
            events
                .filter(|(_, event)| within(input, event) && words.iter().all(|word| event.message.contains(word)))
                .map(|(number, event)| (event.timestamp, stream.clone(), number, event)),
        );
    }
    found.sort_by(|left, right| (left.0, &left.1, left.2).cmp(&(right.0, &right.1, right.2)));
    let events = found.into_iter().map(|(timestamp, stream, number, event)| {
        json!({
            "logStreamName": stream,
            "timestamp": timestamp,
            "message": event.message,
            "ingestionTime": event.ingested,
            "eventId": format!("{timestamp}-{number}"),
        })
    });
    let size = usize::try_from(input.number("limit").unwrap_or(10_000)).unwrap_or(LARGEST_PAGE).clamp(1, LARGEST_PAGE);
    let (events, next) = page(events.collect(), input.text("nextToken"), size);
    let mut answer = json!({ "events": events, "searchedLogStreams": [] });
    if let Some(next) = next {
        answer["nextToken"] = next.into();
    }
    Ok(answer)
}
