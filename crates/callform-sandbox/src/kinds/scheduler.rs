//! Amazon EventBridge Scheduler: schedules and their groups are kept. Nothing is ever started by one. As the schema's
//! identifier is the name alone, a name is unique among all schedules here, not in its group.

use chrono::{DateTime, SecondsFormat, Utc};
use serde_json::{Map, Value};

use super::api::{Api, Does, Operation, Verb, routed};
use super::kind::{AS_IT_IS, Kind, Reference, Refusal, Shape, Shown, formed};
use super::members::{Case, TagForm, Wire};
use crate::handler::Properties;
use crate::operation::{Member, Service, Shape as Form, TEXT, query, required_query};

const TIMES: [&str; 2] = ["StartDate", "EndDate"];

static SCHEDULE: Kind = Kind {
    refers: &[Reference { property: "GroupName", type_name: "AWS::Scheduler::ScheduleGroup", always: &["default"] }],
    check,
    shape: Shape {
        renamed: &[],
        further: &["ActionAfterCompletion"],
        shown: &[
            ("GroupName", Shown::Text("default")),
            ("State", Shown::Text("ENABLED")),
            ("ActionAfterCompletion", Shown::Text("NONE")),
            ("CreationDate", Shown::Created),
            ("LastModificationDate", Shown::Changed),
        ],
        take,
        show,
        ..AS_IT_IS
    },
    ..formed(
        "AWS::Scheduler::Schedule",
        &[("/Arn", "arn:aws:scheduler:{region}:{account}:schedule/{/GroupName|default}/{/Name}")],
    )
};

static GROUP: Kind = Kind {
    owns: &[("AWS::Scheduler::Schedule", "GroupName")],
    shape: Shape {
        shown: &[
            ("State", Shown::Text("ACTIVE")),
            ("CreationDate", Shown::Created),
            ("LastModificationDate", Shown::Changed),
        ],
        ..AS_IT_IS
    },
    ..formed(
        "AWS::Scheduler::ScheduleGroup",
        &[("/Arn", "arn:aws:scheduler:{region}:{account}:schedule-group/{/Name}")],
    )
};

/// The kinds.
pub(super) static KINDS: &[&Kind] = &[&SCHEDULE, &GROUP];

/// The service.
pub(crate) static SCHEDULER: Api = Api {
    service: Service { name: "EventBridge Scheduler", tables: &[OPERATIONS], others: &[] },
    wire: Wire {
        case: Case::Upper,
        tags: TagForm::List,
        shows_tags: false,
        page_size: "MaxResults",
        page_token: "NextToken",
        ignored: &["ClientToken"],
    },
    absent: (404, "ResourceNotFoundException"),
    absent_arn: "ResourceNotFoundException",
    present: (409, "ConflictException"),
    invalid: "ValidationException",
    kinds: KINDS,
};

const IN_GROUP: Member = query("groupName", "GroupName", TEXT);
const SIZE: Member = query("MaxResults", "MaxResults", Form::Number(1, 100));
const TOKEN: Member = query("NextToken", "NextToken", TEXT);
const PREFIX: Member = query("NamePrefix", "NamePrefix", TEXT);
const LISTED: &[&str] = &["Arn", "Name", "GroupName", "State", "CreationDate", "LastModificationDate", "Target"];

const OPERATIONS: &[Operation] = &[
    routed(
        "CreateSchedule",
        "POST",
        "/schedules/{Name}",
        200,
        &[],
        Does::To(&SCHEDULE, Verb::Create(&["ScheduleArn=Arn"])),
    ),
    routed("GetSchedule", "GET", "/schedules/{Name}", 200, &[IN_GROUP], Does::To(&SCHEDULE, Verb::Describe(""))),
    routed(
        "UpdateSchedule",
        "PUT",
        "/schedules/{Name}",
        200,
        &[],
        Does::To(&SCHEDULE, Verb::Replace(&["GroupName"], &["ScheduleArn=Arn"])),
    ),
    routed(
        "DeleteSchedule",
        "DELETE",
        "/schedules/{Name}",
        200,
        &[IN_GROUP],
        Does::To(&SCHEDULE, Verb::Delete(&[], &[])),
    ),
    routed(
        "ListSchedules",
        "GET",
        "/schedules",
        200,
        &[query("ScheduleGroup", "GroupName", TEXT), PREFIX, query("State", "State", TEXT), TOKEN, SIZE],
        Does::To(&SCHEDULE, Verb::List("Schedules", LISTED, &[])),
    ),
    routed(
        "CreateScheduleGroup",
        "POST",
        "/schedule-groups/{Name}",
        200,
        &[],
        Does::To(&GROUP, Verb::Create(&["ScheduleGroupArn=Arn"])),
    ),
    routed("GetScheduleGroup", "GET", "/schedule-groups/{Name}", 200, &[], Does::To(&GROUP, Verb::Describe(""))),
    routed(
        "DeleteScheduleGroup",
        "DELETE",
        "/schedule-groups/{Name}",
        200,
        &[],
        Does::To(&GROUP, Verb::Delete(&[], &[])),
    ),
    routed(
        "ListScheduleGroups",
        "GET",
        "/schedule-groups",
        200,
        &[PREFIX, TOKEN, SIZE],
        Does::To(&GROUP, Verb::List("ScheduleGroups", &[], &[])),
    ),
    routed("TagResource", "POST", "/tags/{ResourceArn}", 200, &[], Does::Tag("ResourceArn")),
    routed(
        "UntagResource",
        "DELETE",
        "/tags/{ResourceArn}",
        200,
        &[required_query("TagKeys", "TagKeys", Form::List(1, 200, &TEXT))],
        Does::Untag("ResourceArn", "TagKeys"),
    ),
    routed("ListTagsForResource", "GET", "/tags/{ResourceArn}", 200, &[], Does::ListTags("ResourceArn", "Tags")),
];

fn check(properties: &Properties) -> Result<(), Refusal> {
    let Some(expression) = properties.get("ScheduleExpression").and_then(Value::as_str) else { return Ok(()) };
    let is_known = ["at(", "rate(", "cron("].iter().any(|start| expression.starts_with(start));
    if is_known && expression.ends_with(')') {
        return Ok(());
    }
    Err(Refusal { code: "ValidationException", message: format!("Invalid Schedule Expression {expression}.") })
}

/// The group of those that name none is not said, and times are texts.
fn take(input: &mut Map<String, Value>) {
    if input.get("GroupName").and_then(Value::as_str) == Some("default") {
        input.shift_remove("GroupName");
    }
    for name in TIMES {
        #[expect(clippy::cast_possible_truncation, reason = "milliseconds of a time")]
        let time = input.get(name).and_then(Value::as_f64).map(|seconds| (seconds * 1000.0).round() as i64);
        if let Some(time) = time.and_then(DateTime::<Utc>::from_timestamp_millis) {
            input.insert(name.to_owned(), time.to_rfc3339_opts(SecondsFormat::Millis, true).into());
        }
    }
}

fn show(whole: &Properties, shown: &mut Map<String, Value>) {
    for name in TIMES {
        let time = whole.get(name).and_then(Value::as_str).and_then(|text| DateTime::parse_from_rfc3339(text).ok());
        if let Some(time) = time {
            #[expect(clippy::cast_precision_loss, reason = "milliseconds stay far below 2^53")]
            let seconds = time.timestamp_millis() as f64 / 1000.0;
            shown.insert(name.to_owned(), seconds.into());
        }
    }
}
