//! Lists in a bucket.

use std::io::{Seek, SeekFrom, Write};
use std::time::{Duration, SystemTime};

use callform_lambda::{Error, Invocation};
use callform_signed::{CallError, SignedCalls};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::dynamodb::DynamoDb;
use crate::ids::LoadId;
use crate::item::{Existing, Key, Load, RowCounts};
use crate::list::{Place, RowReport};
use crate::phone::Phone;
use crate::store::Table as _;
use crate::work::{Rim, Work};

/// Bytes of an object that are fetched at once.
const PIECE: u64 = 8 << 20;

/// The largest rest of a list that is fetched: a function has 512 MB to put it.
const LARGEST: u64 = 400 << 20;

/// Rows between two looks at the clock.
const CHUNK: usize = 1_000;

/// So long before Lambda ends an invocation, the rest is left to the next one.
const MARGIN: Duration = Duration::from_secs(15);

/// Reads as much of a list as there is time for. Says whether it is complete; where it is not, the same again goes on.
pub(super) async fn load<P: Phone, R: Rim>(
    calls: &SignedCalls,
    work: &Work<'_, DynamoDb<'_>, P, R>,
    (bucket, key): (&str, &str),
    invocation: &Invocation,
) -> Result<Value, Error> {
    let head = calls.object(bucket, key, (0, 0), None).await.map_err(|error| told(&error, key))?;
    let etag = head.etag.unwrap_or_default();
    let size: u64 = head.content_range.as_deref().and_then(|range| range.rsplit('/').next()?.parse().ok()).unwrap_or(0);
    let id = id_of(bucket, key, &etag);
    let known = work.store.get(&Key::Load(id.clone())).await?;
    let known: Option<&Load> = known.as_ref().and_then(|item| item.body.load());
    if let Some(load) = known.filter(|load| load.complete) {
        return Ok(answer(&id, load.rows, true));
    }
    let mut from = known.filter(|load| load.line > 0).map(|load| Place { offset: load.offset, line: load.line });
    let first = from.map_or(0, |place| place.offset);
    if size.saturating_sub(first) > LARGEST {
        return Err(format!("the list is larger than {} MB; split it", LARGEST >> 20).into());
    }
    let mut file = tempfile::tempfile()?;
    fetch(calls, (bucket, key), &etag, (first, size), &mut file).await?;
    loop {
        let place = from;
        file.seek(SeekFrom::Start(place.map_or(0, |place| place.offset) - first))?;
        let chunk = work.load_chunk(&id, Existing::Keep, &file, place, CHUNK).await?;
        let line = place.map_or(1, |place| place.line);
        report(calls, bucket, &id, line, &chunk.rows).await?;
        from = chunk.next;
        let left = invocation.deadline.duration_since(SystemTime::now()).unwrap_or_default();
        if from.is_none() || left < MARGIN {
            tracing::info!(accepted = chunk.counts.accepted, invalid = chunk.counts.invalid, "read some of a list");
            return Ok(answer(&id, chunk.counts, from.is_none()));
        }
    }
}

/// One version of one object is one load.
fn id_of(bucket: &str, key: &str, etag: &str) -> LoadId {
    let mut id = format!("{:x}", Sha256::digest(format!("{bucket}/{key} {etag}")));
    id.truncate(24);
    LoadId::from(id)
}

async fn fetch(
    calls: &SignedCalls,
    (bucket, key): (&str, &str),
    etag: &str,
    (first, size): (u64, u64),
    into: &mut std::fs::File,
) -> Result<(), Error> {
    let mut at = first;
    while at < size {
        let piece = calls.object(bucket, key, (at, (at + PIECE).min(size) - 1), Some(etag)).await;
        let piece = piece.map_err(|error| told(&error, key))?;
        if piece.bytes.is_empty() {
            return Err("the bucket gave nothing where there should be something".into());
        }
        into.write_all(&piece.bytes)?;
        at += u64::try_from(piece.bytes.len()).unwrap_or(u64::MAX);
    }
    Ok(())
}

/// What became of each row, as CSV beside the list: a file for each chunk, the same file where it is read again.
async fn report(calls: &SignedCalls, bucket: &str, id: &LoadId, line: u64, rows: &[RowReport]) -> Result<(), Error> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(["line", "verdict", "person", "why"])?;
    for row in rows {
        let verdict = serde_json::to_value(row.verdict).unwrap_or_default();
        let why = row.why.as_ref().map(ToString::to_string).unwrap_or_default();
        let person = row.person.as_ref().map(ToString::to_string).unwrap_or_default();
        writer.write_record([&row.line.to_string(), verdict.as_str().unwrap_or_default(), &person, &why])?;
    }
    let key = format!("loads/{id}/rows-{line:09}.csv");
    Ok(calls.put_object(bucket, &key, "text/csv", writer.into_inner()?).await?)
}

fn answer(id: &LoadId, rows: RowCounts, complete: bool) -> Value {
    json!({ "load": id, "rows": rows, "complete": complete })
}

/// What a list that cannot be fetched means to who asked for it.
fn told(error: &CallError, key: &str) -> Error {
    match error.code.as_deref() {
        Some("NoSuchKey") => format!("there is no object `{key}` in the bucket").into(),
        Some("PreconditionFailed") => "the list was replaced while it was read; what was read stays".into(),
        _ => Box::new(error.clone()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_version_of_a_list_is_another_load() {
        assert_eq!(id_of("b", "k", "1"), id_of("b", "k", "1"));
        assert_ne!(id_of("b", "k", "1"), id_of("b", "k", "2"));
        assert_ne!(id_of("b", "k", "1"), id_of("b", "l", "1"));
    }
}
