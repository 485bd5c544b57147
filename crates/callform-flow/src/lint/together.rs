//! Attributes that no flow sets, where all ways in are known.
//!
//! Programs start contacts with attributes, chats bring theirs, and functions may add some. So nothing is told but of flows that
//! contacts come to by a phone number, or from such flows, in a center whose flows invoke no function.

use std::collections::BTreeSet;

use callform_source::Diagnostic;
use serde_json::Value;

use super::arrival::{Member, by_name, leads};
use super::attribute_never_set::{RULE, name_in, nearly};
use crate::{Action, Flow, FlowType, paths};

/// An attribute that is read and that nothing sets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unset<'a> {
    /// The flow, by its place among those that were given.
    pub member: usize,
    /// Identifier of the first action that reads it.
    pub action: &'a str,
    /// Name of the attribute.
    pub name: &'a str,
}

impl Unset<'_> {
    /// What is told of it.
    pub fn diagnostic(&self) -> Diagnostic {
        let title = format!("`$.Attributes.{}` is read, and no flow sets it", self.name);
        Diagnostic::warning(RULE.code, title)
            .note("Contacts come here by a phone number only, which brings no attributes.")
            .help(format!("Set `{}` before, or take what reads it out.", self.name))
    }
}

/// Attributes that flows read and none sets, once for each name. `has_number` says of each flow whether a phone number
/// leads to it.
pub fn unset_attributes<'a>(members: &[Member<'a>], has_number: &[bool]) -> Vec<Unset<'a>> {
    let flows = || members.iter().flat_map(|member| &member.flow.actions);
    let set: BTreeSet<&str> = flows().flat_map(set_by).collect();
    if flows().any(may_set_any) || set.iter().any(|name| name.contains("$.")) {
        return Vec::new();
    }
    let is_closed = closed(members, has_number);
    let mut told = BTreeSet::new();
    let mut found = Vec::new();
    for (at, member) in members.iter().enumerate().filter(|(at, _)| is_closed[*at]) {
        let own: BTreeSet<&str> = member.flow.actions.iter().flat_map(set_by).collect();
        for (action, name) in read_in(member.flow) {
            // One that is mistyped is told of where the flow is looked at by itself.
            let is_known = set.contains(name) || is_of_service(name) || nearly(name, &own).is_some();
            if !is_known && told.insert(name) {
                found.push(Unset { member: at, action: &action.identifier, name });
            }
        }
    }
    found
}

/// Flows that contacts come to by a number or from such flows, and in no other way.
fn closed(members: &[Member<'_>], has_number: &[bool]) -> Vec<bool> {
    let by_name = by_name(members);
    let led: Vec<Vec<usize>> =
        members.iter().map(|member| leads(member.flow, &by_name).iter().map(|lead| lead.to).collect()).collect();
    let is_led_to = |at: usize| led.iter().flatten().any(|to| *to == at);
    let mut is_closed: Vec<bool> = (0..members.len())
        .map(|at| {
            let is_entered = has_number.get(at).copied().unwrap_or_default();
            (is_entered || is_led_to(at)) && members[at].flow_type == FlowType::ContactFlow
        })
        .collect();
    let mut has_changed = true;
    while has_changed {
        has_changed = false;
        for at in (0..members.len()).filter(|at| !is_closed[*at]).collect::<Vec<_>>() {
            for to in &led[at] {
                has_changed |= std::mem::replace(&mut is_closed[*to], false);
            }
        }
    }
    is_closed
}

fn read_in(flow: &Flow) -> impl Iterator<Item = (&Action, &str)> {
    flow.actions.iter().flat_map(|action| {
        let names = paths::read(action).into_iter().filter_map(|path| name_in(path, "Attributes"));
        names.map(move |name| (action, name))
    })
}

/// The names of attributes that an action sets, of this contact or one that it starts.
fn set_by(action: &Action) -> impl Iterator<Item = &str> {
    let of = |parameter: &str| action.parameters.get(parameter).and_then(Value::as_object).into_iter().flatten();
    of("Attributes").map(|(name, _)| name.as_str())
}

/// True for what may set attributes of any name.
fn may_set_any(action: &Action) -> bool {
    let other = ["InvokeLambdaFunction", "InvokeFlowModule", "ConnectParticipantWithAgenticCX", "LoadContactContent"];
    other.contains(&action.action_type.as_str()) || crate::catalog::find(&action.action_type).is_none()
}

/// True for names that Connect itself gives.
fn is_of_service(name: &str) -> bool {
    name.contains(':') || name.starts_with("aws") || name.starts_with("connect")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::try_compile;

    fn flow(steps: &str) -> Flow {
        try_compile(&crate::lint::Rule::as_flow(steps)).0.expect("compiles").0
    }

    fn unset(flows: &[(&'static [&'static str], &Flow)], has_number: &[bool]) -> Vec<(usize, String)> {
        let flow_type = FlowType::ContactFlow;
        let members: Vec<Member<'_>> = flows.iter().map(|&(names, flow)| Member { names, flow_type, flow }).collect();
        unset_attributes(&members, has_number).into_iter().map(|it| (it.member, it.name.to_owned())).collect()
    }

    #[test]
    fn what_no_flow_sets_is_told_where_all_ways_in_are_known() {
        let first = flow("- set: { language: en }\n- transfer: { flow: main_menu }");
        let second = flow("- say: Hello $.Attributes.name, in $.Attributes.language.\n- hang_up");
        let flows: &[(&'static [&'static str], &Flow)] = &[(&["first"], &first), (&["main_menu"], &second)];
        let name = vec![(1, "name".to_owned())];
        assert_eq!(unset(flows, &[true, false]), name);
        assert_eq!(unset(flows, &[true, true]), name);
        assert_eq!(unset(flows, &[false, true]), [], "programs may start the first with attributes");
        assert_eq!(unset(&flows[1..], &[false]), [], "nobody knows how contacts come");
    }

    #[test]
    fn functions_and_names_made_of_paths_may_set_any() {
        for first in [
            "- lambda: vanity",
            "- raw: { type: UpdateContactAttributes, parameters: { Attributes: { $.External.key: x }, TargetContact: Current } }",
        ] {
            let first = flow(&format!("{first}\n- say: Hello $.Attributes.name\n- hang_up"));
            assert_eq!(unset(&[(&["first"], &first)], &[true]), []);
        }
        let first = flow("- say: Hello $.Attributes.name\n- hang_up");
        assert_eq!(unset(&[(&["first"], &first)], &[true]).len(), 1);
    }
}
