//! The sandbox's clock, and times in the forms that AWS services write them.

use std::path::Path;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use chrono::{DateTime, SecondsFormat, Utc};
use jiff::tz::{TimeZone, TimeZoneDatabase};

/// Name of the file in the sandbox's folder that says how many milliseconds its clock is ahead, or at which time it stands:
/// `=` and milliseconds since 1970.
pub(crate) const FILE: &str = "clock";
const STANDING: &str = "=";

/// The time zone of a name of the IANA database, exactly as it is written there. The data come with the program, so that
/// every machine reckons by the same.
pub(crate) fn time_zone(name: &str) -> Option<TimeZone> {
    let zone = TimeZoneDatabase::bundled().get(name).ok()?;
    (zone.iana_name() == Some(name)).then_some(zone)
}

/// What the file says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Setting {
    /// So much later than the machine's clock.
    Ahead(Duration),
    /// Still, at this time.
    Standing(SystemTime),
}

fn setting(folder: &Path) -> Setting {
    let text = std::fs::read_to_string(folder.join(FILE)).unwrap_or_default();
    let milliseconds = |text: &str| Duration::from_millis(text.trim().parse().unwrap_or_default());
    match text.strip_prefix(STANDING) {
        Some(time) => Setting::Standing(UNIX_EPOCH + milliseconds(time)),
        None => Setting::Ahead(milliseconds(&text)),
    }
}

/// The time by the clock of the sandbox in a folder: that of the machine, and as much later as it was moved; or the time
/// at which it stands.
pub fn now(folder: &Path) -> SystemTime {
    let now = SystemTime::now();
    match setting(folder) {
        Setting::Ahead(ahead) => now.checked_add(ahead).unwrap_or(now),
        Setting::Standing(time) => time,
    }
}

/// True where the clock of the sandbox in a folder stands still.
pub(crate) fn is_standing(folder: &Path) -> bool {
    matches!(setting(folder), Setting::Standing(_))
}

/// Lets the clock of the sandbox in a folder stand still at a time, for all processes that serve it.
pub(crate) fn stand(folder: &Path, time: SystemTime) -> std::io::Result<()> {
    write(folder, &format!("{STANDING}{}", epoch_milliseconds(time)))
}

/// Lets the clock of the sandbox in a folder run, from a time on; never from one that is before the machine's.
pub(crate) fn run_from(folder: &Path, time: SystemTime) -> std::io::Result<()> {
    let ahead = time.duration_since(SystemTime::now()).unwrap_or_default();
    write(folder, &ahead.as_millis().to_string())
}

fn write(folder: &Path, text: &str) -> std::io::Result<()> {
    // Whole or not at all: readers never see half a number.
    let new = folder.join(format!("{FILE}.{}", uuid::Uuid::new_v4()));
    std::fs::write(&new, format!("{text}\n"))?;
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_stands_and_runs_again_ahead() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path();
        assert!(!is_standing(folder));
        let before = SystemTime::now();
        assert!(now(folder) >= before);
        let noon = UNIX_EPOCH + Duration::from_hours(498_756);
        stand(folder, noon).unwrap();
        assert!(is_standing(folder));
        assert_eq!((now(folder), now(folder)), (noon, noon));
        let tomorrow = SystemTime::now() + Duration::from_hours(24);
        run_from(folder, tomorrow).unwrap();
        // To the millisecond, rounded down.
        assert!(!is_standing(folder) && now(folder) + Duration::from_millis(1) >= tomorrow);
        assert!(now(folder) < tomorrow + Duration::from_hours(1));
    }
}
