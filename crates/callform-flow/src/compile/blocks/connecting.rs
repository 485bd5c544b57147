//! `lex`, `wait`, `view`, `split`, `metrics`, `routing`, `tag`, `untag`, `stream`, `task`, `assistant`.

use callform_source::{Diagnostic, Span, Spanned};
use indexmap::IndexMap;
use serde_json::{Map, Value, json};

use super::deciding::OR;
use super::short;
use crate::compile::builder::{Builder, Draft, Target};
use crate::steps::{
    AssistantStep, Branch, LexStep, MetricsStep, RoutingStep, Scalar, SplitStep, StreamStep, Streamed, TagStep,
    TaskStep, UntagStep, ViewStep, WaitStep,
};

/// The longest wait of Connect: seven days.
const WEEK: u64 = 604_800;

pub(super) fn lex(builder: &mut Builder<'_>, step: &LexStep, next: &Target) -> Target {
    let title = builder.title(|| "Lex".to_owned());
    let alias = builder.outside("lex_bot", &step.lex);
    if let Some(key) = alias.strip_prefix("bots/") {
        builder.unknown_reference("bot", key, step.lex.span);
    }
    let mut draft = Draft::new("ConnectParticipantWithLexBot", title);
    if let Some(ask) = &step.ask {
        draft = builder.with_speech(draft, ask);
    }
    draft = match (&step.alias, &step.region) {
        (Some(v1), Some(region)) => {
            let (v1, region) = (builder.text(v1, v1.span), builder.text(region, region.span));
            draft.parameter("LexBot", json!({ "Name": step.lex.value, "Region": region, "Alias": v1 }))
        }
        (None, None) => draft.parameter("LexV2Bot", json!({ "AliasArn": alias })),
        _ => {
            wrong(builder, "one of `alias` and `region`", step.lex.span, "Lex V1 needs both, Lex V2 none.");
            draft
        }
    };
    if let Some(message) = &step.initial_message {
        let message = builder.text(message, message.span);
        draft = draft.parameter("LexInitializationData", json!({ "InitialMessage": message }));
    }
    if step.ask.is_none() && step.initial_message.is_none() {
        wrong(builder, "a bot that is told nothing", step.lex.span, "Add `ask:` or `initial_message:`.");
    }
    if !step.with.is_empty() {
        draft = draft.parameter("LexSessionAttributes", values(builder, &step.with));
    }
    if step.timeout.is_some() {
        let seconds = builder.seconds(step.timeout.as_ref(), 300, 60..=WEEK);
        draft = draft.parameter("LexTimeoutSeconds", json!({ "Text": seconds }));
    }
    let reserved = builder.reserve();
    draft = results(builder, draft, &step.intents, next);
    let otherwise = builder.branch(step.r#else.as_ref(), next.clone(), next);
    if step.timeout.is_some() {
        let late = builder.error_branch(step.no_input.as_ref(), next);
        draft = draft.error("InputTimeLimitExceeded", late);
    } else if step.no_input.is_some() {
        wrong(builder, "`no_input` without `timeout`", step.lex.span, "Add `timeout:`, or take `no_input:` out.");
    }
    let error = builder.error_branch(step.error.as_ref(), next);
    let after = builder.branch(step.next.as_ref(), error.clone(), next);
    let draft = draft.next(after).error("NoMatchingCondition", otherwise).error("NoMatchingError", error);
    builder.fill(reserved, draft)
}

/// A condition for each result; several that share a branch stand in one key.
fn results(
    builder: &mut Builder<'_>,
    mut draft: Draft,
    branches: &IndexMap<Spanned<String>, Branch>,
    next: &Target,
) -> Draft {
    for (results, branch) in branches {
        let target = builder.branch(Some(branch), next.clone(), next);
        for result in results.split(OR) {
            let operand = builder.text(result, results.span);
            draft = draft.condition("Equals", &operand, target.clone());
        }
    }
    draft
}

pub(super) fn wait(builder: &mut Builder<'_>, step: &WaitStep, next: &Target) -> Target {
    let title = builder.title(|| "Wait".to_owned());
    let seconds = builder.seconds(Some(&step.wait), 1, 1..=WEEK);
    let mut draft = Draft::new("Wait", title).parameter("TimeLimitSeconds", seconds);
    let mut events = Vec::new();
    let reserved = builder.reserve();
    let early = [("CustomerReturned", &step.customer_returned), ("BotParticipantDisconnected", &step.bot_left)];
    for (event, branch) in early {
        if let Some(branch) = branch {
            events.push(json!(event));
            let target = builder.branch(Some(branch), next.clone(), next);
            draft = draft.condition("Equals", event, target);
        }
    }
    if !events.is_empty() {
        draft = draft.parameter("Events", events);
    }
    let done = builder.branch(step.done.as_ref(), next.clone(), next);
    let error = builder.error_branch(step.error.as_ref(), next);
    if step.bot_left.is_some() {
        draft = draft.error("ParticipantNotFound", error.clone());
    }
    let draft = draft.next(error.clone()).condition("Equals", "WaitCompleted", done).error("NoMatchingError", error);
    builder.fill(reserved, draft)
}

pub(super) fn view(builder: &mut Builder<'_>, step: &ViewStep, next: &Target) -> Target {
    let title = builder.title(|| "View".to_owned());
    let view = builder.view(&step.view);
    // A version that is asked for takes the place of the one that is published.
    let view = match (&step.version, view.strip_suffix(LATEST)) {
        (Some(_), Some(view)) => view.to_owned(),
        _ => view,
    };
    let version = match &step.version {
        Some(version) => Some(builder.scalar(version)),
        // An ARN may have the version at its end.
        None => (!view.rsplit(':').next().is_some_and(is_version)).then(|| "1".to_owned()),
    };
    let seconds = builder.seconds(step.timeout.as_ref(), 300, 1..=WEEK);
    let mut resource = json!({ "Id": view });
    if let (Some(version), Some(members)) = (version, resource.as_object_mut()) {
        members.insert("Version".to_owned(), json!(version));
    }
    let mut draft = Draft::new("ShowView", title)
        .parameter("ViewResource", resource)
        .parameter("InvocationTimeLimitSeconds", seconds);
    if !step.with.is_empty() {
        let data = super::raw::parameters(builder, &step.with, step.view.span);
        draft = draft.parameter("ViewData", data);
    }
    if let Some(hidden) = &step.hide_on {
        let parts: Vec<Value> = hidden.value.iter().map(|part| json!(builder.static_text(part))).collect();
        draft = draft.parameter("SensitiveDataConfiguration", json!({ "HideResponseOn": parts }));
    }
    let reserved = builder.reserve();
    draft = results(builder, draft, &step.actions, next);
    let otherwise = builder.branch(step.r#else.as_ref(), next.clone(), next);
    let late = builder.error_branch(step.no_input.as_ref(), next);
    let error = builder.error_branch(step.error.as_ref(), next);
    let draft = draft
        .next(error.clone())
        .error("NoMatchingCondition", otherwise)
        .error("NoMatchingError", error)
        .error("TimeLimitExceeded", late);
    builder.fill(reserved, draft)
}

/// The end of the ARN of a view as it is published.
const LATEST: &str = ":$LATEST";

fn is_version(text: &str) -> bool {
    matches!(text, "$LATEST" | "$SAVED") || (!text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()))
}

/// Connect draws a number from 1 to 100 and takes the first branch whose threshold is above it.
pub(super) fn split(builder: &mut Builder<'_>, step: &SplitStep, next: &Target) -> Target {
    let title = builder.title(|| "Split".to_owned());
    let mut draft = Draft::new("DistributeByPercentage", title);
    let reserved = builder.reserve();
    let mut sum = 0_u64;
    for share in &step.split.value {
        sum += u64::from(share.percent.value);
        let target = builder.branch(Some(&share.then), next.clone(), next);
        draft = draft.condition("NumberLessThan", &(sum + 1).to_string(), target);
    }
    if sum > 100 || step.split.value.iter().any(|share| share.percent.value == 0) {
        wrong(builder, "shares that cannot be", step.split.span, "Each is at least 1, together at most 100.");
    }
    let otherwise = builder.branch(step.r#else.as_ref(), next.clone(), next);
    builder.fill(reserved, draft.next(otherwise.clone()).error("NoMatchingCondition", otherwise))
}

pub(super) fn metrics(builder: &mut Builder<'_>, step: &MetricsStep, next: &Target) -> Target {
    let title = builder.title(|| format!("Metrics {}", short(&step.metrics)));
    let mut draft = Draft::new("GetMetricData", title);
    if step.metrics.value != "queue" {
        draft = draft.parameter("QueueId", builder.reference("queue", &step.metrics));
    }
    if let Some(channel) = &step.channel {
        draft = draft.parameter("QueueChannel", builder.text(channel, channel.span));
    }
    super::plain(builder, draft, step.error.as_ref(), next)
}

pub(super) fn routing(builder: &mut Builder<'_>, step: &RoutingStep, next: &Target) -> Target {
    let title = builder.title(|| "Routing".to_owned());
    let draft = Draft::new("UpdateContactRoutingBehavior", title).next(next.clone());
    let draft = match (&step.routing.value.priority, &step.routing.value.age) {
        (Some(priority), None) => {
            draft.parameter("QueuePriority", builder.count(Some(priority), 5, 1..=u64::from(u32::MAX)))
        }
        (None, Some(age)) => draft.parameter("QueueTimeAdjustmentSeconds", age.value.to_string()),
        _ => {
            wrong(builder, "priority and age", step.routing.span, "Write one of `priority` and `age`.");
            draft
        }
    };
    builder.add(draft)
}

pub(super) fn tag(builder: &mut Builder<'_>, step: &TagStep, next: &Target) -> Target {
    let title = builder.title(|| "Tag".to_owned());
    if !(1..=6).contains(&step.tag.value.len()) {
        wrong(builder, "too few or too many tags", step.tag.span, "Connect takes one to six.");
    }
    let draft = Draft::new("TagContact", title).parameter("Tags", values(builder, &step.tag.value));
    super::plain(builder, draft, step.error.as_ref(), next)
}

pub(super) fn untag(builder: &mut Builder<'_>, step: &UntagStep, next: &Target) -> Target {
    let title = builder.title(|| "Untag".to_owned());
    if step.untag.value.is_empty() {
        wrong(builder, "no tags", step.untag.span, "Name at least one.");
    }
    let keys: Vec<Value> = step.untag.value.iter().map(|key| json!(builder.static_text(key))).collect();
    let draft = Draft::new("UntagContact", title).parameter("TagKeys", keys);
    super::plain(builder, draft, step.error.as_ref(), next)
}

pub(super) fn stream(builder: &mut Builder<'_>, step: &StreamStep, next: &Target) -> Target {
    let title = builder.title(|| "Stream".to_owned());
    let (state, directions): (&str, &[&str]) = match step.stream.value {
        Streamed::Both => ("Enabled", &["To", "From"]),
        Streamed::FromCustomer => ("Enabled", &["From"]),
        Streamed::ToCustomer => ("Enabled", &["To"]),
        Streamed::Off => ("Disabled", &["To", "From"]),
    };
    let draft = Draft::new("UpdateContactMediaStreamingBehavior", title)
        .parameter("MediaStreamingState", state)
        .parameter("Participants", json!([{ "ParticipantType": "Customer", "MediaDirections": directions }]))
        .parameter("MediaStreamType", "Audio");
    super::plain(builder, draft, step.error.as_ref(), next)
}

pub(super) fn task(builder: &mut Builder<'_>, step: &TaskStep, next: &Target) -> Target {
    let title = builder.title(|| format!("Task {}", step.task));
    let mut draft = Draft::new("CreateTask", title).parameter("Name", builder.text(&step.task, step.task.span));
    if let Some(flow) = &step.flow {
        draft = draft.parameter("ContactFlowId", builder.reference("flow", flow));
    }
    if let Some(description) = &step.description {
        draft = draft.parameter("Description", builder.text(description, description.span));
    }
    if !step.with.is_empty() {
        draft = draft.parameter("Attributes", values(builder, &step.with));
    }
    if step.delay.is_some() {
        draft = draft.parameter("DelaySeconds", builder.seconds(step.delay.as_ref(), 1, 1..=518_400));
    }
    if let Some(at) = &step.at {
        draft = draft.parameter("ScheduledTime", builder.scalar(at));
    }
    if let Some(template) = &step.template {
        draft = draft.parameter("TaskTemplateId", builder.task_template(template));
    }
    if !step.references.is_empty() {
        draft = draft.parameter("References", super::raw::parameters(builder, &step.references, step.task.span));
    }
    super::plain(builder, draft, step.error.as_ref(), next)
}

pub(super) fn assistant(builder: &mut Builder<'_>, step: &AssistantStep, next: &Target) -> Target {
    let title = builder.title(|| "Assistant".to_owned());
    let arn = builder.outside("assistant", &step.assistant);
    let draft = Draft::new("CreateWisdomSession", title).parameter("WisdomAssistantArn", arn);
    super::plain(builder, draft, step.error.as_ref(), next)
}

fn values(builder: &mut Builder<'_>, given: &IndexMap<Spanned<String>, Spanned<Scalar>>) -> Map<String, Value> {
    let text = |builder: &mut Builder<'_>, name: &Spanned<String>| builder.text(name, name.span);
    given.iter().map(|(name, value)| (text(builder, name), json!(builder.scalar(value)))).collect()
}

fn wrong(builder: &mut Builder<'_>, title: &str, span: Span, help: &str) {
    builder.diagnostics.push(Diagnostic::error("conflicting-keys", title).at(span, "cannot be done").help(help));
}
