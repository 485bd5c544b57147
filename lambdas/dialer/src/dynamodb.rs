//! The store on Amazon DynamoDB.

use crate::item::Dialing;

/// A table.
pub type DynamoDb<'a> = callform_table::DynamoDb<'a, Dialing>;
