//! Tests that are proposed for a center: written as YAML they are read, they pass, and they walk what they are for.

use std::path::Path;

use callform::blueprint::{self, Disk, FileError, Files};
use callform::calls::{self, CallCenter};
use callform::model;
use callform_call::Coverage;
use callform_call::explore::{Bounds, Entry, explore};

use crate::support::ROOT;

const KWGLOBAL: &str = "blueprints/kwglobal.yaml";
const PROPOSED: &str = "proposed.tests.yaml";

/// The project's files, and one with tests besides.
struct With {
    disk: Disk,
    tests: String,
}

impl Files for With {
    fn read(&self, path: &str, limit: u64) -> Result<Vec<u8>, FileError> {
        if path == PROPOSED { Ok(self.tests.clone().into_bytes()) } else { self.disk.read(path, limit) }
    }
}

fn center() -> CallCenter {
    let (loaded, sources, _) = blueprint::load(&Disk::below(Path::new(ROOT)), KWGLOBAL, None);
    let (model, _) = model::resolve(&loaded.unwrap(), &sources);
    CallCenter::of_model(&model)
}

#[test]
fn proposals_for_kwglobal_are_tests_that_pass_and_walk_what_they_are_for() {
    let center = center();
    let usual = calls::USUAL_TIME.parse::<jiff::civil::DateTime>().unwrap();
    let at = usual.to_zoned_datetime(calls::usual_zone(&center)).unwrap().timestamp();
    let bounds = Bounds { at, ..Bounds::default() };
    let found = explore(&center.center, Entry::Number(0), &bounds);
    let proposals = found.proposals(&center.center, &Coverage::default());
    let tests = calls::proposed_yaml(&proposals, &center).unwrap();

    let files = With { disk: Disk::below(Path::new(ROOT)), tests: tests.clone() };
    let (loaded, sources, mut diagnostics) = blueprint::load_with_tests(&files, KWGLOBAL, None, &[PROPOSED.to_owned()]);
    let loaded = loaded.unwrap();
    let (model, of_model) = model::resolve(&loaded, &sources);
    diagnostics.extend(of_model);
    let center = CallCenter::of_model(&model);
    let prepared: Vec<_> = loaded
        .blueprint
        .tests
        .iter()
        .filter_map(|(name, test)| calls::prepare(name, test, &center, &mut diagnostics))
        .collect();
    assert!(!diagnostics.has_errors(), "{:?}\n{tests}", diagnostics.sorted());
    let mut walked = Coverage::default();
    let mut run = 0;
    for test in prepared.iter().filter(|test| tests.contains(test.name)) {
        let outcome = calls::run(test, &center);
        assert!(outcome.failure.is_none(), "{}: {:?}\n{tests}", test.name, outcome.failure);
        walked.add(&outcome.events);
        run += 1;
    }
    assert!(run > 10, "{run} tests\n{tests}");
    let main = center.center.numbers()[0].flow;
    let share = walked.of(&center.center, main).ways;
    println!(
        "{run} tests walk {share} ways of the first flow, {:?} in all",
        found.coverage.of(&center.center, main).ways
    );
    let all = |coverage: &Coverage| coverage.flows(&center.center).iter().map(|flow| flow.ways.walked).sum::<usize>();
    assert!(all(&walked) * 10 >= all(&found.coverage) * 9, "{} of {}", all(&walked), all(&found.coverage));
}
