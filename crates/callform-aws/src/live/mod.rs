//! Live Connect objects in CloudFormation's property names and shapes, read in bulk.
//!
//! `Search*` returns whole objects, 100 or 500 a page. Some types need calls of their own an object: a queue's quick
//! connects, a routing profile's queues, a security profile's permissions and access control, a phone number's tags;
//! these are made for the objects that are asked for only. Properties that are not set are absent; tags of AWS itself (`aws:…`) are left out; what can only be written (passwords, prompt audio) is
//! never there.

mod beside;
mod directory;
mod flows;
mod guides;
mod hours;
mod instance;
mod people;
mod properties;
mod routing;
mod versions;

use serde_json::{Map, Value};

pub use beside::{Beside, Repair};

/// Which objects are asked for, by ARN.
pub type Wanted<'a> = &'a (dyn Fn(&str) -> bool + Sync);

/// A live object.
#[derive(Clone, Debug, PartialEq)]
pub struct LiveObject {
    /// What CloudFormation uses as its physical id: the ARN for most types.
    pub physical_id: String,
    /// Its properties.
    pub properties: Map<String, Value>,
}
