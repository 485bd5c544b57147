//! The forms in which a flow is found: its own, inside an answer of the API, and the console's former export.

use serde_json::Value;

use super::{DecodeError, Flow};
use crate::{FlowType, legacy};

/// A flow and what its document says about it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Document {
    pub(crate) flow: Flow,
    /// Its type, where the document names one.
    pub(crate) flow_type: Option<FlowType>,
    /// Its name in Connect.
    pub(crate) name: Option<String>,
    /// What could not be read as it was.
    pub(crate) notes: Vec<String>,
}

impl Document {
    /// Reads a document of any of these forms.
    pub(crate) fn read(json: &Value) -> Result<Self, DecodeError> {
        if let Some((outer, inner)) = answer(json) {
            let content = match inner.get("Content") {
                Some(Value::String(text)) => serde_json::from_str(text).map_err(|error| DecodeError::NotJson {
                    path: format!("{outer}Content"),
                    reason: error.to_string(),
                })?,
                Some(content) => content.clone(),
                None => return Err(DecodeError::Missing { path: format!("{outer}Content") }),
            };
            let mut document = Self::of_content(&content)?;
            let named = inner.get("Type").and_then(Value::as_str).and_then(|name| name.parse().ok());
            let module = (outer == "ContactFlowModule.").then_some(FlowType::Module);
            document.flow_type = named.or(module).or(document.flow_type);
            document.name = inner.get("Name").and_then(Value::as_str).map(str::to_owned).or(document.name);
            return Ok(document);
        }
        Self::of_content(json)
    }

    fn of_content(json: &Value) -> Result<Self, DecodeError> {
        if legacy::is_legacy(json) {
            return legacy::convert(json);
        }
        let flow = Flow::from_json(json)?;
        let name = flow.metadata.as_ref().and_then(|metadata| metadata.get("name")?.as_str()).map(str::to_owned);
        let name = name.filter(|name| !name.trim().is_empty());
        Ok(Self { flow, flow_type: None, name, notes: Vec::new() })
    }
}

/// The object of an answer of the API that has the flow's content, and the path to it.
fn answer(json: &Value) -> Option<(&'static str, &Value)> {
    for (key, path) in [("ContactFlow", "ContactFlow."), ("ContactFlowModule", "ContactFlowModule.")] {
        if let Some(inner) = json.get(key).filter(|inner| inner.is_object()) {
            return Some((path, inner));
        }
    }
    (json.get("Content").is_some() && json.get("Actions").is_none()).then_some(("", json))
}
