//! What callers meet before a change and after it.

use std::collections::{BTreeMap, BTreeSet};

use callform_flow::wording::shorten;
use serde::{Deserialize, Serialize};

use super::center::{Center, Number};
use super::{Journey, Line, Meaning, Of, Stage, Step, Theme, To, Way, build};
use crate::model::{Address, Target};

/// Longest text of a line, in characters.
const TEXT: usize = 160;
/// Most lines that are told of one number.
const LINES: usize = 100;
/// Flows that are followed for all numbers together: of a center with 300 flows, ten numbers that different flows answer
/// are compared.
const WORK: usize = 3_000;
/// What is told of the others.
const NOT_COMPARED: &str = "~ not compared: there are too many numbers and flows; `callform journey` draws them";
/// Lines that a new number is told in.
const OUTLINE: usize = 8;

/// What differs for the callers of some numbers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CallerChange {
    /// The numbers, which change alike.
    pub numbers: Vec<Address>,
    /// The differences, each in a line that begins with `+`, `-` or `~`.
    pub lines: Vec<String>,
}

/// What differs for callers between two centers, number by number; those that differ alike are told together, and those
/// that do not differ are left out.
pub fn compare(before: &Center, after: &Center) -> Vec<CallerChange> {
    let mut changes: Vec<CallerChange> = Vec::new();
    // Many numbers lead into one flow; each pair of flows is compared once.
    let mut known: BTreeMap<(Answer<'_>, Answer<'_>), Vec<String>> = BTreeMap::new();
    let gone = before.numbers.iter().filter(|number| find(after, &number.address).is_none());
    for number in after.numbers.iter().chain(gone) {
        let (old, new) = (find(before, &number.address), find(after, &number.address));
        let key = (old.map(|number| &number.answered_by), new.map(|number| &number.answered_by));
        let is_too_much = known.len() * before.size().max(after.size()) > WORK;
        let lines = known.entry(key).or_insert_with(|| {
            if is_too_much { vec![NOT_COMPARED.to_owned()] } else { differences((before, old), (after, new)) }
        });
        if lines.is_empty() {
            continue;
        }
        match changes.iter_mut().find(|change| change.lines == *lines) {
            Some(change) => change.numbers.push(number.address.clone()),
            None => changes.push(CallerChange { numbers: vec![number.address.clone()], lines: lines.clone() }),
        }
    }
    changes
}

/// What answers a number; none where there is no such number.
type Answer<'a> = Option<&'a Option<Target>>;

fn find<'a>(center: &'a Center, address: &Address) -> Option<&'a Number> {
    center.numbers.iter().find(|number| number.address == *address)
}

fn differences((before, old): (&Center, Option<&Number>), (after, new): (&Center, Option<&Number>)) -> Vec<String> {
    let mut lines = match (old, new) {
        (None, None) => Vec::new(),
        (Some(_), None) => vec!["- the number goes: nobody can call it any more".to_owned()],
        (None, Some(new)) => outline(&build::build(after, &[new])),
        (Some(old), Some(new)) => between(&build::build(before, &[old]), &build::build(after, &[new])),
    };
    let more = lines.len().saturating_sub(LINES);
    if more > 0 {
        lines.truncate(LINES);
        lines.push(format!("~ and {more} more differences"));
    }
    lines
}

/// What the callers of a new number meet first.
fn outline(journey: &Journey) -> Vec<String> {
    let note = journey.entries.iter().filter_map(|entry| entry.note.as_ref()).map(|line| line.text.clone());
    let steps = journey.stages.first().into_iter().flat_map(|stage| &stage.steps).filter(|step| !step.is_quiet);
    let told = note.chain(steps.flat_map(|step| told_of(journey, 0, step)));
    let mut lines: Vec<String> = told.map(|text| format!("+ {text}")).collect();
    let more = lines.len().saturating_sub(OUTLINE);
    if more > 0 {
        lines.truncate(OUTLINE);
        lines.push(format!("+ and so on; {more} more lines"));
    }
    lines.insert(0, "+ the number is new".to_owned());
    lines
}

fn between(before: &Journey, after: &Journey) -> Vec<String> {
    let mut lines: Vec<String> = entry_change(before, after).into_iter().collect();
    for (place, stage) in after.stages.iter().enumerate() {
        if let Some(old) = before.stages.iter().position(|old| old.of == stage.of) {
            lines.extend(Pairing::of((before, old), (after, place)).differences());
            continue;
        }
        lines.push(match &stage.of {
            Of::Agents => "+ callers can be put through to agents now".to_owned(),
            Of::Flow(_) => {
                let first = stage.steps.first().and_then(|step| told_of(after, place, step).into_iter().next());
                let first = first.map_or_else(String::new, |first| format!(": {first}"));
                format!("+ flow {} is new on the way ({}){first}", stage.title, stage.role)
            }
        });
    }
    for stage in before.stages.iter().filter(|stage| after.stages.iter().all(|new| new.of != stage.of)) {
        lines.push(match &stage.of {
            Of::Agents => "- no caller is put through to an agent any more".to_owned(),
            Of::Flow(_) => format!("- flow {} is no longer on the way ({})", stage.title, stage.role),
        });
    }
    let mut told = BTreeSet::new();
    lines.retain(|line| told.insert(line.clone()));
    lines
}

/// Another flow answers.
fn entry_change(before: &Journey, after: &Journey) -> Option<String> {
    let first = |journey: &Journey| {
        let entry = journey.entries.first()?;
        match entry.to {
            To::Stage(stage) => journey.stages.get(stage).map(|stage| format!("Answered by {}", stage.title)),
            _ => entry.note.as_ref().map(|note| note.text.clone()),
        }
    };
    let (old, new) = (first(before)?, first(after)?);
    (old != new).then(|| format!("~ {new} (was: {old})"))
}

/// A stage before and after, step by step.
struct Pairing<'a> {
    before: (&'a Journey, usize),
    after: (&'a Journey, usize),
    /// The step before that each step after was.
    old_of: BTreeMap<usize, usize>,
}

impl<'a> Pairing<'a> {
    /// Finds out which step was which: first those that are the same, then those that share a line, then what is left of
    /// the same kind, in order.
    fn of(before: (&'a Journey, usize), after: (&'a Journey, usize)) -> Self {
        let mut pairing = Self { before, after, old_of: BTreeMap::new() };
        let tells =
            |line: &&Line| !matches!(line.meaning, Meaning::End | Meaning::Alert | Meaning::Note | Meaning::Wait);
        let shares = |old: &Step, new: &Step| old.lines.iter().filter(tells).any(|line| new.lines.contains(line));
        pairing.pair(|old, new| old.title == new.title && old.lines == new.lines);
        pairing.pair(shares);
        pairing.pair(|old, new| old.theme == new.theme && old.title == new.title);
        pairing
    }

    fn steps(of: (&'a Journey, usize)) -> &'a [Step] {
        of.0.stages.get(of.1).map(|stage| stage.steps.as_slice()).unwrap_or_default()
    }

    fn pair(&mut self, is_same: impl Fn(&Step, &Step) -> bool) {
        let mut used: BTreeSet<usize> = self.old_of.values().copied().collect();
        for (new, step) in Self::steps(self.after).iter().enumerate() {
            if self.old_of.contains_key(&new) {
                continue;
            }
            let old = Self::steps(self.before).iter().enumerate();
            let partner = old.filter(|(old, _)| !used.contains(old)).find(|(_, old)| is_same(old, step));
            if let Some((old, _)) = partner {
                used.insert(old);
                self.old_of.insert(new, old);
            }
        }
    }

    fn differences(&self) -> Vec<String> {
        let (old_steps, new_steps) = (Self::steps(self.before), Self::steps(self.after));
        let mut lines = Vec::new();
        for (new, step) in new_steps.iter().enumerate() {
            let prefix = self.prefix(step);
            let Some(old) = self.old_of.get(&new).and_then(|old| old_steps.get(*old)) else {
                let told = told_of(self.after.0, self.after.1, step);
                lines.extend(told.into_iter().map(|text| format!("+ {prefix}{text}")));
                continue;
            };
            for (sign, meaning, text) in lines_between(old, step) {
                // A calendar is the same in every flow that asks it.
                let prefix = if (sign, meaning) == ('~', Meaning::Hours) { "" } else { &prefix };
                lines.push(format!("{sign} {prefix}{text}"));
            }
            let ways = self.ways_between(old, step);
            lines.extend(ways.into_iter().map(|(sign, text)| format!("{sign} {prefix}{text}")));
        }
        let kept: BTreeSet<usize> = self.old_of.values().copied().collect();
        for (_, step) in old_steps.iter().enumerate().filter(|(old, _)| !kept.contains(old)) {
            let prefix = self.prefix(step);
            let told = told_of(self.before.0, self.before.1, step);
            lines.extend(told.into_iter().map(|text| format!("- {prefix}{text}")));
        }
        lines
    }

    /// What lines of a step begin with: the flow, or the queue.
    fn prefix(&self, step: &Step) -> String {
        match self.after.0.stages.get(self.after.1) {
            Some(Stage { of: Of::Flow(_), title, .. }) => format!("{title}: "),
            _ => format!("{}: ", step.title),
        }
    }

    fn ways_between(&self, old: &Step, new: &Step) -> Vec<(char, String)> {
        let is_told = |journey: &Journey, way: &&Way| is_told(journey, way);
        let mut gone: Vec<&Way> = old.ways.iter().filter(|way| is_told(self.before.0, way)).collect();
        let mut come: Vec<&Way> = Vec::new();
        let mut lines = Vec::new();
        let after = asked(new).map_or_else(String::new, |asked| format!("after {}: ", shorten(&asked, TEXT / 2)));
        for way in new.ways.iter().filter(|way| is_told(self.after.0, way)) {
            let Some(place) = gone.iter().position(|other| other.label == way.label) else {
                come.push(way);
                continue;
            };
            let other = gone.remove(place);
            if !self.is_same(other.to, way.to) {
                let (now, was) = (
                    destination(self.after.0, self.after.1, way.to),
                    destination(self.before.0, self.before.1, other.to),
                );
                lines.push(('~', format!("{after}{} leads to {now} (was: {was})", shown(way))));
            }
        }
        for way in come {
            // What takes a way is another, such as the time after which it is taken.
            let renamed = gone.iter().position(|other| self.is_same(other.to, way.to));
            match renamed.map(|place| gone.remove(place)) {
                Some(other) => lines.push(('~', format!("{after}{} (was: {})", shown(way), shown(other)))),
                None => lines.push((
                    '+',
                    format!("{after}{} leads to {}", shown(way), destination(self.after.0, self.after.1, way.to)),
                )),
            }
        }
        let gone = gone.into_iter().map(|way| {
            ('-', format!("{after}{} leads to {}", shown(way), destination(self.before.0, self.before.1, way.to)))
        });
        lines.extend(gone);
        lines
    }

    /// True where both lead to what is the same before and after.
    fn is_same(&self, old: To, new: To) -> bool {
        match (old, new) {
            (To::Step(one, old), To::Step(other, new)) if one == self.before.1 && other == self.after.1 => {
                self.old_of.get(&new) == Some(&old)
            }
            (To::Nowhere, To::Nowhere) => true,
            _ => {
                let of = |journey: &Journey, to: To| match to {
                    To::Step(stage, _) | To::Stage(stage) => journey.stages.get(stage).map(|stage| stage.of.clone()),
                    To::Nowhere => None,
                };
                let title = |journey: &Journey, to: To| journey.step(to).map(|step| step.title.clone());
                let (old_of, new_of) = (of(self.before.0, old), of(self.after.0, new));
                old_of == new_of
                    && (old_of != Some(Of::Agents) || title(self.before.0, old) == title(self.after.0, new))
            }
        }
    }
}

/// What takes a way, and that it is a dead end where it is one.
fn shown(way: &Way) -> String {
    let label = if way.label.is_empty() { "what follows" } else { &way.label };
    if way.is_dead_end { format!("{label} (cut off without a word)") } else { label.to_owned() }
}

/// True for ways that callers notice. Where only an error leads is told where it is a dead end; to whom a call waits is
/// told by the step.
fn is_told(journey: &Journey, way: &Way) -> bool {
    let is_to_agents = match way.to {
        To::Step(stage, _) | To::Stage(stage) => journey.stages.get(stage).is_some_and(|stage| stage.of == Of::Agents),
        To::Nowhere => false,
    };
    way.is_dead_end || !(way.is_quiet || is_to_agents)
}

fn lines_between(old: &Step, new: &Step) -> Vec<(char, Meaning, String)> {
    let mut gone: Vec<&Line> = old.lines.iter().filter(|line| !new.lines.contains(line)).collect();
    let mut lines = Vec::new();
    for line in new.lines.iter().filter(|line| !old.lines.contains(line)) {
        let partner = gone.iter().position(|other| other.meaning == line.meaning);
        match partner.map(|place| gone.remove(place)) {
            Some(other) => {
                lines.push(('~', line.meaning, format!("{} (was: {})", said(line), shorten(&other.text, TEXT))));
            }
            None => lines.push(('+', line.meaning, said(line))),
        }
    }
    lines.extend(gone.into_iter().map(|line| ('-', line.meaning, said(line))));
    lines
}

/// A line in a caller's words.
fn said(line: &Line) -> String {
    let text = shorten(&line.text, TEXT);
    match line.meaning {
        Meaning::Heard => format!("hears {text}"),
        Meaning::Asked if text.starts_with('“') => format!("is asked {text}"),
        _ => text,
    }
}

/// Everything that is told of a step that only one side has. Who takes the call and how it ends is told by what leads there.
fn told_of(journey: &Journey, stage: usize, step: &Step) -> Vec<String> {
    let is_agents = journey.stages.get(stage).is_some_and(|stage| stage.of == Of::Agents);
    let is_told = |line: &&Line| {
        is_agents || !matches!(line.meaning, Meaning::Queue | Meaning::End | Meaning::Wait | Meaning::Note)
    };
    let mut told: Vec<String> = step.lines.iter().filter(is_told).map(said).collect();
    if let Some(asked) = asked(step) {
        for way in step.ways.iter().filter(|way| !way.label.is_empty() && self::is_told(journey, way)) {
            let to = destination(journey, stage, way.to);
            told.push(format!("after {}: {} leads to {to}", shorten(&asked, TEXT / 2), shown(way)));
        }
    }
    told
}

/// What a step asks or looks at: what its ways are told by.
fn asked(step: &Step) -> Option<String> {
    let told = match step.theme {
        Theme::Chooses | Theme::Enters => Meaning::Asked,
        Theme::Hours => Meaning::Hours,
        Theme::Hears => Meaning::Heard,
        Theme::Checks => Meaning::Note,
        _ => return None,
    };
    let line = step.lines.iter().find(|line| line.meaning == told)?;
    let name = |text: &str| text.split(':').next().unwrap_or_default().to_owned();
    Some(if told == Meaning::Hours { name(&line.text) } else { line.text.clone() })
}

/// Where a way leads, by what is met there.
fn destination(journey: &Journey, from: usize, to: To) -> String {
    match to {
        To::Step(stage, _) if stage == from => journey.step(to).map_or_else(String::new, |step| {
            let line = step.lines.first().map(|line| shorten(&line.text, TEXT / 2));
            let words = line.unwrap_or_else(|| step.title.to_lowercase());
            words.strip_prefix("For the ").unwrap_or(&words).to_owned()
        }),
        To::Stage(stage) | To::Step(stage, _)
            if journey.stages.get(stage).is_some_and(|stage| stage.of != Of::Agents) =>
        {
            format!("flow {}", journey.destination(to, from))
        }
        _ => journey.destination(to, from),
    }
}
