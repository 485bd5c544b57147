//! Which step stands where: sequences, nested branches, and what is left to `goto`.
//!
//! Everything that is reached through a step alone can stand in it or after it. What several branches of a step lead
//! to comes after it; what else they have in common is written at the end, under a name.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::graph::{Fallback, Graph};
use super::words::{self, After, Branch, Omitted, Word};

/// Lists of steps inside one another, at most. What would stand deeper is written at the end, under a name.
const DEEPEST: usize = 5;

/// Member that carries the number of a step's action until names are known.
pub(super) const MARK: &str = "\u{0}action";
/// The same for a copy of an end, which needs no name.
pub(super) const COPY: &str = "\u{0}copy";
/// The same for the action that a `goto` leads to.
pub(super) const GOTO: &str = "\u{0}goto";

/// Steps with marks in the place of names.
pub(super) struct Ordered {
    pub(super) steps: Vec<Value>,
    pub(super) on_error: Option<Value>,
    /// What a `goto` leads to.
    pub(super) wanted: BTreeSet<usize>,
}

/// All actions as steps; what cannot be reached from the start comes last.
pub(super) fn steps<'a>(graph: &Graph<'a>, words: Vec<Word<'a>>, goes_on_anyway: bool) -> Ordered {
    let is_unguarded = mostly_unguarded(&words);
    let count = words.len();
    let has_on_error = matches!(graph.default, Fallback::OnError(_) | Fallback::Elsewhere(_));
    let ends = words.iter().map(bare_end).collect();
    let mut writer = Writer {
        graph,
        ends,
        copies: 0,
        is_unguarded,
        words: words.into_iter().map(Some).collect(),
        placed: vec![false; count],
        sections: BTreeSet::new(),
        wanted: BTreeSet::new(),
        has_on_error,
    };
    let mut steps = Vec::new();
    let top = Place { after: graph.end, depth: 0, in_on_error: false };
    if let Some(start) = graph.start {
        steps.extend(writer.sequence(start, top));
    }
    if let Some(end) = graph.end.filter(|end| !writer.placed[*end]) {
        steps.extend(writer.sequence(end, Place { after: None, ..top }));
    }
    let first_end = steps.iter().find(|step| is_ending(step)).and_then(|step| step.get(MARK)?.as_u64());
    let end = graph.end.filter(|end| first_end == u64::try_from(*end).ok());
    let on_error = match graph.default {
        Fallback::OnError(target) => Some(writer.sequence(target, Place { after: end, depth: 0, in_on_error: true })),
        Fallback::Elsewhere(target) => Some(vec![writer.goto(target, 1)]),
        Fallback::End(target) if end.is_none() => Some(vec![writer.goto(target, 1)]),
        Fallback::None | Fallback::End(_) => None,
    };
    let rest: BTreeSet<usize> = graph.children_of_root().into_iter().collect();
    let apart = Place { after: None, depth: 0, in_on_error: false };
    for section in rest.iter().copied().filter(|it| !graph.unreachable.contains(it)) {
        writer.defer(section);
    }
    writer.write_sections(&mut steps, apart);
    for section in &graph.unreachable {
        writer.defer(*section);
        writer.write_sections(&mut steps, apart);
    }
    // Nothing is lost, whatever the graph is like.
    for at in 0..count {
        writer.defer(at);
        writer.write_sections(&mut steps, apart);
    }
    drop_gotos_to_next(&mut steps);
    let mut defaults = Map::new();
    if graph.errors_go_on && !goes_on_anyway {
        defaults.insert("error".to_owned(), json!("continue"));
    }
    if is_unguarded {
        defaults.insert("unguarded".to_owned(), json!(true));
    }
    if !defaults.is_empty() && !steps.is_empty() {
        steps.insert(0, json!({ "defaults": defaults }));
    }
    let on_error = on_error.map(one_or_many);
    let mut wanted = BTreeSet::new();
    steps.iter().chain(&on_error).for_each(|step| gotos(step, &mut wanted));
    Ordered { steps, on_error, wanted }
}

/// What follows a step at the outermost level by itself need not be gone to.
fn drop_gotos_to_next(steps: &mut Vec<Value>) {
    let mut at = 0;
    while at + 1 < steps.len() {
        let next = steps[at + 1].get(MARK).cloned();
        match next {
            Some(next) if steps[at].get(GOTO) == Some(&next) => {
                steps.remove(at);
                at = at.saturating_sub(1);
            }
            Some(next) => {
                fall_through(&mut steps[at], &next);
                at += 1;
            }
            None => at += 1,
        }
    }
}

/// Takes the `goto`s to what follows a step out of its branches.
fn fall_through(step: &mut Value, next: &Value) {
    let Value::Object(members) = step else { return };
    // The branches of these lead back to the step.
    if members.contains_key("loop") || members.contains_key("play") {
        return;
    }
    for (key, member) in members.iter_mut() {
        match (key.as_str(), member) {
            ("keys" | "cases" | "intents" | "actions" | "branches" | "errors", Value::Object(branches)) => {
                branches.values_mut().for_each(|branch| end_of_branch(branch, next));
            }
            ("conditions" | "split" | "when" | "further_errors", Value::Array(items)) => {
                items.iter_mut().filter_map(|item| item.get_mut("then")).for_each(|branch| end_of_branch(branch, next));
            }
            // What a word says besides its branches has no marks.
            (_, branch) => end_of_branch(branch, next),
        }
    }
}

fn end_of_branch(branch: &mut Value, next: &Value) {
    let leads = |step: &Value| step.get(GOTO) == Some(next);
    if leads(branch) {
        *branch = json!("continue");
        return;
    }
    match branch {
        Value::Array(steps) if steps.last().is_some_and(leads) => {
            steps.pop();
            if let Some(last) = steps.last_mut() {
                fall_through(last, next);
            } else {
                *branch = json!("continue");
            }
        }
        Value::Array(steps) if steps.last().is_some_and(|step| step.get(MARK).is_some()) => {
            if let Some(last) = steps.last_mut() {
                fall_through(last, next);
            }
        }
        Value::Object(members) if members.contains_key(MARK) => fall_through(branch, next),
        _ => {}
    }
}

/// The actions that a `goto` leads to.
fn gotos(value: &Value, found: &mut BTreeSet<usize>) {
    match value {
        Value::Object(members) => {
            let goto = members.get(GOTO).and_then(Value::as_u64).and_then(|it| usize::try_from(it).ok());
            found.extend(goto);
            members.values().for_each(|member| gotos(member, found));
        }
        Value::Array(items) => items.iter().for_each(|item| gotos(item, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// Words of blocks that may have no error branch.
const MAY_BE_UNGUARDED: [&str; 2] = ["say", "voice"];

/// True where most blocks that may have no error branch have none.
fn mostly_unguarded(words: &[Word<'_>]) -> bool {
    let may = |word: &&Word<'_>| MAY_BE_UNGUARDED.iter().any(|name| word.step.contains_key(*name));
    let is = |word: &&Word<'_>| word.step.get("unguarded") == Some(&json!(true));
    let (all, unguarded) = (words.iter().filter(may).count(), words.iter().filter(may).filter(is).count());
    unguarded >= 3 && unguarded * 2 > all
}

fn is_ending(step: &Value) -> bool {
    ["hang_up", "end", "return"].iter().any(|word| step.get(word).is_some())
}

fn one_or_many(mut steps: Vec<Value>) -> Value {
    match steps.len() {
        0 => json!("continue"),
        1 => steps.remove(0),
        _ => Value::Array(steps),
    }
}

/// Ends that are written again at most: a flow may have 250 blocks.
const MOST_COPIES: usize = 60;

/// The word for an action whose step ends the flow and says nothing else.
fn bare_end(word: &Word<'_>) -> Option<&'static str> {
    let is_bare = word.step.len() == 1 && word.branches.is_empty();
    ["hang_up", "end", "return"].into_iter().find(|end| is_bare && word.step.contains_key(*end))
}

/// Where a sequence stands.
#[derive(Clone, Copy)]
struct Place {
    /// What follows the sequence by itself.
    after: Option<usize>,
    depth: usize,
    in_on_error: bool,
}

struct Writer<'g, 'a> {
    graph: &'g Graph<'a>,
    /// For each action the word for it, if all it does is to end the flow.
    ends: Vec<Option<&'static str>>,
    /// Ends that were written again.
    copies: usize,
    /// True where steps need not say that their block has no error branch.
    is_unguarded: bool,
    words: Vec<Option<Word<'a>>>,
    placed: Vec<bool>,
    /// What is to be written at the end: place in the order of ways, and action.
    sections: BTreeSet<(usize, usize)>,
    wanted: BTreeSet<usize>,
    has_on_error: bool,
}

impl<'a> Writer<'_, 'a> {
    /// Leads to an action: by its name, or as well by ending the flow where that is all it does. At the outermost level
    /// only the flow's own end may stand once more, since the first one there is what follows the last step.
    fn goto(&mut self, target: usize, depth: usize) -> Value {
        let end = self.ends.get(target).copied().flatten();
        let may_copy = self.copies < MOST_COPIES && (depth > 0 || self.graph.end == Some(target));
        if let Some(word) = end.filter(|_| may_copy) {
            self.copies += 1;
            self.defer(target);
            return json!({ word: null, COPY: target });
        }
        self.wanted.insert(target);
        json!({ GOTO: target })
    }

    fn defer(&mut self, at: usize) {
        if self.placed.get(at) == Some(&false) {
            self.sections.insert((self.graph.place(at), at));
        }
    }

    /// Writes what was left for the end, and what that leaves in turn.
    fn write_sections(&mut self, steps: &mut Vec<Value>, place: Place) {
        while let Some((_, section)) = self.sections.pop_first() {
            if !self.placed[section] {
                steps.extend(self.sequence(section, place));
            }
        }
    }

    /// The steps from an action on, as far as they follow one another.
    fn sequence(&mut self, start: usize, place: Place) -> Vec<Value> {
        let mut steps = Vec::new();
        let mut at = Some(start);
        while let Some(action) = at {
            let Some(word) = self.words.get_mut(action).and_then(Option::take) else {
                steps.push(self.goto(action, place.depth));
                break;
            };
            self.placed[action] = true;
            let next = self.continuation(action, &word, place);
            let follows = match word.after {
                After::Action(target) => Some(self.graph.node(target)),
                After::Nothing | After::Branches => next.or(place.after),
            };
            let after = word.after;
            steps.push(self.step(action, word, follows, place));
            let graph = self.graph;
            for child in graph.children(action) {
                if Some(*child) != next {
                    self.defer(*child);
                }
            }
            if let After::Action(_) = after
                && next.is_none()
                && follows != place.after
                && let Some(target) = follows
            {
                steps.push(self.goto(target, place.depth));
            }
            at = next;
        }
        steps
    }

    fn step(&mut self, action: usize, word: Word<'a>, follows: Option<usize>, place: Place) -> Value {
        let default = if place.in_on_error || self.graph.errors_go_on { follows } else { self.graph.default.target() };
        let mut step = word.step;
        if word.is_unguarded && self.has_on_error && !self.is_unguarded {
            step.insert("unguarded".to_owned(), json!(true));
        }
        let may_be_unguarded = MAY_BE_UNGUARDED.iter().any(|name| step.contains_key(*name));
        let was_unguarded = self.is_unguarded && may_be_unguarded && step.shift_remove("unguarded").is_some();
        for branch in word.branches {
            let target = self.graph.node(branch.target);
            let inner = if branch.repeats { Some(action) } else { follows };
            let is_left_out = match branch.omitted {
                Omitted::Never => false,
                Omitted::Next => Some(target) == inner,
                Omitted::OnError => Some(target) == default,
            };
            if !is_left_out {
                let steps =
                    self.branch(action, &branch, target, Place { after: inner, depth: place.depth + 1, ..place });
                words::put(&mut step, &branch.path, one_or_many(steps));
            }
        }
        if self.is_unguarded && may_be_unguarded && !was_unguarded && !step.contains_key("error") {
            step.insert("unguarded".to_owned(), json!(false));
        }
        step.insert(MARK.to_owned(), json!(action));
        Value::Object(step)
    }

    fn branch(&mut self, action: usize, branch: &Branch<'a>, target: usize, place: Place) -> Vec<Value> {
        if Some(target) == place.after {
            return Vec::new();
        }
        let stands_here = self.graph.is_child(target, action)
            && self.placed.get(target) == Some(&false)
            && self.graph.comes_only_from(target, action)
            && (place.depth < DEEPEST || (branch.is_failure && self.graph.size(target) == 1));
        if stands_here { self.sequence(target, place) } else { vec![self.goto(target, place.depth)] }
    }

    /// What follows a step in its sequence: the one thing it leads to, or where its branches meet again.
    fn continuation(&self, action: usize, word: &Word<'a>, place: Place) -> Option<usize> {
        match word.after {
            After::Nothing => None,
            After::Action(target) => {
                let target = self.graph.node(target);
                let is_free = self.graph.is_child(target, action) && self.placed.get(target) == Some(&false);
                (is_free && Some(target) != place.after).then_some(target)
            }
            After::Branches => self.meeting(action, word, place),
        }
    }

    /// Where branches meet, or the longest of those that may stand after the step instead of in it: whichever takes
    /// the fewest `goto`s and the least nesting.
    fn meeting(&self, action: usize, word: &Word<'a>, place: Place) -> Option<usize> {
        let graph = self.graph;
        let is_free = |at: &usize| graph.is_child(*at, action) && !self.placed[*at] && Some(*at) != place.after;
        let meeting = graph
            .children(action)
            .iter()
            .copied()
            .filter(|child| is_free(child) && !graph.comes_only_from(*child, action))
            .map(|child| (self.ways_in(child, action, Some(child)), child))
            .filter(|(ways, _)| *ways > 0)
            .max_by_key(|(ways, child)| (*ways, usize::MAX - graph.place(*child)));
        let straight = word
            .branches
            .iter()
            .filter(|branch| branch.omitted == Omitted::Next)
            .map(|branch| (branch, graph.node(branch.target)))
            .filter(|(_, target)| is_free(target) && graph.comes_only_from(*target, action))
            // What is usual goes on; the exception stands in the step, unless it is much longer.
            .max_by_key(|(branch, target)| {
                let weight = if branch.is_main() { 3 } else { 1 };
                (weight * graph.size(*target), usize::MAX - graph.place(*target))
            })
            .map(|(_, target)| target);
        if let Some((ways, met)) = meeting {
            let to_after = place.after.map_or(0, |after| self.ways_in(after, action, Some(met)));
            if let Some(straight) = straight {
                let gotos = self.ways_in(met, action, Some(straight));
                if graph.size(met) == 1 && graph.size(straight) > 2 * gotos + 1 {
                    return Some(straight);
                }
            }
            return (ways >= to_after).then_some(met);
        }
        let straight = straight?;
        let gotos = place.after.map_or(0, |after| self.ways_in(after, action, Some(straight)));
        let price = if place.after.is_some_and(|after| graph.children(after).is_empty()) { 1 } else { 4 };
        (graph.size(straight) > price * gotos).then_some(straight)
    }

    /// How many usual ways lead to an action from what is reached through `through`, `without` set aside.
    fn ways_in(&self, to: usize, through: usize, without: Option<usize>) -> usize {
        let Some(ways) = self.graph.ways_to.get(to) else { return 0 };
        ways.iter()
            .filter(|way| way.is_usual && self.graph.dominates(through, way.from))
            .filter(|way| without.is_none_or(|without| !self.graph.dominates(without, way.from)))
            .count()
    }
}
