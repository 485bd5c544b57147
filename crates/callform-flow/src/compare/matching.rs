//! Which action of one flow is which of another.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::canonical::{Canonical, CanonicalAction, Taken};
use super::signatures::{self, ROUNDS};

/// Pairs of actions that are the same one, by their numbers in the canonical forms.
///
/// What has equal surroundings belongs together, looked at as widely as possible first; then what equal branches of
/// paired actions lead to; then whatever is most alike. The rest was added or removed.
pub(super) fn pairs(old: &Canonical, new: &Canonical) -> Vec<(usize, usize)> {
    let mut pairs = Pairs { old, new, of_old: BTreeMap::new(), taken: BTreeSet::new() };
    let (of_old, of_new) = (signatures::all(&old.actions), signatures::all(&new.actions));
    for round in (0..=ROUNDS).rev() {
        pairs.add_equal(&of_old[round], &of_new[round], round == ROUNDS);
    }
    if old.starts && new.starts {
        pairs.add_if(0, 0, is_alike);
    }
    pairs.follow(is_alike);
    if old.starts && new.starts {
        pairs.add_if(0, 0, is_same_type);
    }
    pairs.follow(is_same_type);
    pairs.add_similar();
    pairs.follow(is_same_type);
    pairs.of_old.into_iter().collect()
}

/// Most actions of one type among which the most alike are looked for; more differ too much to be told apart.
const MOST_COMPARED: usize = 250;
/// What a pair has to reach to be one.
const ENOUGH: usize = 50;

type Test = fn(&CanonicalAction, &CanonicalAction) -> bool;

fn is_same_type(a: &CanonicalAction, b: &CanonicalAction) -> bool {
    a.action_type == b.action_type
}

fn is_alike(a: &CanonicalAction, b: &CanonicalAction) -> bool {
    is_same_type(a, b) && a.parameters == b.parameters
}

struct Pairs<'a> {
    old: &'a Canonical,
    new: &'a Canonical,
    of_old: BTreeMap<usize, usize>,
    taken: BTreeSet<usize>,
}

impl Pairs<'_> {
    /// Pairs what no other action of either flow is equal to; where `all`, also several with as many equals.
    fn add_equal(&mut self, of_old: &[u64], of_new: &[u64], all: bool) {
        let mut groups: BTreeMap<u64, (Vec<usize>, Vec<usize>)> = BTreeMap::new();
        for old in (0..of_old.len()).filter(|old| !self.of_old.contains_key(old)) {
            groups.entry(of_old[old]).or_default().0.push(old);
        }
        for new in (0..of_new.len()).filter(|new| !self.taken.contains(new)) {
            groups.entry(of_new[new]).or_default().1.push(new);
        }
        for (old, new) in groups.into_values() {
            if old.len() == new.len() && (all || old.len() == 1) {
                for (old, new) in old.into_iter().zip(new) {
                    self.add_if(old, new, is_same_type);
                }
            }
        }
    }

    /// Pairs two actions unless one of them is paired already or they do not pass the test.
    fn add_if(&mut self, old: usize, new: usize, test: Test) -> bool {
        let (Some(a), Some(b)) = (self.old.actions.get(old), self.new.actions.get(new)) else { return false };
        let is_new = test(a, b) && !self.of_old.contains_key(&old) && self.taken.insert(new);
        if is_new {
            self.of_old.insert(old, new);
        }
        is_new
    }

    /// Pairs what equal branches of paired actions lead to, until nothing is left to pair.
    fn follow(&mut self, test: Test) {
        let mut waiting: Vec<(usize, usize)> = self.of_old.iter().map(|(old, new)| (*old, *new)).collect();
        while let Some((old, new)) = waiting.pop() {
            let targets: Vec<(usize, usize)> =
                common_branches(&self.old.actions[old], &self.new.actions[new]).collect();
            waiting.extend(targets.into_iter().filter(|(old, new)| self.add_if(*old, *new, test)));
        }
    }

    /// Pairs what is most alike among the rest, the best first.
    fn add_similar(&mut self) {
        let mut by_type: BTreeMap<&str, (Vec<usize>, Vec<usize>)> = BTreeMap::new();
        for (old, action) in self.old.actions.iter().enumerate().filter(|(old, _)| !self.of_old.contains_key(old)) {
            by_type.entry(&action.action_type).or_default().0.push(old);
        }
        for (new, action) in self.new.actions.iter().enumerate().filter(|(new, _)| !self.taken.contains(new)) {
            by_type.entry(&action.action_type).or_default().1.push(new);
        }
        let sources = (sources(self.old), sources(self.new));
        let mut candidates = Vec::new();
        for (of_old, of_new) in by_type.into_values() {
            for old in of_old.into_iter().take(MOST_COMPARED) {
                for new in of_new.iter().copied().take(MOST_COMPARED) {
                    let score = self.likeness(old, new, &sources);
                    if score >= ENOUGH {
                        candidates.push((std::cmp::Reverse(score), old, new));
                    }
                }
            }
        }
        candidates.sort_unstable();
        for (_, old, new) in candidates {
            self.add_if(old, new, is_same_type);
        }
    }

    /// How alike two actions of one type are: up to 100 for what they do, 40 for each neighbor they share.
    fn likeness(&self, old: usize, new: usize, (of_old, of_new): &(Vec<Vec<usize>>, Vec<Vec<usize>>)) -> usize {
        let (a, b) = (&self.old.actions[old], &self.new.actions[new]);
        let shared_targets = common_branches(a, b).filter(|(x, y)| self.of_old.get(x) == Some(y)).count();
        let shared_sources = of_old[old]
            .iter()
            .filter(|source| self.of_old.get(source).is_some_and(|it| of_new[new].contains(it)))
            .count();
        alike(&a.parameters, &b.parameters) + 40 * (shared_targets.min(2) + shared_sources.min(2))
    }
}

/// The actions that lead to each action; of many, some.
fn sources(flow: &Canonical) -> Vec<Vec<usize>> {
    let mut sources = vec![Vec::new(); flow.actions.len()];
    for (source, action) in flow.actions.iter().enumerate() {
        for target in action.branches.iter().filter_map(|(_, target)| *target) {
            if sources[target].len() < 16 {
                sources[target].push(source);
            }
        }
    }
    sources
}

/// Where branches of the same name lead in both.
fn common_branches<'a>(a: &'a CanonicalAction, b: &'a CanonicalAction) -> impl Iterator<Item = (usize, usize)> + 'a {
    let mut of_b: BTreeMap<(u8, &str), Option<usize>> = BTreeMap::new();
    for (taken, target) in &b.branches {
        of_b.entry(name(taken)).or_insert(*target);
    }
    a.branches.iter().filter_map(move |(taken, target)| Some(((*target)?, (*of_b.get(&name(taken))?)?)))
}

/// What takes a branch, whatever its place among the others.
pub(super) fn name(taken: &Taken) -> (u8, &str) {
    match taken {
        Taken::Next => (0, ""),
        Taken::Condition(_, condition) => (1, condition),
        Taken::Error(error) => (2, error),
    }
}

/// How alike two values are, from 0 to 100.
fn alike(a: &Value, b: &Value) -> usize {
    match (a, b) {
        _ if a == b => 100,
        (Value::Object(a), Value::Object(b)) => {
            let names: BTreeSet<&String> = a.keys().chain(b.keys()).collect();
            let of = |name: &String| match (a.get(name), b.get(name)) {
                (Some(a), Some(b)) => alike(a, b),
                _ => 0,
            };
            names.iter().map(|name| of(name)).sum::<usize>() / names.len().max(1)
        }
        (Value::String(a), Value::String(b)) => {
            let words = |text: &'_ str| -> BTreeSet<String> {
                text.split(|it: char| !it.is_alphanumeric()).take(200).map(str::to_lowercase).collect()
            };
            let (a, b) = (words(a), words(b));
            90 * a.intersection(&b).count() / a.union(&b).count().max(1)
        }
        _ => 0,
    }
}
