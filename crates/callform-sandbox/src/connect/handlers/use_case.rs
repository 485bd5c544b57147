//! `AWS::Connect::UseCase`: what an integration association is for. Only its tags can be updated.

use serde_json::{Value, json};

use super::associations::{forget_tags, keep_tags, kept_tags};
use super::properties::{present, split_id, tag_list, text};
use super::service::{Service, not_found};
use crate::handler::{Context, HandlerErrorCode, HandlerResult, Properties, ResourceHandler};

/// `<instance>|<association id>|<use case id>`.
pub(super) struct UseCase;

impl ResourceHandler for UseCase {
    fn create(&self, context: &Context, properties: &Properties) -> HandlerResult<String> {
        let [instance, association] = ["InstanceId", "IntegrationAssociationId"].map(|name| text(properties, name));
        let input = json!({
            "InstanceId": instance,
            "IntegrationAssociationId": association,
            "UseCaseType": properties.get("UseCaseType"),
        });
        let id = Service::new(context).call_for("CreateUseCase", input, "UseCaseId")?;
        let physical_id = format!("{instance}|{association}|{id}");
        keep_tags(context, &physical_id, properties)?;
        Ok(physical_id)
    }

    fn read(&self, context: &Context, physical_id: &str) -> HandlerResult<Option<Properties>> {
        let [instance, association, id] = split_id(physical_id)?;
        let input = json!({"InstanceId": instance, "IntegrationAssociationId": association});
        let cases = match Service::new(context).list("ListUseCases", input, "UseCaseSummaryList") {
            Ok(cases) => cases,
            Err(error) if error.code == HandlerErrorCode::NotFound => return Ok(None),
            Err(error) => return Err(error),
        };
        let Some(case) = cases.iter().find(|case| case.get("UseCaseId").and_then(Value::as_str) == Some(id)) else {
            return Ok(None);
        };
        let tags = kept_tags(context, physical_id)?;
        Ok(Some(present(json!({
            "InstanceId": instance,
            "IntegrationAssociationId": association,
            "UseCaseId": id,
            "UseCaseArn": case.get("UseCaseArn"),
            "UseCaseType": case.get("UseCaseType"),
            "Tags": tag_list(tags.get("tags")),
        }))))
    }

    fn update(&self, context: &Context, physical_id: &str, _: &Properties, new: &Properties) -> HandlerResult<()> {
        if self.read(context, physical_id)?.is_none() {
            return Err(not_found(format!("The use case {physical_id} was not found.")));
        }
        keep_tags(context, physical_id, new)
    }

    fn delete(&self, context: &Context, physical_id: &str) -> HandlerResult<()> {
        let [instance, association, id] = split_id(physical_id)?;
        let input = json!({"InstanceId": instance, "IntegrationAssociationId": association, "UseCaseId": id});
        Service::new(context).call("DeleteUseCase", input)?;
        forget_tags(context, physical_id)
    }
}
