//! Generated centers, each turned into another one: what a plan announces is what the sandbox's CloudFormation does.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use proptest::prelude::*;
use serde_json::Value;

use crate::history::{physical_ids, replaced};
use crate::support::TestEnvironment;

const BLUEPRINT: &str = "center.yaml";

/// What a center is made from. Numbers choose: those past the end of what there is begin anew.
#[derive(Clone, Debug)]
struct Center {
    /// For each queue: its limit, whether it has a caller id, the quick connects on its list.
    queues: Vec<(usize, bool, Vec<usize>)>,
    /// For each routing profile: its queues.
    profiles: Vec<Vec<usize>>,
    /// For each user: the routing profile, the security profile and the group.
    users: Vec<(usize, usize, usize)>,
    /// For each inbound flow: the flow it goes on to.
    flows: Vec<usize>,
    /// For each security profile: its name in Connect, which cannot change in place.
    security_profiles: Vec<usize>,
    /// For each number: whether it is toll-free, which cannot change in place, and the flow that answers it.
    numbers: Vec<(bool, usize)>,
    /// The type of a whisper flow, which cannot change in place.
    whispers_to_agents: bool,
    /// Name of the table's key, which cannot change in place.
    key: usize,
    /// When the center closes.
    closes: usize,
}

fn center() -> impl Strategy<Value = Center> {
    let several = |most: usize| prop::collection::vec(0_usize..6, 0..most);
    let routing = (
        prop::collection::vec((0_usize..3, any::<bool>(), several(3)), 1..4),
        prop::collection::vec(prop::collection::vec(0_usize..4, 1..3), 1..3),
        prop::collection::vec((0_usize..2, 0_usize..2, 0_usize..3), 1..4),
    );
    let callers = (
        prop::collection::vec(0_usize..4, 1..4),
        prop::collection::vec(0_usize..3, 1..3),
        prop::collection::vec((any::<bool>(), 0_usize..4), 1..3),
    );
    let rest = (any::<bool>(), 0_usize..2, 17_usize..20);
    (routing, callers, rest).prop_map(|(routing, callers, rest)| Center {
        queues: routing.0,
        profiles: routing.1,
        users: routing.2,
        flows: callers.0,
        security_profiles: callers.1,
        numbers: callers.2,
        whispers_to_agents: rest.0,
        key: rest.1,
        closes: rest.2,
    })
}

impl Center {
    fn blueprint(&self) -> String {
        let mut text = String::from(
            "center: generated\nregion: us-west-2\n\
             instance: { alias: generated, identity: connect-managed, inbound: true, outbound: true }\n\
             hierarchy: { levels: [Company, Team], groups: { Acme: { North: {}, South: {} } } }\n",
        );
        self.routing(&mut text).unwrap();
        self.people(&mut text).unwrap();
        self.callers(&mut text).unwrap();
        text
    }

    fn routing(&self, out: &mut String) -> std::fmt::Result {
        writeln!(out, "hours:\n  day: {{ time_zone: UTC, open: {{ mon-fri: 09:00-{}:00 }} }}", self.closes)?;
        writeln!(out, "tables:\n  callers: {{ key: key_{} }}", self.key)?;
        writeln!(out, "queues:")?;
        for (number, (limit, has_caller_id, list)) in self.queues.iter().enumerate() {
            let list = names("connect", list, self.queues.len() + self.users.len());
            write!(out, "  queue_{number}: {{ hours: day, quick_connects: [{list}]")?;
            if *limit > 0 {
                write!(out, ", max_contacts: {limit}")?;
            }
            if *has_caller_id {
                write!(out, ", caller_id: {{ name: Acme, number: number_0 }}")?;
            }
            writeln!(out, " }}")?;
        }
        writeln!(out, "quick_connects:")?;
        for number in 0..self.queues.len() {
            writeln!(out, "  connect_{number}: {{ queue: queue_{number} }}")?;
        }
        for number in 0..self.users.len() {
            writeln!(out, "  connect_{}: {{ agent: user_{number} }}", self.queues.len() + number)?;
        }
        writeln!(out, "routing_profiles:")?;
        for (number, queues) in self.profiles.iter().enumerate() {
            let mut chosen: Vec<usize> = queues.iter().map(|queue| queue % self.queues.len()).collect();
            chosen.sort_unstable();
            chosen.dedup();
            let rows: Vec<String> =
                chosen.iter().map(|queue| format!("{{ queue: queue_{queue}, priority: 1 }}")).collect();
            writeln!(
                out,
                "  profile_{number}: {{ channels: {{ voice: 1 }}, queues: [{}], outbound: queue_0 }}",
                rows.join(", ")
            )?;
        }
        Ok(())
    }

    fn people(&self, out: &mut String) -> std::fmt::Result {
        writeln!(out, "security_profiles:")?;
        for (number, name) in self.security_profiles.iter().enumerate() {
            writeln!(out, "  team_{number}: {{ name: Team {number} {name}, permissions: [BasicAgentAccess] }}")?;
        }
        writeln!(out, "users:")?;
        for (number, (profile, team, group)) in self.users.iter().enumerate() {
            let group = ["Acme", "Acme/North", "Acme/South"][*group];
            writeln!(
                out,
                "  user_{number}: {{ name: Lee User{number}, profile: profile_{}, security: [team_{}], group: {group}, \
                 password: {{ secret: generated }} }}",
                profile % self.profiles.len(),
                team % self.security_profiles.len(),
            )?;
        }
        Ok(())
    }

    fn callers(&self, out: &mut String) -> std::fmt::Result {
        writeln!(out, "phone_numbers:")?;
        for (number, (is_toll_free, flow)) in self.numbers.iter().enumerate() {
            let kind = if *is_toll_free { "TOLL_FREE" } else { "DID" };
            let flow = flow % self.flows.len();
            writeln!(out, "  number_{number}: {{ country: US, type: {kind}, flow: flow_{flow} }}")?;
        }
        writeln!(out, "flows:")?;
        let whisper = if self.whispers_to_agents { "agent_whisper" } else { "customer_whisper" };
        writeln!(out, "  whisper: {{ name: Says {whisper}, type: {whisper}, steps: [{{ say: A contact. }}] }}")?;
        for (number, next) in self.flows.iter().enumerate() {
            writeln!(
                out,
                "  flow_{number}: {{ type: inbound, steps: [{{ say: Hello. }}, {{ transfer: {{ flow: flow_{} }} }}], \
                 on_error: hang_up }}",
                next % self.flows.len(),
            )?;
        }
        Ok(())
    }
}

/// A list of names, each once.
fn names(kind: &str, numbers: &[usize], count: usize) -> String {
    let chosen: BTreeMap<usize, String> =
        numbers.iter().map(|number| number % count).map(|number| (number, format!("{kind}_{number}"))).collect();
    chosen.into_values().collect::<Vec<_>>().join(", ")
}

/// Plans and applies; what was announced to be replaced, and what was.
fn turn_into(test: &TestEnvironment, center: &Center) -> (Vec<String>, Vec<String>) {
    test.write(BLUEPRINT, center.blueprint());
    let plan = test.json(&["plan", BLUEPRINT, "--sandbox", "--format=json"]);
    for check in plan["change_sets"].as_array().unwrap() {
        assert_eq!(check["agrees"], true, "{check}");
    }
    let texts = |value: &Value, member: &str| value[member].as_str().unwrap().to_owned();
    let changes = plan["changes"].as_array().unwrap().iter();
    let mut announced: Vec<String> =
        changes.filter(|change| change["action"] == "replace").map(|change| texts(change, "logical_id")).collect();
    announced.sort();
    let guarded: Vec<&str> = plan["to_allow"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
    let mut apply = vec!["apply", BLUEPRINT, "--sandbox", "--yes"];
    if !guarded.is_empty() {
        test.expect(1, &apply);
    }
    apply.extend(guarded.iter().flat_map(|address| ["--allow", *address]));
    let before = physical_ids(test);
    test.expect(0, &apply);
    let left = test.json(&["plan", BLUEPRINT, "--sandbox", "--format=json"]);
    assert_eq!(left["empty"], true, "{}", left["changes"]);
    (announced, replaced(&before, &physical_ids(test)))
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(6) })]

    #[test]
    fn what_a_plan_announces_is_what_cloudformation_replaces(first in center(), second in center()) {
        let test = TestEnvironment::empty();
        turn_into(&test, &first);
        let (announced, replaced) = turn_into(&test, &second);
        prop_assert_eq!(announced, replaced);
    }
}
