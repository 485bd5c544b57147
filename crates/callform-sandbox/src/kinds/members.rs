//! Members of an API and properties of a schema: the same things in other names and forms.

use std::collections::BTreeMap;

use callform_schemas::ResourceSchema;
use serde_json::{Map, Value, json};

use super::document::Kept;
use super::kind::{Kind, Shown};
use crate::handler::Properties;

/// How a service writes members.
pub(crate) struct Wire {
    /// How names begin.
    pub(crate) case: Case,
    /// How tags are written.
    pub(crate) tags: TagForm,
    /// True where a resource is shown with its tags.
    pub(crate) shows_tags: bool,
    /// Member with the size of a page.
    pub(crate) page_size: &'static str,
    /// Member with the token of a page.
    pub(crate) page_token: &'static str,
    /// Members that change nothing here, such as tokens that tell repetitions.
    pub(crate) ignored: &'static [&'static str],
}

/// How names of members begin.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Case {
    /// `RoleArn`, as properties do.
    Upper,
    /// `roleArn`.
    Lower,
}

/// How tags are written.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum TagForm {
    /// `[{"Key": …, "Value": …}]`.
    List,
    /// `{key: value}`.
    Map,
}

/// Tags by key.
pub(crate) type Tags = BTreeMap<String, String>;

/// What an input says.
#[derive(Default)]
pub(crate) struct Given {
    /// Properties, and attributes that say which resource is meant.
    pub(crate) properties: Properties,
    /// What only the API knows.
    pub(crate) further: Properties,
    /// Members that are nothing of the kind.
    pub(crate) unknown: Vec<String>,
    /// What properties are to begin with.
    beginnings: Vec<(String, String)>,
}

impl Given {
    /// True for a resource whose properties begin as they are to.
    pub(crate) fn begins(&self, whole: &Value) -> bool {
        self.beginnings
            .iter()
            .all(|(name, start)| whole.get(name).and_then(Value::as_str).is_some_and(|text| text.starts_with(start)))
    }
}

impl Kind {
    fn schema(&self) -> Option<&'static ResourceSchema> {
        callform_schemas::get(self.type_name)
    }

    /// The kind's name in messages: `Schedule`.
    pub(crate) fn name(&self) -> &'static str {
        self.type_name.rsplit("::").next().unwrap_or_default()
    }

    /// True for a property that says which resource is meant.
    pub(crate) fn identifies(&self, property: &str) -> bool {
        let path = format!("/{property}");
        self.schema().is_some_and(|schema| {
            schema.is_read_only(&path) || schema.primary_identifier.iter().any(|pointer| pointer.to_string() == path)
        })
    }

    /// True for a property that is unique with others.
    pub(crate) fn unique_has(&self, property: &str) -> bool {
        self.unique.len() > 1 && self.unique.iter().any(|pointer| pointer.trim_start_matches('/') == property)
    }

    /// The property with the tags.
    pub(crate) fn tag_property(&self) -> Option<&'static str> {
        self.schema()?.tag_property.as_deref()
    }

    /// The tags of a resource.
    pub(crate) fn tags_of<'a>(&self, whole: &'a Value) -> &'a Value {
        self.tag_property().and_then(|property| whole.get(property)).unwrap_or(&Value::Null)
    }

    /// Tags in the form of the property.
    pub(crate) fn tags_as_property(&self, tags: &Tags) -> Value {
        let property = self.tag_property().unwrap_or_default();
        let is_map = self.schema().is_some_and(|schema| schema.is_map(&format!("/{property}")));
        if is_map { TagForm::Map } else { TagForm::List }.write(tags, Case::Upper)
    }

    fn has(&self, property: &str) -> bool {
        self.schema().is_some_and(|schema| schema.property_names().any(|own| own == property))
    }
}

impl TagForm {
    /// Tags in the form.
    pub(crate) fn write(self, tags: &Tags, case: Case) -> Value {
        match self {
            Self::Map => json!(tags),
            Self::List => {
                let (name, value) = if case == Case::Lower { ("key", "value") } else { ("Key", "Value") };
                tags.iter().map(|(key, text)| json!({ name: key, value: text })).collect()
            }
        }
    }
}

/// Tags of either form.
pub(crate) fn tags(value: &Value) -> Tags {
    let text = |value: Option<&Value>| value.and_then(Value::as_str).unwrap_or_default().to_owned();
    match value {
        Value::Object(map) => map.iter().map(|(key, value)| (key.clone(), text(Some(value)))).collect(),
        Value::Array(list) => {
            let of = |tag: &Value, upper: &str, lower: &str| text(tag.get(upper).or_else(|| tag.get(lower)));
            list.iter().map(|tag| (of(tag, "Key", "key"), of(tag, "Value", "value"))).collect()
        }
        _ => Tags::new(),
    }
}

impl Wire {
    fn property(&self, kind: &Kind, member: &str) -> Option<String> {
        let renamed = kind.shape.renamed.iter().find(|(_, other)| *other == member);
        if let Some((property, _)) = renamed {
            return Some((*property).to_owned());
        }
        let own = if self.case == Case::Lower { upper_first(member) } else { member.to_owned() };
        if kind.has(&own) {
            return Some(own);
        }
        // Tags at the creation may have a name of their own.
        member.eq_ignore_ascii_case("tags").then(|| kind.tag_property().map(str::to_owned)).flatten()
    }

    fn member(&self, kind: &Kind, property: &str) -> String {
        let renamed = kind.shape.renamed.iter().find(|(own, _)| *own == property);
        match renamed {
            Some((_, member)) => (*member).to_owned(),
            None if self.case == Case::Lower => lower_first(property),
            None => property.to_owned(),
        }
    }
}

/// What an input says of a kind.
pub(crate) fn given(kind: &Kind, wire: &Wire, input: &Map<String, Value>) -> Given {
    let mut input = input.clone();
    (kind.shape.take)(&mut input);
    let mut given = Given::default();
    for (member, value) in input {
        let passes = [wire.page_size, wire.page_token].contains(&member.as_str());
        if value.is_null() || passes || wire.ignored.contains(&member.as_str()) {
            continue;
        }
        if kind.shape.further.contains(&member.as_str()) {
            given.further.insert(member, value);
        } else if let Some(property) = wire.property(kind, &member) {
            let value = if kind.tag_property() == Some(&property) {
                kind.tags_as_property(&tags(&value))
            } else if wire.case == Case::Lower {
                cased(value, &upper_first)
            } else {
                value
            };
            given.properties.insert(property, value);
        } else if let Some((property, start)) = beginning(kind, wire, &member, &value) {
            given.beginnings.push((property, start));
        } else {
            given.unknown.push(member);
        }
    }
    given
}

/// `NamePrefix` says how `Name` begins.
fn beginning(kind: &Kind, wire: &Wire, member: &str, value: &Value) -> Option<(String, String)> {
    Some((wire.property(kind, member.strip_suffix("Prefix")?)?, value.as_str()?.to_owned()))
}

/// A resource as its API shows it.
pub(crate) fn shown(kind: &Kind, wire: &Wire, kept: &Kept) -> Map<String, Value> {
    let whole = match kept.whole() {
        Value::Object(whole) => whole,
        _ => Map::new(),
    };
    let mut shown = Map::new();
    for (property, value) in &whole {
        if kind.shape.hidden.contains(&property.as_str()) {
            continue;
        }
        let value = if kind.tag_property() == Some(property) {
            if !wire.shows_tags {
                continue;
            }
            wire.tags.write(&tags(value), wire.case)
        } else if wire.case == Case::Lower {
            cased(value.clone(), &lower_first)
        } else {
            value.clone()
        };
        shown.insert(wire.member(kind, property), value);
    }
    shown.extend(kept.further.clone());
    for (member, what) in kind.shape.shown {
        match what {
            Shown::Text(text) => drop(shown.entry(*member).or_insert_with(|| (*text).into())),
            Shown::Created => drop(shown.insert((*member).to_owned(), seconds(kept.created))),
            Shown::Changed => drop(shown.insert((*member).to_owned(), seconds(kept.changed))),
        }
    }
    (kind.shape.show)(&whole, &mut shown);
    shown
}

fn seconds(milliseconds: u64) -> Value {
    #[expect(clippy::cast_precision_loss, reason = "milliseconds stay far below 2^53")]
    let seconds = milliseconds as f64 / 1000.0;
    seconds.into()
}

/// A value with its members' names written otherwise.
fn cased(value: Value, name: &dyn Fn(&str) -> String) -> Value {
    match value {
        Value::Object(members) => members.into_iter().map(|(own, value)| (name(&own), cased(value, name))).collect(),
        Value::Array(entries) => entries.into_iter().map(|entry| cased(entry, name)).collect(),
        scalar => scalar,
    }
}

fn lower_first(name: &str) -> String {
    let mut letters = name.chars();
    letters.next().map(|first| first.to_ascii_lowercase()).into_iter().chain(letters).collect()
}

fn upper_first(name: &str) -> String {
    let mut letters = name.chars();
    letters.next().map(|first| first.to_ascii_uppercase()).into_iter().chain(letters).collect()
}
