//! Types whose service the sandbox does not have: their properties are kept and read back.

use serde_json::{Value, json};

use super::properties::{forget, not_found, physical_name, recall, remember};
use crate::handler::{Context, HandlerError, HandlerErrorCode, HandlerResult, Properties, ResourceHandler};

/// A stored type.
pub(super) struct Stored {
    /// The type's name.
    pub(super) name: &'static str,
    /// JSON pointer to the property that names it, which is its physical id; empty where it is always generated.
    name_at: &'static str,
    /// Scope of the name: a pointer to a property that another resource with the name may differ in.
    scope_at: &'static str,
    /// Its `Arn` attribute after `arn:aws:<service>:<region>:<account>:`, with `{}` for the physical id; the service
    /// comes first.
    arn: Option<(&'static str, &'static str)>,
}

/// All stored types.
pub(super) static TYPES: [Stored; 2] = [
    Stored {
        name: "AWS::CloudWatch::Alarm",
        name_at: "/AlarmName",
        scope_at: "",
        arn: Some(("cloudwatch", "alarm:{}")),
    },
    Stored { name: "AWS::Logs::LogStream", name_at: "/LogStreamName", scope_at: "/LogGroupName", arn: None },
];

impl ResourceHandler for &'static Stored {
    fn create(&self, context: &Context, properties: &Properties) -> HandlerResult<String> {
        let whole = Value::Object(properties.clone());
        let at = |pointer: &str| whole.pointer(pointer).and_then(Value::as_str).map(str::to_owned);
        let named = if self.name_at.is_empty() { None } else { at(self.name_at) };
        let mut id = named.unwrap_or_else(|| physical_name(context, 255));
        if !self.scope_at.is_empty() {
            id = format!("{}|{id}", at(self.scope_at).unwrap_or_default());
        }
        if recall(context, self.name, &id)?.is_some() {
            let message = format!("Resource of type '{}' with identifier '{id}' already exists.", self.name);
            return Err(HandlerError { code: HandlerErrorCode::AlreadyExists, message });
        }
        remember(context, self.name, &id, properties)?;
        Ok(id)
    }

    fn read(&self, context: &Context, physical_id: &str) -> HandlerResult<Option<Properties>> {
        let Some(mut properties) = recall(context, self.name, physical_id)? else {
            return Ok(None);
        };
        if let Some((service, pattern)) = self.arn {
            let (region, account) = (context.environment.region, context.environment.account);
            let end = pattern.replace("{}", physical_id);
            properties.insert("Arn".to_owned(), json!(format!("arn:aws:{service}:{region}:{account}:{end}")));
        }
        if self.name_at.is_empty() {
            properties.insert("Id".to_owned(), json!(physical_id));
        } else if let Some(property) = self.name_at.strip_prefix('/')
            && !property.contains('/')
        {
            properties.entry(property).or_insert_with(|| json!(physical_id));
        }
        Ok(Some(properties))
    }

    fn update(&self, context: &Context, physical_id: &str, _: &Properties, new: &Properties) -> HandlerResult<()> {
        recall(context, self.name, physical_id)?.ok_or_else(|| not_found(self.name, physical_id))?;
        remember(context, self.name, physical_id, new)
    }

    fn delete(&self, context: &Context, physical_id: &str) -> HandlerResult<()> {
        if forget(context, self.name, physical_id)? { Ok(()) } else { Err(not_found(self.name, physical_id)) }
    }
}
