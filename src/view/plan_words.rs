//! Plans in words: what every format for people shares.

use std::collections::BTreeSet;

use serde_json::Value;

use super::plan_names::{is_reference, length, name_in_words, reference, value};
use crate::model::{Address, Kind};
use crate::plan::{Action, Change, Impact, PropertyChange, Reason, Summary};
use crate::render::words;

/// The sign of an action.
pub(super) fn sign(action: Action) -> &'static str {
    match action {
        Action::NoOp => " ",
        Action::Create | Action::Associate => "+",
        Action::Update => "~",
        Action::Replace => "-/+",
        Action::Delete | Action::Disassociate => "-",
        Action::Import => "<",
        Action::Retain => "=",
    }
}

/// The sign of a change: a number that gets another flow is changed.
pub(super) fn sign_of(change: &Change) -> &'static str {
    let has_before = change.properties.iter().any(|property| property.before.is_some());
    match change.action {
        Action::Associate if has_before => "~",
        action => sign(action),
    }
}

/// What a change is about: `queue customer_service`.
pub(super) fn subject(change: &Change) -> String {
    match &change.renamed_from {
        Some(old) if change.address.name != old.name => format!("{} (was {})", words(&change.address), old.name),
        _ => words(&change.address),
    }
}

/// What differs, a line for each difference.
pub(super) fn details(change: &Change) -> Vec<String> {
    details_of(change.address.kind, &change.properties)
}

/// What differs in a resource of a kind, a line for each difference.
pub(super) fn details_of(kind: Kind, properties: &[PropertyChange]) -> Vec<String> {
    let moves = |property: &PropertyChange| match kind {
        Kind::User | Kind::HierarchyGroup => moved(property),
        _ => None,
    };
    let mut lines = Vec::new();
    let mut said = BTreeSet::new();
    for property in properties {
        if let Some(line) = moves(property) {
            lines.push(line);
        } else if let Some(list) = list_of(&property.path) {
            if said.insert(list.to_owned()) {
                lines.push(set(list, properties));
            }
        } else {
            lines.extend(self::property(property));
        }
    }
    days_together(lines)
}

/// A user or a group that moves in the hierarchy.
fn moved(property: &PropertyChange) -> Option<String> {
    if !matches!(property.path.as_str(), "HierarchyGroupArn" | "ParentGroupArn") {
        return None;
    }
    let name = |value: &Value| Some(reference("group", value.as_str()?));
    Some(match (&property.before, &property.after) {
        (Some(before), Some(after)) => format!("moves from {} to {}", name(before)?, name(after)?),
        (None, Some(after)) => format!("joins {}", name(after)?),
        (Some(before), None) => format!("leaves {}", name(before)?),
        (None, None) => return None,
    })
}

/// The list that a path without a key is an item of: `QuickConnectArns` of `QuickConnectArns[]`.
fn list_of(path: &str) -> Option<&str> {
    path.strip_suffix("[]")
}

/// The items that come to a list and leave it, on one line.
fn set(list: &str, properties: &[PropertyChange]) -> String {
    let name = list.rsplit('/').next().unwrap_or(list);
    let word = phrase(list);
    let item = |item: &Value| match item.as_str() {
        Some(text) if is_reference(name) => reference(&word, text),
        _ => value(item),
    };
    let of_list = || properties.iter().filter(|property| list_of(&property.path) == Some(list));
    let gone: Vec<String> = of_list().filter_map(|property| property.before.as_ref()).map(item).collect();
    let new: Vec<String> = of_list().filter_map(|property| property.after.as_ref()).map(item).collect();
    let told = [("removed", gone), ("added", new)].into_iter().filter(|(_, items)| !items.is_empty());
    let told: Vec<String> = told.map(|(verb, items)| format!("{verb} {}", items.join(", "))).collect();
    format!("{word}: {}", told.join("; "))
}

/// One difference: `max contacts 10 -> 20`.
pub(super) fn property(property: &PropertyChange) -> Vec<String> {
    let name = name_of(property);
    if !property.description.is_empty() {
        // A flow says by itself what differs.
        let of_its_own = property.path == "Content";
        let told = property.description.iter();
        return told.map(|line| if of_its_own { line.clone() } else { format!("{name}: {line}") }).collect();
    }
    let last = property.path.rsplit('/').next().unwrap_or_default();
    if last == "Tags" {
        return [("removed", &property.before), ("added", &property.after)]
            .into_iter()
            .flat_map(|(verb, tags)| {
                tags.as_ref().and_then(Value::as_array).into_iter().flatten().map(move |one| (verb, one))
            })
            .map(|(verb, tag)| {
                let text = |name: &str| tag.get(name).map(value).unwrap_or_default();
                format!("tag {} {verb}: {}", text("Key"), text("Value"))
            })
            .collect();
    }
    let shown = |shown: &Value| match shown.as_str() {
        None if length(last, shown).is_some() => length(last, shown).unwrap_or_default(),
        Some(text) if is_reference(last.trim_end_matches("[]")) => reference(&name, text),
        Some(text) if matches!(last, "S3Key" | "S3Uri") => content(text),
        _ => value(shown),
    };
    let (before, after) = (property.before.as_ref().map(shown), property.after.as_ref().map(shown));
    let line = match (before, after) {
        (Some(_), Some(_))
            if matches!(last, "BotVersion" | "FunctionVersion")
                && property.after.as_ref().is_some_and(names_version) =>
        {
            "moves to the new version".to_owned()
        }
        (Some(before), Some(after)) if last == "Flow" && before == after => format!("answered by the new {after}"),
        (Some(before), Some(after)) if last == "Flow" => format!("answered by {before} -> {after}"),
        (Some(before), None) if last == "Flow" => format!("answered no longer by {before}"),
        (None, Some(after)) if last == "Flow" => format!("answered by {after}"),
        (Some(before), Some(after)) => format!("{name} {before} -> {after}"),
        // Items of lists come and go, settings are made and dropped. Of some, the name says all.
        (Some(_), None) if property.before.as_ref().is_some_and(|item| is_said_by(&property.path, item)) => {
            format!("{name} removed")
        }
        (None, Some(_)) if property.after.as_ref().is_some_and(|item| is_said_by(&property.path, item)) => {
            format!("{name} added")
        }
        (Some(before), None) if last.ends_with(']') => format!("{name} removed: {before}"),
        (None, Some(after)) if last.ends_with(']') => format!("{name} added: {after}"),
        (Some(before), None) => format!("{name} {before} -> not set"),
        (None, Some(after)) => format!("{name} not set -> {after}"),
        (None, None) => name,
    };
    vec![line]
}

/// True for an item of a list that has nothing in it but what the list knows it by.
fn is_said_by(path: &str, item: &Value) -> bool {
    let key = segments(path).pop().and_then(|(_, key)| key);
    let Some(key) = key.filter(|key| !key.is_empty()) else { return false };
    let mut inside = item;
    while let Some(members) = inside.as_object().filter(|members| members.len() == 1) {
        let Some(only) = members.values().next() else { return false };
        inside = only;
    }
    inside.as_str() == Some(&key)
}

fn names_version(value: &Value) -> bool {
    value.as_str().is_some_and(|text| text.starts_with("lambda_version/") || text.starts_with("bot_version/"))
}

/// What a key in the artifact bucket says: the digest of the content, as much of it as tells two apart.
fn content(key: &str) -> String {
    const DIGITS: usize = 8;
    let name = key.rsplit('/').next().unwrap_or(key);
    let is_digest = |part: &&str| part.len() >= 2 * DIGITS && part.bytes().all(|byte| byte.is_ascii_hexdigit());
    let mut parts = name.split(|letter: char| !letter.is_ascii_alphanumeric());
    match parts.find(is_digest).and_then(|digest| digest.get(..DIGITS)) {
        Some(digest) => digest.to_owned(),
        None => name.to_owned(),
    }
}

fn name_of(property: &PropertyChange) -> String {
    let any = property.before.as_ref().or(property.after.as_ref());
    if let Some(day) = any.filter(|any| any.get("StartTime").is_some()).and_then(|any| any.get("Day")) {
        return day.as_str().unwrap_or_default().to_lowercase();
    }
    phrase(&property.path)
}

/// A path in words: `queue customer_service (voice) priority` of `QueueConfigs[VOICE queue/customer_service]/Priority`.
fn phrase(path: &str) -> String {
    let segments = segments(path);
    let last = segments.len().saturating_sub(1);
    segments
        .into_iter()
        .enumerate()
        // What only groups properties says nothing; `OutboundCallerConfig/OutboundCallerIdName`.
        .filter(|(position, (name, key))| *position == last || key.is_some() || name.starts_with("Level"))
        .map(|(_, (name, key))| match key.filter(|key| !key.is_empty()) {
            Some(key) => keyed(&name, &key),
            None => name_in_words(&name),
        })
        .collect::<Vec<_>>()
        .join(" ")
}

/// An item of a list by what tells it apart.
fn keyed(list: &str, key: &str) -> String {
    match list {
        "QueueConfigs" | "ManualAssignmentQueueConfigs" => match key.split_once(' ') {
            Some((channel, queue)) => {
                let by_hand = if list == "QueueConfigs" { "" } else { ", picked by hand" };
                format!("queue {} ({}{by_hand})", reference("queue", queue), channel.to_lowercase())
            }
            None => format!("queue {key}"),
        },
        "MediaConcurrencies" => format!("channel {}", key.to_lowercase()),
        "HoursOfOperationOverrides" => format!("override {key}"),
        "UserProficiencies" => format!("proficiency {key}"),
        "Tags" => format!("tag {key}"),
        "ResourcePolicy" => match key.split_once(' ') {
            Some((alias, statement)) => format!("permission {statement} of the alias {alias}"),
            None => format!("permission {key}"),
        },
        "Policies" => format!("policy {key}"),
        "BotLocales" => key.to_owned(),
        "Dimensions" => format!("dimension {key}"),
        "Intents" => format!("intent {key}"),
        "SampleUtterances" => format!("utterance {key:?}"),
        "SlotTypeValues" => format!("value {key}"),
        "SlotTypes" => format!("slot type {key}"),
        "Slots" => format!("slot {key}"),
        "States" => format!("state {key}"),
        "Targets" => format!("target {key}"),
        _ => format!("{} {key}", name_in_words(list)),
    }
}

/// The names in a path, each with what stands in its brackets.
fn segments(path: &str) -> Vec<(String, Option<String>)> {
    let mut segments = Vec::new();
    let (mut name, mut key) = (String::new(), None::<String>);
    let mut depth = 0_usize;
    for letter in path.chars() {
        match letter {
            '[' if depth == 0 => {
                depth = 1;
                key = Some(String::new());
            }
            ']' if depth == 1 => depth = 0,
            '/' if depth == 0 => segments.push((std::mem::take(&mut name), key.take())),
            _ => {
                match letter {
                    '[' => depth += 1,
                    ']' => depth = depth.saturating_sub(1),
                    _ => {}
                }
                match &mut key {
                    Some(key) if depth > 0 => key.push(letter),
                    _ => name.push(letter),
                }
            }
        }
    }
    segments.push((name, key));
    segments
}

/// Days in a row that change alike, on one line: `monday-friday 09:00-18:00 -> 09:00-17:00`.
fn days_together(lines: Vec<String>) -> Vec<String> {
    const DAYS: [&str; 7] = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
    let day_of =
        |line: &str| DAYS.iter().position(|day| line.strip_prefix(day).is_some_and(|rest| rest.starts_with(' ')));
    let mut together: Vec<(Option<(usize, usize)>, String)> = Vec::new();
    for line in lines {
        let Some(day) = day_of(&line) else {
            together.push((None, line));
            continue;
        };
        let rest = line.split_once(' ').map_or("", |(_, rest)| rest).to_owned();
        match together.last_mut() {
            Some((Some((_, last)), same)) if *last + 1 == day && *same == rest => *last = day,
            _ => together.push((Some((day, day)), rest)),
        }
    }
    together
        .into_iter()
        .map(|(days, rest)| match days {
            Some((first, last)) if first == last => format!("{} {rest}", DAYS[first]),
            Some((first, last)) => format!("{}-{} {rest}", DAYS[first], DAYS[last]),
            None => rest,
        })
        .collect()
}

/// Why, where the action alone does not say it.
pub(super) fn because(change: &Change) -> Option<String> {
    let reasons: Vec<String> = change.reasons.iter().filter_map(reason).collect();
    (!reasons.is_empty()).then(|| format!("because {}", reasons.join(", and ")))
}

fn reason(reason: &Reason) -> Option<String> {
    Some(match reason {
        Reason::NotDeployed
        | Reason::PropertiesDiffer
        | Reason::NotInBlueprint
        | Reason::Destroy
        | Reason::Unchanged => return None,
        Reason::CreateOnly(names) => {
            let names: Vec<String> = names.iter().map(|name| phrase(name)).collect();
            format!("{} cannot change in place", names.join(" and "))
        }
        Reason::TargetReplaced(address) => format!("{} is replaced", words(address)),
        Reason::TypeChanged => "its type changes".to_owned(),
        Reason::DeletionPolicyRetain => "its deletion policy keeps it".to_owned(),
        Reason::InstanceOfOthers => "the instance is not the center's own: its settings stay as they are".to_owned(),
        Reason::CannotBeDeleted => "Connect cannot delete it: it is disabled, and stays".to_owned(),
        Reason::StaysAsItIs => "Connect cannot delete it: it stays as it is".to_owned(),
        Reason::TerminationProtection => "its stack is protected from deletion".to_owned(),
        Reason::StackHalfDeleted => "its stack was being deleted, and what is left of it goes first".to_owned(),
        Reason::StackIncomplete => "its stack was never completely made".to_owned(),
        Reason::FunctionChanged => "its content changed: a new version is published".to_owned(),
        Reason::ChangedByHand => "it was changed by hand".to_owned(),
        Reason::DeletedByHand => "it was deleted by hand".to_owned(),
        Reason::RevertUnfinished => "a revert of it was interrupted".to_owned(),
        Reason::AttributesDiffer => "its deletion policy or protection changes".to_owned(),
    })
}

/// Names in a group are listed up to so many.
const LISTED: usize = 3;

/// What a change touches beside its own resource: `touches phone number main (open now); 2 flows`. None for what is new.
pub(super) fn touches(change: &Change, open: &BTreeSet<&Address>) -> Option<String> {
    if matches!(change.action, Action::Create | Action::Import | Action::Retain | Action::NoOp) {
        return None;
    }
    let Impact { phone_numbers, flows, queues, agents } = &change.impact;
    let others = |addresses: &[Address]| -> Vec<String> {
        let name = |address: &Address| {
            if open.contains(address) { format!("{} (open now)", address.name) } else { address.name.clone() }
        };
        addresses.iter().filter(|address| **address != change.address).map(name).collect()
    };
    let groups = [
        group("phone number", &others(phone_numbers), true),
        group("flow", &others(flows), false),
        group("queue", &others(queues), false),
        group("agent", &others(agents), false),
    ];
    let groups: Vec<String> = groups.into_iter().flatten().collect();
    let touched = (!groups.is_empty()).then(|| format!("touches {}", groups.join("; ")));
    let itself = open.contains(&change.address).then(|| "open now".to_owned());
    let said: Vec<String> = itself.into_iter().chain(touched).collect();
    (!said.is_empty()).then(|| said.join("; "))
}

fn group(word: &str, names: &[String], all: bool) -> Option<String> {
    match names {
        [] => None,
        [only] => Some(format!("{word} {only}")),
        names if names.len() <= LISTED || all => Some(format!("{word}s {}", names.join(", "))),
        names => Some(format!("{} {word}s", names.len())),
    }
}

/// `31 to create, 4 to change, 0 to delete`.
pub(super) fn counts(summary: &Summary) -> String {
    let always = |count: usize, what: &str| Some(format!("{count} {what}"));
    let unless_none = |count: usize, what: &str| (count > 0).then(|| format!("{count} {what}"));
    let counts = [
        always(summary.create, "to create"),
        always(summary.change, "to change"),
        unless_none(summary.replace, "to replace"),
        always(summary.delete, "to delete"),
        unless_none(summary.import, "to import"),
        unless_none(summary.retain, "kept"),
        unless_none(summary.renamed, "with another key"),
        unless_none(summary.unchanged, "unchanged"),
    ];
    counts.into_iter().flatten().collect::<Vec<_>>().join(", ")
}
