//! DynamoDB: going through a table, and taking items out of it.

use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::{Gateway, GatewayError};
use callform_signed::Service;

/// An item, its values with their types as DynamoDB writes them: `{ "RecordKey": { "S": "…" } }`.
pub type Item = Map<String, Value>;

/// A page of a table.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Page {
    #[serde(default)]
    items: Vec<Item>,
    last_evaluated_key: Option<Value>,
}

impl Gateway {
    /// A page of a table's items, of up to 1 MB, as they are now, and where the next page begins.
    pub async fn items(&self, table: &str, from: Option<Value>) -> Result<(Vec<Item>, Option<Value>), GatewayError> {
        let mut input = json!({ "TableName": table, "ConsistentRead": true });
        if let Some(from) = from {
            input["ExclusiveStartKey"] = from;
        }
        let page: Page = self.signed.read(Service::DynamoDb, "DynamoDB Scan", &input).await?;
        Ok((page.items, page.last_evaluated_key))
    }

    /// Takes the item out that has a text as its key. One that is not there is no error.
    pub async fn delete_item(&self, table: &str, key: (&str, &str)) -> Result<(), GatewayError> {
        let input = json!({ "TableName": table, "Key": { key.0: { "S": key.1 } } });
        self.signed.json(Service::DynamoDb, "DynamoDB DeleteItem", &input).await.map(|_| ())
    }

    /// Replaces a text of an item, if it is still what it was.
    pub async fn replace_text(
        &self,
        table: &str,
        key: (&str, &str),
        attribute: &str,
        (before, after): (&str, &str),
    ) -> Result<(), GatewayError> {
        let input = json!({
            "TableName": table,
            "Key": { key.0: { "S": key.1 } },
            "UpdateExpression": "SET #text = :after",
            "ConditionExpression": "#text = :before",
            "ExpressionAttributeNames": { "#text": attribute },
            "ExpressionAttributeValues": { ":before": { "S": before }, ":after": { "S": after } },
        });
        self.signed.json(Service::DynamoDb, "DynamoDB UpdateItem", &input).await.map(|_| ())
    }
}
