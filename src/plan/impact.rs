//! How far a change reaches: which phone numbers, flows, queues and agents it touches.
//!
//! A resource is touched by what it refers to, and by what that refers to in turn, on either side of the change. Not
//! everything leads on: a quick connect on a queue's list is seen by agents and by no caller, and a number that a queue
//! shows as its caller id says nothing about who calls.

use std::collections::{BTreeMap, BTreeSet};

use super::known::Definition;
use super::{Action, Change, Impact};
use crate::model::{Address, Kind, Target};

/// Everything before and after.
#[derive(Clone, Copy)]
pub(super) struct Sides<'a> {
    pub(super) before: &'a BTreeMap<String, Definition>,
    pub(super) after: &'a BTreeMap<String, Definition>,
}

/// Who hears of it when something changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Audience {
    /// Callers, and agents who serve them.
    Callers,
    /// Agents only.
    Agents,
}

/// Notes with every change what it touches.
pub(super) fn note(changes: &mut [Change], sides: &Sides) {
    let users = users(sides);
    for change in changes.iter_mut().filter(|change| change.action != Action::NoOp) {
        change.impact = impact(&change.address, &users);
    }
}

/// Notes with every link what it touches: the number, and the flows that answered it and will.
pub(super) fn note_links(links: &mut [Change]) {
    for link in links {
        let values = link.properties.iter().flat_map(|property| [&property.before, &property.after]);
        let flows = values.flatten().filter_map(|value| value.as_str()?.parse::<Address>().ok());
        link.impact = Impact {
            phone_numbers: vec![link.address.clone()],
            flows: flows.filter(|address| address.kind == Kind::Flow).collect(),
            ..Impact::default()
        };
    }
}

/// What refers to each resource, on either side.
fn users<'a>(sides: &Sides<'a>) -> BTreeMap<&'a Address, BTreeSet<&'a Address>> {
    let now_named: BTreeMap<&Address, &Address> =
        sides.before.values().map(|definition| (&definition.rendered_as, &definition.address)).collect();
    let mut users: BTreeMap<&Address, BTreeSet<&Address>> = BTreeMap::new();
    for definition in sides.before.values().chain(sides.after.values()) {
        for target in &definition.mentions {
            users.entry(target).or_default().insert(&definition.address);
        }
        if let Some(Target::Resource(flow)) = &definition.answered_by {
            let flow = now_named.get(flow).copied().unwrap_or(flow);
            users.entry(flow).or_default().insert(&definition.address);
        }
    }
    users
}

fn impact(changed: &Address, users: &BTreeMap<&Address, BTreeSet<&Address>>) -> Impact {
    let mut impact = Impact::default();
    // Everything refers to the instance; what its settings mean for each of them is not known.
    if matches!(changed.kind, Kind::Instance | Kind::Storage | Kind::HierarchyLevels) {
        return impact;
    }
    let mut seen: BTreeMap<&Address, Audience> = BTreeMap::from([(changed, Audience::Callers)]);
    let mut waiting = vec![(changed, Audience::Callers)];
    while let Some((target, audience)) = waiting.pop() {
        // What shows a number as its caller id does not care who answers it.
        if target.kind == Kind::PhoneNumber && target != changed {
            continue;
        }
        for user in users.get(target).into_iter().flatten().copied() {
            let Some(audience) = passes_on(target.kind, user.kind, audience) else { continue };
            if seen.get(user).is_none_or(|known| audience < *known) {
                seen.insert(user, audience);
                waiting.push((user, audience));
            }
        }
    }
    for address in seen.into_keys() {
        let list = match address.kind {
            Kind::PhoneNumber => &mut impact.phone_numbers,
            Kind::Flow | Kind::FlowModule => &mut impact.flows,
            Kind::Queue => &mut impact.queues,
            Kind::User => &mut impact.agents,
            _ => continue,
        };
        list.push(address.clone());
    }
    impact
}

/// Who hears of it in what refers to something that changed; `None` where nobody does.
fn passes_on(target: Kind, user: Kind, audience: Audience) -> Option<Audience> {
    match (target, user) {
        // What a quick connect leads to changes nothing about the list it is on.
        (_, Kind::QuickConnect) => None,
        (Kind::QuickConnect | Kind::PhoneNumber, Kind::Queue) => Some(Audience::Agents),
        (_, Kind::RoutingProfile | Kind::User) => Some(Audience::Agents),
        // Profiles are at the end of the way.
        (Kind::RoutingProfile, _) => None,
        (_, Kind::Storage | Kind::HierarchyLevels) => None,
        _ if audience == Audience::Agents => None,
        _ => Some(Audience::Callers),
    }
}
