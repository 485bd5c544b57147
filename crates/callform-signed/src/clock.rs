//! The clock of the services, as their answers tell it.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, SystemTime};

use aws_smithy_types::DateTime;
use aws_smithy_types::date_time::Format;

/// Differences up to this come of the header's whole seconds and of the way there and back.
const NOTHING: Duration = Duration::from_secs(3);

/// How far the services' clock is ahead of this machine's, in milliseconds.
#[derive(Clone, Debug, Default)]
pub(crate) struct ServiceClock(Arc<AtomicI64>);

impl ServiceClock {
    /// Takes in the header `date` of an answer that came at a time of this machine.
    pub(crate) fn hear(&self, date: Option<&str>, came: SystemTime) {
        let Some(told) = date.and_then(|date| DateTime::from_str(date, Format::HttpDate).ok()) else { return };
        let Ok(told) = SystemTime::try_from(told) else { return };
        let ahead = match told.duration_since(came) {
            Ok(ahead) if ahead > NOTHING => milliseconds(ahead),
            Err(behind) if behind.duration() > NOTHING => -milliseconds(behind.duration()),
            _ => 0,
        };
        self.0.store(ahead, Ordering::Relaxed);
    }

    /// The services' time at a time of this machine.
    pub(crate) fn at(&self, local: SystemTime) -> SystemTime {
        let ahead = self.0.load(Ordering::Relaxed);
        let by = Duration::from_millis(ahead.unsigned_abs());
        let moved = if ahead < 0 { local.checked_sub(by) } else { local.checked_add(by) };
        moved.unwrap_or(local)
    }
}

fn milliseconds(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_services_clock_counts_where_the_machines_is_wrong() {
        // 2026-11-23T10:00:00Z
        let told = SystemTime::UNIX_EPOCH + Duration::from_hours(498_730);
        let date = Some("Mon, 23 Nov 2026 10:00:00 GMT");
        for (offset, expected) in [(0, 0), (2, 2), (-2, -2), (3_600, 0), (-3_600, 0)] {
            let moved = |time: SystemTime, by: i64| match u64::try_from(by) {
                Ok(by) => time + Duration::from_secs(by),
                Err(_) => time - Duration::from_secs(by.unsigned_abs()),
            };
            let clock = ServiceClock::default();
            let local = moved(told, offset);
            clock.hear(date, local);
            assert_eq!(clock.at(local), moved(told, expected), "{offset} s");
        }
        let clock = ServiceClock::default();
        clock.hear(Some("yesterday"), told);
        assert_eq!(clock.at(told), told);
    }
}
