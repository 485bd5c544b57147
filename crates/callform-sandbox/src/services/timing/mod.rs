//! When something is to happen: expressions of EventBridge and of EventBridge Scheduler, in a time zone.
//!
//! Expressions are reckoned on the wall clock of the zone. A time that the wall clock leaves out in spring is left out; in
//! the hour that it shows twice in autumn a time is meant once, the first time (EventBridge Scheduler User Guide,
//! "Daylight saving time"). Days of a rate have 24 hours.

mod cron;
pub(crate) mod timetable;

use jiff::civil::DateTime;
use jiff::tz::{AmbiguousOffset, TimeZone};
use jiff::{SignedDuration, Timestamp};

/// How far back is looked for the last time of an expression, in hours, step by step.
const LOOKING_BACK: [i64; 5] = [1, 24, 24 * 32, 24 * 366, 24 * 366 * 20];

/// An expression.
#[derive(Debug)]
pub(crate) enum Expression {
    /// Again and again after so long.
    Rate(SignedDuration),
    /// Whenever the wall clock fits.
    Cron(Box<croner::Cron>),
    /// Once.
    At(DateTime),
}

/// An expression with what it depends on.
#[derive(Debug)]
pub(crate) struct Timing {
    /// The expression.
    pub(crate) expression: Expression,
    /// The zone of its wall clock.
    pub(crate) zone: TimeZone,
    /// The first time of a rate; no time of a cron expression is before it.
    pub(crate) start: Timestamp,
    /// No time is after it.
    pub(crate) end: Option<Timestamp>,
}

impl Expression {
    /// Reads an expression; the error says what is wrong with it. `once` allows `at(…)`.
    pub(crate) fn read(text: &str, once: bool) -> Result<Self, String> {
        let inside = |name: &str| text.strip_prefix(name)?.strip_prefix('(')?.strip_suffix(')');
        if let Some(inside) = inside("rate") {
            return rate(inside).ok_or_else(|| "a rate is written like rate(1 minute) or rate(5 hours)".to_owned());
        }
        if let Some(inside) = inside("cron") {
            return Ok(Self::Cron(Box::new(cron::read(inside)?)));
        }
        match inside("at").filter(|_| once) {
            Some(time) => time
                .parse()
                .ok()
                .filter(|_| time.len() == 19 && time.contains('T'))
                .map(Self::At)
                .ok_or_else(|| "a time is written like at(2027-01-31T08:00:00)".to_owned()),
            None if once => Err("it is none of rate(…), cron(…) and at(…)".to_owned()),
            None => Err("it is neither rate(…) nor cron(…)".to_owned()),
        }
    }
}

fn rate(inside: &str) -> Option<Expression> {
    let (number, unit) = inside.split_once(' ')?;
    let number: i64 = number.parse().ok().filter(|number| *number > 0 && *number < 100_000)?;
    let minutes = match (unit, number) {
        ("minute", 1) => 1,
        ("hour", 1) => 60,
        ("day", 1) => 1440,
        ("minutes", 2..) => 1,
        ("hours", 2..) => 60,
        ("days", 2..) => 1440,
        _ => return None,
    };
    Some(Expression::Rate(SignedDuration::from_mins(number * minutes)))
}

impl Timing {
    /// The next time after another one.
    pub(crate) fn next(&self, after: Timestamp) -> Option<Timestamp> {
        let next = match &self.expression {
            Expression::Rate(period) => self.next_of_rate(*period, after),
            Expression::Cron(cron) => self.next_of_cron(cron, after.max(self.start - SignedDuration::from_millis(1))),
            // A time that the wall clock leaves out comes as much later (?).
            Expression::At(time) => {
                self.zone.to_ambiguous_timestamp(*time).compatible().ok().filter(|time| *time > after)
            }
        };
        next.filter(|next| self.end.is_none_or(|end| *next <= end))
    }

    /// The last time that is after one and not after another.
    pub(crate) fn last(&self, after: Timestamp, until: Timestamp) -> Option<Timestamp> {
        for hours in LOOKING_BACK {
            let from = until.checked_sub(SignedDuration::from_hours(hours)).unwrap_or(after).max(after);
            let times = std::iter::successors(self.next(from), |time| self.next(*time));
            if let Some(last) = times.take_while(|time| *time <= until).last() {
                return Some(last);
            }
        }
        None
    }

    fn next_of_rate(&self, period: SignedDuration, after: Timestamp) -> Option<Timestamp> {
        let gone = after.as_millisecond() - self.start.as_millisecond();
        let period = i64::try_from(period.as_millis()).ok()?;
        let periods = if gone < 0 { 0 } else { gone / period + 1 };
        Timestamp::from_millisecond(self.start.as_millisecond().checked_add(periods.checked_mul(period)?)?).ok()
    }

    fn next_of_cron(&self, cron: &croner::Cron, after: Timestamp) -> Option<Timestamp> {
        let mut wall = on_wall(self.zone.to_datetime(after))?;
        loop {
            wall = cron::next(cron, wall)?;
            let time = TimeZone::UTC.to_datetime(Timestamp::from_second(wall).ok()?);
            let found = self.zone.to_ambiguous_timestamp(time);
            if matches!(found.offset(), AmbiguousOffset::Gap { .. }) {
                continue;
            }
            let found = found.earlier().ok()?;
            if found > after {
                return Some(found);
            }
        }
    }
}

/// The time of so many milliseconds since 1970.
pub(crate) fn timestamp(milliseconds: u64) -> Option<Timestamp> {
    Timestamp::from_millisecond(i64::try_from(milliseconds).ok()?).ok()
}

/// Milliseconds since 1970 of a time; none before.
pub(crate) fn milliseconds(time: Timestamp) -> u64 {
    u64::try_from(time.as_millisecond()).unwrap_or_default()
}

/// Seconds since 1970 of a time on the wall, as if it were of UTC.
fn on_wall(time: DateTime) -> Option<i64> {
    TimeZone::UTC.to_timestamp(time).ok().map(Timestamp::as_second)
}

#[cfg(test)]
mod tests;
