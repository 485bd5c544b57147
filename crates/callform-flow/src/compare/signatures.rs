//! What tells an action from others by what it does and what is around it, whatever it is called.

use std::hash::{DefaultHasher, Hash, Hasher};

use super::canonical::CanonicalAction;

/// How far around an action its signature looks.
pub(super) const ROUNDS: usize = 5;

/// The signatures of all actions, by how far they look: first the action alone, last [`ROUNDS`] branches around it.
///
/// Each round takes in what the neighbors knew in the round before, as in the test of Weisfeiler and Leman for equal
/// graphs. Equal signatures mean equal surroundings, but for collisions of 64 bits.
pub(super) fn all(actions: &[CanonicalAction]) -> Vec<Vec<u64>> {
    let mut led_to_by: Vec<Vec<(u64, usize)>> = vec![Vec::new(); actions.len()];
    for (source, action) in actions.iter().enumerate() {
        for (taken, target) in &action.branches {
            if let Some(target) = target {
                led_to_by[*target].push((hash(taken), source));
            }
        }
    }
    let mut rounds = vec![actions.iter().map(own).collect::<Vec<u64>>()];
    for round in 0..ROUNDS {
        let known = &rounds[round];
        let next = actions.iter().zip(&led_to_by).zip(known).map(|((action, sources), own)| {
            let targets: Vec<Option<u64>> =
                action.branches.iter().map(|(_, target)| target.map(|target| known[target])).collect();
            let mut sources: Vec<(u64, u64)> = sources.iter().map(|(taken, source)| (*taken, known[*source])).collect();
            sources.sort_unstable();
            hash(&(own, targets, sources))
        });
        let next = next.collect();
        rounds.push(next);
    }
    rounds
}

/// The signatures that look farthest.
pub(super) fn last(actions: &[CanonicalAction]) -> Vec<u64> {
    all(actions).pop().unwrap_or_default()
}

fn own(action: &CanonicalAction) -> u64 {
    let taken: Vec<u64> = action.branches.iter().map(|(taken, _)| hash(taken)).collect();
    hash(&(&action.action_type, action.parameters.to_string(), action.other.to_string(), taken))
}

fn hash(value: &impl Hash) -> u64 {
    // The same keys every time.
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}
