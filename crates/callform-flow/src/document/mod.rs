//! The forms in which flows are found: their own, inside answers of the API, and the console's former export.

mod guess;
mod legacy;
mod mended;
mod named;

pub use guess::{Because, Guess, guess, guess_type};
pub(crate) use mended::ABSENT;

use serde_json::Value;

use crate::{DecodeError, Flow, FlowType};

/// A flow and what its document says about it.
#[derive(Clone, Debug, PartialEq)]
pub struct Document {
    /// The flow.
    pub flow: Flow,
    /// Its type, where the document names one.
    pub flow_type: Option<FlowType>,
    /// Its name in Connect.
    pub name: Option<String>,
    /// What it is called in Connect: ARN and identifier, where the document has them.
    pub ids: Vec<String>,
    /// What could not be read as it was, a sentence each.
    pub notes: Vec<String>,
    /// What keeps it from being a flow; empty but where broken ones are wanted too.
    pub faults: Vec<DecodeError>,
}

/// Members of which an exported flow has one, and a blueprint none.
const SIGNS: [&str; 4] = ["Actions", "Content", "modules", "StartAction"];
/// Members of answers about one flow, with the path to it.
const ANSWERS: [(&str, &str); 2] = [("ContactFlow", "ContactFlow."), ("ContactFlowModule", "ContactFlowModule.")];
/// Members of answers about several flows.
const LISTS: [&str; 2] = ["ContactFlows", "ContactFlowModules"];

impl Document {
    /// True for JSON that is meant as an exported flow, or several of them.
    pub fn is_meant(json: &Value) -> bool {
        match json {
            // What `--query ContactFlow.Content` prints.
            Value::String(text) => text.trim_start_matches('\u{feff}').trim_start().starts_with('{'),
            Value::Array(items) => items.first().is_some_and(Self::is_meant),
            Value::Object(members) => {
                let mut signs = SIGNS.iter().chain(&LISTS).chain(ANSWERS.iter().map(|(name, _)| name));
                signs.any(|sign| members.contains_key(*sign))
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => false,
        }
    }

    /// Reads one flow: the flow language, the console's former export, or what the API answers, with the flow as text
    /// inside.
    ///
    /// # Errors
    /// Where the JSON is no flow.
    pub fn read(json: &Value) -> Result<Self, DecodeError> {
        Self::read_as(json, Whole::Only)
    }

    fn read_as(json: &Value, whole: Whole) -> Result<Self, DecodeError> {
        if let Value::String(text) = json {
            return Self::of_content(&inner("(the text)", text)?, whole);
        }
        let Some((outer, answer)) = answer(json) else { return Self::of_content(json, whole) };
        let path = format!("{outer}Content");
        let mut document = match answer.get("Content") {
            Some(Value::String(text)) => Self::of_content(&inner(&path, text)?, whole)?,
            Some(content) => Self::of_content(content, whole)?,
            None => return Err(DecodeError::Missing { path }),
        };
        let named = answer.get("Type").and_then(Value::as_str).and_then(|name| name.parse().ok());
        let module = (outer == "ContactFlowModule.").then_some(FlowType::Module);
        document.flow_type = named.or(module).or(document.flow_type);
        document.name = answer.get("Name").and_then(Value::as_str).map(str::to_owned).or(document.name);
        let ids = ["Arn", "Id"].into_iter().filter_map(|member| answer.get(member)?.as_str());
        document.ids = ids.filter(|id| !id.is_empty()).map(str::to_owned).collect();
        Ok(document)
    }

    /// Its type: the one it names, or a guess by its blocks, its name and that of its file (without folder and ending).
    pub fn guess(&self, file: Option<&str>) -> Guess {
        match self.flow_type {
            Some(flow_type) => Guess { flow_type, because: Because::Told, or: None },
            None => guess(&self.flow, self.name.as_deref(), file),
        }
    }

    /// Reads one flow or a list of flows: a JSON array, or what the API answers to a search.
    ///
    /// # Errors
    /// Where one of them is no flow; the path in the error says which. Where there is none.
    pub fn read_all(json: &Value) -> Result<Vec<Self>, DecodeError> {
        Self::read_all_as(json, Whole::Only)
    }

    /// The same, with flows that are broken: what is missing is put in place, and stands among the faults.
    ///
    /// # Errors
    /// Where one of them has nothing that could be looked at. Where there is none.
    pub fn read_all_with_faults(json: &Value) -> Result<Vec<Self>, DecodeError> {
        Self::read_all_as(json, Whole::OrMended)
    }

    fn read_all_as(json: &Value, whole: Whole) -> Result<Vec<Self>, DecodeError> {
        let of_list = |(name, items): (&str, &Vec<Value>)| {
            let read = |(at, item)| {
                Self::read_as(item, whole).map_err(|error: DecodeError| error.inside(&format!("{name}[{at}]")))
            };
            items.iter().enumerate().map(read).collect()
        };
        let list = LISTS.iter().find_map(|name| Some((*name, json.get(name)?.as_array()?)));
        match list.or(json.as_array().map(|items| ("", items))) {
            Some((_, items)) if items.is_empty() => Err(DecodeError::Empty),
            Some(list) => of_list(list),
            None => Self::read_as(json, whole).map(|document| vec![document]),
        }
    }

    fn of_content(json: &Value, whole: Whole) -> Result<Self, DecodeError> {
        if legacy::is_legacy(json) {
            return legacy::convert(json);
        }
        let (flow, faults) = match whole {
            Whole::Only => (Flow::from_json(json)?, Vec::new()),
            Whole::OrMended => mended::flow(json)?,
        };
        let name = flow.metadata.as_ref().and_then(|metadata| metadata.get("name")?.as_str()).map(str::to_owned);
        let name = name.filter(|name| !name.trim().is_empty());
        Ok(Self { flow, flow_type: None, name, ids: Vec::new(), notes: Vec::new(), faults })
    }
}

/// Which flows are read.
#[derive(Clone, Copy)]
enum Whole {
    /// Those that are whole.
    Only,
    /// Broken ones too.
    OrMended,
}

fn inner(path: &str, text: &str) -> Result<Value, DecodeError> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    serde_json::from_str(text)
        .map_err(|error| DecodeError::NotJson { path: path.to_owned(), reason: error.to_string() })
}

/// The object of an answer of the API that has the flow's content, and the path to it.
fn answer(json: &Value) -> Option<(&'static str, &Value)> {
    for (key, path) in ANSWERS {
        if let Some(inner) = json.get(key).filter(|inner| inner.is_object()) {
            return Some((path, inner));
        }
    }
    (json.get("Content").is_some() && json.get("Actions").is_none()).then_some(("", json))
}
