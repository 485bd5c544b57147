//! Types that are documents of their schema: whatever CloudFormation's schema says of a type holds, and nothing else.
//!
//! A resource is made with the identifier its properties name, or with one that is invented; it has the attributes the
//! schema lists, is found by what `Ref` returns, and refers only to parents that exist. What a schema does not say of a
//! type is declared ([`Kind`]). Nothing happens behind such a resource: [`ResourceHandler::remark`] says so.

mod attributes;
mod kept;
mod parents;

use callform_schemas::{PropertyPointer, ResourceSchema};
use serde_json::Value;

pub(crate) use self::kept::Kept;

use self::attributes::Inventor;
use self::kept::{KIND, scalar};
use super::kind::Kind;
use crate::clock::epoch_milliseconds;
use crate::error::AwsError;
use crate::handler::properties::{exists, invalid, not_found, physical_name, service_error};
use crate::handler::{Context, Environment, HandlerResult, Properties, ResourceHandler};

/// Identifiers by stack, resource and what `Ref` returns, where that is no identifier by itself.
const BY_REFERENCE: &str = "resource/document-by-reference";

/// The handler of a type that is nothing but its schema.
pub(crate) struct Document {
    /// Such as `AWS::Cognito::UserPool`.
    pub(crate) type_name: &'static str,
    /// What is declared of it.
    pub(crate) kind: &'static Kind,
    /// True for types that are documents, too.
    pub(crate) is_one_too: fn(&str) -> bool,
    /// True where its service's API shows it.
    pub(crate) has_api: bool,
}

impl Document {
    /// The document of a declared kind, as a service's API has to do with it.
    pub(crate) fn of(kind: &'static Kind) -> Self {
        Self { type_name: kind.type_name, kind, is_one_too: |_| true, has_api: true }
    }

    /// All resources with their identifiers.
    pub(crate) fn all(&self, environment: &Environment) -> Result<Vec<(String, Kept)>, AwsError> {
        environment.tx.list(KIND, self.type_name)
    }

    /// One resource; `None` where it is not there.
    pub(crate) fn find(&self, environment: &Environment, key: &str) -> Result<Option<Kept>, AwsError> {
        environment.tx.get(KIND, self.type_name, key)
    }

    /// Keeps a resource.
    pub(crate) fn keep(&self, environment: &Environment, key: &str, kept: &Kept) -> Result<(), AwsError> {
        environment.tx.put(KIND, self.type_name, key, None, kept)?;
        self.kind.kept.map_or(Ok(()), |learn| learn(environment, key, Some(kept)))
    }

    /// Deletes a resource, and those that go with it.
    pub(crate) fn remove(&self, environment: &Environment, key: &str) -> Result<(), AwsError> {
        for (type_name, property) in self.kind.owns {
            let all: Vec<(String, Kept)> = environment.tx.list(KIND, type_name)?;
            for (own, kept) in all {
                if kept.whole().get(*property).and_then(Value::as_str) == Some(key) {
                    environment.tx.delete(KIND, type_name, &own)?;
                    super::of(type_name).kept.map_or(Ok(()), |learn| learn(environment, &own, None))?;
                }
            }
        }
        environment.tx.delete(KIND, self.type_name, key)?;
        self.kind.kept.map_or(Ok(()), |learn| learn(environment, key, None))
    }

    fn schema(&self) -> HandlerResult<&'static ResourceSchema> {
        callform_schemas::get(self.type_name)
            .ok_or_else(|| invalid(format!("The sandbox has no schema of {}.", self.type_name)))
    }

    /// The identifier behind what `Ref` returned.
    fn locate(&self, context: &Context, physical_id: &str) -> HandlerResult<Option<(String, Kept)>> {
        let kept = |key: &str| context.environment.tx.get(KIND, self.type_name, key).map_err(|e| service_error(&e));
        if let Some(found) = kept(physical_id)? {
            return Ok(Some((physical_id.to_owned(), found)));
        }
        let owner = format!("{}/{}", context.stack_name, context.logical_id);
        let key: Option<String> = context
            .environment
            .tx
            .get(BY_REFERENCE, self.type_name, &format!("{owner}/{physical_id}"))
            .map_err(|error| service_error(&error))?;
        let Some(key) = key else { return Ok(None) };
        Ok(kept(&key)?.map(|found| (key, found)))
    }

    fn save(&self, context: &Context, key: &str, kept: &Kept) -> HandlerResult<()> {
        self.keep(&context.environment, key, kept).map_err(|error| service_error(&error))
    }

    /// Makes a resource: its identifier, and what is kept.
    pub(crate) fn make(&self, context: &Context, properties: &Properties) -> HandlerResult<(String, Kept)> {
        let schema = self.schema()?;
        self.check(context, schema, properties)?;
        let now = epoch_milliseconds(context.environment.now);
        let mut kept = Kept {
            properties: properties.clone(),
            attributes: Properties::new(),
            further: Properties::new(),
            created: now,
            changed: now,
        };
        let inventor = Inventor::new(context, schema, self.kind);
        for pointer in schema.primary_identifier.iter().filter(|pointer| !schema.is_read_only(&pointer.to_string())) {
            if text_at(pointer, &kept.whole()).is_none() {
                let name = inventor.name(&pointer.to_string(), &physical_name(context, 64));
                kept.attributes.insert(pointer.to_string(), name.into());
            }
        }
        inventor.fill(&mut kept)?;
        let whole = kept.whole();
        let key = identifier(schema, &whole)?;
        self.refuse_twins(context, &key, &whole)?;
        self.save(context, &key, &kept)?;
        Ok((key, kept))
    }

    /// Refuses properties that name what is not there, and those that the kind's own rules do not take.
    fn check(&self, context: &Context, schema: &ResourceSchema, properties: &Properties) -> HandlerResult<()> {
        parents::check(context, self.kind, self.is_one_too, schema, properties)?;
        (self.kind.check)(properties)
            .map_err(|refusal| invalid(format!("{} (Status Code: 400, Error Code: {})", refusal.message, refusal.code)))
    }

    /// Refuses what is there already.
    fn refuse_twins(&self, context: &Context, key: &str, whole: &Value) -> HandlerResult<()> {
        let tx = context.environment.tx;
        if tx.get::<Value>(KIND, self.type_name, key).map_err(|error| service_error(&error))?.is_some() {
            return Err(exists(self.type_name, key));
        }
        if self.kind.unique.is_empty() {
            return Ok(());
        }
        let others: Vec<(String, Kept)> = tx.list(KIND, self.type_name).map_err(|error| service_error(&error))?;
        let same = |other: &Value| self.kind.unique.iter().all(|name| other.pointer(name) == whole.pointer(name));
        match others.into_iter().find(|(_, other)| same(&other.whole())) {
            Some((key, _)) => Err(exists(self.type_name, &key)),
            None => Ok(()),
        }
    }
}

impl ResourceHandler for Document {
    fn create(&self, context: &Context, properties: &Properties) -> HandlerResult<String> {
        let (key, kept) = self.make(context, properties)?;
        if self.kind.kept.is_none() {
            tracing::info!(type_name = self.type_name, identifier = key, "kept as a document: nothing is behind it");
        }
        let Some(reference) = self.kind.reference else { return Ok(key) };
        let physical_id = kept.whole().pointer(reference).and_then(scalar).unwrap_or_else(|| key.clone());
        if physical_id != key {
            let owner = format!("{}/{}/{physical_id}", context.stack_name, context.logical_id);
            let tx = context.environment.tx;
            tx.put(BY_REFERENCE, self.type_name, &owner, None, &key).map_err(|error| service_error(&error))?;
        }
        Ok(physical_id)
    }

    fn read(&self, context: &Context, physical_id: &str) -> HandlerResult<Option<Properties>> {
        let Some((_, kept)) = self.locate(context, physical_id)? else { return Ok(None) };
        let mut whole = kept.whole();
        for pointer in &self.schema()?.write_only {
            pointer.remove(&mut whole);
        }
        Ok(whole.as_object().cloned())
    }

    fn update(&self, context: &Context, physical_id: &str, _: &Properties, new: &Properties) -> HandlerResult<()> {
        let (key, mut kept) =
            self.locate(context, physical_id)?.ok_or_else(|| not_found(self.type_name, physical_id))?;
        self.check(context, self.schema()?, new)?;
        kept.properties.clone_from(new);
        kept.changed = epoch_milliseconds(context.environment.now);
        self.save(context, &key, &kept)
    }

    fn delete(&self, context: &Context, physical_id: &str) -> HandlerResult<()> {
        let (key, _) = self.locate(context, physical_id)?.ok_or_else(|| not_found(self.type_name, physical_id))?;
        let tx = context.environment.tx;
        self.remove(&context.environment, &key).map_err(|error| service_error(&error))?;
        let owner = format!("{}/{}/{physical_id}", context.stack_name, context.logical_id);
        tx.delete(BY_REFERENCE, self.type_name, &owner).map_err(|error| service_error(&error))?;
        Ok(())
    }

    fn list(&self, environment: &Environment) -> Result<Option<Vec<(String, Properties)>>, AwsError> {
        let all = self.all(environment)?.into_iter();
        Ok(Some(all.map(|(key, kept)| (key, crate::input::object(kept.whole()))).collect()))
    }

    fn remark(&self) -> Option<&'static str> {
        if self.kind.kept.is_some() {
            return None;
        }
        Some(if self.has_api {
            "Stored only: the sandbox keeps it as a document of its schema, which its API shows; nothing else happens."
        } else {
            "Stored only: the sandbox keeps it as a document of its schema, and no service is behind it."
        })
    }
}

/// The identifier of a resource: the values its schema names, joined by `|`.
fn identifier(schema: &ResourceSchema, whole: &Value) -> HandlerResult<String> {
    let parts: Option<Vec<String>> = schema.primary_identifier.iter().map(|pointer| text_at(pointer, whole)).collect();
    parts.filter(|parts| !parts.is_empty()).map(|parts| parts.join("|")).ok_or_else(|| {
        invalid(format!("The sandbox cannot invent the identifier of a resource of type {}.", schema.type_name))
    })
}

fn text_at(pointer: &PropertyPointer, whole: &Value) -> Option<String> {
    pointer.values(whole).first().copied().and_then(scalar)
}

#[cfg(test)]
mod tests;
