//! Amazon CloudWatch alarms, also composite ones, are kept, and have the state that somebody sets. Nothing is measured:
//! no alarm ever changes its state by itself.

use serde_json::{Map, Value, json};

use super::api::{Api, Call, Does, Operation, Verb, named};
use super::document::Kept;
use super::kind::{AS_IT_IS, Kind, Shape, Shown, formed};
use super::members::{Case, TagForm, Wire};
use crate::error::AwsError;
use crate::handler::Properties;
use crate::operation::{Member, Service, Shape as Form, TEXT, required};

const STATE: &[&str] = &["StateValue", "StateReason", "StateReasonData"];

/// How both kinds of alarms are shown.
const ALARMS: Shape = Shape {
    renamed: &[("Arn", "AlarmArn")],
    further: STATE,
    shown: &[
        ("StateValue", Shown::Text("INSUFFICIENT_DATA")),
        ("StateReason", Shown::Text("Unchecked: Initial alarm creation")),
        ("AlarmConfigurationUpdatedTimestamp", Shown::Changed),
        ("StateUpdatedTimestamp", Shown::Changed),
        ("StateTransitionedTimestamp", Shown::Changed),
    ],
    show,
    ..AS_IT_IS
};

static ALARM: Kind = Kind {
    shape: ALARMS,
    ..formed("AWS::CloudWatch::Alarm", &[("/Arn", "arn:aws:cloudwatch:{region}:{account}:alarm:{/AlarmName}")])
};

static COMPOSITE: Kind = Kind {
    shape: ALARMS,
    ..formed("AWS::CloudWatch::CompositeAlarm", &[("/Arn", "arn:aws:cloudwatch:{region}:{account}:alarm:{/AlarmName}")])
};

/// The kinds.
pub(super) static KINDS: &[&Kind] = &[&ALARM, &COMPOSITE];

/// The service.
pub(crate) static CLOUD_WATCH: Api = Api {
    service: Service { name: "CloudWatch", tables: &[OPERATIONS], others: &[] },
    wire: Wire {
        case: Case::Upper,
        tags: TagForm::List,
        shows_tags: false,
        page_size: "MaxRecords",
        page_token: "NextToken",
        ignored: &[],
    },
    absent: (404, "ResourceNotFound"),
    absent_arn: "ResourceNotFoundException",
    present: (400, "ValidationError"),
    invalid: "ValidationError",
    kinds: KINDS,
};

const NAME: Member = required("AlarmName", Form::Text(1, 255));
const NAMES: &[Member] = &[required("AlarmNames", Form::List(0, 100, &TEXT))];
const ARN: &[Member] = &[required("ResourceARN", TEXT)];

const OPERATIONS: &[Operation] = &[
    named("PutMetricAlarm", &[NAME], Does::To(&ALARM, Verb::Put)),
    named("PutCompositeAlarm", &[NAME, required("AlarmRule", TEXT)], Does::To(&COMPOSITE, Verb::Put)),
    named("DescribeAlarms", &[], Does::Own(describe)),
    named("DeleteAlarms", NAMES, Does::Own(delete)),
    named("EnableAlarmActions", NAMES, Does::Own(|call| actions(call, true))),
    named("DisableAlarmActions", NAMES, Does::Own(|call| actions(call, false))),
    named(
        "SetAlarmState",
        &[
            NAME,
            required("StateValue", Form::OneOf(&["OK", "ALARM", "INSUFFICIENT_DATA"])),
            required("StateReason", TEXT),
        ],
        Does::Own(set_state),
    ),
    named("TagResource", ARN, Does::Tag("ResourceARN")),
    named("UntagResource", ARN, Does::Untag("ResourceARN", "TagKeys")),
    named("ListTagsForResource", ARN, Does::ListTags("ResourceARN", "Tags")),
];

/// What the service says although nobody gave it.
fn show(_: &Properties, shown: &mut Map<String, Value>) {
    shown.entry("ActionsEnabled").or_insert(true.into());
    for name in ["OKActions", "AlarmActions", "InsufficientDataActions"] {
        shown.entry(name).or_insert(json!([]));
    }
}

fn texts<'a>(call: &'a Call, name: &str) -> Vec<&'a str> {
    let list = call.input.get(name).and_then(Value::as_array).into_iter().flatten();
    list.filter_map(Value::as_str).collect()
}

/// The alarm of a name, of either kind.
fn alarm(call: &Call, name: &str) -> Result<Option<(&'static Kind, Kept)>, AwsError> {
    for kind in KINDS {
        if let Some((_, kept)) = call.all(kind)?.into_iter().find(|(key, _)| key == name) {
            return Ok(Some((kind, kept)));
        }
    }
    Ok(None)
}

fn describe(call: &Call) -> Result<Value, AwsError> {
    let known =
        ["AlarmNames", "AlarmNamePrefix", "AlarmTypes", "StateValue", "ActionPrefix", "MaxRecords", "NextToken"];
    if let Some(other) = call.input.keys().find(|name| !known.contains(&name.as_str())) {
        return Err(AwsError::unsupported("CloudWatch", &format!("the member {other} of DescribeAlarms")));
    }
    let text = |name: &str| call.input.get(name).and_then(Value::as_str);
    let (names, mut types) = (texts(call, "AlarmNames"), texts(call, "AlarmTypes"));
    if types.is_empty() {
        types.push("MetricAlarm");
        // Who asks for names is answered whatever has them.
        if !names.is_empty() {
            types.push("CompositeAlarm");
        }
    }
    let fits = |name: &str, alarm: &Map<String, Value>| {
        let has_action = |start: &str| {
            let actions = ["OKActions", "AlarmActions", "InsufficientDataActions"].into_iter();
            let mut actions = actions.filter_map(|list| alarm.get(list)?.as_array()).flatten();
            actions.any(|action| action.as_str().is_some_and(|action| action.starts_with(start)))
        };
        (names.is_empty() || names.contains(&name))
            && text("AlarmNamePrefix").is_none_or(|start| name.starts_with(start))
            && text("StateValue").is_none_or(|state| alarm.get("StateValue").and_then(Value::as_str) == Some(state))
            && text("ActionPrefix").is_none_or(has_action)
    };
    let mut listed = Vec::new();
    for (kind, type_name) in [(&ALARM, "MetricAlarm"), (&COMPOSITE, "CompositeAlarm")] {
        if types.contains(&type_name) {
            let all = call.all(kind)?.into_iter().map(|(name, kept)| (name, call.shown(kind, &kept)));
            let fitting = all.filter(|(name, alarm)| fits(name, alarm));
            listed.extend(fitting.map(|(_, alarm)| json!({ "type": type_name, "alarm": alarm })));
        }
    }
    let mut answer = call.page("MetricAlarms", listed);
    let page = answer["MetricAlarms"].take();
    let of = |type_name: &str| -> Value {
        let page = page.as_array().into_iter().flatten();
        page.filter(|entry| entry["type"] == type_name).map(|entry| entry["alarm"].clone()).collect()
    };
    answer["MetricAlarms"] = of("MetricAlarm");
    answer["CompositeAlarms"] = of("CompositeAlarm");
    Ok(answer)
}

/// All or none: one that is not there keeps the others.
fn delete(call: &Call) -> Result<Value, AwsError> {
    for name in texts(call, "AlarmNames") {
        let (kind, _) = alarm(call, name)?.ok_or_else(|| call.absent(&ALARM))?;
        call.remove(kind, name)?;
    }
    Ok(json!({}))
}

/// Alarms that are not there are passed over.
fn actions(call: &Call, enabled: bool) -> Result<Value, AwsError> {
    for name in texts(call, "AlarmNames") {
        if let Some((kind, mut kept)) = alarm(call, name)? {
            kept.properties.insert("ActionsEnabled".to_owned(), enabled.into());
            call.save(kind, name, &mut kept)?;
        }
    }
    Ok(json!({}))
}

fn set_state(call: &Call) -> Result<Value, AwsError> {
    let name = call.input.get("AlarmName").and_then(Value::as_str).unwrap_or_default();
    let (kind, mut kept) = alarm(call, name)?.ok_or_else(|| call.absent(&ALARM))?;
    for member in STATE {
        match call.input.get(*member) {
            Some(value) => kept.further.insert((*member).to_owned(), value.clone()),
            None => kept.further.shift_remove(*member),
        };
    }
    call.save(kind, name, &mut kept)?;
    Ok(json!({}))
}
