//! The header of a template file.

use callform_source::{Diagnostic, Diagnostics, FileId, SourceMap, Span, Spanned, de, schema, yaml};
use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

/// What a template declares, and where its text stands.
#[derive(Debug)]
pub(super) struct Template {
    pub(super) parameters: IndexMap<Spanned<String>, Parameter>,
    pub(super) file: FileId,
    /// Offset of the text in the file, in bytes.
    pub(super) start: usize,
    pub(super) text: String,
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Header {
    /// The parameters by name.
    #[serde(default)]
    parameters: IndexMap<Spanned<String>, Parameter>,
}

/// A parameter of a template. Without `default` and `optional` it has to be given.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Parameter {
    /// What it is.
    pub r#type: ParameterType,
    /// Its value where none is given.
    pub default: Option<Value>,
    /// May be left out; the template asks with `{{#if name}}`.
    #[serde(default)]
    pub optional: bool,
    /// What it is for; one sentence.
    pub about: String,
}

/// What a parameter is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ParameterType {
    /// Text.
    Text,
    /// A whole number.
    Number,
    /// `true` or `false`.
    Flag,
    /// A length of time, such as `2m`.
    Duration,
    /// What is played: text, `{ ssml: … }`, `{ prompt: … }` or `{ audio: … }`.
    Speech,
    /// Name of a queue.
    Queue,
    /// Name of hours.
    Hours,
    /// Name of a flow.
    Flow,
    /// Name of a flow module.
    FlowModule,
    /// Name of a prompt.
    Prompt,
    /// Name of a Lambda function.
    Lambda,
    /// One step or a list of steps; the template sees a list.
    Steps,
    /// Steps by key of a menu.
    Keys,
}

impl ParameterType {
    /// The word in headers.
    pub fn word(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Number => "number",
            Self::Flag => "flag",
            Self::Duration => "duration",
            Self::Speech => "speech",
            Self::Queue => "queue",
            Self::Hours => "hours",
            Self::Flow => "flow",
            Self::FlowModule => "flow_module",
            Self::Prompt => "prompt",
            Self::Lambda => "lambda",
            Self::Steps => "steps",
            Self::Keys => "keys",
        }
    }
}

/// Reads the header and finds the text below it.
pub(super) fn read(sources: &mut SourceMap, file: FileId, diagnostics: &mut Diagnostics) -> Option<Template> {
    let whole = sources.file(file).text();
    let Some((header, start)) = split(whole) else {
        diagnostics.push(
            Diagnostic::error("template-header", "a template without a header")
                .at(Span::whole_file(file), "no line `---`")
                .help("Declare the parameters under `parameters:` (or write `parameters: {}`), then a line `---`, then the flow."),
        );
        return None;
    };
    let text = whole[start..].to_owned();
    // The header is read as a file of its own; it starts where the template starts, so places are the same.
    let path = sources.file(file).path().to_owned();
    let header = header.to_owned();
    let header_file = sources.add(path, header);
    let node = yaml::parse(sources, header_file, &yaml::Limits::default(), diagnostics)?;
    let mut own = Diagnostics::default();
    schema::check(&node, &schemars::schema_for!(Header), &mut own);
    let is_sound = !own.has_errors();
    diagnostics.extend(own);
    if !is_sound {
        return None;
    }
    let header: Header = de::from_node(&node).map_err(|diagnostic| diagnostics.push(diagnostic)).ok()?;
    Some(Template { parameters: header.parameters, file, start, text })
}

/// The header, and the offset of the text after the line `---`.
fn split(text: &str) -> Option<(&str, usize)> {
    let mut offset = 0;
    for line in text.split_inclusive('\n') {
        if line.trim_end() == "---" {
            return Some((&text[..offset], offset + line.len()));
        }
        offset += line.len();
    }
    None
}
