//! The instance, its storage and its associations.

use std::collections::BTreeMap;

use aws_sdk_connect::types::{
    EncryptionConfig, InstanceAttributeType, InstanceStorageConfig, InstanceStorageResourceType, LexVersion,
};
use serde_json::{Map, Value, json};

use super::LiveObject;
use super::properties::{set, set_list, set_text, tags};
use crate::{ConnectInstance, ErrorKind, Gateway, GatewayError};

/// Attribute types of the API and the members of CloudFormation's `Attributes`.
const ATTRIBUTES: [(&str, &str); 14] = [
    ("INBOUND_CALLS", "InboundCalls"),
    ("OUTBOUND_CALLS", "OutboundCalls"),
    ("CONTACTFLOW_LOGS", "ContactflowLogs"),
    ("CONTACT_LENS", "ContactLens"),
    ("AUTO_RESOLVE_BEST_VOICES", "AutoResolveBestVoices"),
    ("USE_CUSTOM_TTS_VOICES", "UseCustomTTSVoices"),
    ("EARLY_MEDIA", "EarlyMedia"),
    ("MULTI_PARTY_CONFERENCE", "MultiPartyConference"),
    ("AUTO_MUTE_AGENT_ON_HOLD", "AutoMuteAgentOnHold"),
    ("HIGH_VOLUME_OUTBOUND", "HighVolumeOutBound"),
    ("ENHANCED_CONTACT_MONITORING", "EnhancedContactMonitoring"),
    ("ENHANCED_CHAT_MONITORING", "EnhancedChatMonitoring"),
    ("MULTI_PARTY_CHAT_CONFERENCE", "MultiPartyChatConference"),
    ("MESSAGE_STREAMING", "MessageStreaming"),
];

impl Gateway {
    /// The instance with its attributes.
    pub async fn live_instance(&self, instance: &ConnectInstance) -> Result<LiveObject, GatewayError> {
        let described = self
            .connect
            .describe_instance()
            .instance_id(&instance.id)
            .send()
            .await
            .map_err(|error| GatewayError::from_sdk("Connect DescribeInstance", &error))?;
        let mut properties = Map::new();
        if let Some(found) = described.instance {
            set(
                &mut properties,
                "IdentityManagementType",
                found.identity_management_type.map(|kind| kind.as_str().to_owned()),
            );
            set(&mut properties, "InstanceAlias", found.instance_alias);
            set_list(&mut properties, "Tags", tags(found.tags));
        }
        properties.insert("Attributes".to_owned(), Value::Object(self.attributes(instance).await?));
        Ok(LiveObject { physical_id: instance.arn.clone(), properties })
    }

    /// The settings of an instance that can be turned on and off, by the names CloudFormation has for them.
    pub async fn instance_settings(&self, instance: &ConnectInstance) -> Result<BTreeMap<String, bool>, GatewayError> {
        let attributes = self.attributes(instance).await?.into_iter();
        Ok(attributes.filter_map(|(name, value)| Some((name, value.as_bool()?))).collect())
    }

    /// Turns a setting of an instance on or off.
    pub(super) async fn set_instance(&self, instance: &str, setting: &str, value: bool) -> Result<(), GatewayError> {
        const OPERATION: &str = "Connect UpdateInstanceAttribute";
        let unknown = || GatewayError::new(OPERATION, ErrorKind::Refused, format!("there is no setting `{setting}`"));
        let (kind, _) = ATTRIBUTES.iter().find(|(_, member)| *member == setting).ok_or_else(unknown)?;
        let call = self.connect.update_instance_attribute().instance_id(instance);
        let call = call.attribute_type(InstanceAttributeType::from(*kind)).value(value.to_string()).send().await;
        call.map(drop).map_err(|error| GatewayError::from_sdk(OPERATION, &error))
    }

    async fn attributes(&self, instance: &ConnectInstance) -> Result<Map<String, Value>, GatewayError> {
        let mut pages = self.connect.list_instance_attributes().instance_id(&instance.id).into_paginator().send();
        let mut attributes = Map::new();
        while let Some(page) = pages.next().await {
            let page = page.map_err(|error| GatewayError::from_sdk("Connect ListInstanceAttributes", &error))?;
            for attribute in page.attributes.unwrap_or_default() {
                let kind = attribute.attribute_type.as_ref().map_or("", |kind| kind.as_str());
                if let Some((_, member)) = ATTRIBUTES.iter().find(|(api, _)| *api == kind) {
                    attributes.insert((*member).to_owned(), Value::from(attribute.value.as_deref() == Some("true")));
                }
            }
        }
        Ok(attributes)
    }

    /// What the instance stores, and where: one entry per resource type named.
    pub async fn live_storage(
        &self,
        instance: &ConnectInstance,
        resource_types: &[String],
    ) -> Result<Vec<LiveObject>, GatewayError> {
        let mut objects = Vec::new();
        for resource_type in resource_types {
            let mut pages = self
                .connect
                .list_instance_storage_configs()
                .instance_id(&instance.id)
                .resource_type(InstanceStorageResourceType::from(resource_type.as_str()))
                .into_paginator()
                .send();
            while let Some(page) = pages.next().await {
                let page =
                    page.map_err(|error| GatewayError::from_sdk("Connect ListInstanceStorageConfigs", &error))?;
                objects.extend(
                    page.storage_configs
                        .unwrap_or_default()
                        .into_iter()
                        .map(|config| storage_object(instance, resource_type, config)),
                );
            }
        }
        Ok(objects)
    }

    /// Lambda functions, Lex bots and whatever else the instance works with.
    pub async fn live_integrations(&self, instance: &ConnectInstance) -> Result<Vec<LiveObject>, GatewayError> {
        let mut pages = self.connect.list_integration_associations().instance_id(&instance.id).into_paginator().send();
        let mut objects = Vec::new();
        while let Some(page) = pages.next().await {
            let page = page.map_err(|error| GatewayError::from_sdk("Connect ListIntegrationAssociations", &error))?;
            for item in page.integration_association_summary_list.unwrap_or_default() {
                let kind = item.integration_type.map(|kind| kind.as_str().to_owned()).unwrap_or_default();
                let target = item.integration_arn.unwrap_or_default();
                let mut properties = Map::new();
                set(&mut properties, "InstanceId", Some(instance.arn.clone()));
                set(&mut properties, "IntegrationType", Some(kind.clone()));
                set(&mut properties, "IntegrationArn", Some(target.clone()));
                set(&mut properties, "SourceApplicationUrl", item.source_application_url);
                set(&mut properties, "SourceApplicationName", item.source_application_name);
                set(&mut properties, "SourceType", item.source_type.map(|kind| kind.as_str().to_owned()));
                let physical_id = format!("{}|{kind}|{target}", instance.arn);
                objects.push(LiveObject { physical_id, properties });
            }
        }
        // Functions and bots have lists of their own.
        let functions =
            self.lambda_functions(instance).await?.into_iter().map(|function| ("LAMBDA_FUNCTION", function));
        let bots = self.bots(instance).await?.into_iter().map(|bot| ("LEX_BOT", bot));
        for (kind, target) in functions.chain(bots) {
            let physical_id = format!("{}|{kind}|{target}", instance.arn);
            let mut properties = Map::new();
            set(&mut properties, "InstanceId", Some(instance.arn.clone()));
            set(&mut properties, "IntegrationType", Some(kind));
            set(&mut properties, "IntegrationArn", Some(target));
            if !objects.iter().any(|object| object.physical_id == physical_id) {
                objects.push(LiveObject { physical_id, properties });
            }
        }
        Ok(objects)
    }

    /// ARNs of the aliases of all associated Lex V2 bots.
    async fn bots(&self, instance: &ConnectInstance) -> Result<Vec<String>, GatewayError> {
        let mut pages =
            self.connect.list_bots().instance_id(&instance.id).lex_version(LexVersion::V2).into_paginator().send();
        let mut aliases = Vec::new();
        while let Some(page) = pages.next().await {
            let page = page.map_err(|error| GatewayError::from_sdk("Connect ListBots", &error))?;
            let bots = page.lex_bots.unwrap_or_default().into_iter();
            aliases.extend(bots.filter_map(|bot| bot.lex_v2_bot?.alias_arn));
        }
        Ok(aliases)
    }

    async fn lambda_functions(&self, instance: &ConnectInstance) -> Result<Vec<String>, GatewayError> {
        let mut pages = self.connect.list_lambda_functions().instance_id(&instance.id).into_paginator().send();
        let mut functions = Vec::new();
        while let Some(page) = pages.next().await {
            let page = page.map_err(|error| GatewayError::from_sdk("Connect ListLambdaFunctions", &error))?;
            functions.extend(page.lambda_functions.unwrap_or_default());
        }
        Ok(functions)
    }
}

fn storage_object(instance: &ConnectInstance, resource_type: &str, config: InstanceStorageConfig) -> LiveObject {
    let mut properties = Map::new();
    set(&mut properties, "InstanceArn", Some(instance.arn.clone()));
    set(&mut properties, "ResourceType", Some(resource_type.to_owned()));
    set(&mut properties, "StorageType", Some(config.storage_type.as_str()));
    if let Some(s3) = config.s3_config {
        let mut value = Map::new();
        set(&mut value, "BucketName", Some(s3.bucket_name));
        set_text(&mut value, "BucketPrefix", Some(s3.bucket_prefix));
        set(&mut value, "EncryptionConfig", s3.encryption_config.as_ref().map(encryption));
        properties.insert("S3Config".to_owned(), Value::Object(value));
    }
    set(
        &mut properties,
        "KinesisStreamConfig",
        config.kinesis_stream_config.map(|stream| json!({ "StreamArn": stream.stream_arn })),
    );
    set(
        &mut properties,
        "KinesisFirehoseConfig",
        config.kinesis_firehose_config.map(|firehose| json!({ "FirehoseArn": firehose.firehose_arn })),
    );
    if let Some(video) = config.kinesis_video_stream_config {
        let mut value = Map::new();
        set_text(&mut value, "Prefix", Some(video.prefix));
        set(&mut value, "RetentionPeriodHours", Some(video.retention_period_hours));
        set(&mut value, "EncryptionConfig", video.encryption_config.as_ref().map(encryption));
        properties.insert("KinesisVideoStreamConfig".to_owned(), Value::Object(value));
    }
    let association = config.association_id.unwrap_or_default();
    LiveObject { physical_id: format!("{}|{association}|{resource_type}", instance.arn), properties }
}

fn encryption(config: &EncryptionConfig) -> Value {
    json!({ "EncryptionType": config.encryption_type.as_str(), "KeyId": config.key_id })
}
