//! A state machine of Step Functions, with a role that may do what its definition says, and a log.

mod asl;

use callform_source::yaml::{self, Limits, Node, NodeValue};
use callform_source::{Diagnostic, Spanned};
use schemars::JsonSchema;
use serde::Deserialize;

use super::descriptor::{
    ArnForm, Checks, Content, Descriptor, Drift, Identifiers, Lifetime, Live, Lowering, NamedFile, Outside, Reach,
    Service, UniqueName,
};
use super::keys;
use crate::blueprint::{Blueprint, Common, Definition as _, Name, Statement, TextKind, resource};
use crate::model::access::{self, allow};
use crate::model::members::Members;
use crate::model::naming::physical_name;
use crate::model::senders::each_once;
use crate::model::{Address, Kind, Reference, Resolver, Target, TextPart, Value};

resource! {
    /// A state machine of Step Functions.
    pub struct StateMachine {
        /// Name in Step Functions. Default: CloudFormation makes one up.
        pub name: Option<Spanned<String>>,
        /// A file beside the blueprint with its definition, in the States Language (JSON). Texts name things of the
        /// blueprint: `${lambda/lookup}`, `${table/numbers.ref}`, `${sqs_queue/orders.ref}`.
        pub definition: Spanned<String>,
        /// `standard` keeps a history and may take a year; `express` is for many short ones. Cannot be changed later.
        /// Default: `standard`.
        #[serde(rename = "type")]
        pub kind: Option<StateMachineType>,
        /// A role of this blueprint, or the ARN of one. Default: a role of its own that may invoke and use the functions,
        /// queues, topics and tables that its tasks name, and do what `statements` say.
        pub role: Option<Name>,
        /// What it may do besides, with the role of its own.
        #[serde(default)]
        pub statements: Vec<Statement>,
        /// What is logged: `off`, `errors` or `all`. Default: `errors`; `all` of `express`, which has no other history.
        pub log: Option<LogLevel>,
        /// Whether the log has what goes in and out of states. Default: false.
        #[serde(default)]
        pub log_data: bool,
        /// Days its log is kept. Default: 30.
        pub log_retention: Option<Spanned<u32>>,
        /// Whether X-Ray traces it. Default: false.
        #[serde(default)]
        pub tracing: bool,
    }
}

/// How a state machine runs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum StateMachineType {
    /// Each step once, for a year at most.
    #[default]
    Standard,
    /// At least once, for five minutes at most.
    Express,
}

/// What a state machine logs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum LogLevel {
    /// Nothing.
    Off,
    /// What failed.
    Errors,
    /// Every step.
    All,
}

pub(super) static DESCRIPTOR: Descriptor = Descriptor {
    word: "state_machine",
    plural: "state machines",
    resource_type: "AWS::StepFunctions::StateMachine",
    prefix: "StateMachine",
    is_single: false,
    lowering: Some(Lowering {
        section: "state_machines",
        names: |blueprint| keys(&blueprint.state_machines),
        lower: |resolver| resolver.state_machines(),
        files: Some(files),
    }),
    finish: None,
    identifiers: Identifiers {
        arn: ArnForm::Whole(Some(("states", "stateMachine:"))),
        attribute: Some("Arn"),
        parameter: "StateMachineArns",
    },
    name: Some(UniqueName::in_account("/StateMachineName")),
    lookup: None,
    builtins: None,
    lifetime: Lifetime::losing("its executions are stopped, and their history is lost"),
    reach: Reach::PLAIN,
    outside: Outside::REGIONAL,
    live: Live::TEMPLATE,
    drift: Drift::PLAIN,
    service: Service { needs: &["iam", "logs", "states"], ..Service::PLAIN },
    checks: Checks {
        codes: &[
            ("state-machine-file", "The definition of a state machine is no JSON."),
            ("state-machine", "The definition of a state machine has something that Step Functions refuses."),
            ("unknown-state", "A state leads to one that is not there."),
            ("unreachable-state", "Nothing leads to a state."),
            ("waits-for-ever", "A task waits for an answer that may never come."),
        ],
        ..Checks::PLAIN
    },
};

const DEFAULT_LOG_RETENTION_DAYS: u32 = 30;

/// What Step Functions needs to write a log: actions on none in particular. Source: AWS Step Functions Developer Guide,
/// "Logging using CloudWatch Logs".
const OF_LOGGING: [&str; 8] = [
    "logs:CreateLogDelivery",
    "logs:DeleteLogDelivery",
    "logs:DescribeLogGroups",
    "logs:DescribeResourcePolicies",
    "logs:GetLogDelivery",
    "logs:ListLogDeliveries",
    "logs:PutResourcePolicy",
    "logs:UpdateLogDelivery",
];

/// Source: AWS Step Functions Developer Guide, "Trace with X-Ray".
const OF_TRACING: [&str; 4] =
    ["xray:GetSamplingRules", "xray:GetSamplingTargets", "xray:PutTelemetryRecords", "xray:PutTraceSegments"];

fn files(blueprint: &Blueprint) -> Vec<NamedFile> {
    let files = blueprint.state_machines.values().map(|machine| machine.definition.clone());
    files.map(|name| NamedFile { name, content: Content::Text(TextKind::Json) }).collect()
}

/// A state machine that may name itself: it, and its role, have to be made before it has an ARN.
struct Own<'a> {
    address: Address,
    name: Option<&'a Spanned<String>>,
}

impl Own<'_> {
    fn is_meant_by(&self, reference: &Reference) -> bool {
        matches!(&reference.target, Target::Resource(address) if *address == self.address)
    }

    /// With the ARN put together of the name, where there is one, in place of references to the machine itself.
    fn by_name(&self, value: Value) -> Value {
        let Some(name) = self.name else { return value };
        let arn = || {
            let literal = |text: &str| TextPart::Literal(text.to_owned());
            vec![
                literal("arn:"),
                TextPart::Pseudo("AWS::Partition"),
                literal(":states:"),
                TextPart::Pseudo("AWS::Region"),
                literal(":"),
                TextPart::Pseudo("AWS::AccountId"),
                TextPart::Literal(format!(":stateMachine:{name}")),
            ]
        };
        match value {
            Value::Reference(reference) if self.is_meant_by(&reference) => Value::Text(arn()),
            Value::Text(parts) => {
                let replaced = parts.into_iter().flat_map(|part| match part {
                    TextPart::Reference(reference) if self.is_meant_by(&reference) => arn(),
                    part => vec![part],
                });
                Value::Text(joined(replaced.collect()))
            }
            value => value,
        }
    }
}

impl Resolver<'_> {
    fn state_machines(&mut self) {
        for (key, machine) in &self.blueprint().state_machines {
            let Some(definition) = self.definition(machine) else { continue };
            let kind = machine.kind.unwrap_or_default();
            asl::check(&definition, kind == StateMachineType::Express, &mut self.diagnostics);
            let own = Own { address: Address::new(Kind::StateMachine, key.value.clone()), name: machine.name.as_ref() };
            let text = self.definition_text(&definition);
            if own.name.is_none() && text.references().iter().any(|one| own.is_meant_by(one)) {
                self.diagnostics.push(
                    Diagnostic::error("state-machine", "a state machine that names itself needs a name of its own")
                        .at(machine.definition.span, format!("names `${{state_machine/{key}}}`"))
                        .help(format!(
                            "Give it a `name:`, such as `{}`.",
                            physical_name(&self.blueprint().center, key)
                        )),
                );
                continue;
            }
            let text = own.by_name(text);
            let role = match &machine.role {
                Some(role) => {
                    self.no_statements(machine);
                    self.arn(Kind::Role, role)
                }
                None => self.role_of_machine(key, machine, &definition, &own),
            };
            let word = if kind == StateMachineType::Express { "EXPRESS" } else { "STANDARD" };
            let properties = Members::new()
                .with_some("StateMachineName", machine.name.as_ref())
                .with("StateMachineType", word)
                .with("DefinitionString", text)
                .with("RoleArn", role)
                .with_some("LoggingConfiguration", self.log_of_machine(key, machine))
                .with("TracingConfiguration", Members::new().with("Enabled", machine.tracing))
                .with_tags(machine.tags.as_ref())
                .finish();
            self.add(Kind::StateMachine, key, machine.common(), properties);
        }
    }

    /// The definition, with the places of everything in it.
    fn definition(&mut self, machine: &StateMachine) -> Option<Node> {
        let file = self.loaded.file(&machine.definition)?.text?;
        if let Err(error) = serde_json::from_str::<serde_json::Value>(self.sources.file(file).text()) {
            self.diagnostics.push(
                Diagnostic::error("state-machine-file", "this file holds no JSON")
                    .at(machine.definition.span, error.to_string()),
            );
            return None;
        }
        yaml::parse(self.sources, file, &Limits::default(), &mut self.diagnostics)
    }

    /// The definition as one line, so that its layout is no change, with references in its texts.
    fn definition_text(&mut self, node: &Node) -> Value {
        let mut parts = Vec::new();
        self.write(node, &mut parts);
        Value::Text(joined(parts))
    }

    fn write(&mut self, node: &Node, parts: &mut Vec<TextPart>) {
        let mut literal = |text: String| parts.push(TextPart::Literal(text));
        match &node.value {
            NodeValue::Mapping(entries) => {
                literal("{".to_owned());
                for (index, entry) in entries.iter().enumerate() {
                    let comma = if index > 0 { "," } else { "" };
                    parts.push(TextPart::Literal(format!("{comma}\"{}\":", escaped(&entry.key.value))));
                    self.write(&entry.value, parts);
                }
                parts.push(TextPart::Literal("}".to_owned()));
            }
            NodeValue::Sequence(items) => {
                literal("[".to_owned());
                for (index, item) in items.iter().enumerate() {
                    if index > 0 {
                        parts.push(TextPart::Literal(",".to_owned()));
                    }
                    self.write(item, parts);
                }
                parts.push(TextPart::Literal("]".to_owned()));
            }
            NodeValue::String(text) => {
                literal("\"".to_owned());
                let inside = match self.text(text, node.span) {
                    Value::Text(inside) => inside,
                    Value::String(text) => vec![TextPart::Literal(text)],
                    Value::Reference(reference) => vec![TextPart::Reference(reference)],
                    Value::Pseudo(name) => vec![TextPart::Pseudo(name)],
                    _ => Vec::new(),
                };
                parts.extend(inside.into_iter().map(|part| match part {
                    TextPart::Literal(text) => TextPart::Literal(escaped(&text)),
                    part @ (TextPart::Reference(_) | TextPart::Pseudo(_)) => part,
                }));
                parts.push(TextPart::Literal("\"".to_owned()));
            }
            _ => literal(node.to_json().to_string()),
        }
    }

    fn role_of_machine(
        &mut self,
        key: &Spanned<String>,
        machine: &StateMachine,
        definition: &Node,
        own: &Own,
    ) -> Value {
        let mut statements = Vec::new();
        for task in asl::tasks(definition) {
            statements.extend(self.statements_of_task(task, own));
        }
        statements = each_once(statements);
        if Self::log_level(machine) != LogLevel::Off {
            statements.push(allow(&OF_LOGGING, vec!["*".into()]));
        }
        if machine.tracing {
            statements.push(allow(&OF_TRACING, vec!["*".into()]));
        }
        statements.extend(self.statements(&machine.statements));
        let name = Spanned::new(format!("state_machine.{key}"), key.span);
        let properties = Members::new()
            .with("Description", format!("Role of the state machine {key} of {}", self.blueprint().center))
            .with("AssumeRolePolicyDocument", access::own_account_trust_policy("states.amazonaws.com"))
            .with_list("Policies", access::inline_policy(key, statements))
            .finish();
        self.add(Kind::Role, &name, Common::renamed(former(machine).as_ref()), properties);
        Value::arn_of(Address::new(Kind::Role, name.value))
    }

    /// What a task has to be allowed for what it names.
    fn statements_of_task(&mut self, task: &Node, own: &Own) -> Vec<Value> {
        let Some(resource) = task.get("Resource").and_then(Node::as_str) else { return Vec::new() };
        let mut named = Vec::new();
        for part in ["Resource", "Parameters", "Arguments"].iter().filter_map(|name| task.get(name)) {
            let value = self.definition_text(part);
            named.extend(value.references().into_iter().filter_map(|reference| match &reference.target {
                Target::Resource(address) => Some(address.clone()),
                Target::Builtin { .. } | Target::Instance => None,
            }));
        }
        let mut statements = Vec::new();
        for address in named {
            let Some(action) = asl::action(resource, address.kind) else { continue };
            statements.push(allow(&[&action], vec![own.by_name(Value::arn_of(address.clone()))]));
            let name = Spanned::new(address.name.clone(), task.span);
            statements.extend(self.using_key_of(address.kind, &name));
        }
        statements
    }

    fn no_statements(&mut self, machine: &StateMachine) {
        if let Some(statement) = machine.statements.first() {
            self.diagnostics.push(
                Diagnostic::error("statements-of-foreign-role", "statements need a role of the state machine's own")
                    .at(statement.resources.span, "has no effect")
                    .help("Move the statements to the role that `role:` names, or remove `role:`."),
            );
        }
    }

    fn log_level(machine: &StateMachine) -> LogLevel {
        let is_express = machine.kind == Some(StateMachineType::Express);
        machine.log.unwrap_or(if is_express { LogLevel::All } else { LogLevel::Errors })
    }

    /// The log of a state machine. Its group has the name that keeps the policy of CloudWatch Logs small (developer
    /// guide, "Prefix log group names").
    fn log_of_machine(&mut self, key: &Spanned<String>, machine: &StateMachine) -> Option<Members> {
        let level = match Self::log_level(machine) {
            LogLevel::Off => return None,
            LogLevel::Errors => "ERROR",
            LogLevel::All => "ALL",
        };
        let name = Spanned::new(format!("state_machine.{key}"), key.span);
        let center = &self.blueprint().center.value;
        // A renamed one keeps its log.
        let first = machine.renamed_from.as_ref().unwrap_or(key);
        let physical = format!("/aws/vendedlogs/states/{}", physical_name(center, first));
        let retention = machine.log_retention.as_ref().map_or(DEFAULT_LOG_RETENTION_DAYS, |days| days.value);
        let group = Members::new().with("LogGroupName", physical).with("RetentionInDays", retention).finish();
        self.add(Kind::LogGroup, &name, Common::renamed(former(machine).as_ref()), group);
        let arn = Value::arn_of(Address::new(Kind::LogGroup, name.value));
        let group = Members::new().with("CloudWatchLogsLogGroup", Members::new().with("LogGroupArn", arn));
        Some(
            Members::new()
                .with("Level", level)
                .with("IncludeExecutionData", machine.log_data)
                .with("Destinations", vec![group.into()]),
        )
    }
}

/// The name of what comes with a machine, before that was renamed.
fn former(machine: &StateMachine) -> Option<Spanned<String>> {
    machine.renamed_from.as_ref().map(|old| Spanned::new(format!("state_machine.{old}"), old.span))
}

/// A text as it stands between the quotes of a string of JSON.
fn escaped(text: &str) -> String {
    let quoted = serde_json::Value::from(text).to_string();
    quoted.get(1..quoted.len() - 1).unwrap_or_default().to_owned()
}

/// Parts with literals put together.
fn joined(parts: Vec<TextPart>) -> Vec<TextPart> {
    let mut joined: Vec<TextPart> = Vec::new();
    for part in parts {
        match (joined.last_mut(), part) {
            (Some(TextPart::Literal(last)), TextPart::Literal(text)) => last.push_str(&text),
            (_, part) => joined.push(part),
        }
    }
    joined
}
