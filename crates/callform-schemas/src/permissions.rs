//! What the handlers of a resource type call, as their schemas say.

use std::collections::BTreeMap;
use std::sync::LazyLock;

static DATA: &str = include_str!("../data/handler-permissions.jsonl");

/// What a handler does to a resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Handler {
    /// It makes one.
    Create,
    /// It deletes it.
    Delete,
    /// It reads it.
    Read,
    /// It changes it in place.
    Update,
}

/// Permissions of one type by the handler's name; `typeName` is the type itself.
type Entry = BTreeMap<String, serde_json::Value>;

static ENTRIES: LazyLock<BTreeMap<String, Entry>> = LazyLock::new(|| {
    let entries = DATA.lines().filter_map(|line| serde_json::from_str::<Entry>(line).ok());
    entries.filter_map(|entry| Some((entry.get("typeName")?.as_str()?.to_owned(), entry))).collect()
});

/// The IAM actions that a handler of a resource type may call, sorted: more than it calls in most cases. Empty for types
/// that Callform does not deal with.
pub fn permissions(type_name: &str, handler: Handler) -> Vec<&'static str> {
    let name = match handler {
        Handler::Create => "create",
        Handler::Delete => "delete",
        Handler::Read => "read",
        Handler::Update => "update",
    };
    let listed = ENTRIES.get(type_name).and_then(|entry| entry.get(name)).and_then(serde_json::Value::as_array);
    listed.into_iter().flatten().filter_map(serde_json::Value::as_str).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn handlers_call_what_their_names_say() {
        assert!(permissions("AWS::Connect::Queue", Handler::Create).contains(&"connect:CreateQueue"));
        assert!(permissions("AWS::Connect::Queue", Handler::Update).contains(&"connect:UpdateQueueName"));
        assert!(permissions("AWS::DynamoDB::Table", Handler::Delete).contains(&"dynamodb:DeleteTable"));
        assert!(permissions("AWS::Lambda::Function", Handler::Create).contains(&"iam:PassRole"));
        assert!(permissions("AWS::No::Thing", Handler::Create).is_empty());
    }

    #[test]
    fn every_type_has_an_entry() {
        let types: Vec<&str> = crate::type_names().collect();
        assert_eq!(ENTRIES.keys().map(String::as_str).collect::<Vec<_>>(), types);
    }
}
