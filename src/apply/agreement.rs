//! Whether a plan and a change set of CloudFormation say the same.

use std::collections::{BTreeMap, BTreeSet};

use callform_aws::ResourceChange;

use crate::kinds::Kind;
use crate::plan::{Action, Change, Disagreement, Plan};

/// What CloudFormation would do to a resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Theirs {
    Nothing,
    Create,
    Update {
        /// True where only tags, metadata or policies change.
        beside: bool,
    },
    /// Perhaps nothing: it changes if something it refers to gives another value afterwards.
    Perhaps {
        /// Whether that would make a new one.
        may_replace: bool,
    },
    /// An update or a replacement, as the handler sees fit.
    Conditional,
    Replace,
    Delete,
    Import,
    Unknown,
}

impl Theirs {
    fn of(change: Option<&ResourceChange>) -> Self {
        let Some(change) = change else { return Self::Nothing };
        match (change.action.as_str(), change.replacement.as_deref()) {
            ("Add", _) => Self::Create,
            ("Remove", _) => Self::Delete,
            ("Import", _) => Self::Import,
            // Said to be certain by the replacement itself.
            ("Modify", Some("True")) => Self::Replace,
            ("Modify", replacement) if !change.certain => {
                Self::Perhaps { may_replace: replacement == Some("Conditional") }
            }
            ("Modify", Some("Conditional")) => Self::Conditional,
            ("Modify", _) => Self::Update { beside: change.scope.iter().all(|scope| scope != "Properties") },
            _ => Self::Unknown,
        }
    }

    fn word(self) -> &'static str {
        match self {
            Self::Nothing => "nothing",
            Self::Create => "create",
            Self::Update { .. } => "update",
            Self::Perhaps { .. } => "perhaps update",
            Self::Conditional => "update or replace",
            Self::Replace => "replace",
            Self::Delete => "delete",
            Self::Import => "import",
            Self::Unknown => "something unknown",
        }
    }
}

/// The resources of a stack that a change set would treat otherwise than the plan.
pub(super) fn compare(plan: &Plan, stack: &str, change_set: &[ResourceChange]) -> Vec<Disagreement> {
    let ours: BTreeMap<&str, &Change> = plan
        .changes
        .iter()
        .filter(|change| change.stack == stack && !change.logical_id.is_empty())
        .map(|change| (change.logical_id.as_str(), change))
        .collect();
    let told = change_set.iter().filter(|change| !is_old_version(change));
    let theirs: BTreeMap<&str, &ResourceChange> = told.map(|change| (change.logical_id.as_str(), change)).collect();
    let logical_ids: BTreeSet<&str> = ours.keys().chain(theirs.keys()).copied().collect();
    logical_ids
        .into_iter()
        .filter_map(|logical_id| {
            let change = ours.get(logical_id);
            let action = change.map_or(Action::NoOp, |change| change.action);
            let found = Theirs::of(theirs.get(logical_id).copied());
            (!agree(action, found)).then(|| Disagreement {
                address: change.map(|change| change.address.clone()),
                logical_id: logical_id.to_owned(),
                plan: word(action).to_owned(),
                change_set: found.word().to_owned(),
            })
        })
        .collect()
}

/// How many resources a change set changes whatever comes of what they refer to.
pub(super) fn certain(change_set: &[ResourceChange]) -> usize {
    change_set.iter().filter(|change| !matches!(Theirs::of(Some(change)), Theirs::Perhaps { .. })).count()
}

fn agree(ours: Action, theirs: Theirs) -> bool {
    match ours {
        Action::NoOp | Action::Associate | Action::Disassociate => {
            matches!(theirs, Theirs::Nothing | Theirs::Update { beside: true } | Theirs::Perhaps { .. })
        }
        // A change set of an update has no word for what was imported before.
        Action::Import => matches!(theirs, Theirs::Import | Theirs::Create),
        Action::Create => theirs == Theirs::Create,
        Action::Update => matches!(theirs, Theirs::Update { .. } | Theirs::Perhaps { .. }),
        Action::Replace => {
            matches!(theirs, Theirs::Replace | Theirs::Conditional | Theirs::Perhaps { may_replace: true })
        }
        Action::Delete | Action::Retain => theirs == Theirs::Delete,
    }
}

fn word(action: Action) -> &'static str {
    match action {
        Action::NoOp | Action::Associate | Action::Disassociate => "nothing",
        Action::Create => "create",
        Action::Update => "update",
        Action::Replace => "replace",
        Action::Delete => "delete",
        Action::Import => "import",
        Action::Retain => "keep",
    }
}

/// A published version goes when the next one comes; the plan tells of that one alone.
fn is_old_version(change: &ResourceChange) -> bool {
    let is_version = || Kind::of_type(&change.resource_type).is_some_and(|kind| kind.version_of().is_some());
    change.action == "Remove" && is_version()
}

/// What a change set takes away or makes although the plan does not: logical IDs.
pub(super) fn unplanned<'a>(planned: &BTreeMap<String, Action>, change_set: &'a [ResourceChange]) -> Vec<&'a str> {
    let foreseen = |change: &ResourceChange| {
        let action = planned.get(&change.logical_id).copied();
        match Theirs::of(Some(change)) {
            Theirs::Replace | Theirs::Conditional | Theirs::Delete => {
                matches!(action, Some(Action::Replace | Action::Delete | Action::Retain))
            }
            Theirs::Create | Theirs::Import => matches!(action, Some(Action::Create | Action::Import)),
            Theirs::Unknown => false,
            // What is kept as it is on the way is written down with values in place of references.
            Theirs::Nothing | Theirs::Update { .. } | Theirs::Perhaps { .. } => true,
        }
    };
    let told = change_set.iter().filter(|change| !is_old_version(change));
    told.filter(|change| !foreseen(change)).map(|change| change.logical_id.as_str()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn change(action: &str, replacement: Option<&str>, scope: &str, certain: bool) -> ResourceChange {
        ResourceChange {
            logical_id: "QueueSales".to_owned(),
            action: action.to_owned(),
            replacement: replacement.map(str::to_owned),
            scope: vec![scope.to_owned()],
            certain,
            resource_type: "AWS::Connect::Queue".to_owned(),
        }
    }

    #[track_caller]
    fn check(ours: Action, theirs: impl Into<Option<ResourceChange>>, expected: bool) {
        let theirs = theirs.into();
        assert_eq!(agree(ours, Theirs::of(theirs.as_ref())), expected, "{ours:?} {theirs:?}");
    }

    #[test]
    fn actions_and_replacements_have_to_agree() {
        let modify = |replacement| Some(change("Modify", Some(replacement), "Properties", true));
        check(Action::Update, modify("False"), true);
        check(Action::Update, modify("Conditional"), false);
        check(Action::Replace, modify("Conditional"), true);
        check(Action::Update, modify("True"), false);
        check(Action::Replace, modify("True"), true);
        check(Action::Replace, modify("False"), false);
        check(Action::NoOp, modify("False"), false);
        check(Action::NoOp, None, true);
        check(Action::Update, None, false);
        check(Action::Create, Some(change("Add", None, "", true)), true);
        check(Action::Create, None, false);
        check(Action::Delete, Some(change("Remove", None, "", true)), true);
        check(Action::NoOp, Some(change("Remove", None, "", true)), false);
        check(Action::Update, Some(change("Dynamic", None, "", true)), false);
    }

    #[test]
    fn what_is_not_certain_or_beside_the_properties_is_no_contradiction() {
        check(Action::NoOp, Some(change("Modify", Some("False"), "Tags", true)), true);
        check(Action::NoOp, Some(change("Modify", Some("False"), "Properties", false)), true);
        check(Action::NoOp, Some(change("Modify", Some("Conditional"), "Properties", false)), true);
        check(Action::NoOp, Some(change("Modify", Some("True"), "Properties", false)), false);
        check(Action::Replace, Some(change("Modify", Some("Conditional"), "Properties", false)), true);
        check(Action::Replace, Some(change("Modify", Some("False"), "Properties", false)), false);
    }

    #[test]
    fn what_nobody_planned_is_found() {
        let planned = |action| BTreeMap::from([("QueueSales".to_owned(), action)]);
        let replaced = [change("Modify", Some("True"), "Properties", true)];
        assert_eq!(unplanned(&BTreeMap::new(), &replaced), ["QueueSales"]);
        assert_eq!(unplanned(&planned(Action::Update), &replaced), ["QueueSales"]);
        assert_eq!(unplanned(&planned(Action::Replace), &replaced), [""; 0]);
        let made = [change("Add", None, "", true)];
        assert_eq!(unplanned(&BTreeMap::new(), &made), ["QueueSales"]);
        assert_eq!(unplanned(&planned(Action::NoOp), &made), ["QueueSales"]);
        assert_eq!(unplanned(&planned(Action::Create), &made), [""; 0]);
        assert_eq!(unplanned(&planned(Action::NoOp), &[change("Modify", Some("False"), "Properties", true)]), [""; 0]);
        assert_eq!(unplanned(&planned(Action::Update), &[change("Dynamic", None, "", true)]), ["QueueSales"]);
    }
}
