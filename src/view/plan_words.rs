//! Plans in words: what every format for people shares.

use serde_json::Value;

use crate::plan::{Action, Change, PropertyChange, Reason, Summary};
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
    change.properties.iter().flat_map(property).collect()
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
    let line = match (&property.before, &property.after) {
        // The key in the artifact bucket is the digest of the code; its beginning is enough to tell codes apart.
        (Some(before), Some(after)) if property.path == "Code/S3Key" => {
            format!("code {} -> {}", digest(before), digest(after))
        }
        (Some(_), Some(after)) if property.path == "FunctionVersion" && names_version(after) => {
            "moves to the new version".to_owned()
        }
        (Some(before), Some(after)) if property.path == "Flow" => {
            format!("answered by {} -> {}", value(before), value(after))
        }
        (Some(before), None) if property.path == "Flow" => format!("answered no longer by {}", value(before)),
        (None, Some(after)) if property.path == "Flow" => format!("answered by {}", value(after)),
        (Some(before), Some(after)) => format!("{name} {} -> {}", value(before), value(after)),
        (Some(before), None) => format!("{name} - {}", value(before)),
        (None, Some(after)) => format!("{name} + {}", value(after)),
        (None, None) => name,
    };
    vec![line]
}

/// `lambda/92f504ab7ea1….zip` -> `92f504ab`
fn digest(key: &Value) -> String {
    let key = key.as_str().unwrap_or_default();
    let name = key.rsplit_once('/').map_or(key, |(_, name)| name);
    name.trim_end_matches(".zip").chars().take(8).collect()
}

fn names_version(value: &Value) -> bool {
    value.as_str().is_some_and(|text| text.starts_with("lambda_version/"))
}

fn name_of(property: &PropertyChange) -> String {
    let any = property.before.as_ref().or(property.after.as_ref());
    if let Some(day) = any.filter(|any| any.get("StartTime").is_some()).and_then(|any| any.get("Day")) {
        return day.as_str().unwrap_or_default().to_lowercase();
    }
    let segments = segments(&property.path);
    let last = segments.len().saturating_sub(1);
    segments
        .into_iter()
        .enumerate()
        // What only groups properties says nothing; `OutboundCallerConfig/OutboundCallerIdName`.
        .filter(|(position, (_, key))| *position == last || key.is_some())
        .map(|(_, (name, key))| match key.filter(|key| !key.is_empty()) {
            Some(key) => format!("{} {key}", name_in_words(&name)),
            None => name_in_words(&name),
        })
        .collect::<Vec<_>>()
        .join(" ")
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

/// `QuickConnectArns` -> `quick connects`.
pub(super) fn name_in_words(name: &str) -> String {
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
        Value::Array(items) => {
            let items: Vec<String> = items.iter().map(whole).collect();
            format!("[{}]", items.join(", "))
        }
        Value::Object(members) => {
            if let (Some(start), Some(end)) = (time(value.get("StartTime")), time(value.get("EndTime"))) {
                return format!("{start}-{end}");
            }
            let members: Vec<String> = members
                .iter()
                .map(|(name, member)| match member {
                    Value::Object(_) => format!("{} ({})", name_in_words(name), whole(member)),
                    _ => format!("{} {}", name_in_words(name), whole(member)),
                })
                .collect();
            members.join(", ")
        }
        other => other.to_string(),
    }
}

fn time(value: Option<&Value>) -> Option<String> {
    let part = |name: &str| value.and_then(|value| value.get(name)).and_then(Value::as_u64);
    Some(format!("{:02}:{:02}", part("Hours")?, part("Minutes")?))
}

/// Why, where the action alone does not say it.
pub(super) fn because(change: &Change) -> Option<String> {
    let reasons: Vec<String> = change.reasons.iter().filter_map(reason).collect();
    (!reasons.is_empty()).then(|| format!("because {}", reasons.join(", and ")))
}

fn reason(reason: &Reason) -> Option<String> {
    Some(match reason {
        Reason::NotDeployed | Reason::PropertiesDiffer | Reason::NotInBlueprint | Reason::Destroy => return None,
        Reason::CreateOnly(names) => {
            let names: Vec<String> = names.iter().map(|name| name_in_words(name)).collect();
            format!("{} cannot change in place", names.join(" and "))
        }
        Reason::TargetReplaced(address) => format!("{} is replaced", words(address)),
        Reason::TypeChanged => "its type changes".to_owned(),
        Reason::DeletionPolicyRetain => "its deletion policy keeps it".to_owned(),
        Reason::TerminationProtection => "its stack is protected from deletion".to_owned(),
        Reason::StackIncomplete => "its stack was never completely made".to_owned(),
        Reason::FunctionChanged => "the function changed: a new version is published".to_owned(),
        Reason::ChangedByHand => "it was changed by hand".to_owned(),
        Reason::DeletedByHand => "it was deleted by hand".to_owned(),
        Reason::AttributesDiffer => "its deletion policy or protection changes".to_owned(),
    })
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
    ];
    counts.into_iter().flatten().collect::<Vec<_>>().join(", ")
}
