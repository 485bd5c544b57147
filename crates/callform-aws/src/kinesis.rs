//! Kinesis: putting records on a stream.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::{ErrorKind, Gateway, GatewayError};
use callform_signed::Service;

const OPERATION: &str = "Kinesis PutRecords";

/// A record for a stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StreamRecord {
    /// Records with the same key stay in order.
    pub partition_key: String,
    /// What it holds.
    pub data: Vec<u8>,
}

/// What became of a record.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Fate {
    error_code: Option<String>,
    #[serde(default)]
    error_message: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Answer {
    records: Vec<Fate>,
}

impl Gateway {
    /// Puts up to 500 records on a stream, named by its name or ARN. Returns those that were refused, by their place, with the
    /// reason; they may be sent again.
    pub async fn put_records(
        &self,
        stream: &str,
        records: &[StreamRecord],
    ) -> Result<Vec<(usize, GatewayError)>, GatewayError> {
        let entries: Vec<Value> = records
            .iter()
            .map(|record| json!({ "PartitionKey": record.partition_key, "Data": BASE64.encode(&record.data) }))
            .collect();
        let name = if stream.starts_with("arn:") { "StreamARN" } else { "StreamName" };
        let input = json!({ name: stream, "Records": entries });
        let answer: Answer = self.signed.read(Service::Kinesis, OPERATION, &input).await?;
        if answer.records.len() != records.len() {
            return Err(GatewayError::incomplete(OPERATION, "record for each record"));
        }
        let refused = |(index, fate): (usize, &Fate)| {
            let code = fate.error_code.as_deref()?;
            Some((index, refused(OPERATION, code, &fate.error_message)))
        };
        Ok(answer.records.iter().enumerate().filter_map(refused).collect())
    }
}

/// A failure of one part of a request that succeeded.
fn refused(operation: &'static str, code: &str, message: &str) -> GatewayError {
    let kind = match code {
        "ProvisionedThroughputExceededException" => ErrorKind::Throttled,
        _ => ErrorKind::Refused,
    };
    GatewayError { code: Some(code.to_owned()), ..GatewayError::new(operation, kind, message) }
}
