//! One operation: its route, its members with their limits, and its handler.

use serde_json::{Map, Value};

use crate::error::AwsError;
use crate::handler::Environment;

use super::document::{self, Document};
use super::error::{invalid_parameter, modelled};
use super::input::Input;

/// What a handler looks like.
pub(super) type Handler = fn(&Environment, &Input) -> Result<Value, AwsError>;

/// One operation of the service.
pub(super) struct Operation {
    /// Name in the service model, `CreateQueue`.
    pub(super) name: &'static str,
    /// HTTP method.
    pub(super) method: &'static str,
    /// Path with labels: `/queues/{InstanceId}/{QueueId}`.
    pub(super) path: &'static str,
    members: &'static [Member],
    handler: Handler,
}

/// One member of an operation's input.
pub(super) struct Member {
    name: &'static str,
    required: bool,
    shape: Shape,
    query: Option<&'static str>,
}

/// What a member may hold.
#[derive(Clone, Copy)]
pub(super) enum Shape {
    /// Text of so many characters.
    Text(usize, usize),
    /// Text, one of a few words.
    OneOf(&'static [&'static str]),
    /// A whole number in a range.
    Number(i64, i64),
    /// A number in a range.
    Decimal(f64, f64),
    /// True or false.
    Flag,
    /// So many entries of one shape.
    List(usize, usize, &'static Shape),
    /// So many entries, text to text.
    TextMap(usize, usize),
    /// Members of their own.
    Object(&'static [Member]),
}

/// Text without limits.
pub(super) const TEXT: Shape = Shape::Text(0, usize::MAX);
/// An identifier or ARN.
pub(super) const ID: Shape = Shape::Text(1, 500);
/// Tags at the creation of a resource.
pub(super) const TAGS: Member = optional("Tags", Shape::TextMap(1, 50));
/// Page token in a query.
pub(super) const NEXT_TOKEN: Member = query("nextToken", "NextToken", TEXT);
/// Page token in a body.
pub(super) const SEARCH_TOKEN: Member = optional("NextToken", Shape::Text(1, 2500));
/// The instance of an operation that has no instance in its path.
pub(super) const INSTANCE: Member = required("InstanceId", Shape::Text(1, 250));

/// The members of Search operations with pages of up to 100.
pub(super) const SEARCH_100: &[Member] = &[INSTANCE, SEARCH_TOKEN, search_size(100), FILTER, CRITERIA];
/// The members of Search operations with pages of up to 500.
pub(super) const SEARCH_500: &[Member] = &[INSTANCE, SEARCH_TOKEN, search_size(500), FILTER, CRITERIA];
const FILTER: Member = optional("SearchFilter", Shape::Object(&[]));
const CRITERIA: Member = optional("SearchCriteria", Shape::Object(&[]));

/// Page size in a query.
pub(super) const fn max_results(most: i64) -> Member {
    query("maxResults", "MaxResults", Shape::Number(1, most))
}

/// Page size in a body.
pub(super) const fn search_size(most: i64) -> Member {
    optional("MaxResults", Shape::Number(1, most))
}

/// A member that has to be there.
pub(super) const fn required(name: &'static str, shape: Shape) -> Member {
    Member { name, required: true, shape, query: None }
}

/// A member that may be there.
pub(super) const fn optional(name: &'static str, shape: Shape) -> Member {
    Member { name, required: false, shape, query: None }
}

/// A member that travels in the query under a name of its own. Lists are repeated parameters.
pub(super) const fn query(parameter: &'static str, name: &'static str, shape: Shape) -> Member {
    Member { name, required: false, shape, query: Some(parameter) }
}

/// A member that has to be in the query.
pub(super) const fn required_query(parameter: &'static str, name: &'static str, shape: Shape) -> Member {
    Member { name, required: true, shape, query: Some(parameter) }
}

/// An operation. `members` leaves out the labels of the path.
pub(super) const fn operation(
    name: &'static str,
    method: &'static str,
    path: &'static str,
    members: &'static [Member],
    handler: Handler,
) -> Operation {
    Operation { name, method, path, members, handler }
}

impl Operation {
    fn labels(&self) -> impl Iterator<Item = &'static str> {
        self.path.split('/').filter_map(label)
    }

    /// The labels' values where the path is this operation's. A last label `{resourceArn}` takes all that is left.
    pub(super) fn match_path(&self, segments: &[String]) -> Option<Map<String, Value>> {
        let mut labels = Map::new();
        let mut rest = segments;
        for pattern in self.path.split('/').skip(1) {
            let (first, others) = rest.split_first()?;
            match label(pattern) {
                Some("resourceArn") => {
                    labels.insert("resourceArn".to_owned(), rest.join("/").into());
                    rest = &[];
                }
                Some(name) if !first.is_empty() => {
                    labels.insert(name.to_owned(), first.clone().into());
                    rest = others;
                }
                None if first == pattern => rest = others,
                _ => return None,
            }
        }
        rest.is_empty().then_some(labels)
    }

    /// Reads the operation's query parameters; others are left alone, as the service does.
    pub(super) fn read_query(
        &self,
        parameters: &[(String, String)],
        members: &mut Map<String, Value>,
    ) -> Result<(), AwsError> {
        for (member, parameter) in self.members.iter().filter_map(|member| Some((member, member.query?))) {
            let values: Vec<&String> =
                parameters.iter().filter(|(name, _)| name == parameter).map(|(_, v)| v).collect();
            let Some(first) = values.first() else { continue };
            let value = match member.shape {
                Shape::List(..) => values.iter().map(|value| Value::from(value.as_str())).collect(),
                Shape::Number(..) => {
                    first.parse::<i64>().map_err(|_| constraint(member.name, "Member must be a number"))?.into()
                }
                Shape::Flag => (first.as_str() == "true").into(),
                _ => first.as_str().into(),
            };
            members.insert(member.name.to_owned(), value);
        }
        Ok(())
    }

    /// Checks the members, finds the instance and runs the handler.
    pub(super) fn run(&self, environment: &Environment, members: &Map<String, Value>) -> Result<Value, AwsError> {
        self.checked(environment, members).map_err(|error| modelled(self.name, error))
    }

    fn checked(&self, environment: &Environment, members: &Map<String, Value>) -> Result<Value, AwsError> {
        for label in self.labels() {
            if members.get(label).and_then(Value::as_str).is_none_or(str::is_empty) {
                return Err(constraint(label, "Member must not be null"));
            }
        }
        check_members("", self.members, members)?;
        let instance = match members.get("InstanceId").and_then(Value::as_str) {
            Some(given) if self.has_instance() => document::instance(environment, given)?,
            _ => Document::new(),
        };
        (self.handler)(environment, &Input::new(self.name, self.page_size(members), members, instance))
    }

    /// Entries of a page: as many as asked for, else 100, or the operation's maximum where that is less.
    fn page_size(&self, members: &Map<String, Value>) -> usize {
        let most = self.members.iter().find(|member| member.name == "MaxResults").map(|member| member.shape);
        let most = if let Some(Shape::Number(_, most)) = most { most } else { 100 };
        let asked = members.get("MaxResults").and_then(Value::as_i64).unwrap_or(100);
        usize::try_from(asked.min(most)).unwrap_or(1)
    }

    fn has_instance(&self) -> bool {
        self.labels().any(|label| label == "InstanceId")
            || self.members.iter().any(|member| member.name == "InstanceId" && member.required)
    }
}

fn label(segment: &str) -> Option<&str> {
    segment.strip_prefix('{')?.strip_suffix('}')
}

/// The decoded segments of a request's path.
pub(super) fn path_segments(path: &str) -> Result<Vec<String>, AwsError> {
    let path = path.split('?').next().unwrap_or_default();
    path.trim_start_matches('/').split('/').map(decode_percent).collect()
}

fn decode_percent(text: &str) -> Result<String, AwsError> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte != b'%' {
            bytes.push(byte);
            continue;
        }
        let digit = |byte: Option<u8>| byte.and_then(|byte| char::from(byte).to_digit(16));
        let (high, low) = (digit(rest.next()), digit(rest.next()));
        let code = high.zip(low).and_then(|(high, low)| u8::try_from(high * 16 + low).ok());
        bytes.push(code.ok_or_else(|| invalid_parameter(format!("Invalid parameter:  {text}")))?);
    }
    String::from_utf8(bytes).map_err(|_| invalid_parameter(format!("Invalid parameter:  {text}")))
}

/// The members of a request's body.
pub(super) fn read_body(body: &[u8]) -> Result<Map<String, Value>, AwsError> {
    if body.iter().all(u8::is_ascii_whitespace) {
        return Ok(Map::new());
    }
    let not_json = |_| AwsError::new(400, "SerializationException", "The request's body is not a JSON object.");
    serde_json::from_slice(body).map_err(not_json)
}

fn check_members(path: &str, shapes: &[Member], members: &Map<String, Value>) -> Result<(), AwsError> {
    for member in shapes {
        let path = if path.is_empty() { member.name.to_owned() } else { format!("{path}.{}", member.name) };
        match members.get(member.name) {
            None | Some(Value::Null) if member.required => return Err(constraint(&path, "Member must not be null")),
            None | Some(Value::Null) => {}
            Some(value) => check(&path, &member.shape, value)?,
        }
    }
    Ok(())
}

fn check(path: &str, shape: &Shape, value: &Value) -> Result<(), AwsError> {
    match (shape, value) {
        (Shape::Text(least, most), Value::String(text)) => {
            in_range(path, "Member must have length", text.chars().count(), *least, *most)
        }
        (Shape::OneOf(words), Value::String(text)) if words.contains(&text.as_str()) => Ok(()),
        (Shape::OneOf(words), Value::String(_)) => {
            Err(constraint(path, &format!("Member must satisfy enum value set: [{}]", words.join(", "))))
        }
        (Shape::Number(least, most), Value::Number(number)) if number.is_i64() => {
            in_range(path, "Member must have value", number.as_i64().unwrap_or_default(), *least, *most)
        }
        (Shape::Decimal(least, most), Value::Number(number)) => {
            in_range(path, "Member must have value", number.as_f64().unwrap_or_default(), *least, *most)
        }
        (Shape::Flag, Value::Bool(_)) => Ok(()),
        (Shape::List(least, most, entry), Value::Array(values)) => {
            if values.len() > *most {
                return Err(invalid_parameter(format!("{path} must include at most {most} items")));
            }
            in_range(path, "Member must have length", values.len(), *least, *most)?;
            values
                .iter()
                .enumerate()
                .try_for_each(|(at, value)| check(&format!("{path}.{}.member", at + 1), entry, value))
        }
        (Shape::TextMap(least, most), Value::Object(map)) if map.values().all(Value::is_string) => {
            in_range(path, "Member must have length", map.len(), *least, *most)
        }
        (Shape::Object(shapes), Value::Object(members)) => check_members(path, shapes, members),
        _ => Err(AwsError::new(400, "SerializationException", format!("{path} has a value of the wrong type."))),
    }
}

fn in_range<N: Copy + PartialOrd + std::fmt::Display>(
    path: &str,
    what: &str,
    is: N,
    least: N,
    most: N,
) -> Result<(), AwsError> {
    if is < least {
        return Err(constraint(path, &format!("{what} greater than or equal to {least}")));
    }
    if is > most {
        return Err(constraint(path, &format!("{what} less than or equal to {most}")));
    }
    Ok(())
}

/// The service's answer to a member that breaks its model, with the member's name as the wire has it.
fn constraint(path: &str, rule: &str) -> AwsError {
    let mut name = path.to_owned();
    if let Some(first) = name.get_mut(..1) {
        first.make_ascii_lowercase();
    }
    invalid_parameter(format!("1 validation error detected: Value at '{name}' failed to satisfy constraint: {rule}"))
}
