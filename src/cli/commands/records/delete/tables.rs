//! Tables of the functions.

use std::collections::{BTreeMap, BTreeSet};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use callform_aws::Item;
use dedup::erase::{ItemFate, Subject};
use serde_json::Value;

use super::super::center::KEY;
use super::super::remote::Remote;

/// The attribute with a whole record, as `dedup-consumer` keeps it.
const RECORD: &str = "Record";
/// The attribute with bytes that are no record.
const DATA: &str = "Data";

/// What there is of the person in tables.
#[derive(Default)]
pub(super) struct Tables {
    /// Items that were looked at, by table.
    pub(super) read: BTreeMap<String, u64>,
    /// Keys of items that go, by table.
    pub(super) removed: BTreeMap<String, Vec<String>>,
    /// Items of others that name the person: key, record, and the record without that.
    pub(super) blanked: BTreeMap<String, Vec<(String, String, String)>>,
}

/// The contacts that carry the number.
pub(super) fn contacts(
    subject: &Subject,
    tables: &BTreeSet<String>,
    remote: Option<&Remote>,
) -> Result<BTreeSet<String>, String> {
    let mut contacts = BTreeSet::new();
    each(tables, remote, |table, item| {
        if let Some(record) = text(item, RECORD) {
            let contact = subject.contact_of(table, record.as_bytes()).map_err(|error| error.to_string())?;
            contacts.extend(contact);
        }
        Ok(())
    })?;
    Ok(contacts)
}

impl Tables {
    /// Looks at every item.
    pub(super) fn look(
        subject: &Subject,
        keys: &BTreeSet<String>,
        tables: &BTreeSet<String>,
        remote: Option<&Remote>,
    ) -> Result<Self, String> {
        let mut found = Self { read: tables.iter().map(|table| (table.clone(), 0)).collect(), ..Self::default() };
        each(tables, remote, |table, item| {
            *found.read.entry(table.to_owned()).or_default() += 1;
            let Some(key) = text(item, KEY) else {
                return Err(format!("the table `{table}` is none of the functions: its items have no {KEY}"));
            };
            let record = text(item, RECORD);
            let data = item.get(DATA).and_then(|data| BASE64.decode(data["B"].as_str()?).ok());
            match subject.fate_of_item(key, record, data.as_deref(), keys) {
                ItemFate::Keep => {}
                ItemFate::Remove => found.removed.entry(table.to_owned()).or_default().push(key.to_owned()),
                ItemFate::Blank(after) => {
                    let before = record.unwrap_or_default().to_owned();
                    found.blanked.entry(table.to_owned()).or_default().push((key.to_owned(), before, after));
                }
            }
            Ok(())
        })?;
        Ok(found)
    }

    /// Takes out what is the person's.
    pub(super) fn remove(&self, remote: Option<&Remote>) -> Result<(), String> {
        let Some(remote) = remote else { return Ok(()) };
        for (table, keys) in &self.removed {
            for key in keys {
                let done = remote.call(async |gateway| gateway.delete_item(table, (KEY, key)).await);
                done.map_err(|error| format!("the table `{table}`: {error}"))?;
            }
        }
        for (table, items) in &self.blanked {
            for (key, before, after) in items {
                let change = (before.as_str(), after.as_str());
                let done = remote.call(async |gateway| gateway.replace_text(table, (KEY, key), RECORD, change).await);
                // A newer version came meanwhile: the look afterwards says whether it names the person.
                if let Err(error) = done
                    && error.code.as_deref() != Some("ConditionalCheckFailedException")
                {
                    return Err(format!("the table `{table}`: {error}"));
                }
            }
        }
        Ok(())
    }
}

fn text<'a>(item: &'a Item, attribute: &str) -> Option<&'a str> {
    item.get(attribute).map(|value| &value["S"]).and_then(Value::as_str)
}

fn each(
    tables: &BTreeSet<String>,
    remote: Option<&Remote>,
    mut handle: impl FnMut(&str, &Item) -> Result<(), String>,
) -> Result<(), String> {
    for table in tables {
        let Some(remote) = remote else { break };
        let mut next = None;
        loop {
            let page = remote.call(async |gateway| gateway.items(table, next.take()).await);
            let (items, more) = page.map_err(|error| format!("the table `{table}`: {error}"))?;
            for item in &items {
                handle(table, item)?;
            }
            match more {
                Some(more) => next = Some(more),
                None => break,
            }
        }
    }
    Ok(())
}
