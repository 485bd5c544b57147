//! Whether a number is open: whether somebody may be calling it while it changes.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use jiff::Timestamp;
use serde_json::Value as Json;

use super::known::Definition;
use super::{Action, Change, LiveNumber, Plan, Schedule, ScheduleOverride, Slot};
use crate::model::{Address, Kind, Target};
use crate::time_zone::time_zone;

const MINUTES_PER_DAY: u32 = 24 * 60;

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

impl Schedule {
    /// The schedule in a definition of hours; `None` where it cannot be understood.
    fn of(properties: &Json) -> Option<Self> {
        let overrides = properties.get("HoursOfOperationOverrides").and_then(Json::as_array);
        Some(Self {
            time_zone: properties.get("TimeZone")?.as_str()?.to_owned(),
            open: slots(properties.get("Config")),
            overrides: overrides.into_iter().flatten().filter_map(ScheduleOverride::of).collect(),
        })
    }

    /// Unknown time zones count as open: better warned once too often.
    fn is_open(&self, now: DateTime<Utc>) -> bool {
        let Some(zone) = time_zone(&self.time_zone) else { return true };
        let Ok(now) = Timestamp::from_second(now.timestamp()) else { return true };
        let local = now.to_zoned_datetime(zone);
        let date = local.date();
        // Dates in their long form are in the order of their letters.
        let written = date.to_string();
        let today = self.overrides.iter().find(|each| each.from <= written && written <= each.till);
        let slots = today.map_or(&self.open, |today| &today.open);
        let day = u32::from(date.weekday().to_monday_zero_offset().unsigned_abs());
        let minute = u32::from(local.hour().unsigned_abs()) * 60 + u32::from(local.minute().unsigned_abs());
        slots.iter().any(|slot| {
            let end = if slot.end == 0 { MINUTES_PER_DAY } else { slot.end };
            slot.day == day && (slot.start..end).contains(&minute)
        })
    }
}

impl ScheduleOverride {
    fn of(json: &Json) -> Option<Self> {
        let date = |name: &str| Some(json.get(name)?.as_str()?.to_owned());
        let is_closed = json.get("OverrideType").and_then(Json::as_str) == Some("CLOSED");
        Some(Self {
            from: date("EffectiveFrom")?,
            till: date("EffectiveTill")?,
            open: if is_closed { Vec::new() } else { slots(json.get("OverrideConfig")) },
        })
    }
}

fn slots(config: Option<&Json>) -> Vec<Slot> {
    const DAYS: [&str; 7] = ["MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY", "SUNDAY"];
    let minutes = |json: &Json, name: &str| {
        let part = |part: &str| u32::try_from(json.get(name)?.get(part)?.as_u64()?).ok();
        Some(part("Hours")? * 60 + part("Minutes")?)
    };
    config
        .and_then(Json::as_array)
        .into_iter()
        .flatten()
        .filter_map(|slot| {
            let day = slot.get("Day")?.as_str()?;
            let day = DAYS.iter().position(|name| *name == day)?;
            let (start, end) = (minutes(slot, "StartTime")?, minutes(slot, "EndTime")?);
            Some(Slot { day: u32::try_from(day).ok()?, start, end })
        })
        .collect()
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
            schedules.extend(Schedule::of(&definition.properties));
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

    fn business() -> Schedule {
        let time = |hours: u32| json!({ "Hours": hours, "Minutes": 0 });
        let slot = |day: &str, from, till| json!({ "Day": day, "StartTime": time(from), "EndTime": time(till) });
        Schedule::of(&json!({
            "TimeZone": "America/Los_Angeles",
            "Config": [slot("MONDAY", 9, 18), slot("FRIDAY", 9, 18), slot("SUNDAY", 22, 0)],
            "HoursOfOperationOverrides": [{
                "OverrideType": "CLOSED",
                "EffectiveFrom": "2026-12-25",
                "EffectiveTill": "2026-12-25",
                "OverrideConfig": [slot("FRIDAY", 0, 0)],
            }],
        }))
        .unwrap()
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
        let noon = |zone: &str| Schedule {
            time_zone: zone.to_owned(),
            open: (0..7).map(|day| Slot { day, start: 12 * 60, end: 13 * 60 }).collect(),
            overrides: Vec::new(),
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
