//! A slice of what `fuzz/` does, the same every time.

#![expect(unreachable_pub, reason = "the fuzzer uses these files as a library")]

#[path = "../../../fuzz/src/inputs.rs"]
mod inputs;
#[path = "../../../fuzz/src/targets.rs"]
mod targets;

const INPUTS: usize = 20_000;

fn run(seeds: &[Vec<u8>], seed: u64, target: fn(&[u8])) {
    let mut chance = inputs::Chance::new(seed);
    for seed in seeds {
        target(seed);
    }
    for number in 0..INPUTS {
        let input = inputs::mutated(seeds, &mut chance);
        let outcome = std::panic::catch_unwind(|| target(&input));
        assert!(outcome.is_ok(), "input {number}: {:?}", String::from_utf8_lossy(&input));
    }
}

#[test]
fn any_bytes_can_be_an_exported_flow() {
    run(&inputs::flows(), 1, targets::flow_decode);
}

#[test]
fn any_bytes_can_be_steps() {
    run(&inputs::steps(), 2, targets::steps_compile);
}
