//! What each step becomes, by topic as in [`steps`](crate::steps).

mod speaking;
mod queueing;
mod deciding;
mod setting;
mod connecting;
mod raw;
mod table;

pub(crate) use deciding::OR;
pub(crate) use raw::LITERAL;

use std::borrow::Cow;

use callform_source::Spanned;

use super::builder::{Builder, Draft, Target};
use crate::steps::{Branch, Speech, Step};

/// Reads one step; what follows it is `next`. Gives what the step begins with.
pub(super) fn step(builder: &mut Builder<'_>, step: &Spanned<Step>, next: Target) -> Target {
    match &step.value {
        Step::Say(step) => speaking::say(builder, step, &next),
        Step::Menu(step) => speaking::menu(builder, step, &next),
        Step::Collect(step) => speaking::collect(builder, step, &next),
        Step::Play(step) => speaking::play(builder, step, &next),
        Step::Queue(step) => queueing::queue(builder, &step.queue, step.error.as_ref(), &next),
        Step::Agent(step) => queueing::agent(builder, step, &next),
        Step::QueueFlow(step) => queueing::queue_flow(builder, step, &next),
        Step::Hook(step) => queueing::hook(builder, step, &next),
        Step::Transfer(step) => queueing::transfer(builder, step, &next),
        Step::CallbackNumber(step) => queueing::callback_number(builder, step, &next),
        Step::Callback(step) => queueing::callback(builder, step, &next),
        Step::Hours(step) => deciding::hours(builder, step, &next),
        Step::Staffing(step) => deciding::staffing(builder, step, &next),
        Step::If(step) => deciding::compare(builder, step, &next),
        Step::Switch(step) => deciding::switch(builder, step, &next),
        Step::Loop(step) => deciding::repeat(builder, step, &next),
        Step::Module(step) => deciding::module(builder, step, &next),
        Step::Goto(step) => Target::Label(step.goto.clone()),
        Step::Continue(_) => next,
        Step::Defaults(step) => {
            builder.set_defaults(&step.defaults);
            next
        }
        Step::HangUp(_) => terminal(builder, "DisconnectParticipant", "Hang up"),
        Step::End(_) => terminal(builder, "EndFlowExecution", "End"),
        Step::Return(_) => terminal(builder, "EndFlowModuleExecution", "Return"),
        Step::Lambda(step) => setting::lambda(builder, step, &next),
        Step::Set(step) => setting::set(builder, step, &next),
        Step::Voice(step) => setting::voice(builder, step, &next),
        Step::Logging(step) => setting::logging(builder, step, next),
        Step::Record(step) => setting::record(builder, step, next),
        Step::Lex(step) => connecting::lex(builder, step, &next),
        Step::Wait(step) => connecting::wait(builder, step, &next),
        Step::View(step) => connecting::view(builder, step, &next),
        Step::Split(step) => connecting::split(builder, step, &next),
        Step::Metrics(step) => connecting::metrics(builder, step, &next),
        Step::Routing(step) => connecting::routing(builder, step, &next),
        Step::Tag(step) => connecting::tag(builder, step, &next),
        Step::Untag(step) => connecting::untag(builder, step, &next),
        Step::Stream(step) => connecting::stream(builder, step, &next),
        Step::Task(step) => connecting::task(builder, step, &next),
        Step::Assistant(step) => connecting::assistant(builder, step, &next),
        Step::Block(step) => table::block(builder, step, &next),
        Step::Whisper(step) => queueing::whisper(builder, step, &next),
        Step::QueueStatus(step) => deciding::queue_status(builder, step, &next),
        Step::Raw(step) => raw::raw(builder, step, &next),
    }
}

fn terminal(builder: &mut Builder<'_>, action_type: &str, words: &str) -> Target {
    let title = builder.title(|| words.to_owned());
    builder.add(Draft::new(action_type, title))
}

/// An action with a next step and `NoMatchingError`, the shape most of them have.
fn plain(builder: &mut Builder<'_>, draft: Draft, error: Option<&Branch>, next: &Target) -> Target {
    let reserved = builder.reserve();
    let error = builder.error_branch(error, next);
    builder.fill(reserved, draft.next(next.clone()).error("NoMatchingError", error))
}

/// What is said, for identifiers.
fn words_of(speech: &Speech) -> Cow<'_, str> {
    match speech {
        Speech::Text(text) => Cow::Borrowed(text),
        Speech::Ssml(ssml) => Cow::Owned(without_tags(&ssml.ssml)),
        Speech::Prompt(prompt) => Cow::Borrowed(short(&prompt.prompt)),
        Speech::Audio(audio) => Cow::Borrowed(audio.audio.rsplit('/').next().unwrap_or_default()),
    }
}

/// A name without the word that says that it is built in.
fn short(name: &str) -> &str {
    name.strip_prefix("builtin/").unwrap_or(name)
}

/// `CustomerQueue` as `Customer queue`.
fn spaced(camel: &str) -> String {
    let mut words = String::new();
    for (index, character) in camel.char_indices() {
        let starts_word = index > 0 && character.is_ascii_uppercase();
        if starts_word {
            words.push(' ');
        }
        words.push(if starts_word { character.to_ascii_lowercase() } else { character });
    }
    words
}

fn without_tags(ssml: &str) -> String {
    ssml.split('<').map(|piece| piece.split_once('>').map_or(piece, |(_, text)| text)).collect::<Vec<_>>().join(" ")
}
