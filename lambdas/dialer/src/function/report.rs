//! Results in a bucket.

use callform_lambda::Error;
use callform_signed::SignedCalls;
use serde_json::{Value, json};

use crate::dynamodb::DynamoDb;
use crate::moment::Day;
use crate::phone::Phone;
use crate::report::{ResultRow, csv};
use crate::work::{Rim, Work};

/// Calls that are asked for at once.
const PAGE: usize = 250;

/// Most days of a report.
const MOST_DAYS: i64 = 400;

/// Writes what became of each call since the campaign was started, a file for each day, and how it stands.
pub(super) async fn report<P: Phone, R: Rim>(
    calls: &SignedCalls,
    work: &Work<'_, DynamoDb<'_>, P, R>,
    bucket: &str,
) -> Result<Value, Error> {
    let campaign = work.campaign().await?;
    let now = work.rim.now();
    let zone = work.policy.zone.time_zone();
    let first = campaign.started.unwrap_or(now).day(zone);
    let last = now.day(zone);
    let folder = format!("results/{}", campaign.started.unwrap_or(now));
    let (mut written, mut files) = (0_u64, Vec::new());
    for days in 0..MOST_DAYS {
        let Ok(date) = first.0.checked_add(jiff::Span::new().days(days)) else { break };
        if date > last.0 {
            break;
        }
        let rows = of_day(work, Day(date)).await?;
        if rows.is_empty() {
            continue;
        }
        written += u64::try_from(rows.len()).unwrap_or(u64::MAX);
        let lines: String = rows.iter().map(ResultRow::to_ndjson).collect();
        for (name, kind, body) in [("ndjson", "application/x-ndjson", lines), ("csv", "text/csv", csv(&rows))] {
            let key = format!("{folder}/{date}.{name}");
            calls.put_object(bucket, &key, kind, body.into_bytes()).await?;
            files.push(key);
        }
    }
    let status = work.status().await?;
    let summary = json!({ "status": status, "calls": written, "files": files });
    let key = format!("{folder}/summary.json");
    calls.put_object(bucket, &key, "application/json", format!("{summary:#}\n").into_bytes()).await?;
    tracing::info!(calls = written, "wrote the results");
    Ok(json!({ "summary": key, "calls": written, "counts": campaign.counts, "outcomes": campaign.outcomes }))
}

async fn of_day<P: Phone, R: Rim>(work: &Work<'_, DynamoDb<'_>, P, R>, day: Day) -> Result<Vec<ResultRow>, Error> {
    let (mut rows, mut after) = (Vec::new(), None);
    loop {
        let (page, next) = work.results(day, PAGE, after).await?;
        rows.extend(page);
        match next {
            Some(next) => after = Some(next),
            None => return Ok(rows),
        }
    }
}
