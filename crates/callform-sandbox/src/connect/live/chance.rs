//! Chance, drawn from a seed: the same question gets the same answer, in whatever order questions are asked.

use sha2::{Digest as _, Sha256};

use super::people::{Choice, Span};

/// A source of chance for one purpose.
#[derive(Clone, Debug)]
pub(super) struct Chance(Sha256);

impl Chance {
    /// Of a seed and what is decided about: the callee, the attempt.
    pub(super) fn new(seed: u64, about: &[&str]) -> Self {
        let mut hash = Sha256::new();
        hash.update(seed.to_be_bytes());
        for part in about {
            hash.update((part.len() as u64).to_be_bytes());
            hash.update(part.as_bytes());
        }
        Self(hash)
    }

    /// A number below `end`, which is not zero.
    pub(super) fn below(&self, purpose: &str, end: u64) -> u64 {
        let hash = self.0.clone().chain_update(purpose.as_bytes()).finalize();
        let first: [u8; 8] = std::array::from_fn(|at| hash[at]);
        u64::from_be_bytes(first) % end.max(1)
    }

    /// True so many times of a hundred.
    pub(super) fn percent(&self, purpose: &str, percent: u32) -> bool {
        self.below(purpose, 100) < u64::from(percent)
    }

    /// A length of time, in milliseconds.
    pub(super) fn span(&self, purpose: &str, span: Span) -> u64 {
        let (least, most) = span.milliseconds();
        least + self.below(purpose, most.saturating_sub(least) + 1)
    }

    /// One of a choice; of a list the one at this place. `None` at the end of a list, and where nothing has weight.
    pub(super) fn choose<'a, T: Ord>(&self, purpose: &str, choice: &'a Choice<T>, place: usize) -> Option<&'a T> {
        match choice {
            Choice::InOrder(list) => list.get(place),
            Choice::Weights(weights) => {
                let total: u64 = weights.values().map(|weight| u64::from(*weight)).sum();
                let mut drawn = (total > 0).then(|| self.below(purpose, total))?;
                weights.iter().find_map(|(what, weight)| match drawn.checked_sub(u64::from(*weight)) {
                    None => Some(what),
                    Some(rest) => {
                        drawn = rest;
                        None
                    }
                })
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn the_same_question_has_the_same_answer_and_others_have_others() {
        let draw = |seed, about: &[&str]| Chance::new(seed, about).below("x", 1_000_000_007);
        assert_eq!(draw(1, &["a", "b"]), draw(1, &["a", "b"]));
        for other in [draw(2, &["a", "b"]), draw(1, &["ab"]), draw(1, &["a", "c"])] {
            assert_ne!(draw(1, &["a", "b"]), other);
        }
    }

    #[test]
    fn weights_are_kept_to() {
        let choice = Choice::Weights(BTreeMap::from([("a", 30), ("b", 70), ("c", 0)]));
        let drawn = |at: usize| *Chance::new(7, &[&at.to_string()]).choose("x", &choice, 0).unwrap();
        let count = |wanted: &str| (0..2000).filter(|at| drawn(*at) == wanted).count();
        assert!((500..700).contains(&count("a")), "{}", count("a"));
        assert_eq!(count("c"), 0);
        assert_eq!(count("a") + count("b"), 2000);
        let nothing: Choice<&str> = Choice::Weights(BTreeMap::new());
        assert_eq!(Chance::new(7, &[]).choose("x", &nothing, 0), None);
    }

    #[test]
    fn spans_and_percents_stay_in_their_bounds() {
        let lengths: Vec<u64> =
            (0..500).map(|at: u32| Chance::new(1, &[&at.to_string()]).span("x", Span::Between([1, 2]))).collect();
        assert!(lengths.iter().all(|length| (1000..=2000).contains(length)));
        assert!(lengths.iter().any(|length| length % 1000 != 0));
        assert_eq!(Chance::new(1, &[]).span("x", Span::Exactly(3)), 3000);
        assert!(!Chance::new(1, &[]).percent("x", 0) && Chance::new(1, &[]).percent("x", 100));
    }
}
