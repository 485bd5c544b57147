//! Which properties wait for a second pass, so that nothing is circular any more.

use std::collections::{BTreeMap, BTreeSet};

use callform_flow::circles::strong_components;

/// A property of a node that may be deferred.
pub(super) type Unit = (usize, usize);

/// One reference inside a component: where it points and in which deferrable properties alone it occurs. Without such
/// properties it is hard.
#[derive(Clone, Debug)]
pub(super) struct Link {
    pub(super) to: usize,
    pub(super) properties: Vec<usize>,
}

/// Up to this many properties every choice is tried, smallest first …
const EXACT_PROPERTIES: usize = 12;
/// … where the choices times the nodes are not more than this.
const EXACT_WORK: usize = 1_000_000;

/// The properties to defer so that the component has no circle left. The hard links alone must have none.
///
/// `links` is indexed by node; only links between members of the component are in it. The choice is the smallest one
/// where few properties are concerned. Beyond, nodes are put in order one by one, and when each of the rest waits for
/// another, the one that has to defer least goes first.
pub(super) fn choose(links: &BTreeMap<usize, Vec<Link>>) -> BTreeSet<Unit> {
    let units: Vec<Unit> = links
        .iter()
        .flat_map(|(&node, links)| {
            let properties: BTreeSet<usize> = links.iter().flat_map(|link| link.properties.iter().copied()).collect();
            properties.into_iter().map(move |property| (node, property))
        })
        .collect();
    let greedy = one_by_one(links);
    if units.len() > EXACT_PROPERTIES || links.len() << units.len() > EXACT_WORK {
        return greedy;
    }
    for size in 1..greedy.len() {
        if let Some(found) = subsets(&units, size).into_iter().find(|chosen| leaves_no_circle(links, chosen)) {
            return found;
        }
    }
    greedy
}

/// True where deferring the properties takes the link out.
pub(super) fn is_deferred(node: usize, link: &Link, chosen: &BTreeSet<Unit>) -> bool {
    !link.properties.is_empty() && link.properties.iter().all(|&property| chosen.contains(&(node, property)))
}

fn subsets(units: &[Unit], size: usize) -> Vec<BTreeSet<Unit>> {
    (0_u32..1 << units.len())
        .filter(|bits| bits.count_ones() as usize == size)
        .map(|bits| units.iter().enumerate().filter(|(at, _)| bits >> at & 1 == 1).map(|(_, &unit)| unit).collect())
        .collect()
}

fn leaves_no_circle(links: &BTreeMap<usize, Vec<Link>>, chosen: &BTreeSet<Unit>) -> bool {
    let place: BTreeMap<usize, usize> = links.keys().enumerate().map(|(place, &node)| (node, place)).collect();
    let successors: Vec<Vec<usize>> = links
        .iter()
        .map(|(&node, links)| {
            let left = links.iter().filter(|link| !is_deferred(node, link, chosen));
            left.filter_map(|link| place.get(&link.to).copied()).collect()
        })
        .collect();
    let loops = successors.iter().enumerate().any(|(node, to)| to.contains(&node));
    !loops && strong_components(&successors).len() == successors.len()
}

/// What a node still waits for.
#[derive(Default)]
struct Waiting {
    /// How many targets must be there, whatever is deferred.
    hard: usize,
    /// How many targets each property waits for; deferring the property takes them away.
    soft: BTreeMap<usize, usize>,
}

impl Waiting {
    fn add(&mut self, link: &Link) {
        if link.properties.is_empty() {
            self.hard += 1;
        }
        for &property in &link.properties {
            *self.soft.entry(property).or_default() += 1;
        }
    }

    fn remove(&mut self, link: &Link) {
        if link.properties.is_empty() {
            self.hard -= 1;
        }
        for property in &link.properties {
            match self.soft.get_mut(property) {
                Some(count) if *count > 1 => *count -= 1,
                _ => {
                    self.soft.remove(property);
                }
            }
        }
    }
}

fn one_by_one(links: &BTreeMap<usize, Vec<Link>>) -> BTreeSet<Unit> {
    let mut waiting: BTreeMap<usize, Waiting> = BTreeMap::new();
    let mut dependents: BTreeMap<usize, Vec<(usize, &Link)>> = BTreeMap::new();
    for (&node, links) in links {
        let mine = waiting.entry(node).or_default();
        for link in links {
            mine.add(link);
            dependents.entry(link.to).or_default().push((node, link));
        }
    }
    let wanted = |node: usize| dependents.get(&node).map_or(0, Vec::len);
    let mut candidates: BTreeSet<Rank> =
        waiting.iter().filter_map(|(&node, mine)| rank(node, mine, wanted(node))).collect();
    let mut chosen = BTreeSet::new();
    while let Some((_, _, node)) = candidates.pop_first() {
        let Some(done) = waiting.remove(&node) else { continue };
        chosen.extend(done.soft.keys().map(|&property| (node, property)));
        for &(dependent, link) in dependents.get(&node).into_iter().flatten() {
            let Some(mine) = waiting.get_mut(&dependent) else { continue };
            if let Some(old) = rank(dependent, mine, wanted(dependent)) {
                candidates.remove(&old);
            }
            mine.remove(link);
            candidates.extend(rank(dependent, mine, wanted(dependent)));
        }
    }
    chosen
}

/// What decides who goes next: fewest properties to defer, then most dependents (counted down from the largest
/// number), then the order of the blueprint.
type Rank = (usize, usize, usize);

fn rank(node: usize, waiting: &Waiting, dependents: usize) -> Option<Rank> {
    (waiting.hard == 0).then_some((waiting.soft.len(), usize::MAX - dependents, node))
}
