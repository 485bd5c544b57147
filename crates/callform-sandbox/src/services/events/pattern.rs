//! Event patterns: read, and held against events.
//!
//! Source: Amazon EventBridge User Guide, "Comparison operators for use in event patterns". Where an event has a list, one
//! of its entries has to match; what is said of several members of an entry has to be true of the same one.

use std::net::IpAddr;

use serde_json::{Map, Value, json};

use crate::error::AwsError;
use crate::handler::Environment;
use crate::input::Input;

/// A pattern: all of it has to be so.
#[derive(Debug)]
pub(crate) struct Pattern {
    fields: Vec<(String, Field)>,
    /// Of each of these, one has to be so.
    alternatives: Vec<Vec<Pattern>>,
}

#[derive(Debug)]
enum Field {
    Inside(Pattern),
    OneOf(Vec<Filter>),
}

#[derive(Debug)]
enum Filter {
    Exactly(Value),
    Exists(bool),
    Numeric(Vec<(Sign, f64)>),
    Cidr(IpAddr, u8),
    Text(Text),
    AnythingBut(Vec<Filter>),
}

/// What is asked of a text.
#[derive(Debug)]
enum Text {
    Prefix(String),
    Suffix(String),
    PrefixIgnoringCase(String),
    SuffixIgnoringCase(String),
    EqualIgnoringCase(String),
    /// What is between the asterisks.
    Wildcard(Vec<String>),
}

#[derive(Clone, Copy, Debug)]
enum Sign {
    Less,
    AtMost,
    Equal,
    AtLeast,
    More,
}

const OR: &str = "$or";
/// Numbers that can be compared are between minus and plus this.
const LARGEST_NUMBER: f64 = 5e9;

/// The error of a pattern that is none.
pub(super) fn invalid(reason: &str) -> AwsError {
    AwsError::new(400, "InvalidEventPatternException", format!("Event pattern is not valid. Reason: {reason}"))
}

/// `TestEventPattern`.
pub(super) fn test_event_pattern(_: &Environment, input: &Input) -> Result<Value, AwsError> {
    let pattern = Pattern::read(input.need("EventPattern")?).map_err(|reason| invalid(&reason))?;
    let event: Value = serde_json::from_str(input.need("Event")?)
        .map_err(|error| input.wrong(format!("Parameter Event is not valid. Reason: {error}")))?;
    for name in ["id", "account", "source", "time", "region", "resources", "detail-type"] {
        if event.get(name).is_none() {
            return Err(input.wrong(format!("Parameter Event is not valid. Reason: {name} is a required field.")));
        }
    }
    Ok(json!({ "Result": pattern.matches(&event) }))
}

impl Pattern {
    /// Reads a pattern; the error says what is wrong with it.
    pub(crate) fn read(text: &str) -> Result<Self, String> {
        let json: Value = serde_json::from_str(text).map_err(|error| format!("it is no JSON: {error}"))?;
        Self::of(json.as_object().ok_or("it is no JSON object")?)
    }

    fn of(members: &Map<String, Value>) -> Result<Self, String> {
        if members.is_empty() {
            return Err("an empty object matches nothing".to_owned());
        }
        let mut pattern = Self { fields: Vec::new(), alternatives: Vec::new() };
        for (name, value) in members {
            match value {
                Value::Array(items) if items.is_empty() => return Err(format!("the list of {name} is empty")),
                Value::Array(items) if name == OR => {
                    let each = items.iter().map(|item| match item.as_object() {
                        Some(members) => Self::of(members),
                        None => Err(format!("{OR} is a list of objects")),
                    });
                    pattern.alternatives.push(each.collect::<Result<_, _>>()?);
                }
                Value::Array(items) => {
                    let filters = items.iter().map(|item| filter(name, item)).collect::<Result<_, _>>()?;
                    pattern.fields.push((name.clone(), Field::OneOf(filters)));
                }
                Value::Object(inner) => pattern.fields.push((name.clone(), Field::Inside(Self::of(inner)?))),
                _ => return Err(format!("the value of {name} must be an object or a list")),
            }
        }
        Ok(pattern)
    }

    /// True where an event matches.
    pub(crate) fn matches(&self, event: &Value) -> bool {
        self.fits(Some(event))
    }

    fn fits(&self, value: Option<&Value>) -> bool {
        if let Some(Value::Array(entries)) = value
            && !entries.is_empty()
        {
            return entries.iter().any(|entry| self.fits(Some(entry)));
        }
        let member = |name: &str| value.and_then(|value| value.get(name));
        let fields = self.fields.iter().all(|(name, field)| match field {
            Field::Inside(inner) => inner.fits(member(name)),
            Field::OneOf(filters) => filters.iter().any(|filter| filter.passes(member(name))),
        });
        fields && self.alternatives.iter().all(|some| some.iter().any(|pattern| pattern.fits(value)))
    }
}

impl Filter {
    /// True where what an event has at a place passes; lists by one of their entries. Objects are no values, and an empty
    /// list has none.
    fn passes(&self, value: Option<&Value>) -> bool {
        let mut leaves = Vec::new();
        if let Some(value) = value {
            gather(value, &mut leaves);
        }
        match self {
            Self::Exists(wanted) => *wanted != leaves.is_empty(),
            _ => leaves.into_iter().any(|leaf| self.takes(leaf)),
        }
    }

    fn takes(&self, leaf: &Value) -> bool {
        match self {
            Self::Exactly(wanted) => leaf == wanted,
            Self::Exists(wanted) => *wanted,
            Self::Numeric(comparisons) => leaf.as_f64().is_some_and(|number| {
                number.abs() <= LARGEST_NUMBER && comparisons.iter().all(|(sign, bound)| sign.holds(number, *bound))
            }),
            Self::Cidr(network, bits) => {
                leaf.as_str().and_then(|text| text.parse().ok()).is_some_and(|address| is_in(address, *network, *bits))
            }
            Self::Text(wanted) => leaf.as_str().is_some_and(|text| wanted.takes(text)),
            Self::AnythingBut(others) => !others.iter().any(|other| other.takes(leaf)),
        }
    }
}

fn gather<'a>(value: &'a Value, leaves: &mut Vec<&'a Value>) {
    match value {
        Value::Array(entries) => {
            for entry in entries {
                gather(entry, leaves);
            }
        }
        Value::Object(_) => {}
        leaf => leaves.push(leaf),
    }
}

impl Text {
    fn takes(&self, text: &str) -> bool {
        let lower = |text: &str| text.to_lowercase();
        match self {
            Self::Prefix(prefix) => text.starts_with(prefix.as_str()),
            Self::Suffix(suffix) => text.ends_with(suffix.as_str()),
            Self::PrefixIgnoringCase(prefix) => lower(text).starts_with(&lower(prefix)),
            Self::SuffixIgnoringCase(suffix) => lower(text).ends_with(&lower(suffix)),
            Self::EqualIgnoringCase(other) => lower(text) == lower(other),
            Self::Wildcard(pieces) => fits_pieces(text, pieces),
        }
    }
}

/// True where a text is the pieces with anything between them.
fn fits_pieces(text: &str, pieces: &[String]) -> bool {
    let [first, middle @ .., last] = pieces else { return pieces.iter().any(|piece| piece == text) };
    let Some(mut rest) = text.strip_prefix(first.as_str()) else { return false };
    for piece in middle {
        match rest.split_once(piece.as_str()) {
            Some((_, after)) => rest = after,
            None => return false,
        }
    }
    rest.ends_with(last.as_str())
}

impl Sign {
    fn read(text: &str) -> Option<Self> {
        Some(match text {
            "<" => Self::Less,
            "<=" => Self::AtMost,
            "=" => Self::Equal,
            ">=" => Self::AtLeast,
            ">" => Self::More,
            _ => return None,
        })
    }

    fn holds(self, number: f64, bound: f64) -> bool {
        match self {
            Self::Less => number < bound,
            Self::AtMost => number <= bound,
            Self::Equal => (number - bound).abs() < f64::EPSILON,
            Self::AtLeast => number >= bound,
            Self::More => number > bound,
        }
    }
}

fn is_in(address: IpAddr, network: IpAddr, bits: u8) -> bool {
    let shifted = |address: u128, width: u8| address.checked_shr(u32::from(width - bits)).unwrap_or_default();
    match (address, network) {
        (IpAddr::V4(address), IpAddr::V4(network)) => {
            shifted(u32::from(address).into(), 32) == shifted(u32::from(network).into(), 32)
        }
        (IpAddr::V6(address), IpAddr::V6(network)) => shifted(address.into(), 128) == shifted(network.into(), 128),
        _ => false,
    }
}

fn filter(name: &str, item: &Value) -> Result<Filter, String> {
    match item {
        Value::Array(_) => Err(format!("the list of {name} has a list in it")),
        Value::Object(members) => {
            let mut all = members.iter();
            let (Some((word, value)), None) = (all.next(), all.next()) else {
                return Err(format!("a filter of {name} has exactly one key"));
            };
            let unknown = || Err(format!("Unrecognized match type {word}"));
            let wrong = || format!("the filter {word} of {name} cannot have the value {value}");
            match word.as_str() {
                "exists" => value.as_bool().map(Filter::Exists).ok_or_else(wrong),
                "numeric" => comparisons(value).map(Filter::Numeric).ok_or_else(wrong),
                "cidr" => {
                    value.as_str().and_then(cidr).map(|(network, bits)| Filter::Cidr(network, bits)).ok_or_else(wrong)
                }
                "anything-but" => anything_but(value).map(Filter::AnythingBut).ok_or_else(wrong),
                "prefix" | "suffix" | "equals-ignore-case" | "wildcard" => {
                    text_filter(word, value).map(Filter::Text).ok_or_else(wrong)
                }
                _ => unknown(),
            }
        }
        scalar => Ok(Filter::Exactly(scalar.clone())),
    }
}

fn text_filter(word: &str, value: &Value) -> Option<Text> {
    let whatever_case = |value: &Value| {
        let members = value.as_object().filter(|members| members.len() == 1)?;
        members.get("equals-ignore-case")?.as_str().map(str::to_owned)
    };
    let text = value.as_str().map(str::to_owned);
    match word {
        "prefix" => text.map(Text::Prefix).or_else(|| whatever_case(value).map(Text::PrefixIgnoringCase)),
        "suffix" => text.map(Text::Suffix).or_else(|| whatever_case(value).map(Text::SuffixIgnoringCase)),
        "equals-ignore-case" => text.map(Text::EqualIgnoringCase),
        "wildcard" => pieces(&text?).map(Text::Wildcard),
        _ => None,
    }
}

/// A text with asterisks, cut at them; a backslash takes the meaning from an asterisk or a backslash. Two asterisks in a
/// row are refused.
fn pieces(text: &str) -> Option<Vec<String>> {
    let mut pieces = vec![String::new()];
    let mut letters = text.chars();
    let mut after_asterisk = false;
    while let Some(letter) = letters.next() {
        let is_asterisk = letter == '*';
        if is_asterisk && after_asterisk {
            return None;
        }
        after_asterisk = is_asterisk;
        if is_asterisk {
            pieces.push(String::new());
            continue;
        }
        let plain = if letter == '\\' { letters.next().filter(|next| ['*', '\\'].contains(next))? } else { letter };
        pieces.last_mut()?.push(plain);
    }
    Some(pieces)
}

fn anything_but(value: &Value) -> Option<Vec<Filter>> {
    let plain = |value: &Value| (value.is_string() || value.is_number()).then(|| Filter::Exactly(value.clone()));
    match value {
        Value::Array(items) if !items.is_empty() => items.iter().map(plain).collect(),
        Value::Object(members) if members.len() == 1 => {
            let (word, value) = members.iter().next()?;
            let one = |value: &Value| text_filter(word, value).map(Filter::Text);
            match value {
                Value::Array(items) if !items.is_empty() => items.iter().map(one).collect(),
                value => Some(vec![one(value)?]),
            }
        }
        value => Some(vec![plain(value)?]),
    }
}

/// `[">", 0, "<=", 5]`
fn comparisons(value: &Value) -> Option<Vec<(Sign, f64)>> {
    let items = value.as_array().filter(|items| matches!(items.len(), 2 | 4))?;
    let pair = |pair: &[Value]| {
        let [sign, bound] = pair else { return None };
        let bound = bound.as_f64().filter(|bound| bound.abs() <= LARGEST_NUMBER)?;
        Some((Sign::read(sign.as_str()?)?, bound))
    };
    items.chunks(2).map(pair).collect()
}

fn cidr(text: &str) -> Option<(IpAddr, u8)> {
    let (network, bits) = text.split_once('/')?;
    let network: IpAddr = network.parse().ok()?;
    let width = if network.is_ipv4() { 32 } else { 128 };
    Some((network, bits.parse().ok().filter(|bits| *bits <= width)?))
}
