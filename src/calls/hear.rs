//! What a step says is heard, and what it does.

use std::sync::Arc;

use callform_call::event::Speech;
use callform_call::simulation::Input;
use callform_source::{Span, Spanned};

use super::prepare::pattern_of;
use crate::blueprint::{self, CallStep, Short};

/// Stands for all that is heard until the next step.
const ANYTHING: &str = "anything";

/// Something that is expected to be heard.
#[derive(Clone, Debug)]
pub(super) struct Heard<'t> {
    pub(super) span: Span,
    form: &'t Short<String, blueprint::Heard>,
}

/// What a step expects.
pub(super) fn all(items: &[Spanned<Short<String, blueprint::Heard>>]) -> Vec<Heard<'_>> {
    items.iter().map(|item| Heard { span: item.span, form: &item.value }).collect()
}

impl Heard<'_> {
    pub(super) fn is_anything(&self) -> bool {
        matches!(self.form, Short::Short(text) if text == ANYTHING)
    }

    /// Whether it is what was said. Texts are compared word by word: how many spaces are between them does not matter.
    pub(super) fn is(&self, speech: &Speech) -> bool {
        let said = words(speech.content());
        match self.form {
            Short::Short(text) => {
                matches!(speech, Speech::Text(_) | Speech::Ssml(_)) && words(&plain(speech)) == words(text)
            }
            Short::Full(heard) => {
                let is = |wanted: &Option<String>| wanted.as_ref().is_some_and(|wanted| words(wanted) == said);
                match speech {
                    Speech::Prompt(name) => heard.prompt.as_deref().is_some_and(|prompt| is_prompt(prompt, name)),
                    Speech::Media(_) => is(&heard.audio),
                    Speech::Text(_) | Speech::Ssml(_) => {
                        let text = words(&plain(speech));
                        (is(&heard.ssml) && matches!(speech, Speech::Ssml(_)))
                            || heard.contains.as_ref().is_some_and(|part| text.contains(&words(part)))
                            || heard.matches.as_ref().is_some_and(|pattern| {
                                pattern_of(&pattern.value).is_ok_and(|pattern| pattern.is_match(&text))
                            })
                    }
                }
            }
        }
    }

    /// What of it a transcript can show.
    pub(super) fn wanted(&self) -> Wanted<'_> {
        match self.form {
            Short::Short(text) => Wanted::Text(words(text)),
            Short::Full(heard) => match (&heard.contains, &heard.ssml, &heard.prompt, &heard.matches) {
                (Some(part), ..) => Wanted::Text(words(part)),
                (_, Some(ssml), ..) => Wanted::Text(transcript(&Speech::Ssml(ssml.as_str().into()))),
                (_, _, Some(prompt), _) => Wanted::Prompt(prompt),
                (.., Some(_)) => Wanted::Pattern,
                _ => Wanted::Recording,
            },
        }
    }

    pub(super) fn in_words(&self) -> String {
        match self.form {
            Short::Short(text) => text.clone(),
            Short::Full(heard) => {
                let forms = [
                    ("a text that contains ", heard.contains.as_ref()),
                    ("a text like ", heard.matches.as_ref().map(|pattern| &pattern.value)),
                    ("the prompt ", heard.prompt.as_ref()),
                    ("", heard.ssml.as_ref()),
                    ("the recording ", heard.audio.as_ref()),
                ];
                forms.into_iter().find_map(|(form, text)| Some(format!("{form}{}", text?))).unwrap_or_default()
            }
        }
    }
}

/// What is expected to be heard, as a transcript can show it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Wanted<'t> {
    /// A text.
    Text(String),
    /// A recorded prompt, by its key.
    Prompt(&'t str),
    /// A text that a regular expression describes.
    Pattern,
    /// A recording, by its address.
    Recording,
}

/// The words of a text that is heard, without marks for the voice.
pub(super) fn transcript(speech: &Speech) -> String {
    words(&plain(speech))
}

fn is_prompt(wanted: &str, name: &str) -> bool {
    wanted.strip_prefix("builtin/").unwrap_or(wanted) == name
}

/// What a listener hears of a text: SSML without its marks.
fn plain(speech: &Speech) -> String {
    let Speech::Ssml(ssml) = speech else { return speech.content().to_owned() };
    let mut text = String::new();
    let mut is_inside = false;
    for character in ssml.chars() {
        match character {
            '<' => is_inside = true,
            '>' if is_inside => {
                is_inside = false;
                text.push(' ');
            }
            _ if is_inside => {}
            _ => text.push(character),
        }
    }
    [("&lt;", "<"), ("&gt;", ">"), ("&apos;", "'"), ("&quot;", "\""), ("&amp;", "&")]
        .iter()
        .fold(text, |text, (entity, character)| text.replace(entity, character))
}

fn words(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// What a step does.
pub(super) fn input(step: &CallStep) -> Option<Input> {
    if let Some(keys) = &step.press {
        return Some(Input::Keys(keys.value.0.as_str().into()));
    }
    if let Some(said) = &step.say {
        return Some(match &said.value {
            Short::Short(intent) => {
                Input::Intent { name: intent.as_str().into(), slots: Vec::new(), attributes: Vec::new() }
            }
            Short::Full(said) => Input::Intent {
                name: said.intent.as_str().into(),
                slots: said.slots.iter().map(|(name, value)| (Arc::from(&**name), Arc::from(&*value.0))).collect(),
                attributes: said
                    .attributes
                    .iter()
                    .map(|(name, value)| (Arc::from(&**name), Arc::from(&*value.0)))
                    .collect(),
            },
        });
    }
    if let Some(used) = &step.use_view {
        return Some(match &used.value {
            Short::Short(action) => Input::Action(action.as_str().into(), serde_json::Value::Null),
            Short::Full(used) => Input::Action(used.action.as_str().into(), used.values.clone()),
        });
    }
    if let Some(agent) = &step.agent {
        return Some(Input::Accept(agent.value.as_str().into()));
    }
    step.event.as_ref().map(|event| Input::Event(event.value.as_str().into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is(expected: serde_json::Value, speech: &Speech) -> bool {
        let form: Short<String, blueprint::Heard> = match expected {
            serde_json::Value::String(text) => Short::Short(text),
            _ => unreachable!("a text"),
        };
        let mut sources = callform_source::SourceMap::default();
        let span = Span::whole_file(sources.add("x", ""));
        Heard { span, form: &form }.is(speech)
    }

    #[test]
    fn texts_are_compared_word_by_word() {
        assert!(is("Hello  there.".into(), &Speech::Text("Hello there. ".into())));
        assert!(!is("Hello there".into(), &Speech::Text("Hello there.".into())));
        assert!(is("One & two".into(), &Speech::Ssml("<speak>One &amp;<break time='1s'/> two</speak>".into())));
        assert!(!is("beep".into(), &Speech::Prompt("beep".into())));
    }

    #[test]
    fn prompts_go_by_their_names() {
        assert!(is_prompt("builtin/Beep.wav", "Beep.wav"));
        assert!(is_prompt("welcome", "welcome"));
        assert!(!is_prompt("builtin/Beep.wav", "Ring.wav"));
    }
}
