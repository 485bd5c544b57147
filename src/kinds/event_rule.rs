//! A rule of EventBridge: what happens, or when, and who gets it.

mod pattern;

use callform_source::{Diagnostic, Span, Spanned};
use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value as Json;

use super::descriptor::{
    ArnForm, Checks, Descriptor, Drift, Identifiers, Lifetime, Live, Lowering, Outside, Reach, Service, UniqueName,
};
use super::keys;
use crate::blueprint::{Common, Definition as _, Duration, ExactJson, Name, resource};
use crate::model::access::{self, allow};
use crate::model::members::Members;
use crate::model::{Address, Kind, Resolver, Value, schedules};

resource! {
    /// A rule of EventBridge: exactly one of `pattern` and `schedule`, and who gets what matches.
    pub struct EventRule {
        /// Name in EventBridge. Default: CloudFormation makes one up.
        pub name: Option<Spanned<String>>,
        /// What it is for.
        pub description: Option<Spanned<String>>,
        /// Which events, as EventBridge writes patterns: `{ source: [aws.connect], detail: { eventType: [DISCONNECTED] } }`.
        /// Texts name things of the blueprint: `"${instance}"`, `"${queue/sales}"`.
        pub pattern: Option<Spanned<ExactJson>>,
        /// When, in UTC: `rate(5 minutes)` or `cron(0 8 ? * MON-FRI *)`. `schedules:` knows time zones.
        pub schedule: Option<Spanned<String>>,
        /// Who gets it, five at most.
        pub targets: Vec<Spanned<EventTarget>>,
        /// Whether it is at work. Default: true.
        pub enabled: Option<bool>,
    }
}

/// Who gets an event: exactly one of `lambda`, `queue`, `topic` and `state_machine`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EventTarget {
    /// A function of this blueprint, or its ARN; the rule gets the permission to invoke it.
    pub lambda: Option<Name>,
    /// An SQS queue of this blueprint, or its ARN. A queue of this blueprint gets the policy that lets the rule send.
    pub queue: Option<Name>,
    /// A topic of this blueprint, or its ARN. A topic of this blueprint gets the policy that lets the rule publish.
    pub topic: Option<Name>,
    /// A state machine of this blueprint, or its ARN, which is started by a role of its own.
    pub state_machine: Option<Name>,
    /// The group of messages in a queue that keeps the order.
    pub group: Option<Spanned<String>>,
    /// What it gets instead of the event: any JSON, with texts that name things of the blueprint.
    pub input: Option<Spanned<Json>>,
    /// Parts of the event by names, for `template`: `{ contact: "$.detail.contactId" }`.
    #[serde(default)]
    pub paths: IndexMap<String, Spanned<String>>,
    /// What it gets instead of the event, with the names of `paths`: `'{ "id": <contact> }'`.
    pub template: Option<Spanned<String>>,
    /// How often it is tried again, 185 times at most. Default: 185.
    pub retries: Option<Spanned<u32>>,
    /// How long it is tried, from one minute to one day. Default: `24h`.
    pub max_age: Option<Spanned<Duration>>,
    /// The SQS queue for what could not be delivered. A queue of this blueprint gets the policy for it.
    pub dead_letters: Option<Name>,
}

pub(super) static DESCRIPTOR: Descriptor = Descriptor {
    word: "event_rule",
    plural: "rules of EventBridge",
    resource_type: "AWS::Events::Rule",
    prefix: "EventRule",
    is_single: false,
    lowering: Some(Lowering {
        section: "event_rules",
        names: |blueprint| keys(&blueprint.event_rules),
        lower: |resolver| resolver.event_rules(),
        files: None,
    }),
    finish: None,
    identifiers: Identifiers {
        arn: ArnForm::ByName("arn:${AWS::Partition}:events:${AWS::Region}:${AWS::AccountId}:rule/${Id}"),
        attribute: Some("Arn"),
        parameter: "EventRuleNames",
    },
    name: Some(UniqueName::in_account("/Name")),
    lookup: None,
    builtins: None,
    lifetime: Lifetime::PLAIN,
    reach: Reach::PLAIN,
    outside: Outside::REGIONAL,
    live: Live::TEMPLATE,
    drift: Drift::PLAIN,
    service: Service { needs: &["iam"], ..Service::PLAIN },
    checks: Checks {
        codes: &[
            ("event-source", "A rule has neither a pattern nor a schedule, or both."),
            ("event-pattern", "The pattern of a rule is none that EventBridge takes."),
            ("event-target", "A rule has no target or too many, or one that leads nowhere or to several places."),
            ("event-input", "What a target gets is said twice, or names a part that is not taken out of the event."),
            ("schedule-expression", "An expression that says when is none of EventBridge."),
            ("delivery-attempts", "EventBridge does not try so often or so long."),
        ],
        told_by_rules: &["/Targets/*/RetryPolicy"],
        ..Checks::PLAIN
    },
};

/// Targets of one rule. Source: Amazon EventBridge User Guide, "Quotas".
const MOST_TARGETS: usize = 5;
/// Source: Amazon EventBridge API Reference, `RetryPolicy`; EventBridge Scheduler has the same.
const MOST_RETRIES: u32 = 185;
const MAX_AGE_SECONDS: std::ops::RangeInclusive<u32> = 60..=86_400;
/// Names in a template that EventBridge has itself begin so.
const OWN_NAMES: &str = "aws.events.";

impl Resolver<'_> {
    fn event_rules(&mut self) {
        for (key, rule) in &self.blueprint().event_rules {
            self.check_source(key, rule);
            if rule.targets.is_empty() || rule.targets.len() > MOST_TARGETS {
                self.diagnostics.push(
                    Diagnostic::error("event-target", "a rule has one to five targets")
                        .at(key.span, format!("has {}", rule.targets.len()))
                        .help("Publish to a topic that many subscribe to."),
                );
            }
            let targets: Vec<Value> = rule
                .targets
                .iter()
                .enumerate()
                .filter_map(|(index, target)| self.event_target(key, index, target))
                .map(Value::from)
                .collect();
            let pattern = rule.pattern.as_ref().map(|pattern| self.pattern(pattern));
            let properties = Members::new()
                .with_some("Name", rule.name.as_ref())
                .with_some("Description", rule.description.as_ref())
                .with_some("EventPattern", pattern)
                .with_some("ScheduleExpression", rule.schedule.as_ref())
                .with("State", if rule.enabled.unwrap_or(true) { "ENABLED" } else { "DISABLED" })
                .with_list("Targets", targets)
                .with_tags(rule.tags.as_ref())
                .finish();
            self.add(Kind::EventRule, key, rule.common(), properties);
        }
    }

    /// A pattern as it is written. CloudFormation takes no `null`, and makes texts of numbers: where there are such that
    /// would be another one then, the whole is a text.
    fn pattern(&mut self, pattern: &Spanned<ExactJson>) -> Value {
        if pattern::is_kept_by_templates(&pattern.value.value) {
            self.json(&pattern.value.value, pattern.span)
        } else {
            self.text(&pattern.value.text, pattern.span)
        }
    }

    fn check_source(&mut self, key: &Spanned<String>, rule: &EventRule) {
        match (&rule.pattern, &rule.schedule) {
            (Some(pattern), None) => {
                if let Some(fault) = pattern::fault(&pattern.value.value) {
                    self.diagnostics.push(
                        Diagnostic::error("event-pattern", "this is no pattern of EventBridge")
                            .at(pattern.span, fault)
                            .help(
                                "Values stand in lists: `{ source: [aws.connect] }`, and so do filters: `[{ prefix: a }]`.",
                            ),
                    );
                }
            }
            (None, Some(schedule)) => self.check_expression(schedule, false),
            _ => self.diagnostics.push(
                Diagnostic::error("event-source", "a rule goes by a pattern or by a schedule")
                    .at(key.span, "")
                    .help("Give one of `pattern:` and `schedule:`."),
            ),
        }
    }

    /// Reports an expression that EventBridge does not take.
    pub(crate) fn check_expression(&mut self, expression: &Spanned<String>, once: bool) {
        if let Some(fault) = schedules::fault(expression, once) {
            self.diagnostics.push(
                Diagnostic::error("schedule-expression", "EventBridge does not take this expression")
                    .at(expression.span, fault)
                    .help("Write `rate(5 minutes)`, or `cron(0 8 ? * MON-FRI *)` for eight o'clock of working days."),
            );
        }
    }

    /// How often and how long it is tried.
    pub(crate) fn retry_policy(
        &mut self,
        retries: Option<&Spanned<u32>>,
        max_age: Option<&Spanned<Duration>>,
    ) -> Option<Members> {
        let often = retries.filter(|often| often.value > MOST_RETRIES).map(|often| often.span);
        let long = max_age.filter(|long| !MAX_AGE_SECONDS.contains(&long.seconds)).map(|long| long.span);
        for span in often.into_iter().chain(long) {
            self.diagnostics.push(
                Diagnostic::error("delivery-attempts", "EventBridge does not try so often or so long")
                    .at(span, "")
                    .help("`retries` is 185 at most, `max_age` one minute to one day."),
            );
        }
        let policy = Members::new()
            .with_some("MaximumRetryAttempts", retries.map(|often| often.value))
            .with_some("MaximumEventAgeInSeconds", max_age.map(|long| long.seconds));
        (!policy.is_empty()).then_some(policy)
    }

    fn event_target(&mut self, rule: &Spanned<String>, index: usize, target: &Spanned<EventTarget>) -> Option<Members> {
        let given = [
            ("lambda", &target.lambda),
            ("queue", &target.queue),
            ("topic", &target.topic),
            ("state-machine", &target.state_machine),
        ];
        let given: Vec<(&str, &Name)> =
            given.into_iter().filter_map(|(word, name)| Some((word, name.as_ref()?))).collect();
        let [(word, name)] = given[..] else {
            self.diagnostics.push(
                Diagnostic::error("event-target", "a target is exactly one thing")
                    .at(target.span, "")
                    .help("Give one of `lambda:`, `queue:`, `topic:` and `state_machine:`."),
            );
            return None;
        };
        self.check_group(target);
        let source = Address::new(Kind::EventRule, rule.value.clone());
        let arn = match word {
            "lambda" => self.invoked_by("events.amazonaws.com", source, name),
            "queue" => self.arn(Kind::SqsQueue, name),
            "topic" => self.arn(Kind::Topic, name),
            _ => self.arn(Kind::StateMachine, name),
        };
        let role = (word == "state-machine").then(|| self.starting_role(rule, name));
        let group = target.group.as_ref().map(|group| Members::new().with("MessageGroupId", group));
        let dead = target.dead_letters.as_ref().map(|queue| self.arn(Kind::SqsQueue, queue));
        let retry = self.retry_policy(target.retries.as_ref(), target.max_age.as_ref());
        let members = Members::new()
            .with("Id", format!("{word}-{}", index + 1))
            .with("Arn", arn)
            .with_some("RoleArn", role)
            .with_some("SqsParameters", group)
            .with_some("RetryPolicy", retry)
            .with_some("DeadLetterConfig", dead.map(|arn| Members::new().with("Arn", arn)));
        Some(self.input_of(target, members))
    }

    /// A queue that keeps the order needs a group, and no other takes one.
    fn check_group(&mut self, target: &Spanned<EventTarget>) {
        let Some(queue) = &target.queue else {
            if let Some(group) = &target.group {
                let title = "only queues have groups of messages";
                self.diagnostics.push(Diagnostic::error("event-target", title).at(group.span, "").help("Remove it."));
            }
            return;
        };
        let Some(found) = self.blueprint().sqs_queues.get(queue) else { return };
        let is_fifo = found.name.as_ref().is_some_and(|name| name.strip_suffix(".fifo").is_some());
        if is_fifo != target.group.is_some() {
            self.diagnostics.push(
                Diagnostic::error("event-target", "a queue that keeps the order, and no other, takes a group")
                    .at(queue.span, "")
                    .help("Add or remove `group:`."),
            );
        }
    }

    fn input_of(&mut self, target: &Spanned<EventTarget>, members: Members) -> Members {
        let names = target.template.as_ref().map(|template| placeholders(template)).unwrap_or_default();
        let unknown = names.iter().find(|name| !name.starts_with(OWN_NAMES) && !target.paths.contains_key(**name));
        let fault = match (&target.input, &target.template) {
            (Some(_), Some(_)) => Some("`input` and `template` exclude one another".to_owned()),
            (_, None) if !target.paths.is_empty() => Some("nothing uses these `paths`".to_owned()),
            _ => unknown.map(|name| format!("`<{name}>` is not among the `paths`")),
        };
        if let Some(fault) = fault {
            self.diagnostics.push(
                Diagnostic::error("event-input", "it is not clear what this target gets")
                    .at(target.span, fault)
                    .help("Give `input:`, or `paths:` and a `template:` that names them."),
            );
        }
        let input = target.input.as_ref().map(|input| self.json_text(input, input.span));
        let paths = target.paths.iter().fold(Members::new(), |all, (name, path)| all.with(name, path));
        let transformer = target.template.as_ref().map(|template| {
            let text = self.text(template, template.span);
            let paths = (!paths.is_empty()).then_some(paths);
            Members::new().with_some("InputPathsMap", paths).with("InputTemplate", text)
        });
        members.with_some("Input", input).with_some("InputTransformer", transformer)
    }

    /// JSON as a text, with references in its texts.
    pub(crate) fn json_text(&mut self, json: &Json, span: Span) -> Value {
        self.text(&json.to_string(), span)
    }

    /// The role by which a rule starts state machines, and nothing else.
    fn starting_role(&mut self, rule: &Spanned<String>, machine: &Name) -> Value {
        let name = Spanned::new(format!("event_rule.{rule}.{machine}"), machine.span);
        let address = Address::new(Kind::Role, name.value.clone());
        if !self.resources.contains_key(&address) {
            let statement = allow(&["states:StartExecution"], vec![self.arn(Kind::StateMachine, machine)]);
            let properties = Members::new()
                .with("Description", format!("Role of the rule {rule} of {}", self.blueprint().center))
                .with("AssumeRolePolicyDocument", access::own_account_trust_policy("events.amazonaws.com"))
                .with_list("Policies", access::inline_policy(rule, vec![statement]))
                .finish();
            self.add(Kind::Role, &name, Common::NONE, properties);
        }
        Value::arn_of(address)
    }
}

/// The names between `<` and `>` in a template.
fn placeholders(template: &str) -> Vec<&str> {
    let parts = template.split('<').skip(1).filter_map(|part| part.split_once('>'));
    let is_name = |name: &&str| {
        !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.'))
    };
    parts.map(|(name, _)| name).filter(is_name).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_in_templates() {
        assert_eq!(placeholders(r#"{ "a": <one>, "b": "<two> and a < b, <>" }"#), ["one", "two"]);
    }
}
