//! From a test as it is written to one that can be run.

use std::sync::Arc;

use callform_call::event::QueueId;
use callform_call::simulation::Start;
use callform_call::{Channel, FlowId};
use callform_source::{Diagnostic, Diagnostics, Span, Spanned};
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

use super::center::CallCenter;
use super::scripted::{Binder, Scripted};
use crate::blueprint::{CallChannel, CallStep, CallTest, Expected, Heard, Section, Short};
use crate::model::Model;
use crate::time_zone::time_zone;

/// The number that calls where a test does not say.
pub const CALLER: &str = "+15550100100";
/// The number that is called where the blueprint does not say.
pub const CENTER_NUMBER: &str = "+15550100199";
/// When a test happens that does not say: a Wednesday at noon.
pub const USUAL_TIME: &str = "2026-01-07T12:00";

/// A test that can be run.
#[derive(Clone, Debug)]
pub struct Prepared<'t> {
    /// Its name.
    pub name: &'t str,
    /// Where its name was written.
    pub span: Span,
    /// The test.
    pub test: &'t CallTest,
    /// How the contact begins.
    pub start: Start,
    /// When.
    pub at: Timestamp,
    /// What the flows meet.
    pub surroundings: Scripted,
}

/// What is wrong with tests, without running them.
pub fn check(tests: &Section<CallTest>, model: &Model) -> Diagnostics {
    let mut found = Diagnostics::default();
    if !tests.is_empty() {
        let center = CallCenter::of_model(model);
        for (name, test) in tests {
            let _prepared = prepare(name, test, &center, &mut found);
        }
    }
    found
}

/// Binds the names of a test. `None` where it cannot be run; why is reported.
pub fn prepare<'t>(
    name: &'t Spanned<String>,
    test: &'t CallTest,
    center: &CallCenter,
    diagnostics: &mut Diagnostics,
) -> Option<Prepared<'t>> {
    let mut found = Diagnostics::default();
    let surroundings = Scripted::new(&test.given, &center.center, &mut found);
    let start = start(name, test, center, &mut found);
    let at = time(test.at.as_ref(), center, &mut found);
    check_steps(test, center, &mut found);
    let is_sound = !found.has_errors();
    diagnostics.extend(found);
    let (start, at) = (start?, at?);
    is_sound.then_some(Prepared { name: &name.value, span: name.span, test, start, at, surroundings })
}

fn start(name: &Spanned<String>, test: &CallTest, center: &CallCenter, found: &mut Diagnostics) -> Option<Start> {
    let mut binder = Binder { center: &center.center, diagnostics: found };
    let numbers = center.center.numbers();
    let (flow, system) = match (&test.call, &test.flow) {
        (Some(number), None) => {
            let Some(known) = numbers.iter().find(|known| *known.name == *number.value) else {
                binder.unknown("phone number with a flow", number, numbers.iter().map(|known| &*known.name));
                return None;
            };
            (known.flow, known.address.clone())
        }
        (None, Some(flow)) => (bind_flow(&mut binder, flow)?, None),
        // A center with one number has nothing to choose.
        (None, None) if numbers.len() == 1 => (numbers[0].flow, numbers[0].address.clone()),
        _ => {
            let both = test.call.is_some();
            let title = if both { "`call` and `flow` exclude one another" } else { "nobody knows what is called" };
            found.push(
                Diagnostic::error("call-or-flow", title)
                    .at(name.span, "")
                    .help("Write `call:` with a phone number of the blueprint, or `flow:` with one of its flows."),
            );
            return None;
        }
    };
    let queue = match &test.queue {
        Some(name) => Some(QueueId::Queue(binder.queue(name)?)),
        None => None,
    };
    let attributes = test.attributes.iter();
    Some(Start {
        channel: match test.channel {
            None | Some(CallChannel::Voice) => Channel::Voice,
            Some(CallChannel::Chat) => Channel::Chat,
            Some(CallChannel::Task) => Channel::Task,
        },
        customer: Some(test.from.as_ref().map_or(CALLER, |from| &from.value).into()),
        system: Some(system.unwrap_or_else(|| CENTER_NUMBER.into())),
        attributes: attributes.map(|(key, value)| (Arc::from(&*key.value), Arc::from(&*value.value.0))).collect(),
        queue,
        ..Start::call(flow)
    })
}

fn bind_flow(binder: &mut Binder<'_>, flow: &Spanned<String>) -> Option<FlowId> {
    let found = binder.center.flow_named(&flow.value);
    if found.is_none() {
        let center = binder.center;
        binder.unknown("flow", flow, center.flows().map(|(_, program)| &*program.key));
    }
    found
}

/// A local date and time, in the zone behind it or that of the center; the usual time where none is given. `None` where the
/// text is no such time.
pub fn moment(text: Option<&str>, center: &CallCenter) -> Option<Timestamp> {
    let text = text.unwrap_or(USUAL_TIME).trim();
    let (text, zone) = match text.rsplit_once(' ').filter(|(_, zone)| zone.starts_with(char::is_alphabetic)) {
        Some((text, zone)) => (text, time_zone(zone)?),
        None => (text, usual_zone(center)),
    };
    let time: DateTime = text.replace(' ', "T").parse().ok()?;
    Some(time.to_zoned_datetime(zone).ok()?.timestamp())
}

fn time(at: Option<&Spanned<String>>, center: &CallCenter, found: &mut Diagnostics) -> Option<Timestamp> {
    let moment = moment(at.map(|at| at.value.as_str()), center);
    if let (None, Some(at)) = (&moment, at) {
        found.push(
            Diagnostic::error("invalid-time", "this is no date with a time").at(at.span, "").help(
                "Write `2026-12-24 10:30`, with or without a time zone behind: `2026-12-24 10:30 Europe/Berlin`.",
            ),
        );
    }
    moment
}

/// The zone of the hours that the center has first; UTC without any.
pub fn usual_zone(center: &CallCenter) -> TimeZone {
    let schedules = center.center.hours().iter().filter_map(|hours| hours.schedule.as_ref());
    schedules.map(|schedule| schedule.zone().clone()).next().unwrap_or(TimeZone::UTC)
}

fn check_steps(test: &CallTest, center: &CallCenter, found: &mut Diagnostics) {
    for step in &test.steps {
        let Short::Full(members) = &step.value else { continue };
        let given = given(members);
        if given != 1 {
            found.push(
                Diagnostic::error("invalid-step", format!("a step is one thing that happens, and this has {given}"))
                    .at(step.span, "")
                    .help("Give each its own line with a dash."),
            );
        }
        let heard = members.hear.iter().chain(&members.agent_hears).flat_map(|heard| &heard.value.0);
        heard.for_each(|heard| check_pattern(heard, found));
        if let Some(press) = &members.press
            && let Some(wrong) = press.value.0.chars().find(|key| !matches!(key, '0'..='9' | '*' | '#'))
        {
            found.push(Diagnostic::error("invalid-key", format!("a phone has no key `{wrong}`")).at(press.span, ""));
        }
        let mut binder = Binder { center: &center.center, diagnostics: found };
        if let Some(name) = &members.transfer
            && !center.quick_connects.contains_key(&name.value)
        {
            let known: Vec<&str> = center.quick_connects.keys().map(String::as_str).collect();
            binder.unknown("quick connect with a flow of this center", name, known.into_iter());
        }
        if let Some(agent) = &members.agent {
            binder.agent(agent);
        }
        if let Some(expected) = &members.expect {
            check_expected(&expected.value, &mut binder);
        }
    }
    if let Some(expected) = &test.expect {
        check_expected(&expected.value, &mut Binder { center: &center.center, diagnostics: found });
    }
}

fn given(step: &CallStep) -> usize {
    let CallStep { hear, agent_hears, press, say, use_view, wait, agent, event, transfer, expect } = step;
    [
        hear.is_some(),
        agent_hears.is_some(),
        press.is_some(),
        say.is_some(),
        use_view.is_some(),
        wait.is_some(),
        agent.is_some(),
        event.is_some(),
        transfer.is_some(),
        expect.is_some(),
    ]
    .into_iter()
    .filter(|given| *given)
    .count()
}

fn check_pattern(heard: &Spanned<Short<String, Heard>>, found: &mut Diagnostics) {
    let Short::Full(Heard { contains, matches, prompt, ssml, audio }) = &heard.value else { return };
    let given = [contains.is_some(), matches.is_some(), prompt.is_some(), ssml.is_some(), audio.is_some()];
    if given.into_iter().filter(|given| *given).count() != 1 {
        found.push(
            Diagnostic::error("invalid-step", "what is heard is told in one way")
                .at(heard.span, "")
                .help("Write one of `contains`, `matches`, `prompt`, `ssml` and `audio`."),
        );
    }
    if let Some(pattern) = matches
        && let Err(error) = pattern_of(&pattern.value)
    {
        found.push(
            Diagnostic::error("invalid-pattern", "this is no regular expression").at(pattern.span, "").note(error),
        );
    }
}

/// A regular expression for a text as a whole.
pub(super) fn pattern_of(pattern: &str) -> Result<regex::Regex, String> {
    regex::Regex::new(&format!("^(?:{pattern})$")).map_err(|error| error.to_string())
}

fn check_expected(expected: &Expected, binder: &mut Binder<'_>) {
    if let Some(flow) = &expected.flow {
        bind_flow(binder, flow);
    }
    if let Some(queue) = &expected.queue {
        binder.queue(queue);
    }
    if let Some(queue) = expected.callback.as_ref().and_then(|callback| callback.value.queue.as_ref()) {
        binder.queue(queue);
    }
    for name in expected.lambdas.keys().chain(expected.called.iter().flat_map(|called| &called.value)) {
        binder.function(name);
    }
}
