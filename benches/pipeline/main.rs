//! The pure stages, on centers of 1,000 and 10,000 users, and call tests of `KWGlobal`: `cargo bench`.

mod calls;
mod deployed;

use std::hint::black_box;
use std::time::Duration;

use callform::blueprint::{self, FileError, Files, Loaded};
use callform::model::{self, Model};
use callform::render::{self, Placement};
use callform::{check, drift, plan};
use callform_big_center::Size;
use callform_source::SourceMap;
use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};

const SIZES: [usize; 2] = [1_000, 10_000];

/// One blueprint, in memory.
struct Memory(String);

impl Files for Memory {
    fn read(&self, path: &str, _limit: u64) -> Result<Vec<u8>, FileError> {
        if path == "big.yaml" { Ok(self.0.clone().into_bytes()) } else { Err(FileError::NotFound) }
    }
}

fn load(files: &Memory) -> (Loaded, SourceMap) {
    let (loaded, sources, diagnostics) = blueprint::load(files, "big.yaml", None);
    assert!(diagnostics.is_empty(), "the blueprint must be valid");
    (loaded.expect("a valid blueprint can be read"), sources)
}

fn resolve(loaded: &Loaded, sources: &SourceMap) -> Model {
    let (model, diagnostics) = model::resolve(loaded, sources);
    assert!(diagnostics.is_empty(), "the blueprint must be valid");
    model
}

fn pipeline(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("pipeline");
    group.sample_size(10).warm_up_time(Duration::from_secs(1)).measurement_time(Duration::from_secs(5));
    for users in SIZES {
        let files = Memory(callform_big_center::blueprint(&Size::of_users(users)));
        let (loaded, sources) = load(&files);
        let model = resolve(&loaded, &sources);
        let (artifacts, _) = render::render(&model, &Placement::default());
        let inventory = deployed::inventory(&artifacts);
        let placement = Placement::of(&inventory);
        let planned = plan::build(&artifacts, &model, &inventory).expect("what is deployed can be planned");
        assert!(planned.is_empty(), "what is deployed is what is wanted");

        group.bench_function(BenchmarkId::new("read", users), |bencher| bencher.iter(|| load(&files)));
        group.bench_function(BenchmarkId::new("resolve", users), |bencher| {
            bencher.iter(|| resolve(&loaded, &sources));
        });
        group.bench_function(BenchmarkId::new("check", users), |bencher| {
            bencher.iter(|| check::check(&loaded, &model));
        });
        group.bench_function(BenchmarkId::new("render", users), |bencher| {
            bencher.iter(|| render::render(&model, &placement));
        });
        group.bench_function(BenchmarkId::new("write", users), |bencher| bencher.iter(|| render::files(&artifacts)));
        group.bench_function(BenchmarkId::new("plan", users), |bencher| {
            bencher.iter(|| plan::build(black_box(&artifacts), &model, &inventory));
        });
        group.bench_function(BenchmarkId::new("drift", users), |bencher| {
            bencher.iter(|| drift::report(black_box(&inventory), &model.center, &model.region));
        });
    }
    group.finish();
}

criterion_group!(benches, pipeline, calls::suite);
criterion_main!(benches);
