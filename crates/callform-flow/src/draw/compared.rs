//! Pictures of what changed: the new flow, with what was removed from the old one still there.

use std::collections::{BTreeMap, BTreeSet};

use super::tint::Tint;
use super::{Caption, Marks, Picture};
use crate::Flow;
use crate::compare::Comparison;
use crate::layout::{Graph, Layout, Outlet};
use crate::wording::{self, DisplayNames};

/// The picture of both flows in one, with marks on what a comparison of the two found.
pub fn compared(old: &Flow, new: &Flow, comparison: &Comparison, caption: Caption<'_>) -> Picture {
    let mut of_old = Graph::new(old);
    let mut graph = Graph::new(new);
    let mut marks = Marks::default();
    // Where each block of the old flow is in the picture.
    let mut places: BTreeMap<usize, usize> = comparison.pairs.iter().copied().collect();
    let mut removed = Vec::new();
    for difference in &comparison.blocks {
        let place = match (difference.new, difference.old) {
            (Some(new), _) => new,
            (None, Some(old)) => {
                let place = graph.nodes.len() + removed.len();
                places.insert(old, place);
                removed.push(old);
                place
            }
            (None, None) => continue,
        };
        marks.blocks.insert(place, (difference.mark.into(), difference.lines.clone()));
    }
    for node in &mut of_old.nodes {
        for outlet in &mut node.outlets {
            outlet.target = outlet.target.and_then(|target| places.get(&target).copied());
        }
    }
    for (from, into) in &comparison.pairs {
        let gone: Vec<Outlet<'_>> = lost(&of_old.nodes[*from].outlets, &graph.nodes[*into].outlets);
        for place in gained(&of_old, *from, &graph, *into) {
            marks.ways.insert((*into, place), Tint::Added);
        }
        let node = &mut graph.nodes[*into];
        for outlet in gone {
            marks.ways.insert((*into, node.outlets.len()), Tint::Removed);
            node.outlets.push(outlet);
        }
    }
    for (node, (mark, _)) in &marks.blocks {
        if *mark == Tint::Added {
            let ways = graph.nodes.get(*node).map_or(0, |node| node.outlets.len());
            marks.ways.extend((0..ways).map(|place| ((*node, place), Tint::Added)));
        }
    }
    for old in removed {
        let node = of_old.nodes[old].clone();
        marks.ways.extend((0..node.outlets.len()).map(|place| ((graph.nodes.len(), place), Tint::Removed)));
        graph.nodes.push(node);
    }
    for node in &mut graph.nodes {
        node.fit();
    }
    let layout = Layout::of(&graph);
    let mut names = DisplayNames::of(new);
    names.extend(DisplayNames::of(old));
    let count = comparison.lines().count();
    let about = if count == 1 { "1 difference".to_owned() } else { format!("{count} differences") };
    Picture::draw(&graph, &layout, caption, &about, &names, &marks)
}

/// Outlets of the old block that lead where none of the new one leads.
fn lost<'a>(old: &[Outlet<'a>], new: &[Outlet<'a>]) -> Vec<Outlet<'a>> {
    let kept: BTreeSet<usize> = new.iter().filter_map(|outlet| outlet.target).collect();
    old.iter().filter(|outlet| outlet.target.is_some_and(|target| !kept.contains(&target))).cloned().collect()
}

/// Outlets of the new block that are taken by something that led elsewhere before.
fn gained(of_old: &Graph<'_>, old: usize, of_new: &Graph<'_>, new: usize) -> Vec<usize> {
    let (old, new) = (&of_old.nodes[old], &of_new.nodes[new]);
    let taken = |action: &_, outlet: &Outlet<'_>| -> BTreeSet<String> {
        outlet.taken.iter().map(|taken| wording::outcome(action, *taken)).collect()
    };
    let mut before: BTreeMap<usize, BTreeSet<String>> = BTreeMap::new();
    for outlet in &old.outlets {
        if let Some(target) = outlet.target {
            before.entry(target).or_default().extend(taken(old.action, outlet));
        }
    }
    let is_new = |outlet: &Outlet<'_>| {
        let known = outlet.target.and_then(|target| before.get(&target));
        !known.is_some_and(|known| taken(new.action, outlet).is_subset(known))
    };
    new.outlets.iter().enumerate().filter(|(_, outlet)| is_new(outlet)).map(|(place, _)| place).collect()
}
