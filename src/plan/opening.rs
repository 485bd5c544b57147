//! Whether a number is open: whether somebody may be calling it while it changes.

use std::collections::{BTreeMap, BTreeSet};

use callform_call::hours;
use chrono::{DateTime, Utc};
use jiff::Timestamp;
use serde_json::Value as Json;

use super::known::Definition;
use super::{Action, Change, LiveNumber, Plan, Schedule};
use crate::model::{Address, Kind, Target};

impl Plan {
    /// The live numbers that the plan touches and that are open at a time.
    pub fn open_numbers(&self, now: DateTime<Utc>) -> BTreeSet<&Address> {
        self.live_numbers.iter().filter(|number| number.is_open(now)).map(|number| &number.address).collect()
    }
}

impl LiveNumber {
    /// True where any of the hours its flows ask for is open, and where they ask for none.
    fn is_open(&self, now: DateTime<Utc>) -> bool {
        self.schedules.is_empty() || self.schedules.iter().any(|schedule| schedule.is_open(now))
    }
}

/// What a schedule is read from.
const HOURS: [&str; 3] = ["TimeZone", "Config", "HoursOfOperationOverrides"];

impl Schedule {
    /// The schedule of deployed hours, with those they inherit from.
    fn of(hours: &Definition, definitions: &BTreeMap<&Address, &Definition>) -> Self {
        let parents = hours.mentions.iter().filter(|address| address.kind == Kind::Hours && **address != hours.address);
        let parents = parents.filter_map(|parent| definitions.get(parent));
        Self {
            hours: schedule_of(&hours.properties),
            inherited: parents.map(|parent| schedule_of(&parent.properties)).collect(),
        }
    }

    /// What cannot be understood counts as open: better warned once too often.
    fn is_open(&self, now: DateTime<Utc>) -> bool {
        let (Some(mut schedule), Ok(now)) =
            (hours::Schedule::read(&self.hours), Timestamp::from_second(now.timestamp()))
        else {
            return true;
        };
        for parent in self.inherited.iter().filter_map(hours::Schedule::read) {
            schedule.inherit(&parent);
        }
        schedule.is_open(now, false)
    }
}

fn schedule_of(properties: &Json) -> Json {
    let of = |name: &&str| Some(((*name).to_owned(), properties.get(name)?.clone()));
    Json::Object(HOURS.iter().filter_map(of).collect())
}

/// The numbers that are answered now and that callers may find changed, with the hours of what answers them.
pub(super) fn live_numbers(
    changes: &[Change],
    deployed: &BTreeMap<String, Definition>,
    answered_by: &dyn Fn(&Address) -> Option<Target>,
) -> Vec<LiveNumber> {
    let noticed = changes.iter().filter(|change| {
        matches!(
            change.action,
            Action::Update | Action::Replace | Action::Delete | Action::Associate | Action::Disassociate
        )
    });
    let touched: BTreeSet<&Address> = noticed.flat_map(|change| &change.impact.phone_numbers).collect();
    let definitions: BTreeMap<&Address, &Definition> =
        deployed.values().map(|definition| (&definition.address, definition)).collect();
    let live = touched.into_iter().filter_map(|number| Some((number, answered_by(number)?)));
    live.map(|(number, flow)| LiveNumber {
        address: number.clone(),
        flow: flow.to_string(),
        schedules: hours_of(&flow, &definitions),
    })
    .collect()
}

/// The hours that a flow and what it leads to ask for.
fn hours_of(flow: &Target, definitions: &BTreeMap<&Address, &Definition>) -> Vec<Schedule> {
    let Target::Resource(flow) = flow else { return Vec::new() };
    let mut schedules = Vec::new();
    let mut seen: BTreeSet<&Address> = BTreeSet::from([flow]);
    let mut waiting = vec![flow];
    while let Some(definition) = waiting.pop().and_then(|address| definitions.get(address)) {
        if definition.address.kind == Kind::Hours {
            // What it inherits from is part of it, and no hours that the flow asks for.
            schedules.push(Schedule::of(definition, definitions));
            continue;
        }
        let leads_on = |to: &&Address| matches!(to.kind, Kind::Flow | Kind::FlowModule | Kind::Queue | Kind::Hours);
        for next in definition.mentions.iter().filter(leads_on) {
            // A queue's own flows are for its agents and for who waits in it already.
            let own = definition.address.kind == Kind::Queue && next.kind != Kind::Hours;
            if !own && seen.insert(next) {
                waiting.push(next);
            }
        }
    }
    schedules
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn slot(day: &str, from: u32, till: u32) -> Json {
        let time = |hours: u32| json!({ "Hours": hours, "Minutes": 0 });
        json!({ "Day": day, "StartTime": time(from), "EndTime": time(till) })
    }

    fn business() -> Schedule {
        let hours = json!({
            "TimeZone": "America/Los_Angeles",
            "Config": [slot("MONDAY", 9, 18), slot("FRIDAY", 9, 18), slot("SUNDAY", 22, 0)],
            "HoursOfOperationOverrides": [{
                "OverrideType": "STANDARD",
                "EffectiveFrom": "2026-12-25",
                "EffectiveTill": "2026-12-25",
                "OverrideConfig": [],
            }],
        });
        Schedule { hours, inherited: Vec::new() }
    }

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    #[test]
    fn hours_are_those_of_the_place() {
        // 2026-11-23 is a Monday; Los Angeles is eight hours behind UTC then.
        assert!(!business().is_open(at("2026-11-23T16:59:59Z")));
        assert!(business().is_open(at("2026-11-23T17:00:00Z")));
        assert!(business().is_open(at("2026-11-24T01:59:59Z")));
        assert!(!business().is_open(at("2026-11-24T02:00:00Z")));
        assert!(business().is_open(at("2026-11-23T07:59:59Z")), "Sunday evening until midnight");
        assert!(!business().is_open(at("2026-11-23T08:00:00Z")));
    }

    /// The rules of these places changed in 2026; in summer nobody sees it.
    #[test]
    fn winter_comes_with_the_rules_of_its_year() {
        let days = ["MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY", "SUNDAY"];
        let noon = |zone: &str| Schedule {
            hours: json!({ "TimeZone": zone, "Config": days.map(|day| slot(day, 12, 13)) }),
            inherited: Vec::new(),
        };
        for (zone, utc) in [
            ("America/Vancouver", 19),
            ("America/Edmonton", 18),
            ("America/Winnipeg", 17),
            ("Africa/Casablanca", 12),
            ("America/Los_Angeles", 20),
            ("Europe/Berlin", 11),
        ] {
            for day in ["2026-12-15", "2027-01-20"] {
                assert!(noon(zone).is_open(at(&format!("{day}T{utc}:30:00Z"))), "{zone} {day}");
                assert!(!noon(zone).is_open(at(&format!("{day}T{}:30:00Z", utc + 1))), "{zone} {day}");
            }
        }
    }

    #[test]
    fn overrides_win() {
        assert!(business().is_open(at("2026-12-18T18:00:00Z")));
        assert!(!business().is_open(at("2026-12-25T18:00:00Z")));
    }

    #[test]
    fn what_recurs_and_what_is_inherited_holds() {
        let yearly = json!({
            "TimeZone": "America/Los_Angeles",
            "HoursOfOperationOverrides": [{
                "OverrideType": "STANDARD", "EffectiveFrom": "2026-01-01", "EffectiveTill": "2030-12-31",
                "OverrideConfig": [],
                "RecurrenceConfig": { "RecurrencePattern": { "Frequency": "YEARLY", "ByMonth": [12], "ByMonthDay": [18] } },
            }],
        });
        let schedule = Schedule { inherited: vec![yearly], ..business() };
        assert!(business().is_open(at("2026-12-18T18:00:00Z")));
        assert!(!schedule.is_open(at("2026-12-18T18:00:00Z")));
        let mut longer = business();
        longer.hours["HoursOfOperationOverrides"][0]["OverrideType"] = "OPEN".into();
        longer.hours["HoursOfOperationOverrides"][0]["OverrideConfig"] = json!([slot("FRIDAY", 18, 20)]);
        assert!(longer.is_open(at("2026-12-25T18:00:00Z")), "the usual hours, and two more");
        assert!(longer.is_open(at("2026-12-26T03:00:00Z")));
        let unknown = Schedule { hours: json!({ "TimeZone": "Nowhere/Else" }), inherited: Vec::new() };
        assert!(unknown.is_open(at("2026-12-18T18:00:00Z")));
    }

    #[test]
    fn a_number_that_asks_for_no_hours_is_always_open() {
        let number = |schedules| LiveNumber {
            address: Address::new(Kind::PhoneNumber, "main"),
            flow: "flow/main_menu".to_owned(),
            schedules,
        };
        assert!(number(Vec::new()).is_open(at("2026-12-25T18:00:00Z")));
        assert!(!number(vec![business()]).is_open(at("2026-12-25T18:00:00Z")));
    }
}
