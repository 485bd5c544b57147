//! Events and lists that others published, where they are there.

use std::path::PathBuf;

use dialer::agents::AgentEvent;
use dialer::events::contact_event;
use dialer::item::Existing;
use dialer::list::Verdict;
use dialer::policy::{NumberCheck, Policy};
use serde_json::Value;

use crate::world::{Faults, World, now};

/// A file of the samples.
fn sample(name: &str) -> Option<Vec<u8>> {
    let path: PathBuf = [env!("CARGO_MANIFEST_DIR"), "../../../shared/samples", name].iter().collect();
    let found = std::fs::read(&path).ok();
    if found.is_none() {
        eprintln!("SKIPPED: no sample at {}", path.display());
    }
    found
}

fn event(name: &str) -> Option<Value> {
    sample(&format!("awsdocs__amazon-connect-admin-guide/{name}")).map(|bytes| serde_json::from_slice(&bytes).unwrap())
}

/// P20: the call is over in the first event, the work after it in the second; the agent is free from the second on.
#[test]
fn p20_the_agent_is_free_when_the_work_after_the_call_has_ended() {
    let (Some(ended), Some(free)) =
        (event("determine-acw-time.0.repaired.json"), event("determine-acw-time.1.repaired.json"))
    else {
        return;
    };
    let read = |event: &Value| AgentEvent::read(event, None).unwrap();
    let (ended, free) = (read(&ended), read(&free));
    assert_eq!((ended.free, free.free), (false, true));
    assert_eq!(free.was_free, Some(false), "the snapshot before says so, too");
    assert_eq!(free.at.since(ended.at).as_millis(), 5_005, "five seconds of work after the call");
}

#[test]
fn published_events_are_read() {
    for name in ["contact-events.0.json", "contact-events.1.repaired.json"] {
        let Some(event) = event(name) else { continue };
        contact_event(&event).unwrap_or_else(|error| panic!("{name}: {error}"));
    }
}

/// The lists of both originals: five customers with six numbers, and the residents of the other's guide.
#[test]
fn the_lists_of_the_originals_are_taken_in() {
    let policy = Policy { number_check: NumberCheck::Form, ..Policy::default() };
    for (name, rows) in [
        ("aws-samples__amazon-connect-power-dialer/sample-load.csv", 6),
        ("aws-samples__aws-amplify-connect/upload-from-DEPLOY.md.csv", 2),
    ] {
        let Some(list) = sample(name) else { continue };
        let world = World::new(1, policy.clone(), Faults::default(), 1);
        let chunk = now(world.work().load_chunk(&"l".into(), Existing::Keep, list.as_slice(), None, 100)).unwrap();
        let verdicts: Vec<Verdict> = chunk.rows.iter().map(|row| row.verdict).collect();
        assert_eq!(verdicts, vec![Verdict::Accepted; rows], "{name}");
    }
}
