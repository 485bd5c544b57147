//! Stage 4: which resource needs which, in what order they come, and which references have to wait.
//!
//! A reference that occurs only in properties the model calls deferrable can be left out of a first pass. Inside every
//! dependency circle (a strongly connected component) the smallest practical set of such properties is deferred so that
//! the rest has an order. A circle of other references cannot exist in AWS and is an error.

mod deferral;

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap};

use callform_flow::circles::{circle_through, circles};
use callform_source::{Diagnostic, Diagnostics};

use crate::model::{Address, Model, Resource, Target};
use deferral::{Link, choose, is_deferred};

/// The resources of a model in order, and the references that wait.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Graph {
    /// All resources, each after everything it needs, otherwise in the order of the blueprint.
    pub order: Vec<Address>,
    /// What each resource needs directly, deferred references and `depends_on` included, in the order of the blueprint.
    pub needs: BTreeMap<Address, Vec<Address>>,
    /// References that would close a circle and wait for a second pass: from, to.
    pub deferred: BTreeSet<(Address, Address)>,
    /// Resources with references that wait: the first members of `deferred`.
    waiting: BTreeSet<Address>,
}

impl Graph {
    /// True where the reference waits for a second pass.
    pub fn is_deferred(&self, from: &Address, to: &Address) -> bool {
        // Most resources defer nothing; do not build a key for each question.
        self.waiting.contains(from) && self.deferred.contains(&(from.clone(), to.clone()))
    }
}

/// Orders the resources of a model. References to what the model does not have are not looked at.
pub fn build(model: &Model) -> (Graph, Diagnostics) {
    let links: Vec<Vec<Link>> = model.resources.values().map(|resource| links_of(resource, model)).collect();
    let mut diagnostics = Diagnostics::default();
    let hard = successors(&links, |_, link| link.properties.is_empty());
    for component in circles(&hard) {
        diagnostics.push(circular(&component, &hard, model));
    }
    if diagnostics.has_errors() {
        let order = model.resources.keys().cloned().collect();
        return (Graph { order, needs: needs(&links, model), ..Graph::default() }, diagnostics);
    }
    let deferred = deferred_links(&links);
    let graph = Graph {
        order: order(&links, &deferred).into_iter().filter_map(|at| address(model, at)).collect(),
        needs: needs(&links, model),
        deferred: deferred
            .iter()
            .filter_map(|&(from, to)| Some((address(model, from)?, address(model, to)?)))
            .collect(),
        waiting: deferred.iter().filter_map(|&(from, _)| address(model, from)).collect(),
    };
    (graph, diagnostics)
}

fn address(model: &Model, at: usize) -> Option<Address> {
    model.resources.get_index(at).map(|(address, _)| address.clone())
}

fn needs(links: &[Vec<Link>], model: &Model) -> BTreeMap<Address, Vec<Address>> {
    let targets = |links: &[Link]| links.iter().filter_map(|link| address(model, link.to)).collect();
    model.resources.keys().zip(links).map(|(from, links)| (from.clone(), targets(links))).collect()
}

/// The references of one resource, one link per target, ordered by target.
fn links_of(resource: &Resource, model: &Model) -> Vec<Link> {
    let mut found: BTreeMap<usize, (bool, BTreeSet<usize>)> = BTreeMap::new();
    for (position, (name, value)) in resource.properties.iter().enumerate() {
        let deferrable = resource.deferrable.contains_key(name);
        for reference in value.references() {
            let Target::Resource(address) = &reference.target else { continue };
            let Some(to) = model.resources.get_index_of(address) else { continue };
            let (hard, properties) = found.entry(to).or_default();
            if deferrable {
                properties.insert(position);
            } else {
                *hard = true;
            }
        }
    }
    for to in resource.depends_on.iter().filter_map(|address| model.resources.get_index_of(address)) {
        found.entry(to).or_default().0 = true;
    }
    found
        .into_iter()
        .map(|(to, (hard, properties))| Link {
            to,
            properties: if hard { Vec::new() } else { properties.into_iter().collect() },
        })
        .collect()
}

fn successors(links: &[Vec<Link>], keep: impl Fn(usize, &Link) -> bool) -> Vec<Vec<usize>> {
    links
        .iter()
        .enumerate()
        .map(|(from, links)| links.iter().filter(|link| keep(from, link)).map(|link| link.to).collect())
        .collect()
}

fn circular(component: &[usize], hard: &[Vec<usize>], model: &Model) -> Diagnostic {
    let start = component.first().copied().unwrap_or_default();
    let path: Vec<&Resource> = circle_through(start, hard)
        .into_iter()
        .filter_map(|at| model.resources.get_index(at).map(|(_, resource)| resource))
        .collect();
    let named: Vec<String> = path.iter().chain(path.first()).map(|resource| resource.address.to_string()).collect();
    let mut diagnostic = Diagnostic::error("circular-reference", "resources need one another")
        .note(format!("The circle is {}.", named.join(" -> ")))
        .help("Take one of these references out: none of the resources can be made before the next one is there.");
    for (position, resource) in path.iter().enumerate() {
        let needs = named.get(position + 1).map(|next| format!("needs {next}")).unwrap_or_default();
        diagnostic =
            if position == 0 { diagnostic.at(resource.span, needs) } else { diagnostic.also(resource.span, needs) };
    }
    diagnostic
}

fn deferred_links(links: &[Vec<Link>]) -> BTreeSet<(usize, usize)> {
    let mut deferred = BTreeSet::new();
    for component in circles(&successors(links, |_, _| true)) {
        let members: BTreeSet<usize> = component.iter().copied().collect();
        let inside: BTreeMap<usize, Vec<Link>> = component
            .iter()
            .map(|&node| (node, links[node].iter().filter(|link| members.contains(&link.to)).cloned().collect()))
            .collect();
        let chosen = choose(&inside);
        for (&node, links) in &inside {
            deferred.extend(links.iter().filter(|link| is_deferred(node, link, &chosen)).map(|link| (node, link.to)));
        }
    }
    deferred
}

/// Topological order; among those that could come next, the first of the blueprint.
fn order(links: &[Vec<Link>], deferred: &BTreeSet<(usize, usize)>) -> Vec<usize> {
    let mut dependents = vec![Vec::new(); links.len()];
    let mut missing = vec![0_usize; links.len()];
    for (from, links) in links.iter().enumerate() {
        for link in links.iter().filter(|link| !deferred.contains(&(from, link.to))) {
            dependents[link.to].push(from);
            missing[from] += 1;
        }
    }
    let mut ready: BinaryHeap<Reverse<usize>> =
        missing.iter().enumerate().filter(|&(_, &missing)| missing == 0).map(|(at, _)| Reverse(at)).collect();
    let mut order = Vec::with_capacity(links.len());
    while let Some(Reverse(at)) = ready.pop() {
        order.push(at);
        for &dependent in &dependents[at] {
            missing[dependent] -= 1;
            if missing[dependent] == 0 {
                ready.push(Reverse(dependent));
            }
        }
    }
    order
}

#[cfg(test)]
mod tests;
