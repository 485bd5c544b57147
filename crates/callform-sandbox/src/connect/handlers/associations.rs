//! `AWS::Connect::ApprovedOrigin`, `AWS::Connect::SecurityKey` and `AWS::Connect::IntegrationAssociation`: things that are
//! there or not. Only the tags of an integration can be updated.

use serde_json::{Map, Value, json};

use super::properties::{present, split_id, tag_list, tags, text};
use super::service::{Service, general, invalid_request, not_found};
use crate::handler::{Context, HandlerResult, Properties, ResourceHandler};

/// `<instance>|<origin>`.
pub(super) struct ApprovedOrigin;

impl ResourceHandler for ApprovedOrigin {
    fn create(&self, context: &Context, properties: &Properties) -> HandlerResult<String> {
        let service = Service::new(context);
        let (instance, origin) = (text(properties, "InstanceId"), text(properties, "Origin"));
        let input = json!({"InstanceId": instance, "Origin": origin, "ClientToken": service.client_token()});
        service.call("AssociateApprovedOrigin", input)?;
        Ok(format!("{instance}|{origin}"))
    }

    fn read(&self, context: &Context, physical_id: &str) -> HandlerResult<Option<Properties>> {
        let [instance, origin] = split_id(physical_id)?;
        let input = json!({"InstanceId": instance});
        let origins = Service::new(context).list("ListApprovedOrigins", input, "Origins")?;
        let found = origins.iter().any(|one| one == origin);
        Ok(found.then(|| present(json!({"InstanceId": instance, "Origin": origin}))))
    }

    fn update(&self, _: &Context, _: &str, _: &Properties, _: &Properties) -> HandlerResult<()> {
        Err(invalid_request("An approved origin cannot be updated."))
    }

    fn delete(&self, context: &Context, physical_id: &str) -> HandlerResult<()> {
        let [instance, origin] = split_id(physical_id)?;
        let input = json!({"InstanceId": instance, "Origin": origin});
        Service::new(context).call("DisassociateApprovedOrigin", input).map(drop)
    }
}

/// `<instance>|<association id>`.
pub(super) struct SecurityKey;

impl ResourceHandler for SecurityKey {
    fn create(&self, context: &Context, properties: &Properties) -> HandlerResult<String> {
        let service = Service::new(context);
        let instance = text(properties, "InstanceId");
        let id = service.call_for(
            "AssociateSecurityKey",
            json!({"InstanceId": instance, "Key": properties.get("Key"), "ClientToken": service.client_token()}),
            "AssociationId",
        )?;
        Ok(format!("{instance}|{id}"))
    }

    fn read(&self, context: &Context, physical_id: &str) -> HandlerResult<Option<Properties>> {
        let [instance, id] = split_id(physical_id)?;
        let keys = Service::new(context).list("ListSecurityKeys", json!({"InstanceId": instance}), "SecurityKeys")?;
        let key = keys.iter().find(|key| key.get("AssociationId").and_then(Value::as_str) == Some(id));
        Ok(key.map(|key| present(json!({"InstanceId": instance, "AssociationId": id, "Key": key.get("Key")}))))
    }

    fn update(&self, _: &Context, _: &str, _: &Properties, _: &Properties) -> HandlerResult<()> {
        Err(invalid_request("A security key cannot be updated."))
    }

    fn delete(&self, context: &Context, physical_id: &str) -> HandlerResult<()> {
        let [instance, id] = split_id(physical_id)?;
        let input = json!({"InstanceId": instance, "AssociationId": id});
        Service::new(context).call("DisassociateSecurityKey", input).map(drop)
    }
}

/// `<instance>|<type>|<ARN>`. Lambda functions and Lex bots have operations of their own; the other types are the
/// service's integration associations.
pub(super) struct IntegrationAssociation;

impl ResourceHandler for IntegrationAssociation {
    fn create(&self, context: &Context, properties: &Properties) -> HandlerResult<String> {
        let service = Service::new(context);
        let [instance, kind, arn] =
            ["InstanceId", "IntegrationType", "IntegrationArn"].map(|name| text(properties, name));
        let mut input = named(instance, kind, arn);
        match kind {
            "LAMBDA_FUNCTION" => {
                input["ClientToken"] = service.client_token().into();
                service.call("AssociateLambdaFunction", input)?;
            }
            "LEX_BOT" => {
                input["ClientToken"] = service.client_token().into();
                service.call("AssociateBot", input)?;
            }
            _ => {
                for member in ["SourceApplicationUrl", "SourceApplicationName", "SourceType"] {
                    input[member] = json!(properties.get(member));
                }
                input["Tags"] = tags(properties);
                service.call("CreateIntegrationAssociation", input)?;
            }
        }
        let physical_id = format!("{instance}|{kind}|{arn}");
        if is_linked(kind) {
            keep_tags(context, &physical_id, properties)?;
        }
        Ok(physical_id)
    }

    fn read(&self, context: &Context, physical_id: &str) -> HandlerResult<Option<Properties>> {
        let service = Service::new(context);
        let [instance, kind, arn] = split_id(physical_id)?;
        let Some(live) = find(service, instance, kind, arn)? else { return Ok(None) };
        let tags = match live.get("IntegrationAssociationArn").and_then(Value::as_str) {
            None => kept_tags(context, physical_id)?,
            Some(arn) => service.call("ListTagsForResource", json!({"resourceArn": arn}))?,
        };
        Ok(Some(present(json!({
            "InstanceId": instance,
            "IntegrationType": kind,
            "IntegrationArn": arn,
            "IntegrationAssociationId": live.get("IntegrationAssociationId").map_or(arn.into(), Value::clone),
            "SourceApplicationUrl": live.get("SourceApplicationUrl"),
            "SourceApplicationName": live.get("SourceApplicationName"),
            "SourceType": live.get("SourceType"),
            "Tags": tag_list(tags.get("tags")),
        }))))
    }

    fn update(&self, context: &Context, physical_id: &str, old: &Properties, new: &Properties) -> HandlerResult<()> {
        let service = Service::new(context);
        let [instance, kind, arn] = split_id(physical_id)?;
        let live = find(service, instance, kind, arn)?.ok_or_else(|| missing(physical_id))?;
        match live.get("IntegrationAssociationArn").and_then(Value::as_str) {
            Some(arn) => service.retag(arn, old, new),
            None => keep_tags(context, physical_id, new),
        }
    }

    fn delete(&self, context: &Context, physical_id: &str) -> HandlerResult<()> {
        let service = Service::new(context);
        let [instance, kind, arn] = split_id(physical_id)?;
        let live = find(service, instance, kind, arn)?.ok_or_else(|| missing(physical_id))?;
        let operation = match kind {
            "LAMBDA_FUNCTION" => "DisassociateLambdaFunction",
            "LEX_BOT" => "DisassociateBot",
            _ => {
                let id = live.get("IntegrationAssociationId").ok_or_else(|| general("The association has no id."))?;
                let input = json!({"InstanceId": instance, "IntegrationAssociationId": id});
                return service.call("DeleteIntegrationAssociation", input).map(drop);
            }
        };
        service.call(operation, named(instance, kind, arn))?;
        forget_tags(context, physical_id)
    }
}

/// Tags of links to functions and bots, and of use cases, which the service has no object for. (?) CloudFormation
/// remembers them: it would find drift in every link that it made with its stack's tags.
const LINK_TAGS: &str = "connect/link-tags";

fn is_linked(kind: &str) -> bool {
    matches!(kind, "LAMBDA_FUNCTION" | "LEX_BOT")
}

pub(super) fn keep_tags(context: &Context, physical_id: &str, properties: &Properties) -> HandlerResult<()> {
    let tags = json!({ "tags": tags(properties) });
    context.environment.tx.put(LINK_TAGS, "", physical_id, None, &tags).map_err(|error| general(error.message))
}

pub(super) fn kept_tags(context: &Context, physical_id: &str) -> HandlerResult<Value> {
    let tags: Option<Value> =
        context.environment.tx.get(LINK_TAGS, "", physical_id).map_err(|error| general(error.message))?;
    Ok(tags.unwrap_or_default())
}

pub(super) fn forget_tags(context: &Context, physical_id: &str) -> HandlerResult<()> {
    context.environment.tx.delete(LINK_TAGS, "", physical_id).map(drop).map_err(|error| general(error.message))
}

fn missing(physical_id: &str) -> crate::handler::HandlerError {
    not_found(format!("The integration association {physical_id} was not found."))
}

/// Input that names an association for the operations of its type.
fn named(instance: &str, kind: &str, arn: &str) -> Value {
    match kind {
        "LAMBDA_FUNCTION" => json!({"InstanceId": instance, "FunctionArn": arn}),
        "LEX_BOT" => json!({"InstanceId": instance, "LexV2Bot": {"AliasArn": arn}}),
        _ => json!({"InstanceId": instance, "IntegrationType": kind, "IntegrationArn": arn}),
    }
}

/// What the service lists of an association; empty for the types of which it lists only the ARN.
fn find(service: Service, instance: &str, kind: &str, arn: &str) -> HandlerResult<Option<Map<String, Value>>> {
    let input = json!({"InstanceId": instance});
    let found = match kind {
        "LAMBDA_FUNCTION" => {
            let functions = service.list("ListLambdaFunctions", input, "LambdaFunctions")?;
            functions.iter().any(|one| one == arn).then(Map::new)
        }
        "LEX_BOT" => {
            let bots = service.list("ListBots", json!({"InstanceId": instance, "LexVersion": "V2"}), "LexBots")?;
            let alias = |bot: &Value| bot.get("LexV2Bot").and_then(|bot| bot.get("AliasArn")).cloned();
            bots.iter().any(|bot| alias(bot).is_some_and(|alias| alias == arn)).then(Map::new)
        }
        _ => {
            let input = named(instance, kind, arn);
            let held = service.list("ListIntegrationAssociations", input, "IntegrationAssociationSummaryList")?;
            held.into_iter().find_map(|one| match one {
                Value::Object(one) => Some(one),
                _ => None,
            })
        }
    };
    Ok(found)
}
