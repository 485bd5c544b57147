//! From chains to the steps that are told: in reading order, without what says nothing.

use std::collections::BTreeMap;

use super::{Line, Meaning, Step, Theme, To, Way};

/// A step whose ways still lead to chains.
pub(super) struct Draft {
    pub(super) theme: Theme,
    pub(super) lines: Vec<Line>,
    pub(super) ways: Vec<DraftWay>,
}

#[derive(Clone)]
pub(super) struct DraftWay {
    pub(super) label: String,
    pub(super) to: DraftTo,
    pub(super) is_quiet: bool,
}

#[derive(Clone, Copy, PartialEq)]
pub(super) enum DraftTo {
    /// A chain of the same flow.
    Chain(usize),
    /// Anything else.
    Other(To),
    /// To nothing that is worth telling: what runs the flow goes on.
    Over,
}

/// Ends that are alike are one end, whatever leads there.
pub(super) fn join_ends(drafts: &mut [Draft]) {
    let mut first: Vec<usize> = Vec::new();
    let mut joined: BTreeMap<usize, usize> = BTreeMap::new();
    for (place, draft) in drafts.iter().enumerate().filter(|(_, draft)| draft.ways.is_empty()) {
        match first.iter().find(|first| drafts[**first].lines == draft.lines) {
            Some(first) => {
                joined.insert(place, *first);
            }
            None => first.push(place),
        }
    }
    for way in drafts.iter_mut().flat_map(|draft| &mut draft.ways) {
        if let DraftTo::Chain(chain) = &mut way.to {
            *chain = joined.get(chain).copied().unwrap_or(*chain);
        }
    }
}

/// Steps in reading order, without those that tell nothing.
pub(super) fn finished(drafts: &[Draft], first: usize, stage: usize) -> Vec<Step> {
    let first = match beyond(drafts, DraftTo::Chain(first)) {
        DraftTo::Chain(chain) => chain,
        DraftTo::Other(_) | DraftTo::Over => first,
    };
    let order = reading_order(drafts, first);
    let place: BTreeMap<usize, usize> = order.iter().enumerate().map(|(place, chain)| (*chain, place)).collect();
    let usual = reached(drafts, first);
    let step = |chain: &usize| {
        let draft = &drafts[*chain];
        let mut lines = draft.lines.clone();
        lines.dedup();
        Step {
            number: 0,
            theme: draft.theme,
            title: title(draft),
            lines,
            ways: ways(drafts, draft, &place, stage),
            is_quiet: !usual[*chain],
        }
    };
    order.iter().map(step).collect()
}

fn title(draft: &Draft) -> String {
    let is_recording = draft.theme == Theme::Other && draft.lines.iter().any(|line| line.meaning == Meaning::Recorded);
    if is_recording { "Recording".to_owned() } else { draft.theme.title().to_owned() }
}

/// Where a way leads in the end: steps without a line that go on one way only are passed by, and so are conditions that
/// lead to one step whatever holds.
fn beyond(drafts: &[Draft], to: DraftTo) -> DraftTo {
    let mut to = silently(drafts, to);
    for _ in 0..drafts.len() {
        let DraftTo::Chain(chain) = to else { return to };
        let draft = &drafts[chain];
        let mut usual = draft.ways.iter().filter(|way| !way.is_quiet).map(|way| silently(drafts, way.to));
        match usual.next() {
            Some(first) if draft.theme == Theme::Checks && usual.all(|other| other == first) => to = first,
            _ => return to,
        }
    }
    to
}

fn silently(drafts: &[Draft], mut to: DraftTo) -> DraftTo {
    for _ in 0..drafts.len() {
        let DraftTo::Chain(chain) = to else { return to };
        let draft = &drafts[chain];
        let mut usual = draft.ways.iter().filter(|way| !way.is_quiet);
        match (usual.next(), usual.next()) {
            _ if !draft.lines.is_empty() => return to,
            (Some(only), None) => to = only.to,
            // Something that only the service sees, and nothing after it.
            (None, None) if draft.ways.is_empty() => return DraftTo::Over,
            _ => return to,
        }
    }
    to
}

/// Chains as somebody tells them: each way to its end before the next, errors last.
fn reading_order(drafts: &[Draft], first: usize) -> Vec<usize> {
    let mut order = Vec::new();
    let mut is_found = vec![false; drafts.len()];
    // What only errors lead to comes after everything else.
    let mut late = vec![first];
    while let Some(begin) = late.pop() {
        let mut open = vec![begin];
        let mut errors = Vec::new();
        while let Some(chain) = open.pop() {
            if std::mem::replace(&mut is_found[chain], true) {
                continue;
            }
            order.push(chain);
            let next = |quiet: bool| {
                let ways = drafts[chain].ways.iter().filter(move |way| way.is_quiet == quiet);
                ways.filter_map(|way| match beyond(drafts, way.to) {
                    DraftTo::Chain(chain) => Some(chain),
                    DraftTo::Other(_) | DraftTo::Over => None,
                })
            };
            let usual: Vec<usize> = next(false).collect();
            open.extend(usual.into_iter().rev());
            errors.extend(next(true));
        }
        late.extend(errors.into_iter().rev());
    }
    order
}

/// The chains that are come to where nothing fails.
fn reached(drafts: &[Draft], first: usize) -> Vec<bool> {
    let mut is_reached = vec![false; drafts.len()];
    let mut open = vec![first];
    while let Some(chain) = open.pop() {
        if std::mem::replace(&mut is_reached[chain], true) {
            continue;
        }
        for way in drafts[chain].ways.iter().filter(|way| !way.is_quiet) {
            if let DraftTo::Chain(next) = beyond(drafts, way.to) {
                open.push(next);
            }
        }
    }
    is_reached
}

/// The ways of a step; those that lead to the same are one.
fn ways(drafts: &[Draft], draft: &Draft, place: &BTreeMap<usize, usize>, stage: usize) -> Vec<Way> {
    let mut ways: Vec<Way> = Vec::new();
    for way in &draft.ways {
        let to = match beyond(drafts, way.to) {
            DraftTo::Chain(chain) => place.get(&chain).map_or(To::Nowhere, |place| To::Step(stage, *place)),
            DraftTo::Other(to) => to,
            DraftTo::Over => continue,
        };
        match ways.iter_mut().find(|known| known.to == to && to != To::Nowhere) {
            Some(known) if known.is_quiet == way.is_quiet => join(&mut known.label, &way.label),
            // What always leads here says nothing of errors that do too.
            Some(_) if way.is_quiet => {}
            Some(known) => {
                known.label.clone_from(&way.label);
                known.is_quiet = false;
            }
            None => {
                ways.push(Way { label: way.label.clone(), to, is_quiet: way.is_quiet, is_dead_end: to == To::Nowhere });
            }
        }
    }
    ways.sort_by_key(|way| way.is_quiet);
    ways
}

/// `key 1, key 2` as `key 1, 2`.
fn join(label: &mut String, more: &str) {
    if more.is_empty() || label.split(", ").any(|part| part == more) {
        return;
    }
    let short = if label.starts_with("key ") { more.strip_prefix("key ").unwrap_or(more) } else { more };
    *label = if label.is_empty() { more.to_owned() } else { format!("{label}, {short}") };
    *label = label.replace("no key, another key", "no key or another");
}
