//! Resources as they are: what `Ref` and `Fn::GetAtt` of a stack's existing resources come to.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::cloudformation::failure::validation;
use crate::cloudformation::state::native::Native;
use crate::cloudformation::state::{self, Stack, StackResource};
use crate::cloudformation::status::StackStatus;
use crate::cloudformation::template::references::is_resolved;
use crate::cloudformation::template::scope::{Resources, Scope};
use crate::error::AwsError;
use crate::handler::HandlerRegistry;
use crate::handler::{Context, Environment, Properties};
use crate::signals::pending;
use crate::signals::{self, Signal};

/// A stack's existing resources.
#[derive(Clone, Copy)]
pub(crate) struct Live<'a> {
    pub(crate) environment: &'a Environment<'a>,
    pub(crate) registry: &'a HandlerRegistry,
    pub(crate) stack: &'a Stack,
}

impl Live<'_> {
    /// A value with its functions of resources carried out.
    pub(crate) fn resolve(&self, value: &Value) -> Result<Value, AwsError> {
        if is_resolved(value) {
            return Ok(value.clone());
        }
        let (parameters, mappings, conditions) = (BTreeMap::new(), Map::new(), BTreeMap::new());
        let scope = Scope {
            parameters: &parameters,
            mappings: &mappings,
            conditions: &conditions,
            resources: self,
            extensions: true,
        };
        Ok(scope.evaluate(value)?.unwrap_or_default())
    }

    fn resource(&self, logical_id: &str) -> Result<StackResource, AwsError> {
        state::resource(self.environment.tx, &self.stack.id, logical_id)?.filter(StackResource::exists).ok_or_else(
            || {
                validation(format!(
                    "Unresolved resource dependencies [{logical_id}] in the Resources block of the template"
                ))
            },
        )
    }

    /// What a handler reads of a resource; `None` where it is gone.
    pub(crate) fn read(&self, resource: &StackResource) -> Result<Option<Properties>, AwsError> {
        let definition = &resource.definition;
        if let Some(native) = Native::of(&definition.type_name) {
            return self.read_native(native, resource);
        }
        let handler = self
            .registry
            .get(definition.type_name.as_str())
            .ok_or_else(|| validation(format!("Unrecognized resource types: [{}]", definition.type_name)))?;
        let context = Context {
            environment: *self.environment,
            token: "",
            stack_name: &self.stack.name,
            logical_id: &definition.logical_id,
        };
        handler.read(&context, &resource.physical_id).map_err(|error| validation(error.message))
    }

    /// The attributes of a resource of the engine's own; `None` where it is gone.
    fn read_native(&self, native: Native, resource: &StackResource) -> Result<Option<Properties>, AwsError> {
        let tx = self.environment.tx;
        match native {
            Native::NestedStack => {
                let nested = state::find_stack(tx, &resource.physical_id)?;
                Ok(nested.filter(|nested| nested.status != StackStatus::DeleteComplete).map(|nested| outputs(&nested)))
            }
            Native::CustomResource => {
                let logical_id = &resource.definition.logical_id;
                pending::data(tx, &self.stack.id, logical_id, &resource.physical_id).map(Some)
            }
            Native::WaitCondition => self.signalled(resource).map(Some),
            Native::WaitConditionHandle | Native::Metadata => Ok(Some(Properties::new())),
        }
    }

    /// `Data`: what came with each signal of a wait condition, by its unique id.
    fn signalled(&self, resource: &StackResource) -> Result<Properties, AwsError> {
        let handle = resource.definition.properties.get("Handle").and_then(Value::as_str);
        let found: Vec<(String, Signal)> = match handle.and_then(signals::handle_of) {
            Some(handle) => signals::signals(self.environment.tx, &handle)?,
            None => Vec::new(),
        };
        let data: Map<String, Value> = found.into_iter().map(|(unique, signal)| (unique, signal.data.into())).collect();
        Ok(Properties::from_iter([("Data".to_owned(), Value::Object(data).to_string().into())]))
    }

    /// What the handler read of a resource, once for each time it changes.
    fn attributes(&self, resource: &StackResource) -> Result<Properties, AwsError> {
        let logical_id = &resource.definition.logical_id;
        if let Some(attributes) = state::attributes(self.environment.tx, &self.stack.id, logical_id)? {
            return Ok(attributes);
        }
        let attributes = self.read(resource)?.unwrap_or_default();
        state::save_attributes(self.environment.tx, &self.stack.id, logical_id, &attributes)?;
        Ok(attributes)
    }

    /// An attribute of an existing resource.
    pub(crate) fn attribute_of(&self, resource: &StackResource, attribute: &str) -> Result<Value, AwsError> {
        let attributes = self.attributes(resource)?;
        let direct = attributes.get(attribute);
        let nested = || {
            let mut parts = attribute.split('.');
            let first = attributes.get(parts.next()?)?;
            parts.try_fold(first, |value, part| value.get(part))
        };
        direct.or_else(nested).cloned().ok_or_else(|| {
            let type_name = &resource.definition.type_name;
            if Native::of(type_name) == Some(Native::CustomResource) {
                return validation(format!(
                    "CustomResource attribute error: Vendor response doesn't contain {attribute} attribute in object {}|{}",
                    self.stack.id, resource.definition.logical_id
                ));
            }
            validation(format!("Resource type {type_name} does not support attribute {{{attribute}}}"))
        })
    }
}

/// The outputs of a nested stack, as `Outputs.<name>`.
fn outputs(nested: &Stack) -> Properties {
    let outputs = nested.outputs.iter().map(|output| (output.key.clone(), Value::from(output.value.as_str())));
    Properties::from_iter([("Outputs".to_owned(), Value::Object(outputs.collect()))])
}

impl Resources for Live<'_> {
    fn reference(&self, logical_id: &str) -> Result<Option<Value>, AwsError> {
        self.resource(logical_id).map(|resource| Some(resource.physical_id.into()))
    }

    fn attribute(&self, logical_id: &str, attribute: &str) -> Result<Option<Value>, AwsError> {
        let resource = self.resource(logical_id)?;
        self.attribute_of(&resource, attribute).map(Some)
    }

    fn export(&self, name: &str) -> Result<Option<String>, AwsError> {
        Ok(state::export(self.environment.tx, name)?.map(|export| export.value))
    }
}
