//! The stores on Amazon DynamoDB.
//!
//! The table has the key `RecordKey` (text) and its time to live in `ExpiresAt`. The only action needed is
//! `dynamodb:UpdateItem` on it, and `dynamodb:PutItem` for the consumer. Both write with a condition, which reads and writes
//! in one atomic, strongly consistent step.

use std::collections::HashMap;
use std::fmt;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::{AttributeValue, ReturnValuesOnConditionCheckFailure};

use crate::claim::{Claim, ClaimStore, StoreError, Written, owner_attribute};
use crate::current::{CurrentRow, CurrentStore, InvalidRow};

/// The attribute that is the table's key.
pub const KEY: &str = "RecordKey";

/// The attribute that holds the table's time to live.
pub const EXPIRY: &str = "ExpiresAt";

/// A table.
#[derive(Clone, Debug)]
pub struct DynamoDb<'a> {
    /// Calls it.
    pub client: &'a Client,
    /// Its name or ARN.
    pub table: &'a str,
}

impl DynamoDb<'_> {
    async fn claim(&self, claim: &Claim, update: &str, condition: &str) -> Result<Written, StoreError> {
        let owner = owner_attribute(claim.version).to_string();
        let request = self
            .client
            .update_item()
            .table_name(self.table)
            .key(KEY, text(claim.key.as_str()))
            .update_expression(update)
            .condition_expression(condition)
            .expression_attribute_names("#owner", &owner)
            .expression_attribute_values(":me", text(&claim.owner))
            .expression_attribute_values(":version", text(claim.version))
            .expression_attribute_values(":expiry", number(claim.expires_at))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        match request.send().await {
            Ok(_) => Ok(Written::Yes),
            Err(error) => match error.as_service_error() {
                Some(UpdateItemError::ConditionalCheckFailedException(refusal)) => {
                    let item = refusal.item().ok_or(StoreError::Permanent)?;
                    Ok(Written::No { owner: item.get(&owner).and_then(|value| value.as_s().ok()).cloned() })
                }
                _ => Err(failure(&error)),
            },
        }
    }
}

impl ClaimStore for DynamoDb<'_> {
    async fn claim_newest(&self, claim: &Claim) -> Result<Written, StoreError> {
        self.claim(
            claim,
            "SET Latest = :version, #owner = :me, ExpiresAt = :expiry",
            "attribute_not_exists(RecordKey) OR Latest < :version",
        )
        .await
    }

    async fn claim_late(&self, claim: &Claim) -> Result<Written, StoreError> {
        // An item that expired since the first write is made anew, with all that an item has.
        self.claim(
            claim,
            "SET #owner = :me, Latest = if_not_exists(Latest, :version), ExpiresAt = if_not_exists(ExpiresAt, :expiry)",
            "attribute_not_exists(#owner)",
        )
        .await
    }
}

impl CurrentStore for DynamoDb<'_> {
    async fn put_if_newer(&self, row: &CurrentRow) -> Result<bool, StoreError> {
        let mut item = HashMap::from([
            // Apart from the keys of claims, so that both functions may share a table.
            (KEY.to_owned(), text(format_args!("current/{}", row.key.as_str()))),
            ("Latest".to_owned(), text(row.version)),
            (EXPIRY.to_owned(), number(row.expires_at)),
        ]);
        if let Some(record) = &row.record {
            item.insert("Record".to_owned(), text(record));
        }
        let request = self
            .client
            .put_item()
            .table_name(self.table)
            .set_item(Some(item))
            .condition_expression("attribute_not_exists(RecordKey) OR Latest < :version")
            .expression_attribute_values(":version", text(row.version));
        match request.send().await {
            Ok(_) => Ok(true),
            Err(error) => match error.as_service_error() {
                Some(PutItemError::ConditionalCheckFailedException(_)) => Ok(false),
                _ => Err(failure(&error)),
            },
        }
    }

    async fn put_invalid(&self, row: &InvalidRow) -> Result<(), StoreError> {
        let request = self
            .client
            .put_item()
            .table_name(self.table)
            .item(KEY, text(format_args!("invalid/{}", row.event_id)))
            .item("Reason", text(row.reason))
            .item("Data", AttributeValue::B(Blob::new(row.data.clone())))
            .item(EXPIRY, number(row.expires_at));
        request.send().await.map(|_| ()).map_err(|error| failure(&error))
    }
}

fn text(value: impl fmt::Display) -> AttributeValue {
    AttributeValue::S(value.to_string())
}

fn number(value: u64) -> AttributeValue {
    AttributeValue::N(value.to_string())
}

fn failure<E: ProvideErrorMetadata, R>(error: &SdkError<E, R>) -> StoreError {
    let refused = matches!(
        error.code(),
        Some(
            "ResourceNotFoundException"
                | "AccessDeniedException"
                | "ValidationException"
                | "ItemCollectionSizeLimitExceededException"
                | "UnrecognizedClientException"
        )
    );
    let failure = if refused { StoreError::Permanent } else { StoreError::Transient };
    tracing::warn!(code = error.code().unwrap_or("no answer"), "{failure}");
    failure
}
