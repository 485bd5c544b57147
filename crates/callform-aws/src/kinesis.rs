//! Kinesis: putting records on a stream.

use aws_sdk_kinesis::primitives::Blob;
use aws_sdk_kinesis::types::PutRecordsRequestEntry;

use crate::{ErrorKind, Gateway, GatewayError};

const OPERATION: &str = "Kinesis PutRecords";

/// A record for a stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StreamRecord {
    /// Records with the same key stay in order.
    pub partition_key: String,
    /// What it holds.
    pub data: Vec<u8>,
}

impl Gateway {
    /// Puts up to 500 records on a stream, named by its name or ARN. Returns those that were refused, by their place, with the
    /// reason; they may be sent again.
    pub async fn put_records(
        &self,
        stream: &str,
        records: &[StreamRecord],
    ) -> Result<Vec<(usize, GatewayError)>, GatewayError> {
        let entries = records
            .iter()
            .map(|record| {
                PutRecordsRequestEntry::builder()
                    .partition_key(&record.partition_key)
                    .data(Blob::new(record.data.as_slice()))
                    .build()
            })
            .collect::<Result<Vec<_>, _>>()
            .map_err(|error| GatewayError::refused(OPERATION, None, &error.to_string()))?;
        let call = self.kinesis.put_records().set_records(Some(entries));
        let call = if stream.starts_with("arn:") { call.stream_arn(stream) } else { call.stream_name(stream) };
        let answer = call.send().await.map_err(|error| GatewayError::from_sdk(OPERATION, &error))?;
        if answer.records.len() != records.len() {
            return Err(GatewayError::incomplete(OPERATION, "record for each record"));
        }
        let refused = |(index, record): (usize, &aws_sdk_kinesis::types::PutRecordsResultEntry)| {
            let code = record.error_code()?;
            let message = record.error_message().unwrap_or_default();
            Some((index, GatewayError::refused(OPERATION, Some(code), message)))
        };
        Ok(answer.records.iter().enumerate().filter_map(refused).collect())
    }
}

impl GatewayError {
    fn refused(operation: &'static str, code: Option<&str>, message: &str) -> Self {
        let kind = match code {
            Some("ProvisionedThroughputExceededException") => ErrorKind::Throttled,
            _ => ErrorKind::Refused,
        };
        Self { operation, kind, code: code.map(str::to_owned), message: message.to_owned() }
    }
}
