//! Names of properties and values as a blueprint has them.

use std::fmt::Write as _;

use serde_json::Value;

use crate::model::{Address, Target};
use crate::render::words;

/// CloudFormation's name -> the blueprint's word, where taking the name apart does not give it.
const NAMES: [(&str, &str); 69] = [
    ("AfterContactWorkTimeLimit", "after contact work"),
    ("AgentAvailabilityTimer", "longest idle"),
    ("AlarmActions", "notify"),
    ("AlarmDescription", "description"),
    ("AssumeRolePolicyDocument", "trust"),
    ("BillingMode", "billing"),
    ("ComparisonOperator", "comparison"),
    ("ContactFlowArn", "flow"),
    ("ContactflowLogs", "flow logs"),
    ("DatapointsToAlarm", "times"),
    ("DefaultOutboundQueueArn", "outbound queue"),
    ("DefinitionString", "definition"),
    ("DeletionPolicy", "deletion policy"),
    ("DeskPhoneNumber", "desk phone"),
    ("DirectoryUserId", "directory user id"),
    ("EnableKeyRotation", "rotation"),
    ("EvaluationPeriods", "out of"),
    ("EventPattern", "pattern"),
    ("ExtendedStatistic", "statistic"),
    ("FirstName", "first name"),
    ("FunctionName", "function name"),
    ("HierarchyGroupArn", "group"),
    ("HoursOfOperationArn", "hours"),
    ("IdentityManagementType", "identity"),
    ("IdleSessionTTLInSeconds", "idle"),
    ("InboundCalls", "inbound"),
    ("IncludeExecutionData", "log data"),
    ("InstanceAlias", "alias"),
    ("InstanceArn", "instance"),
    ("KmsMasterKeyId", "key"),
    ("LevelFive", "level 5"),
    ("LevelFour", "level 4"),
    ("LevelOne", "level 1"),
    ("LevelThree", "level 3"),
    ("LevelTwo", "level 2"),
    ("LocaleId", "locale"),
    ("ManagedPolicyArns", "managed policies"),
    ("MaximumEventAgeInSeconds", "max age"),
    ("MaximumRetryAttempts", "retries"),
    ("MaximumWindowInMinutes", "window"),
    ("MemorySize", "memory"),
    ("MessageRetentionPeriod", "retention"),
    ("MetricName", "metric"),
    ("NluConfidenceThreshold", "threshold"),
    ("OKActions", "notify when over"),
    ("OutboundCallerIdName", "caller id name"),
    ("OutboundCallerIdNumberArn", "caller id number"),
    ("OutboundCalls", "outbound"),
    ("OutboundFlowArn", "outbound flow"),
    ("ParentGroupArn", "parent"),
    ("Period", "within"),
    ("PointInTimeRecoveryEnabled", "point in time recovery"),
    ("QuickConnectArns", "quick connects"),
    ("QuickConnectType", "leads to"),
    ("RetentionInDays", "retention in days"),
    ("RotationPeriodInDays", "rotate every"),
    ("RoutingProfileArn", "profile"),
    ("S3Key", "code"),
    ("S3Uri", "audio"),
    ("ScheduleExpression", "schedule"),
    ("ScheduleExpressionTimezone", "time zone"),
    ("SecurityProfileArns", "security"),
    ("SourcePhoneNumberArn", "number"),
    ("TerminationProtection", "protection from deletion"),
    ("TreatMissingData", "no data"),
    ("UserArn", "agent"),
    ("VoiceId", "voice"),
    ("deadLetterTargetArn", "dead letters"),
    ("maxReceiveCount", "max receives"),
];

/// `MaxContacts` -> `max contacts`.
pub(super) fn name_in_words(name: &str) -> String {
    if let Ok(found) = NAMES.binary_search_by_key(&name, |(name, _)| name)
        && let Some((_, word)) = NAMES.get(found)
    {
        return (*word).to_owned();
    }
    let stem = match name.strip_suffix("Arns") {
        Some(stem) => format!("{stem}s"),
        None => name.strip_suffix("Arn").filter(|stem| !stem.is_empty()).unwrap_or(name).to_owned(),
    };
    let mut words = String::new();
    let letters: Vec<char> = stem.chars().collect();
    for (position, &letter) in letters.iter().enumerate() {
        let starts_word = letter.is_uppercase()
            && position > 0
            && letters.get(position - 1).is_some_and(|before| before.is_lowercase());
        if starts_word {
            words.push(' ');
        }
        words.extend(letter.to_lowercase());
    }
    words
}

/// A name of a property that holds references.
pub(super) fn is_reference(name: &str) -> bool {
    name.ends_with("Arn") || name.ends_with("Arns") || name.ends_with("Id") || name == "Flow"
}

/// A reference as the blueprint has it below a word that says what it is of: `mary` below `quick connects`,
/// `queue consulting` below `target`.
pub(super) fn reference(word: &str, text: &str) -> String {
    match text.parse::<Target>() {
        Ok(Target::Builtin { name, .. }) => format!("builtin/{name}"),
        Ok(Target::Resource(address)) if says(word, &address) => address.name,
        Ok(Target::Resource(address)) => words(&address),
        Ok(Target::Instance) | Err(_) => text.to_owned(),
    }
}

/// True where a word says the kind of an address already.
fn says(word: &str, address: &Address) -> bool {
    let kind = address.kind.word().replace('_', " ");
    let last = |text: &str| text.rsplit(' ').next().map(|last| last.trim_end_matches('s').to_owned());
    let is_agent = word == "agent" && kind == "user";
    let is_group = word == "parent" && kind == "group";
    let is_profile = word == "security" && kind == "security profile";
    is_agent || is_group || is_profile || last(word) == last(&kind)
}

/// Properties that are lengths of time, with the seconds of their unit.
const LENGTHS: [(&str, u64); 7] = [
    ("IdleSessionTTLInSeconds", 1),
    ("MaximumEventAgeInSeconds", 1),
    ("MaximumWindowInMinutes", 60),
    ("MessageRetentionPeriod", 1),
    ("Period", 1),
    ("RotationPeriodInDays", 86_400),
    ("VisibilityTimeout", 1),
];

/// A length of time as blueprints write it: `1h30m`.
pub(super) fn length(name: &str, value: &Value) -> Option<String> {
    const UNITS: [(u64, char); 4] = [(86_400, 'd'), (3_600, 'h'), (60, 'm'), (1, 's')];
    let (_, unit) = LENGTHS.iter().find(|(of, _)| *of == name)?;
    let mut rest = value.as_u64().filter(|number| *number > 0)?.checked_mul(*unit)?;
    let mut text = String::new();
    for (seconds, letter) in UNITS {
        if rest >= seconds {
            let _cannot_fail = write!(text, "{}{letter}", rest / seconds);
            rest %= seconds;
        }
    }
    Some(text)
}

/// Characters of a value that are shown.
const SHOWN: usize = 300;

/// A value on one line.
pub(super) fn value(value: &Value) -> String {
    let text = whole(value);
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text,
    }
}

fn whole(value: &Value) -> String {
    match value {
        Value::String(text) if text.is_empty() || text.contains(char::is_whitespace) => format!("{text:?}"),
        Value::String(text) => text.clone(),
        Value::Bool(true) => "yes".to_owned(),
        Value::Bool(false) => "no".to_owned(),
        Value::Array(items) => {
            let items: Vec<String> = items.iter().map(whole).collect();
            format!("[{}]", items.join(", "))
        }
        Value::Object(members) => hours(value).unwrap_or_else(|| {
            let members: Vec<String> = members
                .iter()
                .map(|(name, member)| match member {
                    Value::Object(_) => format!("{} ({})", name_in_words(name), whole(member)),
                    Value::String(text) if is_reference(name) => {
                        let name = name_in_words(name);
                        format!("{name} {}", reference(&name, text))
                    }
                    _ => format!("{} {}", name_in_words(name), whole(member)),
                })
                .collect();
            members.join(", ")
        }),
        other => other.to_string(),
    }
}

/// `09:00-18:00`, or the days and hours of an override.
fn hours(value: &Value) -> Option<String> {
    if let (Some(start), Some(end)) = (time(value.get("StartTime")), time(value.get("EndTime"))) {
        return Some(match (start.as_str(), end.as_str()) {
            ("00:00", "00:00") => "24h".to_owned(),
            (_, "00:00") => format!("{start}-24:00"),
            _ => format!("{start}-{end}"),
        });
    }
    let text = |name: &str| value.get(name).and_then(Value::as_str);
    let (from, till) = (text("EffectiveFrom")?, text("EffectiveTill")?);
    let days = if from == till { from.to_owned() } else { format!("{from} to {till}") };
    let slots = value.get("OverrideConfig").and_then(Value::as_array);
    let mut open: Vec<String> = slots.into_iter().flatten().filter_map(hours).collect();
    open.dedup();
    Some(match text("OverrideType") {
        Some("CLOSED") => format!("{days} closed"),
        _ => format!("{days} {}", open.join(", ")),
    })
}

fn time(value: Option<&Value>) -> Option<String> {
    let part = |name: &str| value.and_then(|value| value.get(name)).and_then(Value::as_u64);
    Some(format!("{:02}:{:02}", part("Hours")?, part("Minutes")?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_in_order() {
        assert!(NAMES.is_sorted());
        assert_eq!(name_in_words("OutboundCallerIdName"), "caller id name");
        assert_eq!(name_in_words("MaxContacts"), "max contacts");
        assert_eq!(name_in_words("SomethingArns"), "somethings");
    }

    #[test]
    fn lengths_of_time_are_as_blueprints_have_them() {
        assert_eq!(length("Period", &5400.into()).as_deref(), Some("1h30m"));
        assert_eq!(length("MaximumWindowInMinutes", &15.into()).as_deref(), Some("15m"));
        assert_eq!(length("RotationPeriodInDays", &180.into()).as_deref(), Some("180d"));
        assert_eq!(length("Threshold", &5400.into()), None);
    }

    #[test]
    fn references_say_what_their_word_does_not() {
        assert_eq!(reference("quick connects", "quick_connect/mary"), "mary");
        assert_eq!(reference("profile", "routing_profile/consulting"), "consulting");
        assert_eq!(reference("target", "queue/consulting"), "queue consulting");
        assert_eq!(reference("outbound flow", "builtin/flow/Default outbound"), "builtin/Default outbound");
        assert_eq!(
            reference("key", "arn:aws:kms:us-west-2:123456789012:key/x"),
            "arn:aws:kms:us-west-2:123456789012:key/x"
        );
    }
}
