//! What steps say, checked and turned into parameter values.

use std::ops::RangeInclusive;

use callform_source::{Diagnostic, Span, Spanned, did_you_mean};
use serde_json::{Map, Value, json};

use super::builder::{Builder, Draft};
use crate::references::{has_marker_characters, marker_of_name};
use crate::steps::{Duration, Scalar, Speech};

use crate::validate::{contains_path, has_known_root, is_path};

impl Builder<'_> {
    /// Text with any JSONPaths inside.
    pub(super) fn text(&mut self, text: &str, span: Span) -> String {
        if has_marker_characters(text) {
            self.diagnostics.push(
                Diagnostic::error("reserved-character", "a character that is reserved")
                    .at(span, "U+E000 or U+E001")
                    .note("Callform marks references inside flows with these two private-use characters.")
                    .help("Remove the character; it cannot be seen or spoken anyway."),
            );
        }
        text.to_owned()
    }

    /// Text with any JSONPaths inside, from a value that may have been written as a number.
    pub(super) fn scalar(&mut self, scalar: &Spanned<Scalar>) -> String {
        self.text(&scalar.value.0, scalar.span)
    }

    /// Text without JSONPaths.
    pub(super) fn static_text(&mut self, text: &Spanned<String>) -> String {
        if contains_path(text) {
            self.diagnostics.push(
                Diagnostic::error("dynamic-value", "a JSONPath where Connect takes none")
                    .at(text.span, "must be known in advance")
                    .help("Write the value itself."),
            );
        }
        self.text(text, text.span)
    }

    /// Exactly one JSONPath.
    pub(super) fn path(&mut self, text: &Spanned<String>) -> String {
        if !is_path(text) {
            self.diagnostics.push(
                Diagnostic::error("not-a-path", "something else where a JSONPath belongs")
                    .at(text.span, "not one JSONPath")
                    .help("Write one path and nothing else, such as `$.Attributes.language`."),
            );
        } else if !has_known_root(text) {
            self.diagnostics.push(
                Diagnostic::error("unknown-path", "a JSONPath that Connect does not know")
                    .at(text.span, "starts with an unknown name")
                    .help("Paths start with `$.Attributes`, `$.External`, `$.StoredCustomerInput`, `$.CustomerEndpoint`, and the like."),
            );
        }
        self.text(text, text.span)
    }

    /// The name of an object, as a marker; JSONPaths and ARNs stay as they are.
    pub(super) fn reference(&mut self, kind: &'static str, name: &Spanned<String>) -> String {
        self.text(name, name.span);
        // A function's ARN may have the region of the instance in it.
        let is_function = kind == "lambda" && name.starts_with("arn:");
        if contains_path(name) && !is_path(name) && !is_function {
            return self.path(name);
        }
        if is_path(name) || is_function && contains_path(name) {
            return name.value.clone();
        }
        if let Some(outside) = self.names.outside(kind, name) {
            return outside;
        }
        if name.starts_with("arn:") {
            return name.value.clone();
        }
        if !name.starts_with("builtin/") && !self.names.exists(kind, name) {
            self.unknown_reference(kind, name, name.span);
        }
        marker_of_name(kind, name)
    }

    /// The name of an object that Callform does not manage, or what the service calls it.
    pub(super) fn outside(&mut self, kind: &'static str, name: &Spanned<String>) -> String {
        let text = self.text(name, name.span);
        self.names.outside(kind, name).unwrap_or(text)
    }

    /// A view: one of the blueprint, one that comes with Connect, or what the service calls it.
    pub(super) fn view(&mut self, name: &Spanned<String>) -> String {
        let text = self.outside("view", name);
        let is_other = text != name.value || is_identifier(name) || MANAGED_VIEWS.contains(&name.as_str());
        if !is_other && !self.names.exists("view", name) {
            let names = self.names.suggestions("view");
            let help = match did_you_mean(name, names.iter().map(String::as_str).chain(MANAGED_VIEWS)) {
                Some(similar) => format!("Did you mean `{similar}`?"),
                None => format!(
                    "Define it under `views:`; {} come with Connect, others go by their ARNs.",
                    MANAGED_VIEWS.map(|view| format!("`{view}`")).join(", ")
                ),
            };
            self.diagnostics.push(
                Diagnostic::error("unknown-reference", format!("unknown view `{name}`"))
                    .at(name.span, "not defined in this blueprint")
                    .help(help),
            );
        }
        text
    }

    /// A template of tasks: one of the blueprint, or what the service calls it.
    pub(super) fn task_template(&mut self, name: &Spanned<String>) -> String {
        let text = self.static_text(name);
        if let Some(outside) = self.names.outside("task_template", name) {
            return outside;
        }
        if !is_identifier(name) && !self.names.exists("task_template", name) {
            self.unknown_reference("task_template", name, name.span);
        }
        text
    }

    pub(super) fn unknown_reference(&mut self, kind: &str, name: &str, span: Span) {
        let words = kind.replace('_', " ");
        let names = self.names.suggestions(kind);
        let diagnostic = Diagnostic::error("unknown-reference", format!("unknown {words} `{name}`"))
            .at(span, "not defined in this blueprint");
        let diagnostic = match did_you_mean(name, names.iter().map(String::as_str)) {
            Some(similar) => diagnostic.help(format!("Did you mean `{similar}`?")),
            None if names.is_empty() => diagnostic.help(format!("Define the {words}, or write `builtin/<name>`.")),
            None => {
                let names: Vec<String> = names.iter().take(10).map(|name| format!("`{name}`")).collect();
                diagnostic.help(format!("There are {}.", names.join(", ")))
            }
        };
        self.diagnostics.push(diagnostic);
    }

    /// The prompt parameter of an action: one of `Text`, `SSML`, `PromptId`, `Media`.
    pub(super) fn speech(&mut self, speech: &Spanned<Speech>) -> (&'static str, Value) {
        match &speech.value {
            Speech::Text(text) => {
                if text.is_empty() {
                    self.diagnostics.push(
                        Diagnostic::error("empty-text", "nothing to say")
                            .at(speech.span, "empty")
                            .help("Write the text; Connect refuses an empty one."),
                    );
                }
                ("Text", json!(self.text(text, speech.span)))
            }
            Speech::Ssml(ssml) => ("SSML", json!(self.text(&ssml.ssml, ssml.ssml.span))),
            Speech::Prompt(prompt) => ("PromptId", json!(self.reference("prompt", &prompt.prompt))),
            Speech::Audio(audio) => {
                let uri = self.text(&audio.audio, audio.audio.span);
                ("Media", json!({ "Uri": uri, "SourceType": "S3", "MediaType": "Audio" }))
            }
        }
    }

    /// The same as a parameter of an action.
    pub(super) fn with_speech(&mut self, draft: Draft, speech: &Spanned<Speech>) -> Draft {
        let (name, value) = self.speech(speech);
        draft.parameter(name, value)
    }

    /// A length of time in seconds as text, within these bounds.
    pub(super) fn seconds(
        &mut self,
        duration: Option<&Spanned<Duration>>,
        otherwise: u64,
        bounds: RangeInclusive<u64>,
    ) -> String {
        let Some(duration) = duration else { return otherwise.to_string() };
        self.number(duration.value.seconds, duration.span, bounds, " seconds")
    }

    /// A whole number as text, within these bounds.
    pub(super) fn count(
        &mut self,
        count: Option<&Spanned<u32>>,
        otherwise: u32,
        bounds: RangeInclusive<u64>,
    ) -> String {
        let Some(count) = count else { return otherwise.to_string() };
        self.number(u64::from(count.value), count.span, bounds, "")
    }

    fn number(&mut self, number: u64, span: Span, bounds: RangeInclusive<u64>, unit: &str) -> String {
        if !bounds.contains(&number) {
            let help = format!("Use {} to {}{unit}.", bounds.start(), bounds.end());
            self.diagnostics.push(
                Diagnostic::error("out-of-range", "a number out of range")
                    .at(span, format!("{number}{unit}"))
                    .help(help),
            );
        }
        number.to_string()
    }

    /// Names and values of attributes.
    pub(super) fn attributes<'b>(
        &mut self,
        attributes: impl IntoIterator<Item = (&'b Spanned<String>, &'b Spanned<Scalar>)>,
    ) -> Map<String, Value> {
        let mut values = Map::new();
        for (name, value) in attributes {
            if name.contains(['$', '.']) {
                self.diagnostics.push(
                    Diagnostic::error("attribute-name", format!("`{name}` cannot name an attribute"))
                        .at(name.span, "has `$` or `.`")
                        .help("Use letters, digits, `_` and `-`."),
                );
            }
            let name_text = self.text(name, name.span);
            let value = self.scalar(value);
            values.insert(name_text, json!(value));
        }
        values
    }
}

/// Views that every instance has. Source: Amazon Connect Administrator Guide, "Use AWS managed views".
const MANAGED_VIEWS: [&str; 5] = ["cards", "confirmation", "detail", "form", "list"];

/// True for what the service calls something: an ARN, a path to one, or an id of hexadecimal digits and lines.
fn is_identifier(text: &str) -> bool {
    let is_id = text.len() >= 32 && text.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-');
    is_id || text.contains(':') || contains_path(text)
}
