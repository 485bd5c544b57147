//! AWS Step Functions: state machines with their versions, and activities are kept. No execution is ever started.

use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::api::{Api, Call, Does, Operation, Verb, named, picked};
use super::kind::{AS_IT_IS, Kind, Reference, Refusal, Shape, Shown, formed};
use super::members::{Case, TagForm, Wire};
use crate::clock::epoch_seconds;
use crate::error::AwsError;
use crate::handler::Properties;
use crate::operation::{Member, Service, TEXT, required};

static STATE_MACHINE: Kind = Kind {
    owns: &[("AWS::StepFunctions::StateMachineVersion", "StateMachineArn")],
    check,
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
    shape: Shape {
        renamed: &[("Arn", "stateMachineVersionArn"), ("StateMachineRevisionId", "revisionId")],
        shown: &[("creationDate", Shown::Created)],
        ..AS_IT_IS
    },
    ..formed("AWS::StepFunctions::StateMachineVersion", &[("/Arn", "{/StateMachineArn}:{next:/StateMachineArn}")])
};

static ACTIVITY: Kind = Kind {
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

/// The service.
pub(crate) static STEP_FUNCTIONS: Api = Api {
    service: Service { name: "Step Functions", tables: &[OPERATIONS], others: &[] },
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

const OPERATIONS: &[Operation] = &[
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
    let wrong = |why: &str| {
        let message = format!("Invalid State Machine Definition: '{why}'");
        Err(Refusal { code: "InvalidDefinition", message })
    };
    let Ok(Value::Object(machine)) = serde_json::from_str::<Value>(&text) else {
        return wrong("INVALID_JSON_DESCRIPTION: it is no JSON object");
    };
    let states = machine.get("States").and_then(Value::as_object);
    let start = machine.get("StartAt").and_then(Value::as_str);
    match (start, states) {
        (Some(start), Some(states)) if states.contains_key(start) => Ok(()),
        (Some(_), Some(_)) => wrong("MISSING_TRANSITION_TARGET: the state of StartAt is not there at /StartAt"),
        _ => wrong("SCHEMA_VALIDATION_FAILED: StartAt and States have to be there"),
    }
}

fn show(whole: &Properties, shown: &mut Map<String, Value>) {
    if let Some(text) = definition(whole) {
        shown.insert("definition".to_owned(), json!(text));
    }
    if let Some(name) = whole.get("Name") {
        shown.insert("name".to_owned(), name.clone());
    }
}
