//! What users of an instance that exists must have, and must not have: how they sign in decides.
//!
//! Source: Amazon Connect API Reference, `CreateUser` and `UserIdentityInfo`.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::inventory::Inventory;
use crate::model::{Address, Kind};
use crate::plan::{Action, Check, Finding, Plan, Severity};

use super::facts::{Facts, Questions};
use super::sides::{Resource, Sides};

/// The most characters of a username where Connect or a directory keeps it.
const LONGEST_USERNAME: usize = 20;

/// Asks how users sign in where the plan makes some.
pub(super) fn ask(plan: &Plan, sides: &Sides, inventory: &Inventory, questions: &mut Questions) {
    questions.identity = inventory.instance.is_some() && new(plan, sides).next().is_some();
}

/// What Connect would refuse: a finding for each reason, with all users it is about.
pub(super) fn check(plan: &Plan, sides: &Sides, facts: &Facts) -> Vec<Finding> {
    let identity = match &facts.identity {
        None | Some(Ok(None)) => return Vec::new(),
        Some(Err(reason)) => {
            let addresses = new(plan, sides).filter_map(|user| user.address()).collect();
            let message = format!("how users sign in to the instance is not known: {reason}");
            return vec![finding(Severity::Note, addresses, message, None)];
        }
        Some(Ok(Some(identity))) => identity.as_str(),
    };
    let mut found: BTreeMap<(String, &str), BTreeSet<Address>> = BTreeMap::new();
    for user in new(plan, sides) {
        for (message, help) in refused(&user, identity) {
            found.entry((message, help)).or_default().extend(user.address());
        }
    }
    found
        .into_iter()
        .map(|((message, help), addresses)| finding(Severity::Error, addresses, message, Some(help)))
        .collect()
}

fn finding(severity: Severity, addresses: BTreeSet<Address>, message: String, help: Option<&str>) -> Finding {
    let addresses = addresses.into_iter().collect();
    Finding { severity, check: Check::Name, addresses, message, help: help.map(str::to_owned) }
}

/// Why Connect would not make a user, each with what to do.
fn refused(user: &Resource, identity: &str) -> Vec<(String, &'static str)> {
    let has = |property: &str| user.properties.get(property).is_some();
    let info = |member: &str| user.properties.pointer(&format!("/IdentityInfo/{member}")).is_some();
    let (managed, saml) = (identity == "CONNECT_MANAGED", identity == "SAML");
    let way = match identity {
        "SAML" => "the instance has users that sign in by SAML",
        "EXISTING_DIRECTORY" => "the instance has users of a directory",
        _ => "the instance keeps users and passwords itself",
    };
    let length = user.properties.get("Username").and_then(Value::as_str).map_or(0, |name| name.chars().count());
    [
        (managed && !has("Password"), "needs a password for each new one", "add `password: { secret: <name> }`"),
        (!managed && has("Password"), "refuses a password", "remove `password:`"),
        (saml && info("Email"), "refuses an e-mail address: the username is one", "remove `email:`"),
        (saml && has("DirectoryUserId"), "refuses an id in a directory", "remove `directory_user_id:`"),
        (
            (managed || saml) && !(info("FirstName") && info("LastName")),
            "needs a first and a last name",
            "add `name:`, or `first_name:` and `last_name:`",
        ),
        (!saml && length > LONGEST_USERNAME, "takes usernames of 20 characters at most", "give it a shorter username"),
    ]
    .into_iter()
    .filter(|(is_so, _, _)| *is_so)
    .map(|(_, what, help)| (format!("{way}, and it {what}"), help))
    .collect()
}

/// Users that the plan makes.
fn new<'s, 'a>(plan: &'s Plan, sides: &'s Sides<'a>) -> impl Iterator<Item = Resource<'a>> + use<'s, 'a> {
    let made = |change: &&crate::plan::Change| {
        change.address.kind == Kind::User && matches!(change.action, Action::Create | Action::Replace)
    };
    let made: BTreeSet<&str> = plan.changes.iter().filter(made).map(|change| change.logical_id.as_str()).collect();
    sides.after.iter().filter(move |resource| made.contains(resource.logical_id)).cloned()
}
