//! Templates in YAML: short forms of functions, and scalars as CloudFormation reads them.
//!
//! Source: user guide, "CloudFormation template format": YAML 1.1 without aliases, hash merges and the tags `binary`,
//! `omap`, `pairs`, `set` and `timestamp`.

mod scalar;
mod short_form;
#[cfg(test)]
mod tests;

use std::borrow::Cow;

use granit_parser::{Event, Marker, Parser, ScalarStyle, Tag};
use serde_json::{Map, Value};

use crate::cloudformation::failure::validation;
use crate::error::AwsError;
use short_form::ShortForm;

/// Lists and mappings inside one another.
const DEPTH: usize = 100;

/// Reads one document. Errors are in CloudFormation's words.
pub(crate) fn read(text: &str) -> Result<Value, AwsError> {
    build(text, true)
}

/// Reads one document in which functions have no short forms.
pub(crate) fn read_long_forms(text: &str) -> Result<Value, AwsError> {
    build(text, false)
}

fn build(text: &str, short_forms: bool) -> Result<Value, AwsError> {
    let mut options = granit_parser::options! { flow_nesting_limit: DEPTH, block_nesting_limit: DEPTH };
    options.set_emit_comments(false);
    let mut builder = Builder { text, short_forms, frames: Vec::new(), root: None };
    for next in Parser::new_from_str_with_options(text, options) {
        let (event, span) = next.map_err(|error| malformed(error.marker(), ""))?;
        builder.event(event, &span)?;
    }
    Ok(builder.root.unwrap_or_default())
}

fn malformed(place: &Marker, why: &str) -> AwsError {
    let (line, column) = (place.line(), place.col() + 1);
    validation(format!("Template format error: YAML not well-formed. (line {line}, column {column}){why}"))
}

/// A list or mapping whose end has not been seen.
struct Frame {
    function: Option<ShortForm>,
    content: Content,
}

enum Content {
    List(Vec<Value>),
    /// The members, and the key that waits for its value.
    Mapping(Map<String, Value>, Option<String>),
}

/// From events to the value, without recursion.
struct Builder<'a> {
    text: &'a str,
    short_forms: bool,
    frames: Vec<Frame>,
    root: Option<Value>,
}

impl Builder<'_> {
    fn event(&mut self, event: Event<'_>, span: &granit_parser::Span) -> Result<(), AwsError> {
        let place = &span.start;
        match event {
            Event::DocumentStart(..) if self.root.is_some() => {
                Err(malformed(place, " A template is a single document."))
            }
            Event::Scalar(text, style, _, tag) => {
                // The parser says `~` where nothing was written.
                let nothing = style == ScalarStyle::Plain
                    && span.slice(self.text).is_none_or(|written| written.trim().is_empty());
                let text = if nothing { Cow::Borrowed("") } else { text };
                self.scalar(text, style == ScalarStyle::Plain, tag.as_deref(), place)
            }
            Event::SequenceStart(_, _, tag) => self.open(Content::List(Vec::new()), tag.as_deref(), "seq", place),
            Event::MappingStart(_, _, tag) => {
                self.open(Content::Mapping(Map::new(), None), tag.as_deref(), "map", place)
            }
            Event::SequenceEnd | Event::MappingEnd => {
                self.close();
                Ok(())
            }
            Event::Alias(_) => {
                Err(validation("Template error: YAML aliases are not allowed in CloudFormation templates"))
            }
            _ => Ok(()),
        }
    }

    fn scalar(&mut self, text: Cow<'_, str>, plain: bool, tag: Option<&Tag>, place: &Marker) -> Result<(), AwsError> {
        if let Some(Frame { content: Content::Mapping(_, key @ None), .. }) = self.frames.last_mut() {
            if plain && text == "<<" {
                return Err(malformed(place, " Hash merges are not supported."));
            }
            *key = Some(text.into_owned());
            return Ok(());
        }
        let value = match tag {
            None if plain => scalar::resolve(&text),
            None => Value::String(text.into_owned()),
            Some(tag) => match (self.short_form(tag), tag.core_suffix()) {
                (Some(function), _) => function.of_text(&text),
                (None, Some("str")) => Value::String(text.into_owned()),
                (None, Some("int" | "float" | "bool" | "null")) => scalar::resolve(&text),
                (None, _) => return Err(unsupported(tag, place)),
            },
        };
        self.place(value);
        Ok(())
    }

    fn open(&mut self, content: Content, tag: Option<&Tag>, core: &str, place: &Marker) -> Result<(), AwsError> {
        if matches!(self.frames.last(), Some(Frame { content: Content::Mapping(_, None), .. })) {
            return Err(malformed(place, " A list or mapping cannot be a key."));
        }
        let function = match tag {
            None => None,
            Some(tag) if tag.core_suffix() == Some(core) => None,
            Some(tag) => Some(self.short_form(tag).ok_or_else(|| unsupported(tag, place))?),
        };
        self.frames.push(Frame { function, content });
        Ok(())
    }

    fn short_form(&self, tag: &Tag) -> Option<ShortForm> {
        ShortForm::of(tag).filter(|_| self.short_forms)
    }

    fn close(&mut self) {
        let Some(frame) = self.frames.pop() else { return };
        let value = match frame.content {
            Content::List(items) => Value::Array(items),
            Content::Mapping(members, _) => Value::Object(members),
        };
        self.place(match frame.function {
            Some(function) => function.around(value),
            None => value,
        });
    }

    fn place(&mut self, value: Value) {
        match self.frames.last_mut().map(|frame| &mut frame.content) {
            None => self.root = Some(value),
            Some(Content::List(items)) => items.push(value),
            Some(Content::Mapping(members, key)) => {
                if let Some(key) = key.take() {
                    // As in JSON, the last of several members with one name counts.
                    members.insert(key, value);
                }
            }
        }
    }
}

fn unsupported(tag: &Tag, place: &Marker) -> AwsError {
    malformed(place, &format!(" The tag {} is not supported.", tag.original()))
}
