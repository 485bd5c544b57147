//! How far a change reaches: which phone numbers, flows, queues and agents it touches.
//!
//! A resource is touched by what it refers to, and by what that refers to in turn, on either side of the change. Not
//! everything leads on: a quick connect on a queue's list is seen by agents and by no caller, and a number that a queue
//! shows as its caller id says nothing about who calls.

use std::collections::{BTreeMap, BTreeSet};

use super::known::Definition;
use super::{Action, Change, Impact};
use crate::kinds::{Audience, Touched};
use crate::model::{Address, Kind, Target};

/// Everything before and after.
#[derive(Clone, Copy)]
pub(super) struct Sides<'a> {
    pub(super) before: &'a BTreeMap<String, Definition>,
    pub(super) after: &'a BTreeMap<String, Definition>,
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
        let list = match address.kind.descriptor().reach.listed {
            Some(Touched::PhoneNumbers) => &mut impact.phone_numbers,
            Some(Touched::Flows) => &mut impact.flows,
            Some(Touched::Queues) => &mut impact.queues,
            Some(Touched::Agents) => &mut impact.agents,
            None => continue,
        };
        list.push(address.clone());
    }
    impact
}

/// Who hears of it in what refers to something that changed; `None` where nobody does. Everything refers to the instance,
/// and what its settings mean for each of them is not known.
fn passes_on(target: Kind, user: Kind, audience: Audience) -> Option<Audience> {
    match (target.descriptor().reach.tells, user.descriptor().reach.hears) {
        (Audience::Nobody, _) | (_, Audience::Nobody) => None,
        (_, Audience::Agents | Audience::AgentsAtTheEnd) | (Audience::Agents, Audience::Callers) => {
            Some(Audience::Agents)
        }
        // Profiles are at the end of the way.
        (Audience::AgentsAtTheEnd, Audience::Callers) => None,
        (Audience::Callers, Audience::Callers) => (audience == Audience::Callers).then_some(Audience::Callers),
    }
}
