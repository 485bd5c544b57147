//! The sandbox's clock, and times in the forms that AWS services write them.

use std::path::Path;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use chrono::{DateTime, SecondsFormat, Utc};
use jiff::tz::{TimeZone, TimeZoneDatabase};

/// Name of the file in the sandbox's folder that says how many milliseconds its clock is ahead.
pub(crate) const FILE: &str = "clock";

/// The time zone of a name of the IANA database, exactly as it is written there. The data come with the program, so that
/// every machine reckons by the same.
pub(crate) fn time_zone(name: &str) -> Option<TimeZone> {
    let zone = TimeZoneDatabase::bundled().get(name).ok()?;
    (zone.iana_name() == Some(name)).then_some(zone)
}

fn ahead(folder: &Path) -> Duration {
    let text = std::fs::read_to_string(folder.join(FILE)).unwrap_or_default();
    Duration::from_millis(text.trim().parse().unwrap_or_default())
}

/// The time by the clock of the sandbox in a folder: that of the machine, and as much later as [`advance`] said.
pub fn now(folder: &Path) -> SystemTime {
    let now = SystemTime::now();
    now.checked_add(ahead(folder)).unwrap_or(now)
}

/// Moves the clock of the sandbox in a folder forward, for all processes that serve it.
pub(crate) fn advance(folder: &Path, by: Duration) -> std::io::Result<()> {
    let sum = ahead(folder).saturating_add(by).as_millis();
    // Whole or not at all: readers never see half a number.
    let new = folder.join(format!("{FILE}.{}", uuid::Uuid::new_v4()));
    std::fs::write(&new, format!("{sum}\n"))?;
    std::fs::rename(new, folder.join(FILE))
}

/// Seconds since 1970, to the millisecond: timestamps of the JSON protocols.
pub fn epoch_seconds(time: SystemTime) -> f64 {
    let milliseconds = time.duration_since(UNIX_EPOCH).unwrap_or_default().as_millis();
    // Milliseconds of any year below 280,000 fit a double exactly.
    #[expect(clippy::cast_precision_loss, reason = "milliseconds stay far below 2^53")]
    let seconds = milliseconds as f64 / 1000.0;
    seconds
}

/// Milliseconds since 1970: timestamps of CloudWatch Logs.
pub fn epoch_milliseconds(time: SystemTime) -> u64 {
    u64::try_from(time.duration_since(UNIX_EPOCH).unwrap_or_default().as_millis()).unwrap_or(u64::MAX)
}

/// `2026-11-23T10:00:00.000Z`: timestamps of the XML protocols.
pub fn iso8601(time: SystemTime) -> String {
    DateTime::<Utc>::from(time).to_rfc3339_opts(SecondsFormat::Millis, true)
}

/// `Mon, 23 Nov 2026 10:00:00 GMT`: timestamps of HTTP headers.
pub fn http_date(time: SystemTime) -> String {
    DateTime::<Utc>::from(time).format("%a, %d %b %Y %H:%M:%S GMT").to_string()
}
