//! Rules and their targets.

use jiff::SignedDuration;
use jiff::tz::TimeZone;
use serde_json::{Map, Value, json};

use super::pattern::Pattern;
use super::{DEFAULT_BUS, bus_name, buses, scope};
use crate::clock::epoch_milliseconds;
use crate::error::AwsError;
use crate::handler::Environment;
use crate::input::{Input, page};
use crate::services::timing::timetable::{self, Owner};
use crate::services::timing::{Expression, Timing, milliseconds, timestamp};
use crate::tags;

const RULES: &str = "events/rule";
const TARGETS: &str = "events/target";

/// Members of a rule that only the sandbox knows: tags, and since when it runs by its schedule, milliseconds since 1970.
const HIDDEN: [&str; 2] = ["Tags", "ScheduledSince"];

/// A rule that is turned on, with its targets.
pub(crate) struct Rule {
    /// Its ARN.
    pub(crate) arn: String,
    /// Its name.
    pub(crate) name: String,
    /// Targets as `PutTargets` takes them.
    pub(crate) targets: Vec<Value>,
    /// What it listens to.
    pub(crate) pattern: Option<Pattern>,
}

impl Rule {
    fn read(
        environment: &Environment,
        scope: &str,
        name: &str,
        rule: &Map<String, Value>,
    ) -> Result<Option<Self>, AwsError> {
        let text = |member: &str| rule.get(member).and_then(Value::as_str);
        if text("State") == Some("DISABLED") {
            return Ok(None);
        }
        Ok(Some(Self {
            arn: text("Arn").unwrap_or_default().to_owned(),
            name: name.to_owned(),
            targets: environment.tx.get(TARGETS, scope, name)?.unwrap_or_default(),
            pattern: text("EventPattern").and_then(|text| Pattern::read(text).ok()),
        }))
    }

    /// A rule by its scope and name, where it is there and turned on.
    pub(crate) fn find(environment: &Environment, scope: &str, name: &str) -> Result<Option<Self>, AwsError> {
        let rule = environment.tx.get::<Map<String, Value>>(RULES, scope, name)?;
        rule.map_or(Ok(None), |rule| Self::read(environment, scope, name, &rule))
    }
}

/// The rules of a bus that are turned on and listen to events, by name.
pub(crate) fn rules_of_bus(environment: &Environment, bus: &str) -> Result<Vec<Rule>, AwsError> {
    let scope = scope(environment.region, bus);
    let mut found = Vec::new();
    for (name, rule) in environment.tx.list::<Map<String, Value>>(RULES, &scope)? {
        found.extend(Rule::read(environment, &scope, &name, &rule)?.filter(|rule| rule.pattern.is_some()));
    }
    Ok(found)
}

/// True where a bus has any rule.
pub(super) fn any(environment: &Environment, scope: &str) -> Result<bool, AwsError> {
    Ok(environment.tx.count(RULES, scope)? > 0)
}

/// When a rule is carried out by its schedule; `None` where it has none or is turned off.
pub(crate) fn timing_of_rule(environment: &Environment, scope: &str, name: &str) -> Result<Option<Timing>, AwsError> {
    let rule = environment.tx.get::<Map<String, Value>>(RULES, scope, name)?;
    Ok(rule.as_ref().and_then(timing))
}

/// Rules run by UTC; the first time of a rate is one period after the rule was made.
fn timing(rule: &Map<String, Value>) -> Option<Timing> {
    let text = |member: &str| rule.get(member).and_then(Value::as_str);
    if text("State") == Some("DISABLED") {
        return None;
    }
    let expression = Expression::read(text("ScheduleExpression")?, false).ok()?;
    let since = rule.get("ScheduledSince").and_then(Value::as_u64).unwrap_or_default();
    let first = match &expression {
        Expression::Rate(period) => *period,
        _ => SignedDuration::ZERO,
    };
    let start = timestamp(since)?.checked_add(first).ok()?;
    Some(Timing { expression, zone: TimeZone::UTC, start, end: None })
}

/// Notes when a rule is next carried out.
fn schedule(environment: &Environment, scope: &str, name: &str, rule: &Map<String, Value>) -> Result<(), AwsError> {
    let now = timestamp(epoch_milliseconds(environment.now));
    let next = now.and_then(|now| timing(rule)?.next(now)).map(milliseconds);
    let next = next.map(|next| (next, next));
    timetable::set(environment.tx, &Owner::Rule(scope.to_owned(), name.to_owned()), next)
}

fn save(environment: &Environment, scope: &str, name: &str, rule: &Map<String, Value>) -> Result<(), AwsError> {
    environment.tx.put(RULES, scope, name, None, rule)?;
    schedule(environment, scope, name, rule)
}

fn public(mut rule: Map<String, Value>) -> Value {
    rule.retain(|name, _| !HIDDEN.contains(&name.as_str()));
    rule.into()
}

fn not_found(name: &str, bus: &str) -> AwsError {
    AwsError::new(400, "ResourceNotFoundException", format!("Rule {name} does not exist on EventBus {bus}."))
}

fn bus_of<'a>(environment: &Environment, input: &Input<'a>) -> Result<&'a str, AwsError> {
    let bus = bus_name(input.text("EventBusName"));
    buses::require(environment, bus)?;
    Ok(bus)
}

pub(super) fn list(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    let prefix = input.text("NamePrefix").unwrap_or_default();
    let scope = scope(environment.region, bus_of(environment, input)?);
    let rules = environment.tx.list::<Map<String, Value>>(RULES, &scope)?;
    let rules = rules.into_iter().filter(|(name, _)| name.starts_with(prefix)).map(|(_, rule)| public(rule));
    let size = usize::try_from(input.number("Limit").unwrap_or(100)).unwrap_or(100).max(1);
    let (rules, next) = page(rules.collect(), input.text("NextToken"), size);
    let mut answer = json!({ "Rules": rules });
    if let Some(next) = next {
        answer["NextToken"] = next.into();
    }
    Ok(answer)
}

fn check(input: &Input, bus: &str) -> Result<(), AwsError> {
    if input.value("EventPattern").is_none() && input.value("ScheduleExpression").is_none() {
        return Err(input.wrong("Parameter(s) EventPattern or ScheduleExpression must be specified."));
    }
    if let Some(pattern) = input.text("EventPattern") {
        Pattern::read(pattern).map_err(|reason| super::pattern::invalid(&reason))?;
    }
    if let Some(expression) = input.text("ScheduleExpression") {
        if bus != DEFAULT_BUS {
            return Err(input.wrong("ScheduleExpression is supported only on the default event bus."));
        }
        Expression::read(expression, false)
            .map_err(|reason| input.wrong(format!("Parameter ScheduleExpression is not valid. Reason: {reason}.")))?;
    }
    Ok(())
}

pub(super) fn put(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    let (name, bus) = (input.need("Name")?, bus_of(environment, input)?);
    check(input, bus)?;
    let scope = scope(environment.region, bus);
    let old = environment.tx.get::<Map<String, Value>>(RULES, &scope, name)?;
    let path = if bus == DEFAULT_BUS { name.to_owned() } else { format!("{bus}/{name}") };
    let arn = format!("arn:aws:events:{}:{}:rule/{path}", environment.region, environment.account);
    let mut rule = Map::new();
    rule.insert("Name".to_owned(), name.into());
    rule.insert("Arn".to_owned(), arn.clone().into());
    rule.insert("State".to_owned(), "ENABLED".into());
    rule.insert("EventBusName".to_owned(), bus.into());
    input.copy(&["EventPattern", "ScheduleExpression", "State", "Description", "RoleArn"], &mut rule);
    // The same expression again goes on as it was.
    let same = old.as_ref().filter(|old| old.get("ScheduleExpression") == rule.get("ScheduleExpression"));
    let since = same.and_then(|old| old.get("ScheduledSince")).cloned();
    let whole_second = epoch_milliseconds(environment.now) / 1000 * 1000;
    rule.insert("ScheduledSince".to_owned(), since.unwrap_or_else(|| whole_second.into()));
    // Tags of an existing rule are changed by TagResource only.
    let tags = match old {
        Some(old) => tags::stored(&old),
        None => tags::from_list(input.list("Tags")),
    };
    rule.insert("Tags".to_owned(), tags::to_list(&tags));
    save(environment, &scope, name, &rule)?;
    Ok(json!({ "RuleArn": arn }))
}

pub(super) fn on_rule(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    let (operation, name) = (input.operation(), input.need("Name")?);
    let bus = bus_of(environment, input)?;
    let scope = scope(environment.region, bus);
    let rule = environment.tx.get::<Map<String, Value>>(RULES, &scope, name)?;
    match (operation, rule) {
        // Deleting what is not there is no error.
        ("DeleteRule", None) => Ok(Value::Null),
        (_, None) => Err(not_found(name, bus)),
        ("DescribeRule", Some(rule)) => Ok(public(rule)),
        ("DeleteRule", Some(_)) => {
            let targets = environment.tx.get::<Vec<Value>>(TARGETS, &scope, name)?.unwrap_or_default();
            if !targets.is_empty() {
                return Err(AwsError::new(400, "ValidationException", "Rule can't be deleted since it has targets."));
            }
            environment.tx.delete(RULES, &scope, name)?;
            timetable::set(environment.tx, &Owner::Rule(scope, name.to_owned()), None)?;
            Ok(Value::Null)
        }
        (_, Some(mut rule)) => {
            let state = if operation == "EnableRule" { "ENABLED" } else { "DISABLED" };
            rule.insert("State".to_owned(), state.into());
            save(environment, &scope, name, &rule)?;
            Ok(Value::Null)
        }
    }
}

pub(super) fn targets(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    let operation = input.operation();
    let (name, bus) = (input.need("Rule")?, bus_of(environment, input)?);
    let scope = scope(environment.region, bus);
    if environment.tx.get::<Value>(RULES, &scope, name)?.is_none() {
        return Err(not_found(name, bus));
    }
    let mut targets = environment.tx.get::<Vec<Value>>(TARGETS, &scope, name)?.unwrap_or_default();
    match operation {
        "ListTargetsByRule" => return Ok(json!({ "Targets": targets })),
        "PutTargets" => {
            for target in input.list("Targets") {
                targets.retain(|old| old.get("Id") != target.get("Id"));
                targets.push(target.clone());
            }
            if targets.len() > 5 {
                return Err(AwsError::new(
                    400,
                    "LimitExceededException",
                    "The requested resource exceeds the maximum number allowed.",
                ));
            }
        }
        "RemoveTargets" => {
            let ids = input.texts("Ids");
            targets.retain(|target| !target.get("Id").and_then(Value::as_str).is_some_and(|id| ids.contains(&id)));
        }
        _ => return Err(AwsError::unsupported("EventBridge", operation)),
    }
    if targets.is_empty() {
        environment.tx.delete(TARGETS, &scope, name)?;
    } else {
        environment.tx.put(TARGETS, &scope, name, None, &targets)?;
    }
    Ok(json!({ "FailedEntryCount": 0, "FailedEntries": [] }))
}

pub(super) fn names_by_target(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    let arn = input.need("TargetArn")?;
    let scope = scope(environment.region, bus_of(environment, input)?);
    let all = environment.tx.list::<Vec<Value>>(TARGETS, &scope)?.into_iter();
    let names: Vec<String> =
        all.filter(|(_, targets)| targets.iter().any(|target| target["Arn"] == arn)).map(|(name, _)| name).collect();
    Ok(json!({ "RuleNames": names }))
}

/// The scope and name of the rule of an ARN: `…:rule/name`, or `…:rule/bus/name`.
fn of_arn<'a>(environment: &Environment, arn: &'a str) -> (String, &'a str) {
    let path = arn.split_once("rule/").map_or(arn, |(_, path)| path);
    let (bus, name) = path.rsplit_once('/').unwrap_or((DEFAULT_BUS, path));
    (scope(environment.region, bus), name)
}

pub(super) fn tag(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    let operation = input.operation();
    let (scope, name) = of_arn(environment, input.need("ResourceARN")?);
    let rule = environment.tx.get::<Map<String, Value>>(RULES, &scope, name)?;
    let mut rule = rule.ok_or_else(|| not_found(name, scope.split_once('/').map_or(DEFAULT_BUS, |(_, bus)| bus)))?;
    match operation {
        "ListTagsForResource" => return Ok(json!({ "Tags": rule.get("Tags") })),
        "TagResource" => tags::add(&mut rule, tags::from_list(input.list("Tags"))),
        "UntagResource" => tags::remove(&mut rule, &input.texts("TagKeys")),
        _ => return Err(AwsError::unsupported("EventBridge", operation)),
    }
    environment.tx.put(RULES, &scope, name, None, &rule)?;
    Ok(json!({}))
}
