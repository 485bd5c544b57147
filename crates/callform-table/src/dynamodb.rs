//! The store on Amazon DynamoDB.
//!
//! Actions on the table: `dynamodb:GetItem`, `dynamodb:BatchGetItem`, `dynamodb:PutItem`, `dynamodb:DeleteItem`,
//! `dynamodb:ConditionCheckItem` (the last two within transactions), `dynamodb:Scan` where lists are shown; on its indexes:
//! `dynamodb:Query`.

use std::collections::BTreeMap;
use std::marker::PhantomData;

use callform_signed::{CallError, Service, SignedCalls, from_item, to_item, to_value};
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use crate::store::{Becomes, Change, CommitError, Cursor, Page, ReadError, Store, Was};
use crate::{Item, Moment, Records};

/// Keys in one `BatchGetItem`, by the service's limit.
const MOST_READ: usize = 100;

/// How often what a `BatchGetItem` left out is asked for again. The calls themselves are retried on their own.
const ROUNDS: usize = 10;

/// A table.
#[derive(Clone, Copy, Debug)]
pub struct DynamoDb<'a, R> {
    calls: &'a SignedCalls,
    table: &'a str,
    holds: PhantomData<R>,
}

impl<'a, R: Records> DynamoDb<'a, R> {
    /// The table of a name or an ARN.
    pub fn new(calls: &'a SignedCalls, table: &'a str) -> Self {
        Self { calls, table, holds: PhantomData }
    }

    async fn page(
        &self,
        operation: &'static str,
        mut input: Value,
        after: Option<Cursor>,
    ) -> Result<Page<R>, ReadError> {
        if let Some(Cursor(start)) = after {
            input["ExclusiveStartKey"] = to_item(&start);
        }
        let answer = self.calls.json(Service::DynamoDb, operation, &input).await.map_err(|error| unread(&error))?;
        let items = answer["Items"].as_array().into_iter().flatten();
        let keys = items.map(|item| key_of::<R>(&from_item(item))).collect::<Result<_, _>>()?;
        let next = answer.get("LastEvaluatedKey").filter(|last| !last.is_null());
        Ok(Page { keys, next: next.map(|last| Cursor(from_item(last))) })
    }

    /// Items of at most [`MOST_READ`] keys, those that are there, in any order.
    async fn batch(&self, keys: &[R::Key]) -> Result<Vec<Item<R>>, ReadError> {
        let keys: Vec<Value> = keys.iter().map(|key| json!({ "key": { "S": key.to_string() } })).collect();
        let mut wanted = json!({ self.table: { "Keys": keys, "ConsistentRead": true } });
        let mut items = Vec::new();
        for _ in 0..ROUNDS {
            let input = json!({ "RequestItems": wanted });
            let answer = self.calls.json(Service::DynamoDb, "DynamoDB BatchGetItem", &input).await;
            let mut answer = answer.map_err(|error| unread(&error))?;
            let tables = answer["Responses"].as_object().into_iter().flat_map(|tables| tables.values());
            for item in tables.filter_map(Value::as_array).flatten() {
                items.push(read(item)?);
            }
            // More than 16 MB, or more than the table gives at the moment: the rest is asked for again.
            match answer["UnprocessedKeys"].take() {
                Value::Object(rest) if !rest.is_empty() => wanted = Value::Object(rest),
                _ => return Ok(items),
            }
        }
        Err(ReadError::Unavailable)
    }

    /// One change's part of a transaction; also the whole input of `PutItem` and `DeleteItem`.
    fn part(&self, change: &Change<R>) -> (&'static str, Map<String, Value>) {
        let mut part = Map::new();
        part.insert("TableName".to_owned(), self.table.into());
        match change.was {
            Was::Absent => {
                part.insert("ConditionExpression".to_owned(), "attribute_not_exists(#key)".into());
                part.insert("ExpressionAttributeNames".to_owned(), json!({ "#key": "key" }));
            }
            Was::Version(version) => {
                part.insert("ConditionExpression".to_owned(), "#version = :version".into());
                part.insert("ExpressionAttributeNames".to_owned(), json!({ "#version": "version" }));
                let version = to_value(&version.into());
                part.insert("ExpressionAttributeValues".to_owned(), json!({ ":version": version }));
            }
        }
        let key = json!({ "key": { "S": change.key.to_string() } });
        match &change.becomes {
            Becomes::Item(item) => {
                part.insert("Item".to_owned(), to_item(&item.to_attributes()));
                ("Put", part)
            }
            Becomes::Gone => {
                part.insert("Key".to_owned(), key);
                ("Delete", part)
            }
            Becomes::Same => {
                part.insert("Key".to_owned(), key);
                ("ConditionCheck", part)
            }
        }
    }
}

impl<R: Records> Store<R> for DynamoDb<'_, R> {
    async fn get(&self, key: &R::Key) -> Result<Option<Item<R>>, ReadError> {
        let key = json!({ "key": { "S": key.to_string() } });
        let input = json!({ "TableName": self.table, "Key": key, "ConsistentRead": true });
        let answer = self.calls.json(Service::DynamoDb, "DynamoDB GetItem", &input).await;
        let answer = answer.map_err(|error| unread(&error))?;
        answer.get("Item").filter(|item| !item.is_null()).map(read).transpose()
    }

    async fn get_all(&self, keys: &[R::Key]) -> Result<Vec<Option<Item<R>>>, ReadError> {
        if let [key] = keys {
            return Ok(vec![self.get(key).await?]);
        }
        let mut found = BTreeMap::new();
        for keys in keys.chunks(MOST_READ) {
            for item in self.batch(keys).await? {
                found.insert(item.key.clone(), item);
            }
        }
        Ok(keys.iter().map(|key| found.remove(key)).collect())
    }

    async fn commit(&self, changes: Vec<Change<R>>) -> Result<(), CommitError> {
        let mut parts: Vec<(&'static str, Map<String, Value>)> =
            changes.iter().map(|change| self.part(change)).collect();
        // One item needs no transaction, which costs twice as much.
        let (operation, input) = match parts.as_slice() {
            [] => return Ok(()),
            [("Put", _)] => ("DynamoDB PutItem", parts.remove(0).1.into()),
            [("Delete", _)] => ("DynamoDB DeleteItem", parts.remove(0).1.into()),
            _ => {
                let items: Vec<Value> = parts.into_iter().map(|(kind, part)| json!({ kind: part })).collect();
                let token = token(&items);
                ("DynamoDB TransactWriteItems", json!({ "TransactItems": items, "ClientRequestToken": token }))
            }
        };
        let answer = self.calls.json(Service::DynamoDb, operation, &input).await;
        answer.map(|_| ()).map_err(|error| uncommitted(&error))
    }

    async fn query(
        &self,
        part: &R::Part,
        until: Moment,
        limit: usize,
        after: Option<Cursor>,
    ) -> Result<Page<R>, ReadError> {
        let until = to_value(&serde_json::to_value(until).unwrap_or_default());
        let index = R::index(part);
        let input = json!({
            "TableName": self.table,
            "IndexName": index.name,
            "KeyConditionExpression": "#part = :part AND #sort <= :until",
            "ExpressionAttributeNames": { "#part": index.part, "#sort": index.sort },
            "ExpressionAttributeValues": { ":part": { "S": part.to_string() }, ":until": until },
            "Limit": limit,
        });
        self.page("DynamoDB Query", input, after).await
    }

    async fn scan(&self, prefix: &'static str, limit: usize, after: Option<Cursor>) -> Result<Page<R>, ReadError> {
        let input = json!({
            "TableName": self.table,
            "FilterExpression": "begins_with(#key, :prefix)",
            "ProjectionExpression": "#key",
            "ExpressionAttributeNames": { "#key": "key" },
            "ExpressionAttributeValues": { ":prefix": { "S": prefix } },
            "ConsistentRead": true,
            "Limit": limit,
        });
        self.page("DynamoDB Scan", input, after).await
    }
}

/// The same for the same parts: a transaction that is sent again because its answer got lost happens once, and says that it
/// did. Every part names a version, so that the same parts are never meant twice.
fn token(items: &[Value]) -> String {
    let mut digest = Sha256::new();
    for item in items {
        digest.update(item.to_string());
    }
    let mut token = format!("{:x}", digest.finalize());
    token.truncate(32);
    token
}

fn read<R: Records>(item: &Value) -> Result<Item<R>, ReadError> {
    let record = from_item(item);
    let kind = kind_of(&record);
    Item::from_attributes(record).map_err(|error| ReadError::Unreadable { key: kind, why: error.to_string() })
}

fn kind_of(record: &Map<String, Value>) -> String {
    let key = record.get("key").and_then(Value::as_str).unwrap_or_default();
    let kind = key.split_once('#').map_or(key, |(kind, _)| kind);
    format!("{kind}#…")
}

fn key_of<R: Records>(record: &Map<String, Value>) -> Result<R::Key, ReadError> {
    let key = record.get("key").and_then(Value::as_str).unwrap_or_default();
    key.parse().map_err(|why| ReadError::Unreadable { key: kind_of(record), why })
}

fn unread(error: &CallError) -> ReadError {
    tracing::warn!(code = code(error), "an item could not be read");
    ReadError::Unavailable
}

fn uncommitted(error: &CallError) -> CommitError {
    let conflict = match code(error) {
        "ConditionalCheckFailedException" | "TransactionConflictException" => true,
        // Throttling of one part cancels a transaction as well; only the reasons tell.
        "TransactionCanceledException" => {
            let reasons = error.details.as_deref().unwrap_or(&error.message);
            reasons.contains("ConditionalCheckFailed") || reasons.contains("TransactionConflict")
        }
        _ => false,
    };
    if conflict {
        return CommitError::Conflict;
    }
    tracing::warn!(code = code(error), "a change could not be written");
    CommitError::Unavailable
}

fn code(error: &CallError) -> &str {
    error.code.as_deref().unwrap_or("no answer")
}

#[cfg(test)]
mod tests {
    use callform_signed::ErrorKind;

    use super::*;

    #[test]
    fn a_refused_condition_is_a_conflict_and_throttling_is_not() {
        let error = |code: &str, details: Option<&str>| CallError {
            code: Some(code.to_owned()),
            details: details.map(Into::into),
            ..CallError::new("DynamoDB TransactWriteItems", ErrorKind::Refused, "no")
        };
        let canceled = "TransactionCanceledException";
        for (error, expected) in [
            (error("ConditionalCheckFailedException", None), CommitError::Conflict),
            (error(canceled, Some(r#"[{"Code":"None"},{"Code":"ConditionalCheckFailed"}]"#)), CommitError::Conflict),
            (error(canceled, Some(r#"[{"Code":"TransactionConflict"}]"#)), CommitError::Conflict),
            (error(canceled, Some(r#"[{"Code":"ThrottlingError"}]"#)), CommitError::Unavailable),
            (error("ProvisionedThroughputExceededException", None), CommitError::Unavailable),
        ] {
            assert_eq!(uncommitted(&error), expected, "{error:?}");
        }
    }

    #[test]
    fn a_token_is_that_of_its_parts() {
        let one = [json!({ "Put": { "version": 1 } })];
        let other = [json!({ "Put": { "version": 2 } })];
        assert_eq!(token(&one), token(&one));
        assert_ne!(token(&one), token(&other));
        assert_eq!(token(&one).len(), 32, "36 at most");
    }
}
