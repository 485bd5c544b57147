//! The stores on Amazon DynamoDB.
//!
//! The table has the key `RecordKey` (text) and its time to live in `ExpiresAt`. The only action needed is
//! `dynamodb:UpdateItem` on it, and `dynamodb:PutItem` for the consumer. Both write with a condition, which reads and writes
//! in one atomic, strongly consistent step.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use callform_signed::{CallError, Service, SignedCalls, from_item};
use serde_json::{Value, json};

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
    pub calls: &'a SignedCalls,
    /// Its name or ARN.
    pub table: &'a str,
}

impl DynamoDb<'_> {
    async fn claim(&self, claim: &Claim, update: &str, condition: &str) -> Result<Written, StoreError> {
        let owner = owner_attribute(claim.version).to_string();
        let input = json!({
            "TableName": self.table,
            "Key": { KEY: { "S": claim.key.as_str() } },
            "UpdateExpression": update,
            "ConditionExpression": condition,
            "ExpressionAttributeNames": { "#owner": owner },
            "ExpressionAttributeValues": {
                ":me": { "S": claim.owner },
                ":version": { "S": claim.version.to_string() },
                ":expiry": { "N": claim.expires_at.to_string() },
            },
            "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
        });
        match self.calls.json(Service::DynamoDb, "DynamoDB UpdateItem", &input).await {
            Ok(_) => Ok(Written::Yes),
            Err(error) if is_refused_condition(&error) => {
                let item: Option<Value> = error.details.and_then(|item| serde_json::from_str(&item).ok());
                let item = from_item(&item.ok_or(StoreError::Permanent)?);
                Ok(Written::No { owner: item.get(&owner).and_then(Value::as_str).map(str::to_owned) })
            }
            Err(error) => Err(failure(&error)),
        }
    }

    async fn put(&self, input: &Value) -> Result<bool, StoreError> {
        match self.calls.json(Service::DynamoDb, "DynamoDB PutItem", input).await {
            Ok(_) => Ok(true),
            Err(error) if is_refused_condition(&error) => Ok(false),
            Err(error) => Err(failure(&error)),
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
        let mut item = json!({
            // Apart from the keys of claims, so that both functions may share a table.
            KEY: { "S": format!("current/{}", row.key.as_str()) },
            "Latest": { "S": row.version.to_string() },
            EXPIRY: { "N": row.expires_at.to_string() },
        });
        if let Some(record) = &row.record {
            item["Record"] = json!({ "S": record });
        }
        self.put(&json!({
            "TableName": self.table,
            "Item": item,
            "ConditionExpression": "attribute_not_exists(RecordKey) OR Latest < :version",
            "ExpressionAttributeValues": { ":version": { "S": row.version.to_string() } },
        }))
        .await
    }

    async fn put_invalid(&self, row: &InvalidRow) -> Result<(), StoreError> {
        let item = json!({
            KEY: { "S": format!("invalid/{}", row.event_id) },
            "Reason": { "S": row.reason.to_string() },
            "Data": { "B": BASE64.encode(&row.data) },
            EXPIRY: { "N": row.expires_at.to_string() },
        });
        self.put(&json!({ "TableName": self.table, "Item": item })).await.map(|_| ())
    }
}

fn is_refused_condition(error: &CallError) -> bool {
    error.code.as_deref() == Some("ConditionalCheckFailedException")
}

fn failure(error: &CallError) -> StoreError {
    let refused = matches!(
        error.code.as_deref(),
        Some(
            "ResourceNotFoundException"
                | "AccessDeniedException"
                | "ValidationException"
                | "ItemCollectionSizeLimitExceededException"
                | "UnrecognizedClientException"
        )
    );
    let failure = if refused { StoreError::Permanent } else { StoreError::Transient };
    tracing::warn!(code = error.code.as_deref().unwrap_or("no answer"), "{failure}");
    failure
}
