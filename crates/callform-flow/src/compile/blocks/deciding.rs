//! `hours`, `staffing`, `if`, `switch`, `loop`, `module`.

use callform_source::{Diagnostic, Span, Spanned};

use super::short;
use crate::compile::builder::{Builder, Draft, Target};
use crate::steps::{
    HoursStep, IfStep, LoopStep, ModuleStep, QueueStatus, QueueStatusStep, Scalar, StaffedBy, StaffingStep, SwitchStep,
};
use crate::validate::is_path;

pub(super) fn hours(builder: &mut Builder<'_>, step: &HoursStep, next: &Target) -> Target {
    let title = builder.title(|| format!("Hours {}", short(&step.hours)));
    let mut draft = Draft::new("CheckHoursOfOperation", title);
    if step.hours.value != "queue" {
        draft = draft.parameter("HoursOfOperationId", builder.reference("hours", &step.hours));
    }
    let reserved = builder.reserve();
    let open = builder.branch(step.open.as_ref(), next.clone(), next);
    let closed = builder.branch(step.closed.as_ref(), next.clone(), next);
    let error = builder.error_branch(step.error.as_ref(), next);
    let after = builder.branch(step.next.as_ref(), error.clone(), next);
    let draft = draft
        .next(after)
        .error("NoMatchingError", error)
        .condition("Equals", "True", open)
        .condition("Equals", "False", closed);
    builder.fill(reserved, draft)
}

pub(super) fn staffing(builder: &mut Builder<'_>, step: &StaffingStep, next: &Target) -> Target {
    let (metric, word) = match step.staffing.value {
        StaffedBy::Available => ("NumberOfAgentsAvailable", "available"),
        StaffedBy::Staffed => ("NumberOfAgentsStaffed", "staffed"),
        StaffedBy::Online => ("NumberOfAgentsOnline", "online"),
    };
    let title = builder.title(|| format!("Agents {word}"));
    let mut draft = Draft::new("CheckMetricData", title).parameter("MetricType", metric);
    if let Some(queue) = &step.queue {
        draft = draft.parameter("QueueId", builder.reference("queue", queue));
    }
    if let Some(agent) = &step.agent {
        draft = draft.parameter("AgentId", builder.reference("user", agent));
    }
    let reserved = builder.reserve();
    let staffed = builder.branch(step.staffed.as_ref(), next.clone(), next);
    let unstaffed = builder.branch(step.unstaffed.as_ref(), next.clone(), next);
    let error = builder.error_branch(step.error.as_ref(), next);
    let draft = draft
        .next(error.clone())
        .error("NoMatchingCondition", unstaffed)
        .error("NoMatchingError", error)
        .condition("NumberGreaterThan", "0", staffed);
    builder.fill(reserved, draft)
}

/// The operator of the flow language, words for it, and the operand where the step has it.
type Comparison<'s> = (&'static str, &'static str, Option<&'s Spanned<Scalar>>);

/// The one comparison that is given.
fn given<'s>(
    builder: &mut Builder<'_>,
    what: &str,
    span: Span,
    comparisons: &[Comparison<'s>],
) -> Option<(&'static str, &'static str, &'s Spanned<Scalar>)> {
    let given: Vec<_> = comparisons.iter().filter_map(|(op, word, it)| Some((*op, *word, (*it)?))).collect();
    let [one] = given.as_slice() else {
        builder.diagnostics.push(
            Diagnostic::error("conflicting-keys", format!("{} comparisons in one `{what}`", given.len()))
                .at(span, "needs exactly one")
                .help("Write one of `equals`, `starts_with`, `ends_with`, `contains`, `greater_than`, `at_least`, `less_than`, `at_most`."),
        );
        return None;
    };
    Some(*one)
}

/// The comparisons of a step or a case, which have the same names in both.
macro_rules! comparisons {
    ($step:expr) => {
        [
            ("Equals", "is", $step.equals.as_ref()),
            ("TextStartsWith", "starts with", $step.starts_with.as_ref()),
            ("TextEndsWith", "ends with", $step.ends_with.as_ref()),
            ("TextContains", "contains", $step.contains.as_ref()),
            ("NumberGreaterThan", "above", $step.greater_than.as_ref()),
            ("NumberGreaterOrEqualTo", "at least", $step.at_least.as_ref()),
            ("NumberLessThan", "below", $step.less_than.as_ref()),
            ("NumberLessOrEqualTo", "at most", $step.at_most.as_ref()),
        ]
    };
}

pub(super) fn compare(builder: &mut Builder<'_>, step: &IfStep, next: &Target) -> Target {
    let Some((operator, word, operand)) = given(builder, "if", step.r#if.span, &comparisons!(step)) else {
        return next.clone();
    };
    let title = builder.title(|| format!("If {} {word} {}", step.r#if, operand.value.0));
    let path = builder.path(&step.r#if);
    let operand = builder.scalar(operand);
    let reserved = builder.reserve();
    let holds = builder.branch(step.then.as_ref(), next.clone(), next);
    let otherwise = builder.branch(step.r#else.as_ref(), next.clone(), next);
    let after = builder.branch(step.next.as_ref(), otherwise.clone(), next);
    let draft = Draft::new("Compare", title)
        .parameter("ComparisonValue", path)
        .next(after)
        .error("NoMatchingCondition", otherwise)
        .condition(operator, &operand, holds);
    builder.fill(reserved, draft)
}

/// Stands between values that share a branch.
pub(crate) const OR: &str = " | ";

pub(super) fn switch(builder: &mut Builder<'_>, step: &SwitchStep, next: &Target) -> Target {
    let title = builder.title(|| format!("Switch {}", step.switch));
    let mut draft = Draft::new("Compare", title).parameter("ComparisonValue", builder.path(&step.switch));
    if step.cases.is_empty() && step.when.is_empty() {
        builder.diagnostics.push(
            Diagnostic::error("switch-without-cases", "a `switch` without a case")
                .at(step.switch.span, "nothing to tell apart")
                .help("Write under `cases:` what to do for each value."),
        );
    }
    let reserved = builder.reserve();
    for (values, branch) in &step.cases {
        let target = builder.branch(Some(branch), next.clone(), next);
        for value in values.split(OR) {
            let operand = builder.text(value, values.span);
            draft = draft.condition("Equals", &operand, target.clone());
        }
    }
    for case in &step.when {
        let Some((operator, _, operand)) = given(builder, "when", step.switch.span, &comparisons!(case)) else {
            continue;
        };
        let operand = builder.scalar(operand);
        let target = builder.branch(Some(&case.then), next.clone(), next);
        draft = draft.condition(operator, &operand, target);
    }
    let otherwise = builder.branch(step.r#else.as_ref(), next.clone(), next);
    let after = builder.branch(step.next.as_ref(), otherwise.clone(), next);
    builder.fill(reserved, draft.next(after).error("NoMatchingCondition", otherwise))
}

/// How often a loop goes round: a number, or what a path holds.
fn rounds(builder: &mut Builder<'_>, count: &Spanned<Scalar>) -> String {
    let text = count.value.0.trim();
    if is_path(text) {
        return builder.path(&Spanned::new(text.to_owned(), count.span));
    }
    let Ok(number) = text.parse::<u32>() else {
        builder.diagnostics.push(
            Diagnostic::error("out-of-range", format!("`{text}` is no number of rounds"))
                .at(count.span, "not a number")
                .help("Use 0 to 100, or a JSONPath such as `$.Attributes.rounds`."),
        );
        return text.to_owned();
    };
    builder.count(Some(&Spanned::new(number, count.span)), 0, 0..=100)
}

pub(super) fn repeat(builder: &mut Builder<'_>, step: &LoopStep, next: &Target) -> Target {
    let title = builder.title(|| format!("Loop {}", step.r#loop.value.0));
    let count = rounds(builder, &step.r#loop);
    let reserved = builder.reserve();
    let body = builder.branch(Some(&step.steps), reserved.into(), &reserved.into());
    let error = step.error.as_ref().map(|error| builder.branch(Some(error), next.clone(), next));
    let mut draft = Draft::new("Loop", title)
        .parameter("LoopCount", count)
        .next(next.clone())
        .condition("Equals", "ContinueLooping", body)
        .condition("Equals", "DoneLooping", next.clone());
    if let Some(error) = error {
        draft = draft.error("NoMatchingError", error);
    }
    builder.fill(reserved, draft)
}

pub(super) fn module(builder: &mut Builder<'_>, step: &ModuleStep, next: &Target) -> Target {
    let title = builder.title(|| format!("Module {}", short(&step.module)));
    let module = builder.reference("flow_module", &step.module);
    let mut draft = Draft::new("InvokeFlowModule", title).parameter("FlowModuleId", module);
    let reserved = builder.reserve();
    for (name, branch) in &step.branches {
        let operand = builder.text(name, name.span);
        let target = builder.branch(Some(branch), next.clone(), next);
        draft = draft.condition("Equals", &operand, target);
    }
    if let Some(otherwise) = &step.r#else {
        let target = builder.branch(Some(otherwise), next.clone(), next);
        draft = draft.error("NoMatchingCondition", target);
    }
    let error = builder.error_branch(step.error.as_ref(), next);
    builder.fill(reserved, draft.next(next.clone()).error("NoMatchingError", error))
}

pub(super) fn queue_status(builder: &mut Builder<'_>, step: &QueueStatusStep, next: &Target) -> Target {
    let (metric, word) = match step.queue_status.value {
        QueueStatus::Contacts => ("NumberOfContactsInQueue", "Contacts in queue"),
        QueueStatus::OldestMilliseconds => ("OldestContactInQueueAgeSeconds", "Oldest in queue"),
    };
    let comparisons = [
        ("Equals", &step.equals),
        ("NumberGreaterThan", &step.greater_than),
        ("NumberGreaterOrEqualTo", &step.at_least),
        ("NumberLessThan", &step.less_than),
        ("NumberLessOrEqualTo", &step.at_most),
    ];
    let given: Vec<_> = comparisons.iter().filter_map(|(op, it)| it.as_ref().map(|it| (*op, it))).collect();
    let [(operator, operand)] = given.as_slice() else {
        builder.diagnostics.push(
            Diagnostic::error("conflicting-keys", format!("{} comparisons in one `queue_status`", given.len()))
                .at(step.queue_status.span, "needs exactly one")
                .help("Write one of `equals`, `greater_than`, `at_least`, `less_than`, `at_most`."),
        );
        return next.clone();
    };
    let title = builder.title(|| format!("{word} {}", operand.value.0));
    let mut draft = Draft::new("CheckMetricData", title).parameter("MetricType", metric);
    if let Some(queue) = &step.queue {
        draft = draft.parameter("QueueId", builder.reference("queue", queue));
    }
    if let Some(agent) = &step.agent {
        draft = draft.parameter("AgentId", builder.reference("user", agent));
    }
    let operand = builder.scalar(operand);
    let reserved = builder.reserve();
    let holds = builder.branch(step.then.as_ref(), next.clone(), next);
    let otherwise = builder.branch(step.r#else.as_ref(), next.clone(), next);
    let error = builder.error_branch(step.error.as_ref(), next);
    let draft = draft
        .next(error.clone())
        .error("NoMatchingCondition", otherwise)
        .error("NoMatchingError", error)
        .condition(operator, &operand, holds);
    builder.fill(reserved, draft)
}
