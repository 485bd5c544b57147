//! What is kept in DynamoDB.
//!
//! | table | key | what |
//! |---|---|---|
//! | numbers | `phone`, then `company` | the best vanity numbers of a phone number for a company; written once for each version of words |
//! | calls | `contact` | one item for each contact |
//! | calls, index `by_day` | `day`, then `at` | the calls of a day in order; every day is a partition of its own |

use std::collections::HashMap;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::{DisplayErrorContext, ProvideErrorMetadata, SdkError};
use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::types::AttributeValue;

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
    pub(super) client: &'a Client,
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
pub(super) type Item = HashMap<String, AttributeValue>;

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
            [
                ("phone", text(number.e164())),
                ("company", text(company)),
                ("options", AttributeValue::L(ranking.options.iter().map(option).collect())),
                ("version", text(version)),
                ("at", text(record.at.text())),
            ],
            record.at,
        );
        let put = self
            .client
            .put_item()
            .table_name(self.numbers)
            .set_item(Some(item))
            .condition_expression("attribute_not_exists(phone) OR #version <> :version")
            .expression_attribute_names("#version", "version")
            .expression_attribute_values(":version", text(version));
        unless_there(put.send().await.map(drop))
    }

    /// Keeps a call, unless it is there already.
    pub(super) async fn put_call(&self, record: &CallRecord<'_>) -> Result<(), String> {
        let mut item = item(
            [
                ("contact", text(record.contact)),
                ("day", text(record.at.day().format("%Y-%m-%d").to_string())),
                ("at", text(record.at.text())),
                ("status", text(record.answer.get("status"))),
                ("options", AttributeValue::L(record.answer.options().map(text).collect())),
            ],
            record.at,
        );
        if let Some(phone) = &record.phone {
            item.insert("phone".to_owned(), text(phone));
        }
        if !record.company.is_empty() {
            item.insert("company".to_owned(), text(record.company));
        }
        let put = self
            .client
            .put_item()
            .table_name(self.calls)
            .set_item(Some(item))
            .condition_expression("attribute_not_exists(contact)");
        unless_there(put.send().await.map(drop))
    }

    /// The calls of a day, newest first, at most so many.
    pub(super) async fn calls_of_day(&self, day: &str, most: usize) -> Result<Vec<Item>, String> {
        let mut calls = Vec::new();
        let mut start = None;
        loop {
            let left = i32::try_from(most - calls.len()).unwrap_or(i32::MAX);
            let page = self
                .client
                .query()
                .table_name(self.calls)
                .index_name(BY_DAY)
                .key_condition_expression("#day = :day")
                .expression_attribute_names("#day", "day")
                .expression_attribute_values(":day", text(day))
                .scan_index_forward(false)
                .limit(left)
                .set_exclusive_start_key(start)
                .send()
                .await
                .map_err(|error| DisplayErrorContext(error).to_string())?;
            calls.extend(page.items.unwrap_or_default());
            start = page.last_evaluated_key;
            if start.is_none() || calls.len() >= most {
                calls.truncate(most);
                return Ok(calls);
            }
        }
    }
}

fn text(value: impl Into<String>) -> AttributeValue {
    AttributeValue::S(value.into())
}

fn item<const N: usize>(attributes: [(&str, AttributeValue); N], at: &Moment) -> Item {
    let mut item: Item = attributes.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
    if let Some(expires) = at.expires() {
        item.insert("expires".to_owned(), AttributeValue::N(expires.to_string()));
    }
    item
}

fn option(option: &VanityNumber) -> AttributeValue {
    AttributeValue::M(HashMap::from([
        ("written".to_owned(), text(option.written())),
        ("said".to_owned(), text(option.said())),
        ("score".to_owned(), AttributeValue::N(option.score().to_string())),
    ]))
}

/// A refused condition means that the item was written before, perhaps by the attempt whose answer got lost.
fn unless_there(result: Result<(), SdkError<PutItemError>>) -> Result<(), String> {
    match result {
        Err(error) if error.code() != Some("ConditionalCheckFailedException") => {
            Err(DisplayErrorContext(error).to_string())
        }
        _ => Ok(()),
    }
}
