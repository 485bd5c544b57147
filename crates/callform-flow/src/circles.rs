//! Circles of a graph that is given as lists of successors: of actions in a flow, and of resources in a center.

/// The strongly connected components of a graph given as successor lists, each sorted, successors' components first.
///
/// Tarjan's algorithm with a stack of its own: a chain of 10,000 resources must not exhaust the thread's stack.
pub fn strong_components(successors: &[Vec<usize>]) -> Vec<Vec<usize>> {
    let mut search = Search {
        successors,
        index: vec![None; successors.len()],
        low: vec![0; successors.len()],
        on_stack: vec![false; successors.len()],
        stack: Vec::new(),
        next: 0,
        components: Vec::new(),
    };
    for root in 0..successors.len() {
        if search.index[root].is_none() {
            search.visit(root);
        }
    }
    search.components
}

struct Search<'a> {
    successors: &'a [Vec<usize>],
    index: Vec<Option<usize>>,
    low: Vec<usize>,
    on_stack: Vec<bool>,
    stack: Vec<usize>,
    next: usize,
    components: Vec<Vec<usize>>,
}

impl Search<'_> {
    fn enter(&mut self, node: usize) {
        self.index[node] = Some(self.next);
        self.low[node] = self.next;
        self.next += 1;
        self.stack.push(node);
        self.on_stack[node] = true;
    }

    fn visit(&mut self, root: usize) {
        let mut path = vec![(root, 0)];
        self.enter(root);
        while let Some((node, position)) = path.last_mut() {
            let node = *node;
            if let Some(&successor) = self.successors[node].get(*position) {
                *position += 1;
                match self.index[successor] {
                    None => {
                        self.enter(successor);
                        path.push((successor, 0));
                    }
                    Some(index) if self.on_stack[successor] => self.low[node] = self.low[node].min(index),
                    Some(_) => {}
                }
            } else {
                path.pop();
                if let Some(&(parent, _)) = path.last() {
                    self.low[parent] = self.low[parent].min(self.low[node]);
                }
                self.leave(node);
            }
        }
    }

    /// Closes the component `node` is the root of, if it is one.
    fn leave(&mut self, node: usize) {
        if self.index[node] != Some(self.low[node]) {
            return;
        }
        let mut component = Vec::new();
        while let Some(member) = self.stack.pop() {
            self.on_stack[member] = false;
            component.push(member);
            if member == node {
                break;
            }
        }
        component.sort_unstable();
        self.components.push(component);
    }
}

/// The components that have a circle: of several nodes, or of one that leads to itself.
pub fn circles(successors: &[Vec<usize>]) -> Vec<Vec<usize>> {
    let mut found = strong_components(successors);
    found.retain(|component| match component.as_slice() {
        &[only] => successors.get(only).is_some_and(|to| to.contains(&only)),
        _ => true,
    });
    found
}

/// A shortest circle through `start` inside one component, as the nodes passed; `start` once, first.
pub fn circle_through(start: usize, successors: &[Vec<usize>]) -> Vec<usize> {
    let mut came_from: Vec<Option<usize>> = vec![None; successors.len()];
    let mut queue = std::collections::VecDeque::from([start]);
    while let Some(node) = queue.pop_front() {
        for &successor in &successors[node] {
            if successor == start {
                let mut circle = vec![node];
                let mut at = node;
                while at != start {
                    let Some(previous) = came_from[at] else { break };
                    circle.push(previous);
                    at = previous;
                }
                circle.reverse();
                return circle;
            }
            if came_from[successor].is_none() {
                came_from[successor] = Some(node);
                queue.push_back(successor);
            }
        }
    }
    Vec::new()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn components_come_after_what_they_point_to() {
        // 0 -> 1 <-> 2 -> 3, 4 -> 4
        let components = strong_components(&[vec![1], vec![2], vec![1, 3], vec![], vec![4]]);
        assert_eq!(components, [vec![3], vec![1, 2], vec![0], vec![4]]);
    }

    #[test]
    fn a_single_node_is_a_circle_where_it_leads_to_itself() {
        let edges = [vec![1], vec![2], vec![0, 3], vec![4], vec![4], vec![3], vec![]];
        assert_eq!(circles(&edges), [vec![4], vec![0, 1, 2]]);
    }

    #[test]
    fn a_long_chain_does_not_exhaust_the_stack() {
        let chain: Vec<Vec<usize>> =
            (0..200_000).map(|node| if node + 1 < 200_000 { vec![node + 1] } else { vec![0] }).collect();
        assert_eq!(strong_components(&chain).len(), 1);
    }

    #[test]
    fn the_shortest_circle_is_found() {
        let successors = [vec![1, 2], vec![2], vec![0, 3], vec![0]];
        assert_eq!(circle_through(0, &successors), [0, 2]);
        assert_eq!(circle_through(1, &successors), [1, 2, 0]);
    }
}
