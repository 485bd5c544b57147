//! Amazon EventBridge Scheduler: schedules and their groups. [`crate::delivery`] carries out what is due. As the schema's
//! identifier is the name alone, a name is unique among all schedules here, not in its group.

use chrono::{DateTime, SecondsFormat, Utc};
use jiff::Timestamp;
use serde_json::{Map, Value};
use sha2::{Digest as _, Sha256};

use super::api::{Api, Does, Operation, Verb, routed};
use super::document::{Document, Kept};
use super::kind::{AS_IT_IS, Kind, Reference, Refusal, Shape, Shown, formed};
use super::members::{Case, TagForm, Wire};
use crate::clock::{self, epoch_milliseconds};
use crate::error::AwsError;
use crate::handler::{Environment, Properties};
use crate::operation::{Member, Service, Shape as Form, TEXT, query, required_query};
use crate::services::timing::timetable::{self, Owner};
use crate::services::timing::{Expression, Timing, milliseconds, timestamp};
use crate::store::Tx;

const TIMES: [&str; 2] = ["StartDate", "EndDate"];

static SCHEDULE: Kind = Kind {
    refers: &[Reference { property: "GroupName", type_name: "AWS::Scheduler::ScheduleGroup", always: &["default"] }],
    check,
    kept: Some(wait),
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
    kept: Some(|_, _, _| Ok(())),
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
    let invalid = |message: String| Err(Refusal { code: "ValidationException", message });
    let text = |name: &str| properties.get(name).and_then(Value::as_str);
    if let Some(expression) = text("ScheduleExpression")
        && let Err(reason) = Expression::read(expression, true)
    {
        return invalid(format!("Invalid Schedule Expression {expression}: {reason}."));
    }
    match text("ScheduleExpressionTimezone") {
        Some(zone) if clock::time_zone(zone).is_none() => {
            invalid(format!("Invalid Schedule Expression Timezone {zone}."))
        }
        _ => Ok(()),
    }
}

/// A schedule, as what carries it out sees it.
pub(crate) struct Schedule {
    /// Its key among all schedules.
    key: String,
    /// Its ARN.
    pub(crate) arn: String,
    /// The target, as the schedule has it.
    pub(crate) target: Value,
    whole: Value,
    /// What only the API knows.
    deletes_itself: bool,
    /// When it was made, milliseconds since 1970.
    created: u64,
}

/// The schedule of a key; `None` where it is gone.
pub(crate) fn find(environment: &Environment, key: &str) -> Result<Option<Schedule>, AwsError> {
    Ok(Document::of(&SCHEDULE).find(environment, key)?.map(|kept| Schedule::of(key, &kept)))
}

/// Takes a schedule that is gone from the timetable.
pub(crate) fn forget(tx: &Tx, key: &str) -> Result<(), AwsError> {
    timetable::set(tx, &Owner::Schedule(key.to_owned()), None)
}

/// A schedule that was made or changed waits for its next time; one that is gone waits no more.
fn wait(environment: &Environment, key: &str, kept: Option<&Kept>) -> Result<(), AwsError> {
    let Some(kept) = kept else { return forget(environment.tx, key) };
    let schedule = Schedule::of(key, kept);
    // A rate begins at once (EventBridge Scheduler User Guide, "Rate-based schedules").
    let begins = kept.created == kept.changed
        && schedule.text("ScheduleExpression").is_some_and(|text| text.starts_with("rate"));
    let after = if begins { schedule.begins().saturating_sub(1) } else { epoch_milliseconds(environment.now) };
    schedule.wait_for(environment.tx, schedule.next(after))
}

impl Schedule {
    fn of(key: &str, kept: &Kept) -> Self {
        let whole = kept.whole();
        Self {
            key: key.to_owned(),
            arn: whole["Arn"].as_str().unwrap_or_default().to_owned(),
            target: whole["Target"].clone(),
            deletes_itself: kept.further.get("ActionAfterCompletion").is_some_and(|action| action == "DELETE"),
            created: kept.created,
            whole,
        }
    }

    /// Its region.
    pub(crate) fn region(&self) -> &str {
        self.arn.split(':').nth(3).unwrap_or_default()
    }

    fn text(&self, name: &str) -> Option<&str> {
        self.whole[name].as_str()
    }

    fn time(&self, name: &str) -> Option<Timestamp> {
        self.text(name)?.parse().ok()
    }

    /// The whole second in which it was made.
    fn begins(&self) -> u64 {
        self.created / 1000 * 1000
    }

    /// When it runs; `None` where it is turned off.
    pub(crate) fn timing(&self) -> Option<Timing> {
        if self.text("State") == Some("DISABLED") {
            return None;
        }
        let expression = Expression::read(self.text("ScheduleExpression")?, true).ok()?;
        let zone = clock::time_zone(self.text("ScheduleExpressionTimezone").unwrap_or("UTC"))?;
        // Start and end are not of those that run once.
        let is_once = matches!(expression, Expression::At(_));
        let end = self.time("EndDate").filter(|_| !is_once);
        Some(Timing { expression, zone, start: self.time("StartDate").or_else(|| timestamp(self.begins()))?, end })
    }

    fn next(&self, after: u64) -> Option<u64> {
        self.timing()?.next(timestamp(after)?).map(milliseconds)
    }

    /// Notes that it waits for a time. In a flexible window it runs at a moment that is the same whenever it is reckoned.
    fn wait_for(&self, tx: &Tx, scheduled: Option<u64>) -> Result<(), AwsError> {
        let window = self.whole["FlexibleTimeWindow"]["MaximumWindowInMinutes"].as_u64().unwrap_or_default() * 60;
        let later = |scheduled: u64| {
            let digest = Sha256::digest(format!("{}/{scheduled}", self.arn));
            let number = digest.iter().take(4).fold(0, |number, byte| number << 8 | u64::from(*byte));
            number.checked_rem(window).unwrap_or_default() * 1000
        };
        let entry = scheduled.map(|scheduled| (scheduled, scheduled + later(scheduled)));
        timetable::set(tx, &Owner::Schedule(self.key.clone()), entry)
    }

    /// Notes what comes after a time at which it runs; after the last one it deletes itself, where it was told to.
    pub(crate) fn wait_for_next(&self, environment: &Environment, scheduled: u64) -> Result<(), AwsError> {
        match self.next(scheduled) {
            None if self.deletes_itself => Document::of(&SCHEDULE).remove(environment, &self.key),
            next => self.wait_for(environment.tx, next),
        }
    }
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
