//! Pointers to properties, as schemas write them: `/properties/KeySchema/*/AttributeName`.

use serde_json::Value;

/// A pointer to a property; `*` stands for every item of a list or every member of a map.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct PropertyPointer {
    segments: Vec<String>,
}

impl PropertyPointer {
    /// Reads a schema's pointer (`/properties/A/*/B`; `/properties/A/items/properties/B` is taken for the same).
    pub(crate) fn of_schema(pointer: &str) -> Self {
        let mut segments = Vec::new();
        let mut parts = pointer.split('/').filter(|part| !part.is_empty()).peekable();
        while let Some(part) = parts.next() {
            match part {
                "properties" => segments.extend(parts.next().map(str::to_owned)),
                "items" if parts.peek() == Some(&"properties") => segments.push("*".to_owned()),
                other => segments.push(other.to_owned()),
            }
        }
        Self { segments }
    }

    /// The segments, property names and `*`.
    pub fn segments(&self) -> &[String] {
        &self.segments
    }

    /// The name of the top-level property.
    pub fn property(&self) -> &str {
        self.segments.first().map_or("", String::as_str)
    }

    /// True where `path` (`/KeySchema/0/AttributeName`) is what this points at, or lies within it.
    pub fn covers(&self, path: &str) -> bool {
        let mut parts = path.split('/').filter(|part| !part.is_empty());
        self.segments.iter().all(|segment| parts.next().is_some_and(|part| segment == "*" || segment == part))
    }

    /// The values this points at, in document order.
    pub fn values<'a>(&self, properties: &'a Value) -> Vec<&'a Value> {
        let mut found = vec![properties];
        for segment in &self.segments {
            found = found
                .into_iter()
                .flat_map(|value| match value {
                    Value::Array(items) if segment == "*" => items.iter().collect::<Vec<_>>(),
                    Value::Object(members) if segment == "*" => members.values().collect(),
                    Value::Object(members) => members.get(segment).into_iter().collect(),
                    _ => Vec::new(),
                })
                .collect();
        }
        found
    }

    /// Removes what this points at.
    pub fn remove(&self, properties: &mut Value) {
        remove(properties, &self.segments);
    }
}

fn remove(value: &mut Value, segments: &[String]) {
    let Some((first, rest)) = segments.split_first() else { return };
    match value {
        Value::Object(members) if rest.is_empty() && first != "*" => {
            members.shift_remove(first);
        }
        Value::Object(members) if first == "*" => members.values_mut().for_each(|member| remove(member, rest)),
        Value::Object(members) => {
            if let Some(member) = members.get_mut(first) {
                remove(member, rest);
            }
        }
        Value::Array(items) if first == "*" => items.iter_mut().for_each(|item| remove(item, rest)),
        _ => {}
    }
}

impl std::fmt::Display for PropertyPointer {
    fn fmt(&self, formatter: &mut std::fmt::Formatter) -> std::fmt::Result {
        self.segments.iter().try_for_each(|segment| write!(formatter, "/{segment}"))
    }
}
