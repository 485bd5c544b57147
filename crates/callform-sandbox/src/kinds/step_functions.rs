//! AWS Step Functions: state machines with their versions, and activities. What runs by them is in [`crate::states`].

use callform_states::{Machine, Type};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::api::{Api, Call, Does, Operation, Verb, named, picked};
use super::document::Document;
use super::kind::{AS_IT_IS, Kind, Reference, Refusal, Shape, Shown, WORKS, formed};
use super::members::{Case, TagForm, Wire};
use crate::clock::epoch_seconds;
use crate::error::AwsError;
use crate::handler::{Environment, Properties};
use crate::input::object;
use crate::operation::{Member, Service, TEXT, required};

static STATE_MACHINE: Kind = Kind {
    owns: &[("AWS::StepFunctions::StateMachineVersion", "StateMachineArn")],
    check,
    kept: WORKS,
    shape: Shape {
        renamed: &[
            ("Arn", "stateMachineArn"),
            ("StateMachineName", "name"),
            ("StateMachineType", "type"),
            ("DefinitionString", "definition"),
            ("StateMachineRevisionId", "revisionId"),
        ],
        hidden: &["Name", "Definition", "DefinitionS3Location", "DefinitionSubstitutions"],
        shown: &[
            ("status", Shown::Text("ACTIVE")),
            ("type", Shown::Text("STANDARD")),
            ("creationDate", Shown::Created),
        ],
        show,
        absent: Some("StateMachineDoesNotExist"),
        present: Some("StateMachineAlreadyExists"),
        ..AS_IT_IS
    },
    ..formed(
        "AWS::StepFunctions::StateMachine",
        &[
            ("/Name", "{/StateMachineName?}"),
            ("/Arn", "arn:aws:states:{region}:{account}:stateMachine:{/Name}"),
            ("/StateMachineRevisionId", "{uuid}"),
        ],
    )
};

static VERSION: Kind = Kind {
    refers: &[Reference { property: "StateMachineArn", type_name: "AWS::StepFunctions::StateMachine", always: &[] }],
    kept: WORKS,
    shape: Shape {
        renamed: &[("Arn", "stateMachineVersionArn"), ("StateMachineRevisionId", "revisionId")],
        shown: &[("creationDate", Shown::Created)],
        ..AS_IT_IS
    },
    ..formed("AWS::StepFunctions::StateMachineVersion", &[("/Arn", "{/StateMachineArn}:{next:/StateMachineArn}")])
};

static ACTIVITY: Kind = Kind {
    kept: WORKS,
    shape: Shape {
        renamed: &[("Arn", "activityArn")],
        shown: &[("creationDate", Shown::Created)],
        absent: Some("ActivityDoesNotExist"),
        present: Some("ActivityAlreadyExists"),
        ..AS_IT_IS
    },
    ..formed("AWS::StepFunctions::Activity", &[("/Arn", "arn:aws:states:{region}:{account}:activity:{/Name}")])
};

/// The kinds.
pub(super) static KINDS: &[&Kind] = &[&STATE_MACHINE, &VERSION, &ACTIVITY];

/// The service, as far as nothing runs.
pub(crate) const STEP_FUNCTIONS: Api = Api {
    service: Service { name: "Step Functions", tables: &[STATE_MACHINES], others: &[] },
    wire: Wire {
        case: Case::Lower,
        tags: TagForm::List,
        shows_tags: false,
        page_size: "maxResults",
        page_token: "nextToken",
        ignored: &["includedData"],
    },
    absent: (400, "StateMachineDoesNotExist"),
    absent_arn: "ResourceNotFound",
    present: (400, "ConflictException"),
    invalid: "ValidationException",
    kinds: KINDS,
};

const ARN: &[Member] = &[required("stateMachineArn", TEXT)];
const ACTIVITY_ARN: &[Member] = &[required("activityArn", TEXT)];
const RESOURCE: &[Member] = &[required("resourceArn", TEXT)];

/// Operations on what is kept.
pub(crate) const STATE_MACHINES: &[Operation] = &[
    named(
        "CreateStateMachine",
        &[required("name", TEXT), required("definition", TEXT), required("roleArn", TEXT)],
        Does::To(&STATE_MACHINE, Verb::Create(&["stateMachineArn", "creationDate"])),
    ),
    named("DescribeStateMachine", ARN, Does::To(&STATE_MACHINE, Verb::Describe(""))),
    named("UpdateStateMachine", ARN, Does::Own(update)),
    named("DeleteStateMachine", ARN, Does::To(&STATE_MACHINE, Verb::Forget)),
    named(
        "ListStateMachines",
        &[],
        Does::To(
            &STATE_MACHINE,
            Verb::List("stateMachines", &["stateMachineArn", "name", "type", "creationDate"], &[]),
        ),
    ),
    named(
        "PublishStateMachineVersion",
        ARN,
        Does::To(&VERSION, Verb::Create(&["creationDate", "stateMachineVersionArn"])),
    ),
    named(
        "ListStateMachineVersions",
        ARN,
        Does::To(&VERSION, Verb::List("stateMachineVersions", &["stateMachineVersionArn", "creationDate"], &[])),
    ),
    named("DeleteStateMachineVersion", &[required("stateMachineVersionArn", TEXT)], Does::To(&VERSION, Verb::Forget)),
    named(
        "CreateActivity",
        &[required("name", TEXT)],
        Does::To(&ACTIVITY, Verb::Create(&["activityArn", "creationDate"])),
    ),
    named("DescribeActivity", ACTIVITY_ARN, Does::To(&ACTIVITY, Verb::Describe(""))),
    named("DeleteActivity", ACTIVITY_ARN, Does::To(&ACTIVITY, Verb::Forget)),
    named(
        "ListActivities",
        &[],
        Does::To(&ACTIVITY, Verb::List("activities", &["activityArn", "name", "creationDate"], &[])),
    ),
    named("TagResource", RESOURCE, Does::Tag("resourceArn")),
    named("UntagResource", RESOURCE, Does::Untag("resourceArn", "tagKeys")),
    named("ListTagsForResource", RESOURCE, Does::ListTags("resourceArn", "tags")),
];

/// A change is another revision.
fn update(call: &Call) -> Result<Value, AwsError> {
    let (key, mut kept) = call.find(&STATE_MACHINE)?;
    kept.attributes.insert("/StateMachineRevisionId".to_owned(), Uuid::new_v4().to_string().into());
    // A definition that a stack gave as an object is this text from now on.
    if call.input.contains_key("definition") {
        for name in ["Definition", "DefinitionS3Location", "DefinitionSubstitutions"] {
            kept.properties.shift_remove(name);
        }
    }
    let mut answer = picked(call.change(&STATE_MACHINE, (key, kept), None)?, &["revisionId"]);
    answer["updateDate"] = epoch_seconds(call.environment.now).into();
    Ok(answer)
}

/// The definition as a text, with what is substituted in it; `None` where it is in S3.
fn definition(properties: &Properties) -> Option<String> {
    let given = properties.get("DefinitionString").and_then(Value::as_str).map(str::to_owned);
    let mut text = given.or_else(|| properties.get("Definition").map(Value::to_string))?;
    for (name, value) in properties.get("DefinitionSubstitutions").and_then(Value::as_object).into_iter().flatten() {
        let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        text = text.replace(&format!("${{{name}}}"), &value);
    }
    Some(text)
}

fn check(properties: &Properties) -> Result<(), Refusal> {
    let Some(text) = definition(properties) else { return Ok(()) };
    let Err(problems) = Machine::read(&text, kind_of(properties)) else { return Ok(()) };
    let why: Vec<String> = problems.iter().map(ToString::to_string).collect();
    let message = format!("Invalid State Machine Definition: '{}'", why.join(", "));
    Err(Refusal { code: "InvalidDefinition", message })
}

fn kind_of(properties: &Properties) -> Type {
    match properties.get("StateMachineType").and_then(Value::as_str) {
        Some("EXPRESS") => Type::Express,
        _ => Type::Standard,
    }
}

/// A state machine, as far as an execution has to know it.
pub(crate) struct StateMachine {
    pub(crate) arn: String,
    pub(crate) name: String,
    pub(crate) role_arn: String,
    pub(crate) definition: String,
    pub(crate) revision: Option<Value>,
    pub(crate) is_express: bool,
}

/// The state machine of an ARN, or why there is none.
pub(crate) fn state_machine(environment: &Environment, arn: &str) -> Result<StateMachine, AwsError> {
    let machine = arn.split_once(":stateMachine:").filter(|_| arn.starts_with("arn:"));
    let Some((start, name)) = machine else {
        return Err(AwsError::new(400, "InvalidArn", format!("Invalid Arn: '{arn}'")));
    };
    let bare = match name.split_once(':') {
        Some((name, _)) => format!("{start}:stateMachine:{name}"),
        None => arn.to_owned(),
    };
    let all = Document::of(&STATE_MACHINE).all(environment)?;
    let absent = || AwsError::new(400, "StateMachineDoesNotExist", format!("State Machine Does Not Exist: '{arn}'"));
    let whole = all.into_iter().map(|(_, kept)| object(kept.whole()));
    let whole = whole.into_iter().find(|whole| whole.get("Arn").and_then(Value::as_str) == Some(&bare));
    let whole = whole.ok_or_else(absent)?;
    if bare != arn {
        return Err(AwsError::unsupported("Step Functions", "StartExecution of a version or alias"));
    }
    let text = |name: &str| whole.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let definition = definition(&whole)
        .ok_or_else(|| AwsError::unsupported("Step Functions", "StartExecution by a definition in S3"))?;
    Ok(StateMachine {
        arn: bare,
        name: whole
            .get("Name")
            .or_else(|| whole.get("StateMachineName"))
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_owned(),
        role_arn: text("RoleArn"),
        definition,
        revision: whole.get("StateMachineRevisionId").cloned(),
        is_express: kind_of(&whole) == Type::Express,
    })
}

/// True where there is an activity of an ARN.
pub(crate) fn has_activity(environment: &Environment, arn: &str) -> Result<bool, AwsError> {
    let all = Document::of(&ACTIVITY).all(environment)?;
    Ok(all.iter().any(|(_, kept)| kept.whole().get("Arn").and_then(Value::as_str) == Some(arn)))
}

fn show(whole: &Properties, shown: &mut Map<String, Value>) {
    if let Some(text) = definition(whole) {
        shown.insert("definition".to_owned(), json!(text));
    }
    if let Some(name) = whole.get("Name") {
        shown.insert("name".to_owned(), name.clone());
    }
}
