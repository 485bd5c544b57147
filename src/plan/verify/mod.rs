//! Whether a plan that comes from a file says all that it would do, and would do all that it says.
//!
//! Nothing in the file is believed. What would be carried out (templates, parameters, calls) is read as if it were a
//! blueprint, compared with what is deployed, and what comes of that is held against what the plan says. Whoever edits
//! one of the two and not the other is refused; who edits both has to say what they do.

mod contents;
mod links;
mod operations;
mod parameters;
mod shape;
mod templates;

use std::collections::{BTreeMap, BTreeSet};

pub use contents::{Made, What, contents};

use super::changes::resource_changes;
use super::known::{Definition, Known};
use super::{
    Action, Change, Plan, Purpose, RepairOf, StackOperation, Step, associations, build, callers, impact, opening,
    settings,
};
use crate::inventory::Inventory;
use crate::journey::CallerChange;
use crate::model::{Address, Target};
use crate::render::words;
use operations::Operations;

/// What a plan would do and does not say, or says and would not do; a line for each. Empty for plans that
/// [`super::build`] made for this inventory.
pub fn contradictions(plan: &Plan, inventory: &Inventory) -> Vec<String> {
    if plan.purpose != Purpose::Apply {
        return vec!["it is not a plan that makes a center as its blueprint".to_owned()];
    }
    let mut found = shape::check(plan);
    // What follows reads templates, which have to be what they look like.
    if !found.is_empty() {
        return found;
    }
    let operations = Operations::of(plan, inventory);
    found.extend(operations.out_of_order());
    let known = operations.known();
    let sides = Sides { desired: operations.desired(&known), deployed: known.deployed() };
    found.extend(operations.unlike_final(&known));
    found.extend(operations.strange_imports(&known));
    found.extend(operations.wrong_identifiers(&known));
    found.extend(operations.odd_lists(&known));
    found.extend(operations.missing_files());
    let told = sides.told(plan, &operations, &known);
    found.extend(differing_changes(plan, &told.changes));
    found.extend(operations.noted_otherwise(&told.changes));
    found.extend(differing_stacks(plan, &operations));
    if plan.live_numbers != told.live_numbers {
        found.push("it names other live phone numbers than those it touches".to_owned());
    }
    if plan.callers != told.callers {
        found.push("it says other things of what callers meet than would come of it".to_owned());
    }
    let calls = plan.steps.iter().flat_map(|step| match step {
        Step::Repair(calls) => calls.as_slice(),
        _ => &[],
    });
    if !calls.eq(&told.settings) {
        found.push("it would set other settings of the instance than it says".to_owned());
    }
    found.extend(links::check(plan, &told, &known, inventory));
    found.sort();
    found.dedup();
    found
}

/// What is wanted and what is deployed.
struct Sides {
    desired: BTreeMap<String, Definition>,
    deployed: BTreeMap<String, Definition>,
}

/// What a plan that does the same says.
struct Told {
    changes: Vec<Change>,
    live_numbers: Vec<super::LiveNumber>,
    callers: Vec<CallerChange>,
    /// The calls for settings of the instance.
    settings: Vec<RepairOf>,
    /// The calls for the links of phone numbers.
    calls: Vec<(Address, Option<Target>)>,
}

impl Sides {
    fn told(&self, plan: &Plan, operations: &Operations, known: &Known) -> Told {
        let inventory = operations.inventory;
        let said: Vec<&str> = plan.changes.iter().map(|change| change.logical_id.as_str()).collect();
        let known_ids: BTreeSet<&str> = said.iter().copied().collect();
        let more = self.desired.keys().map(String::as_str).filter(|logical_id| !known_ids.contains(logical_id));
        let mut seen = BTreeSet::new();
        let order = said.iter().copied().chain(more).filter(|logical_id| seen.insert(*logical_id));
        let imports = operations.imports();
        let mut changes = resource_changes(order, inventory, &self.desired, &self.deployed, &imports);
        let answers = self.desired.values().filter_map(|wanted| Some((&wanted.address, wanted.answered_by.as_ref()?)));
        let links = associations::compare(&answers.collect(), inventory, known, &self.deployed, &changes);
        impact::note(&mut changes, &impact::Sides { before: &self.deployed, after: &self.desired });
        let mut linked = links.changes;
        impact::note_links(&mut linked);
        changes.extend(linked);
        let settings = settings::compare(inventory, &self.desired, &self.deployed);
        changes.extend(settings.change);
        let answered_by = |number: &Address| associations::live_target(inventory, known, number);
        let before = links.before.into_iter().map(|number| (number, None));
        Told {
            live_numbers: opening::live_numbers(&changes, &self.deployed, &answered_by),
            callers: callers::changes(&changes, &self.deployed, &self.desired, &answered_by),
            calls: before.chain(links.after).collect(),
            settings: settings.calls,
            changes,
        }
    }
}

/// What a change is about: stack, logical ID and, for links, the number.
type Subject<'a> = (&'a str, &'a str, Option<&'a Address>);

fn subject(change: &Change) -> Subject<'_> {
    (&change.stack, &change.logical_id, change.logical_id.is_empty().then_some(&change.address))
}

/// Changes that only one of the two has.
fn differing_changes(plan: &Plan, derived: &[Change]) -> Vec<String> {
    let meant: BTreeMap<Subject, &Change> = derived.iter().map(|change| (subject(change), change)).collect();
    let mut said = BTreeSet::new();
    let mut found = Vec::new();
    for change in &plan.changes {
        let address = words(&change.address);
        if !said.insert(subject(change)) {
            found.push(format!("{address} is in it twice"));
        }
        let says = participle(change.action);
        match meant.get(&subject(change)) {
            Some(other) if same(change, other) => {}
            Some(other) if other.action == change.action => {
                found.push(format!("{address}: what it says is not all that it would do"));
            }
            Some(other) => {
                let would = participle(other.action);
                found.push(format!("{address}: it says that this is {says}, and would have it {would}"));
            }
            None => found.push(format!("{address}: it says that this is {says}, and would do no such thing")),
        }
    }
    let silent = derived.iter().filter(|change| change.action != Action::NoOp && !said.contains(&subject(change)));
    found.extend(silent.map(|change| {
        let (address, stack, would) = (words(&change.address), &change.stack, participle(change.action));
        format!("{address} of the stack {stack} would be {would}, which it does not say")
    }));
    found
}

/// Equality but for the order in which reasons were found, which says nothing.
fn same(one: &Change, other: &Change) -> bool {
    let sorted = |change: &Change| {
        let mut change = change.clone();
        change.reasons.sort();
        change
    };
    one == other || sorted(one) == sorted(other)
}

fn participle(action: Action) -> &'static str {
    match action {
        Action::NoOp => "left as it is",
        Action::Create => "made",
        Action::Update => "changed",
        Action::Replace => "replaced",
        Action::Delete => "deleted",
        Action::Import => "imported",
        Action::Retain => "kept and managed no longer",
        Action::Associate => "linked",
        Action::Disassociate => "unlinked",
    }
}

fn differing_stacks(plan: &Plan, operations: &Operations) -> Vec<String> {
    let wanted = |operation: &&StackOperation| operation.kind != super::OperationKind::Delete;
    let meant: Vec<_> = operations
        .last()
        .filter(wanted)
        .filter_map(|one| build::stack_change(&one.stack, &one.tags, one.termination_protection, operations.inventory))
        .collect();
    let said = &plan.stack_changes;
    let only = |one: &[super::StackChange], other: &[super::StackChange]| -> Vec<String> {
        one.iter().filter(|change| !other.contains(change)).map(|change| change.stack.clone()).collect()
    };
    let names: BTreeSet<String> = only(said, &meant).into_iter().chain(only(&meant, said)).collect();
    names
        .into_iter()
        .map(|name| format!("stack {name}: its tags or its protection become others than it says"))
        .collect()
}
