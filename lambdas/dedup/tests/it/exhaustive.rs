//! Three versions of a contact, twice each: every order, every cut into batches, every death, on a store in memory.

use std::collections::BTreeSet;

use dedup::Settings;
use dedup::claim::{ClaimStore, Late};
use dedup::memory::MemoryStore;
use dedup::transform::Outcome;

use crate::delivery::{Death, Delivered, Dying, StreamRecord, contact_record, deliver, invoke, invoke_dying};

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap()
}

/// All distinguishable orders of three versions, twice each: 6! / (2! 2! 2!) = 90.
fn orders() -> Vec<Vec<u32>> {
    fn extend(order: &mut Vec<u32>, left: &mut [u32; 3], orders: &mut Vec<Vec<u32>>) {
        if order.len() == 6 {
            orders.push(order.clone());
        }
        for version in 0..3 {
            if left[version] > 0 {
                left[version] -= 1;
                order.push(u32::try_from(version).unwrap());
                extend(order, left, orders);
                order.pop();
                left[version] += 1;
            }
        }
    }
    let mut orders = Vec::new();
    extend(&mut Vec::new(), &mut [2, 2, 2], &mut orders);
    assert_eq!(orders.len(), 90);
    assert_eq!(orders.iter().collect::<BTreeSet<_>>().len(), 90);
    orders
}

fn stream(order: &[u32]) -> Vec<StreamRecord> {
    order.iter().enumerate().map(|(place, version)| (format!("r-{place}"), contact_record("c-1", *version))).collect()
}

fn settings(late: Late) -> Settings {
    Settings { late, ..Settings::default() }
}

/// The versions that must be delivered: each that is later than all before it, or all.
fn expected(order: &[u32], late: Late) -> BTreeSet<u32> {
    let is_newest = |place: &usize| order[..*place].iter().all(|before| *before < order[*place]);
    match late {
        Late::Drop => (0..order.len()).filter(is_newest).map(|place| order[place]).collect(),
        Late::Deliver => order.iter().copied().collect(),
    }
}

/// Exactly one current row, the latest; every version that must be delivered is, once, and no other.
fn check(store: &MemoryStore, delivered: &Delivered, expected: &BTreeSet<u32>, what: &str) {
    let items = store.items();
    assert_eq!(items.len(), 1, "{what}: one row");
    let (key, item) = items.first_key_value().unwrap();
    assert_eq!(item.latest.to_string(), "2026-02-01T00:00:02.000000000Z", "{what}: the latest is current");
    let versions: Vec<_> = delivered.keys().map(|(_, version)| version.to_string()).collect();
    let expected: Vec<_> = expected.iter().map(|version| format!("2026-02-01T00:00:{version:02}.000000000Z")).collect();
    assert_eq!(versions, expected, "{what}: delivered");
    assert!(delivered.iter().all(|((contact, _), times)| contact == key && *times == 1), "{what}: {delivered:?}");
}

#[test]
fn c1_one_current_row_in_every_order() {
    let runtime = runtime();
    for late in [Late::Drop, Late::Deliver] {
        for order in orders() {
            let store = MemoryStore::default();
            let mut delivered = Delivered::new();
            let answer = runtime.block_on(invoke(&store, &settings(late), &stream(&order))).unwrap();
            deliver(&mut delivered, &answer);
            check(&store, &delivered, &expected(&order, late), &format!("{late:?} {order:?}"));
        }
    }
}

/// Every cut into batches (32 for each order); each batch is invoked twice, and the second answer is the one that counts.
#[test]
fn c2_batches_cut_anywhere_and_replayed_get_the_identical_answer() {
    let runtime = runtime();
    for late in [Late::Drop, Late::Deliver] {
        for order in orders() {
            let stream = stream(&order);
            for cuts in 0..32_u32 {
                let what = format!("{late:?} {order:?} {cuts:05b}");
                let store = MemoryStore::default();
                let mut delivered = Delivered::new();
                let mut answers = Vec::new();
                for batch in batches(&stream, cuts) {
                    let answer = runtime.block_on(invoke(&store, &settings(late), batch)).unwrap();
                    let again = runtime.block_on(invoke(&store, &settings(late), batch)).unwrap();
                    assert_eq!(again, answer, "{what}");
                    deliver(&mut delivered, &again);
                    answers.extend(answer);
                }
                check(&store, &delivered, &expected(&order, late), &what);
                // The whole stream once more, in one batch.
                let all = runtime.block_on(invoke(&store, &settings(late), &stream)).unwrap();
                assert_eq!(all, answers, "{what}: replayed in one batch");
            }
        }
    }
}

fn batches(stream: &[StreamRecord], cuts: u32) -> Vec<&[StreamRecord]> {
    let mut batches = Vec::new();
    let mut start = 0;
    for place in 1..=stream.len() {
        if place == stream.len() || cuts & (1 << (place - 1)) != 0 {
            batches.push(&stream[start..place]);
            start = place;
        }
    }
    batches
}

/// Every order in two batches cut at every point; the function dies at every step of either, before or after the write, and
/// Firehose retries the batch.
#[test]
fn c2_a_death_at_any_step_loses_and_doubles_nothing() {
    let runtime = runtime();
    let mut deaths = 0;
    for late in [Late::Drop, Late::Deliver] {
        for order in orders() {
            let stream = stream(&order);
            for cut in 0..6 {
                let batches = if cut == 0 { vec![&stream[..]] } else { vec![&stream[..cut], &stream[cut..]] };
                for (doomed, _) in batches.iter().enumerate() {
                    for death in [Death::Before, Death::After] {
                        for at in 0.. {
                            let what =
                                format!("{late:?} {order:?} cut at {cut}, batch {doomed} dies {death:?} step {at}");
                            let store = MemoryStore::default();
                            let mut delivered = Delivered::new();
                            let mut died = false;
                            for (index, batch) in batches.iter().enumerate() {
                                let mut answer = None;
                                if index == doomed {
                                    let dying = Dying::new(&store, at, death);
                                    answer = runtime.block_on(invoke_dying(&dying, &settings(late), batch));
                                    died = answer.is_none();
                                }
                                let answer =
                                    answer.or_else(|| runtime.block_on(invoke(&store, &settings(late), batch)));
                                deliver(&mut delivered, &answer.unwrap());
                            }
                            check(&store, &delivered, &expected(&order, late), &what);
                            if !died {
                                break;
                            }
                            deaths += 1;
                        }
                    }
                }
            }
        }
    }
    // 90 orders, 6 cuts, 6 writes, before and after, and the second writes of late versions.
    assert!(deaths > 2 * 90 * 6 * 6 * 2, "{deaths}");
}

/// Two functions work on the two batches at once, step by step in every interleaving. Where late versions are dropped, it
/// depends on the interleaving which are late: that it is the right ones is told by the order of the writes.
#[test]
fn c4_two_functions_at_once_deliver_each_version_once() {
    let runtime = runtime();
    for late in [Late::Drop, Late::Deliver] {
        for order in orders() {
            let stream = stream(&order);
            for cut in 1..6 {
                let (left, right) = stream.split_at(cut);
                for interleaving in 0..64_u32 {
                    let what = format!("{late:?} {order:?} cut at {cut}, {interleaving:06b}");
                    let store = MemoryStore::default();
                    let turns = Turns::new(&store, interleaving);
                    let settings = settings(late);
                    let run = async |who, batch| {
                        let turn = turns.of(who);
                        invoke(&turn, &settings, batch).await
                    };
                    let answers = runtime.block_on(async { tokio::join!(run(0, left), run(1, right)) });
                    let mut delivered = Delivered::new();
                    deliver(&mut delivered, &answers.0.unwrap());
                    deliver(&mut delivered, &answers.1.unwrap());
                    let written = turns.written.take();
                    check(&store, &delivered, &expected(&written, late), &what);
                }
            }
        }
    }
}

/// Lets two functions write in turns that are given by the bits of a number.
struct Turns<'a> {
    store: &'a MemoryStore,
    bits: u32,
    taken: std::cell::Cell<u32>,
    done: [std::cell::Cell<bool>; 2],
    /// The versions in the order in which they reached the store.
    written: std::cell::RefCell<Vec<u32>>,
}

struct Turn<'a>(&'a Turns<'a>, u32);

impl<'a> Turns<'a> {
    fn new(store: &'a MemoryStore, bits: u32) -> Self {
        Self { store, bits, taken: 0.into(), done: [false.into(), false.into()], written: Vec::new().into() }
    }

    fn of(&'a self, who: u32) -> Turn<'a> {
        Turn(self, who)
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        self.0.done[self.1 as usize].set(true);
    }
}

impl Turn<'_> {
    /// Waits until it is its turn, or the other one has no more to do.
    async fn wait(&self) {
        for _ in 0..10 {
            let turn = (self.0.bits >> self.0.taken.get().min(31)) & 1;
            if turn == self.1 || self.0.done[1 - self.1 as usize].get() {
                break;
            }
            tokio::task::yield_now().await;
        }
        self.0.taken.set(self.0.taken.get() + 1);
    }
}

impl ClaimStore for Turn<'_> {
    async fn claim_newest(
        &self,
        claim: &dedup::claim::Claim,
    ) -> Result<dedup::claim::Written, dedup::claim::StoreError> {
        self.wait().await;
        let nanoseconds = claim.version.nanoseconds() % 60_000_000_000;
        self.0.written.borrow_mut().push(u32::try_from(nanoseconds / 1_000_000_000).unwrap());
        self.0.store.claim_newest(claim).await
    }

    async fn claim_late(&self, claim: &dedup::claim::Claim) -> Result<dedup::claim::Written, dedup::claim::StoreError> {
        self.wait().await;
        self.0.store.claim_late(claim).await
    }
}

/// Fifty functions get the same record, each in a stream record of its own.
#[test]
fn c4_fifty_functions_on_one_record_deliver_it_once() {
    let executor = tokio::runtime::Builder::new_multi_thread().worker_threads(4).enable_time().build().unwrap();
    for _ in 0..20 {
        let store = std::sync::Arc::new(MemoryStore::default());
        let record = contact_record("c-1", 2);
        let tasks: Vec<_> = (0..50)
            .map(|index| {
                let (store, batch) = (store.clone(), vec![(format!("r-{index}"), record.clone())]);
                let handle = executor.handle().clone();
                std::thread::spawn(move || handle.block_on(invoke(&*store, &Settings::default(), &batch)).unwrap())
            })
            .collect();
        let answers: Vec<_> = tasks.into_iter().flat_map(|task| task.join().unwrap()).collect();
        let passed = answers.iter().filter(|(outcome, _)| *outcome == Outcome::Ok).count();
        let dropped = answers.iter().filter(|(outcome, _)| *outcome == Outcome::Dropped).count();
        assert_eq!((passed, dropped, store.items().len()), (1, 49, 1));
    }
}

/// The emulator's way to send: versions and copies in any order, batches of any size, some invocations die.
#[test]
fn c1_many_contacts_in_any_order_with_deaths() {
    use dedup::sample::{Recipe, duplicated, samples};

    let runtime = runtime();
    for seed in 0..20 {
        let recipe = Recipe { seed, contacts: 40, versions: 3, contacts_per_event: 0 };
        let all: Vec<_> = samples(recipe).collect();
        let distinct = all.len();
        let stream: Vec<StreamRecord> = duplicated(&all, 3, seed)
            .into_iter()
            .enumerate()
            .map(|(index, sample)| (format!("r-{index}"), sample.json))
            .collect();
        let store = MemoryStore::default();
        let mut delivered = Delivered::new();
        for (index, batch) in stream.chunks(7 + usize::try_from(seed).unwrap()).enumerate() {
            // Every second invocation dies at some step, early or late.
            let dying = Dying::new(&store, index % 5, if index % 3 == 0 { Death::Before } else { Death::After });
            let first = if index % 2 == 0 {
                runtime.block_on(invoke_dying(&dying, &settings(Late::Deliver), batch))
            } else {
                None
            };
            let answer = first.or_else(|| runtime.block_on(invoke(&store, &settings(Late::Deliver), batch)));
            deliver(&mut delivered, &answer.unwrap());
        }
        assert_eq!(delivered.len(), distinct);
        assert!(delivered.values().all(|times| *times == 1));
        assert_eq!(store.items().len(), 40);
    }
}
