//! Who calls in a dry run, and who answers.

use serde_json::{Map, Value, json};

/// Agents.
pub(super) const AGENTS: u32 = 4;

/// The name of an agent.
pub(super) fn agent(nth: u32) -> String {
    format!("dry.run.{nth}")
}

/// Somebody who calls once.
pub(super) struct Caller {
    pub(super) name: String,
    /// The number they call.
    pub(super) to: String,
    /// What they press, one question after the other.
    pub(super) keys: Vec<String>,
    /// What they say to a bot.
    pub(super) says: Vec<String>,
    /// What their conversation sounds like: a file beside the script.
    pub(super) recording: Option<String>,
}

/// A people file.
pub(super) struct People {
    seed: u64,
    callers: Map<String, Value>,
}

impl People {
    pub(super) fn new(seed: u64) -> Self {
        Self { seed, callers: Map::new() }
    }

    /// Adds somebody; one calls every few seconds.
    pub(super) fn caller(&mut self, caller: Caller) {
        let nth = self.callers.len();
        let mut entry = json!({
            "from": format!("+155501{nth:05}"),
            "to": caller.to,
            "at": 5 + nth * 20,
            "keys": caller.keys,
            "patience": 900,
            "talk": [45, 90],
        });
        if !caller.says.is_empty() {
            entry["says"] = caller.says.into();
        }
        if let Some(recording) = caller.recording {
            entry["recording"] = recording.into();
        }
        self.callers.insert(caller.name, entry);
    }

    pub(super) fn to_json(&self) -> String {
        let agents: Map<String, Value> = (1..=AGENTS)
            .map(|nth| (agent(nth), json!({ "status": "Available", "talk": [45, 90], "work": [2, 5] })))
            .collect();
        let people = json!({
            "seed": self.seed, "words_a_minute": 300, "callers": self.callers, "agents": agents,
        });
        format!("{people:#}\n")
    }
}
