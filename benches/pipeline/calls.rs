//! A thousand call tests of the menu of `KWGlobal` on one thread: what is shown is the time of all of them, a thousandth of which is
//! one call from its welcome to the queue.

use std::num::NonZeroUsize;
use std::path::Path;

use callform::blueprint::{self, Disk, FileError, Files};
use callform::calls::{self, CallCenter};
use callform::model;
use callform_source::Diagnostics;
use criterion::Criterion;

const TESTS: usize = 1_000;

/// The repository, with a file of tests in it.
struct WithTests {
    disk: Disk,
    tests: String,
}

impl Files for WithTests {
    fn read(&self, path: &str, limit: u64) -> Result<Vec<u8>, FileError> {
        if path == "tests.yaml" { Ok(self.tests.clone().into_bytes()) } else { self.disk.read(path, limit) }
    }
}

/// Both keys of the menu, in turn.
fn tests() -> String {
    let case = |at: usize| {
        let (key, queue) = if at.is_multiple_of(2) { (1, "customer_service") } else { (2, "consulting") };
        format!("      c{at}: {{ key: {key}, queue: {queue} }}\n")
    };
    let cases: Vec<String> = (0..TESTS).map(case).collect();
    let given = "given: { lambdas: { vanity: { answer: { status: none } } } }";
    format!(
        "tests:\n  menu:\n    call: main\n    {given}\n    steps: [{{ press: <key> }}]\n    expect: {{ queue: <queue> }}\n    \
         cases:\n{}",
        cases.concat(),
    )
}

pub(crate) fn suite(criterion: &mut Criterion) {
    let files = WithTests { disk: Disk::below(Path::new(env!("CARGO_MANIFEST_DIR"))), tests: tests() };
    let extra = ["tests.yaml".to_owned()];
    let (loaded, sources, _) = blueprint::load_with_tests(&files, "blueprints/kwglobal.yaml", None, &extra);
    let loaded = loaded.expect("KWGlobal can be read");
    let (model, _) = model::resolve(&loaded, &sources);
    let center = CallCenter::of_model(&model);
    let mut found = Diagnostics::default();
    let all = loaded.blueprint.tests.iter();
    let prepared: Vec<_> = all.filter_map(|(name, test)| calls::prepare(name, test, &center, &mut found)).collect();
    assert_eq!(prepared.len(), TESTS, "every test can be run");
    let mut group = criterion.benchmark_group("calls");
    group.sample_size(10);
    group.bench_function("a thousand tests", |bencher| {
        bencher.iter(|| {
            let outcomes = calls::run_all(&prepared, &center, NonZeroUsize::MIN);
            assert!(outcomes.iter().all(|outcome| outcome.failure.is_none()), "every test passes");
        });
    });
    group.finish();
}
