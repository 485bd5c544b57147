//! What `Ref` and `Fn::GetAtt` will come to when an operation is done, as far as that is known before it begins.

use std::cell::RefCell;
use std::collections::BTreeMap;

use serde_json::Value;

use crate::cloudformation::preparation::Prepared;
use crate::cloudformation::state::live::Live;
use crate::cloudformation::state::{Stack, StackResource};
use crate::cloudformation::template::Template;
use crate::cloudformation::template::scope::Resources;
use crate::error::AwsError;

/// What becomes of a resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    /// It stays as it is.
    Same,
    /// It changes in place.
    Modified,
    /// It is new, or gets a new identity.
    New,
    /// Its identity changes perhaps.
    Uncertain,
}

/// Resources as they will be.
pub(crate) struct Planned<'a> {
    pub(crate) live: Live<'a>,
    pub(crate) existing: &'a BTreeMap<String, StackResource>,
    pub(crate) imports: &'a BTreeMap<String, String>,
    pub(crate) fates: RefCell<BTreeMap<String, Fate>>,
}

impl Planned<'_> {
    /// What becomes of a resource that was looked at already.
    pub(crate) fn fate(&self, logical_id: &str) -> Fate {
        self.fates.borrow().get(logical_id).copied().unwrap_or(Fate::New)
    }

    fn known(&self, logical_id: &str) -> Option<&StackResource> {
        let stays = matches!(self.fate(logical_id), Fate::Same | Fate::Modified);
        self.existing.get(logical_id).filter(|_| stays)
    }
}

impl Resources for Planned<'_> {
    fn reference(&self, logical_id: &str) -> Result<Option<Value>, AwsError> {
        let imported = self.imports.get(logical_id).map(|id| Value::from(id.as_str()));
        Ok(imported.or_else(|| self.known(logical_id).map(|resource| resource.physical_id.as_str().into())))
    }

    fn attribute(&self, logical_id: &str, attribute: &str) -> Result<Option<Value>, AwsError> {
        // A resource that was deleted behind the stack's back has no attributes; the operation will say so.
        Ok(self.known(logical_id).and_then(|resource| self.live.attribute_of(resource, attribute).ok()))
    }

    fn export(&self, name: &str) -> Result<Option<String>, AwsError> {
        self.live.export(name)
    }
}

/// The rules of a comparison.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rules<'a> {
    /// Compare with what is live.
    pub(crate) revert_drift: bool,
    /// Identifiers of resources to be imported, by logical ID.
    pub(crate) imports: &'a BTreeMap<String, String>,
}

/// Compares what is with what is to be.
pub(super) struct Comparer<'a> {
    pub(super) planned: Planned<'a>,
    pub(super) stack: &'a Stack,
    pub(super) prepared: &'a Prepared,
    pub(super) old_template: Option<Template>,
    pub(super) rules: Rules<'a>,
}
