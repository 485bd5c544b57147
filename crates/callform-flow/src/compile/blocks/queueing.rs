//! `queue`, `agent`, `queue_flow`, `hook`, `transfer`, `callback_number`, `callback`.

use callform_source::{Diagnostic, Spanned};
use serde_json::json;

use super::{short, spaced};
use crate::FlowType;
use crate::compile::builder::{Builder, Draft, Target};
use crate::steps::{
    AgentStep, Branch, CallbackNumberStep, CallbackStep, Hook, HookStep, NumberTarget, QueueFlowStep, TransferStep,
    TransferTarget, TransferWord, WhisperStep, WhisperTo,
};

pub(super) fn queue(
    builder: &mut Builder<'_>,
    queue: &Spanned<String>,
    error: Option<&Branch>,
    next: &Target,
) -> Target {
    let title = builder.title(|| format!("Queue {}", short(queue)));
    let draft = Draft::new("UpdateContactTargetQueue", title).parameter("QueueId", builder.reference("queue", queue));
    super::plain(builder, draft, error, next)
}

pub(super) fn agent(builder: &mut Builder<'_>, step: &AgentStep, next: &Target) -> Target {
    let title = builder.title(|| format!("Agent {}", step.agent));
    let agent = builder.reference("user", &step.agent);
    let draft = Draft::new("UpdateContactTargetQueue", title).parameter("AgentId", agent);
    super::plain(builder, draft, step.error.as_ref(), next)
}

pub(super) fn queue_flow(builder: &mut Builder<'_>, step: &QueueFlowStep, next: &Target) -> Target {
    let hook = EventHook { key: "CustomerQueue", flow: Some(&step.queue_flow), enabled: step.enabled.as_ref() };
    set_hook(builder, &hook, step.error.as_ref(), next)
}

pub(super) fn whisper(builder: &mut Builder<'_>, step: &WhisperStep, next: &Target) -> Target {
    let key = match step.to.value {
        WhisperTo::Agent => Hook::AgentWhisper.key(),
        WhisperTo::Customer => Hook::CustomerWhisper.key(),
    };
    let hook = EventHook { key, flow: Some(&step.whisper), enabled: step.enabled.as_ref() };
    set_hook(builder, &hook, step.error.as_ref(), next)
}

pub(super) fn hook(builder: &mut Builder<'_>, step: &HookStep, next: &Target) -> Target {
    if step.flow.is_none() && step.enabled.is_none() {
        builder.diagnostics.push(
            Diagnostic::error("conflicting-keys", "a hook without a flow")
                .at(step.hook.span, "does nothing")
                .help("Write under `flow:` what is run, or `enabled: false` to run nothing."),
        );
    }
    let hook = EventHook { key: step.hook.key(), flow: step.flow.as_ref(), enabled: step.enabled.as_ref() };
    set_hook(builder, &hook, step.error.as_ref(), next)
}

struct EventHook<'s> {
    key: &'static str,
    flow: Option<&'s Spanned<String>>,
    enabled: Option<&'s Spanned<bool>>,
}

fn set_hook(builder: &mut Builder<'_>, hook: &EventHook<'_>, error: Option<&Branch>, next: &Target) -> Target {
    let EventHook { key, flow, enabled } = *hook;
    let title = builder
        .title(|| format!("{} flow {}", spaced(key), flow.map_or("off", |flow| short(flow))).trim_end().to_owned());
    let mut draft = Draft::new("UpdateContactEventHooks", title);
    if let Some(flow) = flow {
        let reference = builder.reference("flow", flow);
        draft = draft.parameter("EventHooks", json!({ key: reference }));
    }
    if let Some(enabled) = enabled {
        let disabled = if enabled.value { "false" } else { "true" };
        draft = draft.parameter("EventHooksConfiguration", json!({ key: { "DisableExecution": disabled } }));
    }
    super::plain(builder, draft, error, next)
}

pub(super) fn transfer(builder: &mut Builder<'_>, step: &TransferStep, next: &Target) -> Target {
    check_keys(builder, step);
    match &step.transfer.value {
        TransferTarget::Word(TransferWord::Queue) => transfer_to_queue(builder, step, next),
        TransferTarget::Word(TransferWord::Agent) => {
            let title = builder.title(|| "Transfer to agent".to_owned());
            builder.add(Draft::new("TransferContactToAgent", title))
        }
        TransferTarget::Queue(target) if builder.flow_type == FlowType::CustomerQueue => {
            let title = builder.title(|| format!("Transfer to queue {}", short(&target.queue)));
            let queue = builder.reference("queue", &target.queue);
            let draft = Draft::new("DequeueContactAndTransferToQueue", title).parameter("QueueId", queue);
            let reserved = builder.reserve();
            let full = builder.error_branch(step.full.as_ref(), next);
            let error = builder.error_branch(step.error.as_ref(), next);
            // Once it is in the other queue, nothing of this flow matters any more.
            let after = builder.branch(step.next.as_ref(), next.clone(), next);
            let draft = draft.next(after).error("QueueAtCapacity", full).error("NoMatchingError", error);
            builder.fill(reserved, draft)
        }
        TransferTarget::Queue(target) => {
            let title = builder.title(|| format!("Transfer to queue {}", short(&target.queue)));
            let queue = builder.reference("queue", &target.queue);
            let set = builder.reserve();
            let full = builder.error_branch(step.full.as_ref(), next);
            let error = builder.error_branch(step.error.as_ref(), next);
            let after = builder.branch(step.next.as_ref(), error.clone(), next);
            let transfer = builder.add(to_queue(title, full, error.clone(), after));
            let draft = Draft::new("UpdateContactTargetQueue", format!("Queue {}", short(&target.queue)))
                .parameter("QueueId", queue)
                .next(transfer)
                .error("NoMatchingError", error);
            builder.fill(set, draft)
        }
        TransferTarget::Flow(target) => {
            let title = builder.title(|| format!("Transfer to flow {}", short(&target.flow)));
            let flow = builder.reference("flow", &target.flow);
            let draft = Draft::new("TransferToFlow", title).parameter("ContactFlowId", flow);
            let reserved = builder.reserve();
            let error = builder.error_branch(step.error.as_ref(), next);
            let after = builder.branch(step.next.as_ref(), error.clone(), next);
            builder.fill(reserved, draft.next(after).error("NoMatchingError", error))
        }
        TransferTarget::Number(target) => transfer_to_number(builder, step, target, next),
    }
}

fn transfer_to_queue(builder: &mut Builder<'_>, step: &TransferStep, next: &Target) -> Target {
    let title = builder.title(|| "Transfer to queue".to_owned());
    let reserved = builder.reserve();
    let full = builder.error_branch(step.full.as_ref(), next);
    let error = builder.error_branch(step.error.as_ref(), next);
    let after = builder.branch(step.next.as_ref(), error.clone(), next);
    builder.fill(reserved, to_queue(title, full, error, after))
}

/// The next action is required, though a transferred contact never comes there.
fn to_queue(title: String, full: Target, error: Target, after: Target) -> Draft {
    Draft::new("TransferContactToQueue", title)
        .next(after)
        .error("QueueAtCapacity", full)
        .error("NoMatchingError", error)
}

fn transfer_to_number(builder: &mut Builder<'_>, step: &TransferStep, target: &NumberTarget, next: &Target) -> Target {
    let title = builder.title(|| format!("Transfer to {}", target.number));
    check_number(builder, &target.number);
    let resumes = step.resume.as_ref().is_some_and(|resume| resume.value);
    let number = builder.text(&target.number, target.number.span);
    let mut draft = Draft::new("TransferParticipantToThirdParty", title)
        .parameter("ThirdPartyPhoneNumber", number)
        .parameter("ThirdPartyConnectionTimeLimitSeconds", builder.seconds(step.timeout.as_ref(), 30, 0..=600))
        .parameter("ContinueFlowExecution", if resumes { "True" } else { "False" });
    if let Some(digits) = &step.send_digits {
        draft = draft.parameter("ThirdPartyDTMFDigits", builder.text(digits, digits.span));
    }
    let mut caller = serde_json::Map::new();
    for (key, given) in [("Number", &step.caller_number), ("Name", &step.caller_name)] {
        if let Some(given) = given {
            caller.insert(key.to_owned(), json!(builder.text(given, given.span)));
        }
    }
    if !caller.is_empty() {
        draft = draft.parameter("CallerId", caller);
    }
    let reserved = builder.reserve();
    if resumes {
        let no_answer = builder.error_branch(step.no_answer.as_ref(), next);
        let failed = builder.error_branch(step.failed.as_ref(), next);
        draft = draft.error("ConnectionTimeLimitExceeded", no_answer).error("CallFailed", failed);
    }
    let error = builder.error_branch(step.error.as_ref(), next);
    let after = if resumes { next.clone() } else { error.clone() };
    let after = builder.branch(step.next.as_ref(), after, next);
    draft = draft.next(after).error("NoMatchingError", error);
    builder.fill(reserved, draft)
}

fn check_number(builder: &mut Builder<'_>, number: &Spanned<String>) {
    let digits = number.strip_prefix('+').unwrap_or_default();
    let is_e164 = (2..=15).contains(&digits.len()) && digits.bytes().all(|digit| digit.is_ascii_digit());
    if !is_e164 && !number.contains("$.") {
        builder.diagnostics.push(
            Diagnostic::error("not-e164", format!("`{number}` is not in E.164 form"))
                .at(number.span, "needs `+` and the country's code")
                .help("Write the number as `+15550100100`: plus sign, country code, no spaces."),
        );
    }
}

/// Keys that mean nothing for this kind of transfer.
fn check_keys(builder: &mut Builder<'_>, step: &TransferStep) {
    let to_queue = matches!(step.transfer.value, TransferTarget::Queue(_) | TransferTarget::Word(TransferWord::Queue));
    let to_number = matches!(step.transfer.value, TransferTarget::Number(_));
    let resumes = step.resume.as_ref().is_some_and(|resume| resume.value);
    let useless: &[(&str, bool)] = &[
        ("full", step.full.is_some() && !to_queue),
        ("timeout", step.timeout.is_some() && !to_number),
        ("resume", step.resume.is_some() && !to_number),
        ("send_digits", step.send_digits.is_some() && !to_number),
        ("caller_number", step.caller_number.is_some() && !to_number),
        ("caller_name", step.caller_name.is_some() && !to_number),
        ("no_answer", step.no_answer.is_some() && !resumes),
        ("failed", step.failed.is_some() && !resumes),
    ];
    for (key, _) in useless.iter().filter(|(_, useless)| *useless) {
        builder.diagnostics.push(
            Diagnostic::error("unused-branch", format!("`{key}` has no effect on this transfer"))
                .at(step.transfer.span, "of this kind")
                .help(match *key {
                    "no_answer" | "failed" => format!("Take `{key}:` out, or add `resume: true` to a phone number."),
                    _ => format!("Take `{key}:` out."),
                }),
        );
    }
}

pub(super) fn callback_number(builder: &mut Builder<'_>, step: &CallbackNumberStep, next: &Target) -> Target {
    let title = builder.title(|| "Callback number".to_owned());
    let path = builder.path(&step.callback_number);
    let reserved = builder.reserve();
    let invalid = builder.error_branch(step.invalid.as_ref(), next);
    let not_dialable = builder.error_branch(step.not_dialable.as_ref(), next);
    let draft = Draft::new("UpdateContactCallbackNumber", title)
        .parameter("CallbackNumber", path)
        .next(next.clone())
        .error("InvalidCallbackNumber", invalid)
        .error("CallbackNumberNotDialable", not_dialable);
    builder.fill(reserved, draft)
}

pub(super) fn callback(builder: &mut Builder<'_>, step: &CallbackStep, next: &Target) -> Target {
    let title = builder.title(|| "Callback".to_owned());
    let mut draft = Draft::new("CreateCallbackContact", title)
        .parameter("InitialCallDelaySeconds", builder.seconds(step.delay.as_ref(), 5, 1..=259_200))
        .parameter("MaximumConnectionAttempts", builder.count(step.retries.as_ref(), 1, 1..=10))
        .parameter("RetryDelaySeconds", builder.seconds(step.retry_after.as_ref(), 600, 1..=259_200));
    if let Some(agent) = &step.agent {
        draft = draft.parameter("AgentId", builder.reference("user", agent));
    }
    if step.callback.value != "queue" {
        draft = draft.parameter("QueueId", builder.reference("queue", &step.callback));
    }
    if let Some(flow) = &step.flow {
        draft = draft.parameter("ContactFlowId", builder.reference("flow", flow));
    }
    super::plain(builder, draft, step.error.as_ref(), next)
}
