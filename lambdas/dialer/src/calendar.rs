//! When somebody may be called: hours, quiet hours and holidays in the zones they may be in.

use std::time::Duration;

use jiff::civil::Weekday;
use jiff::tz::TimeZone;
use jiff::{ToSpan as _, civil};

use crate::moment::Moment;
use crate::policy::Policy;

/// How far ahead is looked for an hour that is allowed. Longer closures are taken for closed for ever.
const HORIZON: Duration = Duration::from_hours(24 * 40);

/// The zones that somebody may be in: at least one, and all of them exist.
#[derive(Clone, Debug, PartialEq)]
pub struct Zones(Vec<TimeZone>);

impl Zones {
    /// From names. Nothing where there is none, or one that does not exist.
    pub fn get<S: AsRef<str>>(names: &[S]) -> Option<Self> {
        let zones = names.iter().map(|name| TimeZone::get(name.as_ref()).ok()).collect::<Option<Vec<_>>>()?;
        (!zones.is_empty()).then_some(Self(zones))
    }

    /// Whether a call is allowed now, in all of them.
    pub fn allow(&self, policy: &Policy, now: Moment) -> bool {
        self.0.iter().all(|zone| allowed(policy, zone, now))
    }

    /// The first moment from `from` on at which a call is allowed in all of them; nothing where there is none in 40 days.
    pub fn next(&self, policy: &Policy, from: Moment) -> Option<Moment> {
        let end = from + HORIZON;
        let mut at = from;
        while at <= end {
            let mut next = at;
            for zone in &self.0 {
                next = next_in(policy, zone, next, end)?;
            }
            if next == at {
                return Some(at);
            }
            at = next;
        }
        None
    }
}

fn minute(time: civil::DateTime) -> u16 {
    u16::from(time.hour().unsigned_abs()) * 60 + u16::from(time.minute().unsigned_abs())
}

/// Whether a call is allowed now in a zone. Both of the hours that come twice in autumn are the hour that they are called.
fn allowed(policy: &Policy, zone: &TimeZone, now: Moment) -> bool {
    let local = zone.to_datetime(now.timestamp());
    allowed_at(policy, local)
}

fn allowed_at(policy: &Policy, local: civil::DateTime) -> bool {
    let (date, minute) = (local.date(), minute(local));
    if policy.quiet.has(minute) || policy.holidays.has(date) {
        return false;
    }
    let weekday = date.weekday();
    // What began yesterday is yesterday's: not where that was a holiday.
    policy.hours.has(weekday, minute)
        || (policy.hours.has_from(before(weekday), minute)
            && !date.yesterday().is_ok_and(|yesterday| policy.holidays.has(yesterday)))
}

fn before(day: Weekday) -> Weekday {
    day.previous()
}

/// The first moment from `from` on that is allowed in a zone. Something can only begin to be allowed where a span begins or
/// ends, at midnight, or where clocks are set.
fn next_in(policy: &Policy, zone: &TimeZone, from: Moment, end: Moment) -> Option<Moment> {
    if allowed(policy, zone, from) {
        return Some(from);
    }
    let mut date = zone.to_datetime(from.timestamp()).date();
    loop {
        let mut edges: Vec<u16> = policy.hours.edges(date.weekday()).chain(policy.quiet.edges()).chain([0]).collect();
        edges.extend(policy.hours.edges(before(date.weekday())));
        edges.sort_unstable();
        edges.dedup();
        let candidates = edges.into_iter().flat_map(|edge| moments(zone, date, edge)).chain(changes(zone, date));
        let mut candidates: Vec<Moment> = candidates.filter(|at| *at > from).collect();
        candidates.sort_unstable();
        if let Some(found) = candidates.into_iter().find(|at| allowed(policy, zone, *at)) {
            return Some(found);
        }
        date = date.checked_add(1.day()).ok()?;
        if moments(zone, date, 0).next()? > end {
            return None;
        }
    }
}

/// The moments that a local time is: two where it comes twice; where it is skipped, the one after the gap.
fn moments(zone: &TimeZone, date: civil::Date, minute: u16) -> impl Iterator<Item = Moment> + use<> {
    let midnight = date.at(0, 0, 0, 0);
    let local = midnight.checked_add(i64::from(minute).minutes()).unwrap_or(midnight);
    let ambiguous = zone.to_ambiguous_timestamp(local);
    let earlier = ambiguous.earlier().ok();
    let later = ambiguous.later().ok();
    [earlier, later].into_iter().flatten().map(Moment::from)
}

/// When clocks are set on a day.
fn changes(zone: &TimeZone, date: civil::Date) -> impl Iterator<Item = Moment> + use<> {
    let start = zone.to_ambiguous_timestamp(date.at(0, 0, 0, 0)).compatible().ok();
    let change = start.and_then(|start| zone.following(start).next().map(|change| change.timestamp()));
    let same_day = |change: &jiff::Timestamp| zone.to_datetime(*change).date() == date;
    change.filter(same_day).map(Moment::from).into_iter()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn policy(hours: &str, quiet: &str, holidays: &str) -> Policy {
        Policy {
            hours: hours.parse().unwrap(),
            quiet: quiet.parse().unwrap(),
            holidays: holidays.parse().unwrap(),
            ..Policy::default()
        }
    }

    fn next(policy: &Policy, zones: &[&str], from: &str) -> String {
        let next = Zones::get(zones).unwrap().next(policy, from.parse().unwrap());
        next.map_or_else(|| "never".to_owned(), |next| next.to_string())
    }

    #[test]
    fn the_next_hour_is_that_of_the_callee() {
        let week = policy("mon-fri 09:00-17:00, sat 10:00-14:00", "", "");
        for (zone, from, expected) in [
            ("America/New_York", "2026-11-30T13:59:59Z", "2026-11-30T14:00:00Z"),
            ("America/New_York", "2026-11-30T14:00:00Z", "2026-11-30T14:00:00Z"),
            ("America/New_York", "2026-11-30T21:59:59.999Z", "2026-11-30T21:59:59.999Z"),
            ("America/New_York", "2026-11-30T22:00:00Z", "2026-12-01T14:00:00Z"),
            ("Asia/Kolkata", "2026-11-30T12:00:00Z", "2026-12-01T03:30:00Z"),
            ("Europe/Berlin", "2026-12-04T16:00:00Z", "2026-12-05T09:00:00Z"),
            ("Europe/Berlin", "2026-12-05T13:00:00Z", "2026-12-07T08:00:00Z"),
        ] {
            assert_eq!(next(&week, &[zone], from), expected, "{zone} {from}");
        }
    }

    #[test]
    fn quiet_hours_and_holidays_beat_hours() {
        let policy = policy("always", "21:00-08:00", "--12-25");
        assert_eq!(next(&policy, &["UTC"], "2026-12-24T20:59:00Z"), "2026-12-24T20:59:00Z");
        assert_eq!(next(&policy, &["UTC"], "2026-12-24T21:00:00Z"), "2026-12-26T08:00:00Z");
    }

    #[test]
    fn a_span_over_midnight_ends_where_a_holiday_begins() {
        let policy = policy("fri 22:00-02:00", "", "2026-12-05, 2026-12-11");
        // Saturday the 5th is a holiday; Friday the 11th is one, and what would have begun then does not go on on Saturday.
        assert_eq!(next(&policy, &["UTC"], "2026-12-05T00:00:00Z"), "2026-12-18T22:00:00Z");
        assert_eq!(next(&policy, &["UTC"], "2026-12-19T01:59:00Z"), "2026-12-19T01:59:00Z");
        assert_eq!(next(&policy, &["UTC"], "2026-12-19T02:00:00Z"), "2026-12-25T22:00:00Z");
    }

    #[test]
    fn several_zones_must_all_allow() {
        let policy = policy("mon-sun 09:00-17:00", "", "");
        let coasts = ["America/New_York", "America/Los_Angeles"];
        assert_eq!(next(&policy, &coasts, "2026-11-30T14:00:00Z"), "2026-11-30T17:00:00Z");
        assert_eq!(next(&policy, &coasts, "2026-11-30T22:00:00Z"), "2026-12-01T17:00:00Z");
        assert_eq!(next(&policy, &["America/New_York", "Asia/Tokyo"], "2026-11-30T14:00:00Z"), "never");
    }

    #[test]
    fn where_clocks_are_set_local_time_holds() {
        // 2026-03-08 02:30 never is in New York: what begins then begins at 03:00, which is 07:00 UTC.
        let early = policy("mon-sun 02:30-06:00", "", "");
        assert_eq!(next(&early, &["America/New_York"], "2026-03-08T05:00:00Z"), "2026-03-08T07:00:00Z");
        // 2026-11-01 01:30 is twice: at 05:30 and at 06:30 UTC. Each is allowed, and what lies between is not.
        let twice = policy("mon-sun 01:00-01:30", "", "");
        assert_eq!(next(&twice, &["America/New_York"], "2026-11-01T05:29:00Z"), "2026-11-01T05:29:00Z");
        assert_eq!(next(&twice, &["America/New_York"], "2026-11-01T05:30:00Z"), "2026-11-01T06:00:00Z");
        assert_eq!(next(&twice, &["America/New_York"], "2026-11-01T06:30:00Z"), "2026-11-02T06:00:00Z");
        // The day before and after: 09:00 is another hour of UTC.
        let day = policy("mon-sun 09:00-17:00", "", "");
        assert_eq!(next(&day, &["Europe/Berlin"], "2026-03-28T17:00:00Z"), "2026-03-29T07:00:00Z");
        // Vancouver stays at -07:00 since 2026.
        assert_eq!(next(&day, &["America/Vancouver"], "2026-12-01T12:00:00Z"), "2026-12-01T16:00:00Z");
    }

    /// Against the plain definition: no minute before the answer is allowed, and the answer is.
    #[test]
    fn nothing_allowed_is_passed_over() {
        let policies = [
            policy("mon-fri 09:00-17:00, sat 22:00-03:00", "12:00-13:30", "2026-11-02"),
            policy("daily 23:30-02:15", "01:30-02:00", ""),
        ];
        for policy in &policies {
            for zone in ["America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "America/Sao_Paulo"] {
                let zones = Zones::get(&[zone]).unwrap();
                let mut from: Moment = "2026-10-30T00:07:00Z".parse().unwrap();
                let end: Moment = "2026-11-05T00:00:00Z".parse().unwrap();
                while from < end {
                    let found = zones.next(policy, from).unwrap();
                    assert!(zones.allow(policy, found));
                    let mut minute = from;
                    while minute < found {
                        assert!(!zones.allow(policy, minute), "{zone} {from}: {minute} is allowed, {found} was found");
                        minute = minute + Duration::from_mins(1);
                    }
                    from = from + Duration::from_mins(97);
                }
            }
        }
    }
}
