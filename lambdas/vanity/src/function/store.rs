//! What is kept in DynamoDB.
//!
//! | table | key | what |
//! |---|---|---|
//! | numbers | `phone`, then `company` | the best vanity numbers of a phone number for a company; written once for each version of words |
//! | calls | `contact` | one item for each contact |
//! | calls, index `by_day` | `day`, then `at` | the calls of a day in order; every day is a partition of its own |

use callform_signed::{CallError, Service, SignedCalls, from_item, to_item};
use serde_json::{Map, Value, json};

use super::answer::Answer;
use super::time::Moment;
use crate::number::Number;
use crate::{Ranking, VanityNumber};

/// The index of the calls by day.
const BY_DAY: &str = "by_day";

/// What stands for no company in a key, which cannot be empty. No company is called so: names have letters.
const NO_COMPANY: &str = "-";

/// The tables.
pub(super) struct Store<'a> {
    pub(super) aws: &'a SignedCalls,
    pub(super) numbers: &'a str,
    pub(super) calls: &'a str,
}

/// A call as it is kept.
pub(super) struct CallRecord<'a> {
    pub(super) contact: &'a str,
    pub(super) phone: Option<String>,
    /// The company's name; empty where there is none.
    pub(super) company: &'a str,
    pub(super) answer: &'a Answer,
    pub(super) at: &'a Moment,
}

/// An item of a table.
pub(super) type Item = Map<String, Value>;

impl Store<'_> {
    /// Keeps the ranking of a number for a company, unless this version of it is there already.
    pub(super) async fn put_ranking(
        &self,
        number: &Number,
        ranking: &Ranking,
        version: &str,
        record: &CallRecord<'_>,
    ) -> Result<(), String> {
        let company = if record.company.is_empty() { NO_COMPANY } else { record.company };
        let item = item(
            json!({
                "phone": number.e164(),
                "company": company,
                "options": ranking.options.iter().map(option).collect::<Vec<_>>(),
                "version": version,
                "at": record.at.text(),
            }),
            record.at,
        );
        self.put(&json!({
            "TableName": self.numbers,
            "Item": to_item(&item),
            "ConditionExpression": "attribute_not_exists(phone) OR #version <> :version",
            "ExpressionAttributeNames": { "#version": "version" },
            "ExpressionAttributeValues": { ":version": { "S": version } },
        }))
        .await
    }

    /// Keeps a call, unless it is there already.
    pub(super) async fn put_call(&self, record: &CallRecord<'_>) -> Result<(), String> {
        let mut item = item(
            json!({
                "contact": record.contact,
                "day": record.at.day().format("%Y-%m-%d").to_string(),
                "at": record.at.text(),
                "status": record.answer.get("status"),
                "options": record.answer.options().collect::<Vec<_>>(),
            }),
            record.at,
        );
        if let Some(phone) = &record.phone {
            item.insert("phone".to_owned(), phone.as_str().into());
        }
        if !record.company.is_empty() {
            item.insert("company".to_owned(), record.company.into());
        }
        self.put(&json!({
            "TableName": self.calls,
            "Item": to_item(&item),
            "ConditionExpression": "attribute_not_exists(contact)",
        }))
        .await
    }

    /// A refused condition means that the item was written before, perhaps by the attempt whose answer got lost.
    async fn put(&self, input: &Value) -> Result<(), String> {
        match self.aws.json(Service::DynamoDb, "DynamoDB PutItem", input).await {
            Err(error) if error.code.as_deref() != Some("ConditionalCheckFailedException") => Err(error.to_string()),
            _ => Ok(()),
        }
    }

    /// The calls of a day, newest first, at most so many.
    pub(super) async fn calls_of_day(&self, day: &str, most: usize) -> Result<Vec<Item>, String> {
        let mut calls = Vec::new();
        let mut start = None;
        loop {
            let mut input = json!({
                "TableName": self.calls,
                "IndexName": BY_DAY,
                "KeyConditionExpression": "#day = :day",
                "ExpressionAttributeNames": { "#day": "day" },
                "ExpressionAttributeValues": { ":day": { "S": day } },
                "ScanIndexForward": false,
                "Limit": most - calls.len(),
            });
            if let Some(start) = start {
                input["ExclusiveStartKey"] = start;
            }
            let page = self.aws.json(Service::DynamoDb, "DynamoDB Query", &input).await;
            let page = page.map_err(|error: CallError| error.to_string())?;
            calls.extend(page["Items"].as_array().into_iter().flatten().map(from_item));
            start = page.get("LastEvaluatedKey").cloned();
            if start.is_none() || calls.len() >= most {
                calls.truncate(most);
                return Ok(calls);
            }
        }
    }
}

fn item(attributes: Value, at: &Moment) -> Item {
    let mut item = match attributes {
        Value::Object(item) => item,
        _ => Item::new(),
    };
    if let Some(expires) = at.expires() {
        item.insert("expires".to_owned(), expires.into());
    }
    item
}

fn option(option: &VanityNumber) -> Value {
    json!({ "written": option.written(), "said": option.said(), "score": option.score() })
}
