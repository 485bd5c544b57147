//! A schedule of EventBridge Scheduler: what runs when, by a role of its own.

use callform_source::{Diagnostic, Spanned};
use serde_json::Value as Json;

use super::descriptor::{
    ArnForm, Checks, Descriptor, Drift, Identifiers, Lifetime, Live, Lowering, Outside, Reach, Service, UniqueName,
};
use super::keys;
use crate::blueprint::{Common, Definition as _, Duration, Name, resource};
use crate::model::access::{self, allow};
use crate::model::members::Members;
use crate::model::{Address, Kind, Resolver, Value};

resource! {
    /// A schedule: exactly one of `lambda`, `state_machine` and `queue`, and when.
    pub struct Schedule {
        /// Name in EventBridge Scheduler. Default: CloudFormation makes one up.
        pub name: Option<Spanned<String>>,
        /// What it is for.
        pub description: Option<Spanned<String>>,
        /// When: `rate(5 minutes)`, `cron(0 8 ? * MON-FRI *)`, or once, `at(2027-01-31T08:00:00)`.
        pub when: Spanned<String>,
        /// Time zone of `cron` and `at`, such as `America/Los_Angeles`. Default: UTC.
        pub time_zone: Option<Spanned<String>>,
        /// It may run so much later, one minute to one day. Default: it runs when it is time.
        pub window: Option<Spanned<Duration>>,
        /// A function of this blueprint, or its ARN.
        pub lambda: Option<Name>,
        /// A state machine of this blueprint, or its ARN.
        pub state_machine: Option<Name>,
        /// An SQS queue of this blueprint, or its ARN.
        pub queue: Option<Name>,
        /// What it gets: any JSON, with texts that name things of the blueprint.
        pub input: Option<Spanned<Json>>,
        /// How often it is tried again, 185 times at most. Default: 185.
        pub retries: Option<Spanned<u32>>,
        /// How long it is tried, from one minute to one day. Default: `24h`.
        pub max_age: Option<Spanned<Duration>>,
        /// The SQS queue for what could not be delivered.
        pub dead_letters: Option<Name>,
        /// Whether it is at work. Default: true.
        pub enabled: Option<bool>,
    }
}

pub(super) static DESCRIPTOR: Descriptor = Descriptor {
    word: "schedule",
    plural: "schedules",
    resource_type: "AWS::Scheduler::Schedule",
    prefix: "Schedule",
    is_single: false,
    lowering: Some(Lowering {
        section: "schedules",
        names: |blueprint| keys(&blueprint.schedules),
        lower: |resolver| resolver.schedules(),
        files: None,
    }),
    finish: None,
    identifiers: Identifiers {
        arn: ArnForm::ByName("arn:${AWS::Partition}:scheduler:${AWS::Region}:${AWS::AccountId}:schedule/default/${Id}"),
        attribute: Some("Arn"),
        parameter: "ScheduleNames",
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
            ("schedule-target", "A schedule runs nothing, or several things."),
            ("schedule-window", "The window of a schedule is none that EventBridge Scheduler takes."),
        ],
        told_by_rules: &["/FlexibleTimeWindow", "/Target/RetryPolicy"],
        ..Checks::PLAIN
    },
};

/// Source: Amazon EventBridge Scheduler API Reference, `FlexibleTimeWindow`.
const WINDOW_MINUTES: std::ops::RangeInclusive<u32> = 1..=1440;
const SECONDS_PER_MINUTE: u32 = 60;

impl Resolver<'_> {
    fn schedules(&mut self) {
        for (key, schedule) in &self.blueprint().schedules {
            self.check_expression(&schedule.when, true);
            if schedule.tags.is_some() {
                self.diagnostics.push(
                    Diagnostic::error("tags-not-possible", "CloudFormation cannot tag schedules")
                        .at(key.span, "has `tags:`")
                        .help("Remove the tags."),
                );
            }
            let Some((arn, statements)) = self.run_by(key, schedule) else { continue };
            let role = self.role_of_schedule(key, schedule, statements);
            let input = schedule.input.as_ref().map(|input| self.json_text(input, input.span));
            let dead = schedule.dead_letters.as_ref().map(|queue| self.arn(Kind::SqsQueue, queue));
            let target = Members::new()
                .with("Arn", arn)
                .with("RoleArn", role)
                .with_some("Input", input)
                .with_some("RetryPolicy", self.retry_policy(schedule.retries.as_ref(), schedule.max_age.as_ref()))
                .with_some("DeadLetterConfig", dead.map(|arn| Members::new().with("Arn", arn)));
            let properties = Members::new()
                .with_some("Name", schedule.name.as_ref())
                .with_some("Description", schedule.description.as_ref())
                .with("ScheduleExpression", &schedule.when)
                .with("ScheduleExpressionTimezone", schedule.time_zone.as_ref().map_or("UTC", |zone| zone.as_str()))
                .with("FlexibleTimeWindow", self.window(schedule))
                .with("State", if schedule.enabled.unwrap_or(true) { "ENABLED" } else { "DISABLED" })
                .with("Target", target)
                .finish();
            self.add(Kind::Schedule, key, schedule.common(), properties);
        }
    }

    fn window(&mut self, schedule: &Schedule) -> Members {
        let Some(window) = &schedule.window else { return Members::new().with("Mode", "OFF") };
        let minutes = window.seconds / SECONDS_PER_MINUTE;
        if window.seconds % SECONDS_PER_MINUTE != 0 || !WINDOW_MINUTES.contains(&minutes) {
            self.diagnostics.push(
                Diagnostic::error("schedule-window", "a window has one minute to one day")
                    .at(window.span, "")
                    .help("Write whole minutes: `15m`."),
            );
        }
        Members::new().with("Mode", "FLEXIBLE").with("MaximumWindowInMinutes", minutes)
    }

    /// What runs, and what has to be allowed for it.
    fn run_by(&mut self, key: &Spanned<String>, schedule: &Schedule) -> Option<(Value, Vec<Value>)> {
        match (&schedule.lambda, &schedule.state_machine, &schedule.queue) {
            (Some(lambda), None, None) => {
                let arn = self.invoked_function(lambda);
                Some((arn.clone(), vec![allow(&["lambda:InvokeFunction"], vec![arn])]))
            }
            (None, Some(machine), None) => {
                let arn = self.arn(Kind::StateMachine, machine);
                Some((arn.clone(), vec![allow(&["states:StartExecution"], vec![arn])]))
            }
            (None, None, Some(queue)) => Some((self.arn(Kind::SqsQueue, queue), self.sending_to(queue))),
            _ => {
                self.diagnostics.push(
                    Diagnostic::error("schedule-target", "a schedule runs exactly one thing")
                        .at(key.span, "")
                        .help("Give one of `lambda:`, `state_machine:` and `queue:`."),
                );
                None
            }
        }
    }

    fn sending_to(&mut self, queue: &Name) -> Vec<Value> {
        let mut statements = vec![allow(&["sqs:SendMessage"], vec![self.arn(Kind::SqsQueue, queue)])];
        statements.extend(self.using_key_of(Kind::SqsQueue, queue));
        statements
    }

    fn role_of_schedule(&mut self, key: &Spanned<String>, schedule: &Schedule, mut statements: Vec<Value>) -> Value {
        statements.extend(schedule.dead_letters.as_ref().map(|queue| self.sending_to(queue)).unwrap_or_default());
        let name = Spanned::new(format!("schedule.{key}"), key.span);
        let properties = Members::new()
            .with("Description", format!("Role of the schedule {key} of {}", self.blueprint().center))
            .with("AssumeRolePolicyDocument", access::own_account_trust_policy("scheduler.amazonaws.com"))
            .with_list("Policies", access::inline_policy(key, statements))
            .finish();
        self.add(Kind::Role, &name, Common::NONE, properties);
        Value::arn_of(Address::new(Kind::Role, name.value))
    }
}
