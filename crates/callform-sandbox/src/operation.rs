//! How every service serves its operations: one table, in which each has its name, its route, its members with their
//! limits, and its handler.
//!
//! A service finds an operation by name ([`Service::find`]), or by method and path ([`Service::route`]); what it is not
//! able to do it refuses by name.

use serde_json::{Map, Value};

use crate::error::AwsError;

/// One operation of a service; `H` is what the handlers of the service look like.
pub(crate) struct Operation<H: 'static> {
    /// Name in the service model, `CreateQueue`.
    pub(crate) name: &'static str,
    /// HTTP method; empty where requests name the operation.
    pub(crate) method: &'static str,
    /// Path with labels: `/queues/{InstanceId}/{QueueId}`.
    pub(crate) path: &'static str,
    /// HTTP status of success.
    pub(crate) status: u16,
    /// Members that are checked, or travel in the query; without the labels of the path.
    pub(crate) members: &'static [Member],
    /// What carries it out.
    pub(crate) handler: H,
}

/// A service: what it is called in messages, and its operations by topic.
pub(crate) struct Service<H: 'static> {
    /// Name in messages, `SQS`.
    pub(crate) name: &'static str,
    /// Tables of operations.
    pub(crate) tables: &'static [&'static [Operation<H>]],
    /// Name, method and path of operations of the real service that are not here, for refusals.
    pub(crate) others: &'static [(&'static str, &'static str, &'static str)],
}

impl<H> Service<H> {
    /// All operations.
    pub(crate) fn operations(&self) -> impl Iterator<Item = &'static Operation<H>> {
        self.tables.iter().copied().flatten()
    }

    /// The operation of a name; a refusal where the service does not have it.
    pub(crate) fn find(&self, name: &str) -> Result<&'static Operation<H>, AwsError> {
        let found = self.operations().find(|operation| operation.name == name);
        found.ok_or_else(|| AwsError::unsupported(self.name, name))
    }

    /// The operation of a method and path, with the values of the path's labels; a path with fewer labels is the better
    /// match.
    pub(crate) fn route(&self, method: &str, path: &str) -> Option<(&'static Operation<H>, Map<String, Value>)> {
        let segments = path_segments(path)?;
        self.operations()
            .filter(|operation| operation.method == method)
            .filter_map(|operation| Some((operation, operation.match_path(&segments)?)))
            .min_by_key(|(_, labels)| labels.len())
    }

    /// The operation that a method and path mean, or the refusal that names what was asked for.
    pub(crate) fn need_route(
        &self,
        method: &str,
        path: &str,
    ) -> Result<(&'static Operation<H>, Map<String, Value>), AwsError> {
        self.route(method, path).ok_or_else(|| {
            let named = named(self.others, method, path).map(str::to_owned);
            AwsError::unsupported(self.name, &named.unwrap_or_else(|| format!("{method} {path}")))
        })
    }

    /// The name of the operation that a method and path mean.
    pub(crate) fn route_name(&self, method: &str, path: &str) -> Option<&'static str> {
        self.route(method, path).map(|(operation, _)| operation.name)
    }
}

impl<H> Operation<H> {
    /// The labels of the path.
    pub(crate) fn labels(&self) -> impl Iterator<Item = &'static str> {
        self.path.split('/').filter_map(label)
    }

    /// The labels' values where the path is this operation's. A last label `{resourceArn}` takes all that is left.
    pub(crate) fn match_path(&self, segments: &[String]) -> Option<Map<String, Value>> {
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
    pub(crate) fn read_query(
        &self,
        parameters: &[(String, String)],
        members: &mut Map<String, Value>,
        code: &'static str,
    ) -> Result<(), AwsError> {
        for (member, parameter) in self.members.iter().filter_map(|member| Some((member, member.query?))) {
            let values: Vec<&String> =
                parameters.iter().filter(|(name, _)| name == parameter).map(|(_, v)| v).collect();
            let Some(first) = values.first() else { continue };
            let value = match member.shape {
                Shape::List(..) => values.iter().map(|value| Value::from(value.as_str())).collect(),
                Shape::Number(..) => {
                    first.parse::<i64>().map_err(|_| constraint(code, member.name, "Member must be a number"))?.into()
                }
                Shape::Flag => (first.as_str() == "true").into(),
                _ => first.as_str().into(),
            };
            members.insert(member.name.to_owned(), value);
        }
        Ok(())
    }

    /// Checks the labels and the members; `code` is that of the service's refusals.
    pub(crate) fn check(&self, code: &'static str, members: &Map<String, Value>) -> Result<(), AwsError> {
        for label in self.labels() {
            if members.get(label).and_then(Value::as_str).is_none_or(str::is_empty) {
                return Err(constraint(code, label, "Member must not be null"));
            }
        }
        check_members(code, "", self.members, members)
    }
}

/// One member of an operation's input.
pub(crate) struct Member {
    /// Name in the service model.
    pub(crate) name: &'static str,
    pub(crate) required: bool,
    pub(crate) shape: Shape,
    query: Option<&'static str>,
}

/// What a member may hold.
#[derive(Clone, Copy)]
pub(crate) enum Shape {
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
pub(crate) const TEXT: Shape = Shape::Text(0, usize::MAX);

/// A member that has to be there.
pub(crate) const fn required(name: &'static str, shape: Shape) -> Member {
    Member { name, required: true, shape, query: None }
}

/// A member that may be there.
pub(crate) const fn optional(name: &'static str, shape: Shape) -> Member {
    Member { name, required: false, shape, query: None }
}

/// A member that travels in the query under a name of its own. Lists are repeated parameters.
pub(crate) const fn query(parameter: &'static str, name: &'static str, shape: Shape) -> Member {
    Member { name, required: false, shape, query: Some(parameter) }
}

/// A member that has to be in the query.
pub(crate) const fn required_query(parameter: &'static str, name: &'static str, shape: Shape) -> Member {
    Member { name, required: true, shape, query: Some(parameter) }
}

fn label(segment: &str) -> Option<&str> {
    segment.strip_prefix('{')?.strip_suffix('}')
}

/// The decoded segments of a request's path; `None` where they are no text.
pub(crate) fn path_segments(path: &str) -> Option<Vec<String>> {
    let path = path.split('?').next().unwrap_or_default();
    path.trim_start_matches('/').split('/').map(decode_percent).collect()
}

fn decode_percent(text: &str) -> Option<String> {
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
        bytes.push(code?);
    }
    String::from_utf8(bytes).ok()
}

/// The name of a method and path in a table of operations (name, method, path with labels); a path with fewer labels is
/// the better match.
fn named(table: &[(&'static str, &'static str, &'static str)], method: &str, path: &str) -> Option<&'static str> {
    let segments: Vec<&str> = path.trim_matches('/').split('/').collect();
    let labels = |pattern: &str| pattern.matches('{').count();
    let fits = |pattern: &str| {
        let patterns: Vec<&str> = pattern.trim_matches('/').split('/').collect();
        patterns.len() == segments.len()
            && patterns.iter().zip(&segments).all(|(pattern, segment)| pattern.starts_with('{') || pattern == segment)
    };
    let found = table.iter().filter(|(_, own, pattern)| *own == method && fits(pattern));
    found.min_by_key(|(_, _, pattern)| labels(pattern)).map(|(name, ..)| *name)
}

fn check_members(
    code: &'static str,
    path: &str,
    shapes: &[Member],
    members: &Map<String, Value>,
) -> Result<(), AwsError> {
    for member in shapes {
        let path = if path.is_empty() { member.name.to_owned() } else { format!("{path}.{}", member.name) };
        match members.get(member.name) {
            None | Some(Value::Null) if member.required => {
                return Err(constraint(code, &path, "Member must not be null"));
            }
            None | Some(Value::Null) => {}
            Some(value) => check(code, &path, &member.shape, value)?,
        }
    }
    Ok(())
}

fn check(code: &'static str, path: &str, shape: &Shape, value: &Value) -> Result<(), AwsError> {
    match (shape, value) {
        (Shape::Text(least, most), Value::String(text)) => {
            in_range(code, path, "Member must have length", text.chars().count(), *least, *most)
        }
        (Shape::OneOf(words), Value::String(text)) if words.contains(&text.as_str()) => Ok(()),
        (Shape::OneOf(words), Value::String(_)) => {
            Err(constraint(code, path, &format!("Member must satisfy enum value set: [{}]", words.join(", "))))
        }
        (Shape::Number(least, most), Value::Number(number)) if number.is_i64() => {
            in_range(code, path, "Member must have value", number.as_i64().unwrap_or_default(), *least, *most)
        }
        (Shape::Decimal(least, most), Value::Number(number)) => {
            in_range(code, path, "Member must have value", number.as_f64().unwrap_or_default(), *least, *most)
        }
        (Shape::Flag, Value::Bool(_)) => Ok(()),
        (Shape::List(least, most, entry), Value::Array(values)) => {
            if values.len() > *most {
                return Err(AwsError::new(400, code, format!("{path} must include at most {most} items")));
            }
            in_range(code, path, "Member must have length", values.len(), *least, *most)?;
            values
                .iter()
                .enumerate()
                .try_for_each(|(at, value)| check(code, &format!("{path}.{}.member", at + 1), entry, value))
        }
        (Shape::TextMap(least, most), Value::Object(map)) if map.values().all(Value::is_string) => {
            in_range(code, path, "Member must have length", map.len(), *least, *most)
        }
        (Shape::Object(shapes), Value::Object(members)) => check_members(code, path, shapes, members),
        _ => Err(AwsError::new(400, "SerializationException", format!("{path} has a value of the wrong type."))),
    }
}

fn in_range<N: Copy + PartialOrd + std::fmt::Display>(
    code: &'static str,
    path: &str,
    what: &str,
    is: N,
    least: N,
    most: N,
) -> Result<(), AwsError> {
    if is < least {
        return Err(constraint(code, path, &format!("{what} greater than or equal to {least}")));
    }
    if is > most {
        return Err(constraint(code, path, &format!("{what} less than or equal to {most}")));
    }
    Ok(())
}

/// The service's answer to a member that breaks its model, with the member's name as the wire has it.
pub(crate) fn constraint(code: &'static str, path: &str, rule: &str) -> AwsError {
    let mut name = path.to_owned();
    if let Some(first) = name.get_mut(..1) {
        first.make_ascii_lowercase();
    }
    let message = format!("1 validation error detected: Value at '{name}' failed to satisfy constraint: {rule}");
    AwsError::new(400, code, message)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const fn operation(name: &'static str, path: &'static str, members: &'static [Member]) -> Operation<()> {
        Operation { name, method: "GET", path, status: 200, members, handler: () }
    }

    static SERVICE: Service<()> = Service {
        name: "Things",
        tables: &[
            &[operation("DescribeThing", "/things/{ThingId}", &[])],
            &[
                operation("ListThings", "/things/all", &[query("maxResults", "MaxResults", Shape::Number(1, 10))]),
                operation("ListTags", "/tags/{resourceArn}", &[required("Name", Shape::Text(1, 3))]),
            ],
        ],
        others: &[("PaintThing", "GET", "/things/{ThingId}/paint")],
    };

    #[test]
    fn a_path_is_the_operation_with_the_fewest_labels() {
        let name = |path: &str| SERVICE.route_name("GET", path);
        assert_eq!(name("/things/all"), Some("ListThings"));
        assert_eq!(name("/things/one"), Some("DescribeThing"));
        assert_eq!(SERVICE.route_name("PUT", "/things/all"), None);
        let (_, labels) = SERVICE.route("GET", "/things/a%2Fb").unwrap();
        assert_eq!(labels["ThingId"], "a/b");
        let (_, labels) = SERVICE.route("GET", "/tags/arn:a/b").unwrap();
        assert_eq!(labels["resourceArn"], "arn:a/b");
    }

    #[test]
    fn what_is_not_there_is_refused_by_name() {
        let message = |path: &str| SERVICE.need_route("GET", path).err().unwrap().message;
        assert_eq!(message("/things/a/paint"), "The sandbox does not support Things PaintThing.");
        assert_eq!(message("/nothing"), "The sandbox does not support Things GET /nothing.");
        assert_eq!(SERVICE.find("Paint").err().unwrap().message, "The sandbox does not support Things Paint.");
    }

    #[test]
    fn members_are_checked_and_queries_read() {
        let list = SERVICE.find("ListThings").unwrap();
        let mut members = Map::new();
        list.read_query(&[("maxResults".to_owned(), "11".to_owned())], &mut members, "Wrong").unwrap();
        assert_eq!(members["MaxResults"], 11);
        let error = list.check("Wrong", &members).unwrap_err();
        assert!(error.code == "Wrong" && error.message.contains("'maxResults'"), "{error}");
        let tags = SERVICE.find("ListTags").unwrap();
        let check = |input: Value| tags.check("Wrong", input.as_object().unwrap()).err().map(|error| error.message);
        assert!(check(json!({ "resourceArn": "a" })).unwrap().contains("'name'"));
        assert!(check(json!({ "Name": "abc" })).unwrap().contains("'resourceArn'"));
        assert!(check(json!({ "resourceArn": "a", "Name": "abcd" })).unwrap().contains("less than or equal to 3"));
        assert_eq!(check(json!({ "resourceArn": "a", "Name": "abc" })), None);
    }
}
