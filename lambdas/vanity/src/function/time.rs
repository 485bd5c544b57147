//! Times as they are kept: texts that sort like times.

use std::time::SystemTime;

use chrono::{DateTime, Days, NaiveDate, SecondsFormat, Utc};

/// When something happened, and when its record expires.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Moment {
    at: DateTime<Utc>,
    retention_days: u32,
}

impl Moment {
    pub(super) fn new(at: SystemTime, retention_days: u32) -> Self {
        Self { at: at.into(), retention_days }
    }

    /// `2026-11-24T15:04:05.678Z`: equally long at all times, so that texts sort like times.
    pub(super) fn text(&self) -> String {
        self.at.to_rfc3339_opts(SecondsFormat::Millis, true)
    }

    /// The day in UTC.
    pub(super) fn day(&self) -> NaiveDate {
        self.at.date_naive()
    }

    /// Seconds since 1970 when the record expires; `None` for never.
    pub(super) fn expires(&self) -> Option<i64> {
        (self.retention_days > 0).then(|| self.at.timestamp() + i64::from(self.retention_days) * 86_400)
    }
}

/// The days from one backwards, as they are kept: `2026-11-24`, `2026-11-23`, …
pub(super) fn days_back(from: NaiveDate) -> impl Iterator<Item = String> {
    (0..).map_while(move |days| from.checked_sub_days(Days::new(days))).map(|day| day.format("%Y-%m-%d").to_string())
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn times_sort_as_texts_over_weekdays_months_and_years() {
        // 2026-12-31T23:59:59.9 and hours around it, two months, two weekdays.
        let seconds = [1_790_000_000.0, 1_795_532_645.678, 1_795_532_645.679, 1_798_761_599.9, 1_798_761_600.0];
        let texts =
            seconds.map(|seconds| Moment::new(SystemTime::UNIX_EPOCH + Duration::from_secs_f64(seconds), 0).text());
        assert!(texts.is_sorted(), "{texts:?}");
        assert!(texts.iter().all(|text| text.len() == 24), "{texts:?}");
    }

    #[test]
    fn days_go_back_over_the_ends_of_months() {
        let days: Vec<String> = days_back(NaiveDate::from_ymd_opt(2024, 3, 1).unwrap()).take(3).collect();
        assert_eq!(days, ["2024-03-01", "2024-02-29", "2024-02-28"]);
    }

    #[test]
    fn a_record_expires_when_it_should() {
        let at = SystemTime::UNIX_EPOCH + Duration::from_secs(1000);
        assert_eq!(Moment::new(at, 0).expires(), None);
        assert_eq!(Moment::new(at, 2).expires(), Some(1000 + 2 * 86_400));
    }
}
