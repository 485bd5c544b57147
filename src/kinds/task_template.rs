//! A task template: the form that a task is made with.

use callform_source::{Diagnostic, Spanned};
use schemars::JsonSchema;
use serde::Deserialize;

use super::descriptor::{
    ArnForm, Audience, Checks, Descriptor, Drift, Identifiers, Lifetime, Live, Lowering, Outside, Reach, Service,
    UniqueName,
};
use super::keys;
use crate::blueprint::{Definition as _, Name, Section, resource};
use crate::model::flows::name_of;
use crate::model::members::Members;
use crate::model::{Kind, Resolver, Value};

resource! {
    /// A task template.
    pub struct TaskTemplate {
        /// Name in Connect. Default: from the key.
        pub name: Option<Spanned<String>>,
        /// What such tasks are for.
        pub description: Option<Spanned<String>>,
        /// The flow that tasks run. Needed unless a field is a quick connect.
        pub flow: Option<Name>,
        /// The flow that runs where an agent keeps the task.
        pub self_assign_flow: Option<Name>,
        /// The fields of the form, by name, in their order; 50 at most.
        pub fields: Section<TaskField>,
        /// Whether it can be used. Default: true.
        pub enabled: Option<bool>,
    }
}

/// A field of a task template.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TaskField {
    /// What goes in there.
    #[serde(rename = "type")]
    pub kind: TaskFieldType,
    /// What it means.
    pub description: Option<Spanned<String>>,
    /// What one of can be chosen, for `single-select`.
    #[serde(default)]
    pub options: Vec<Spanned<String>>,
    /// What is in there at first.
    pub default: Option<Spanned<String>>,
    /// Whether it has to be filled in. Default: false.
    #[serde(default)]
    pub required: bool,
    /// Whether agents see it and cannot change it. Default: false.
    #[serde(default)]
    pub read_only: bool,
    /// Whether agents do not see it. Default: false.
    #[serde(default)]
    pub hidden: bool,
}

/// What goes into a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum TaskFieldType {
    Name,
    Description,
    ScheduledTime,
    QuickConnect,
    Url,
    Number,
    Text,
    TextArea,
    DateTime,
    Boolean,
    SingleSelect,
    Email,
    ExpiryDuration,
    SelfAssign,
}

impl TaskFieldType {
    fn api_name(self) -> &'static str {
        match self {
            Self::Name => "NAME",
            Self::Description => "DESCRIPTION",
            Self::ScheduledTime => "SCHEDULED_TIME",
            Self::QuickConnect => "QUICK_CONNECT",
            Self::Url => "URL",
            Self::Number => "NUMBER",
            Self::Text => "TEXT",
            Self::TextArea => "TEXT_AREA",
            Self::DateTime => "DATE_TIME",
            Self::Boolean => "BOOLEAN",
            Self::SingleSelect => "SINGLE_SELECT",
            Self::Email => "EMAIL",
            Self::ExpiryDuration => "EXPIRY_DURATION",
            Self::SelfAssign => "SELF_ASSIGN",
        }
    }
}

pub(super) static DESCRIPTOR: Descriptor = Descriptor {
    word: "task_template",
    plural: "task templates",
    resource_type: "AWS::Connect::TaskTemplate",
    prefix: "TaskTemplate",
    is_single: false,
    lowering: Some(Lowering {
        section: "task_templates",
        names: |blueprint| keys(&blueprint.task_templates),
        lower: |resolver| resolver.task_templates(),
        files: None,
    }),
    finish: None,
    identifiers: Identifiers {
        arn: ArnForm::InInstance("task-template"),
        attribute: Some("Arn"),
        parameter: "TaskTemplateIds",
    },
    name: Some(UniqueName::in_instance("/Name")),
    lookup: None,
    builtins: None,
    lifetime: Lifetime::PLAIN,
    reach: Reach { hears: Audience::Agents, tells: Audience::Agents, listed: None },
    outside: Outside::NOTHING,
    live: Live::bulk(|reading| Box::pin(reading.gateway.live_task_templates(reading.instance, reading.managed))),
    // UpdateTaskTemplate takes everything at once.
    drift: Drift {
        written_together: &["Name", "Description", "ContactFlowArn", "Constraints", "Defaults", "Fields", "Status"],
        ..Drift::PLAIN
    },
    service: Service::limited("", "Task templates per instance", 50),
    checks: Checks {
        codes: &[
            ("task-name", "A task template does not have exactly one field of the type `name`."),
            ("task-target", "Nothing says where tasks of a template go."),
            ("task-options", "A field of a task template has options that nobody can choose, or none to choose from."),
        ],
        ..Checks::PLAIN
    },
};

impl Resolver<'_> {
    fn task_templates(&mut self) {
        for (key, template) in &self.blueprint().task_templates {
            self.check_task_fields(key, template);
            let flow = template.flow.as_ref().map(|flow| self.arn(Kind::Flow, flow));
            let self_assign = template.self_assign_flow.as_ref().map(|flow| self.arn(Kind::Flow, flow));
            let defaults = template.fields.iter().filter_map(|(name, field)| {
                let default = field.default.as_ref()?;
                Some(Members::new().with("Id", id(name)).with("DefaultValue", default).into())
            });
            let enabled = template.enabled.unwrap_or(true);
            let properties = Members::of_instance()
                .with("Name", name_of(template.name.as_ref(), key))
                .with_some("Description", template.description.as_ref())
                .with_some("ContactFlowArn", flow)
                .with_some("SelfAssignContactFlowArn", self_assign)
                .with_list("Fields", template.fields.iter().map(|(name, it)| field(name, it).into()).collect())
                .with_list("Defaults", defaults.collect())
                .with_some("Constraints", constraints(&template.fields))
                .with("Status", if enabled { "ACTIVE" } else { "INACTIVE" })
                .with_tags(template.tags.as_ref())
                .finish();
            self.add(Kind::TaskTemplate, key, template.common(), properties);
        }
    }

    /// Sources: CreateTaskTemplate, and `Fields` and `ContactFlowArn` of the CloudFormation type.
    fn check_task_fields(&mut self, key: &Spanned<String>, template: &TaskTemplate) {
        let of_type = |kind| template.fields.values().filter(move |field| field.kind == kind).count();
        if of_type(TaskFieldType::Name) != 1 {
            self.diagnostics.push(
                Diagnostic::error("task-name", "a task template has exactly one field with the name of the task")
                    .at(key.span, format!("it has {}", of_type(TaskFieldType::Name)))
                    .help("Such as `fields: { Title: { type: name, required: true } }`."),
            );
        }
        if template.flow.is_none() && of_type(TaskFieldType::QuickConnect) == 0 {
            self.diagnostics.push(
                Diagnostic::error("task-target", "nothing says where such tasks go")
                    .at(key.span, "")
                    .help("Name the `flow:` that they run, or give the form a field of the type `quick-connect`."),
            );
        }
        for (name, field) in &template.fields {
            let chooses = field.kind == TaskFieldType::SingleSelect;
            let is_option = |text: &str| field.options.iter().any(|option| option.value == text);
            let problem = match &field.default {
                _ if chooses && field.options.is_empty() => Some((name.span, "there is nothing to choose from")),
                _ if !chooses && !field.options.is_empty() => {
                    Some((field.options[0].span, "only a field of the type `single-select` has options"))
                }
                Some(default) if chooses && !is_option(default) => Some((default.span, "this is none of the options")),
                _ => None,
            };
            if let Some((span, title)) = problem {
                self.diagnostics.push(Diagnostic::error("task-options", title).at(span, ""));
            }
        }
    }
}

fn id(name: &Spanned<String>) -> Members {
    Members::new().with("Name", name)
}

fn field(name: &Spanned<String>, field: &TaskField) -> Members {
    Members::new()
        .with("Id", id(name))
        .with("Type", field.kind.api_name())
        .with_some("Description", field.description.as_ref())
        .with_list("SingleSelectOptions", field.options.iter().map(Value::from).collect())
}

fn constraints(fields: &Section<TaskField>) -> Option<Members> {
    let of = |is_one: fn(&TaskField) -> bool| {
        let named = fields.iter().filter(|(_, field)| is_one(field));
        named.map(|(name, _)| Members::new().with("Id", id(name)).into()).collect::<Vec<Value>>()
    };
    let constraints = Members::new()
        .with_list("RequiredFields", of(|field| field.required))
        .with_list("ReadOnlyFields", of(|field| field.read_only))
        .with_list("InvisibleFields", of(|field| field.hidden));
    (!constraints.is_empty()).then_some(constraints)
}
