//! The Connect instance itself.

use super::descriptor::{ArnForm, Descriptor, Drift, FilledIn, Identifiers, Lifetime, Live, Outside, Reach, Service};

pub(super) static DESCRIPTOR: Descriptor = Descriptor {
    word: "instance",
    plural: "instances",
    resource_type: "AWS::Connect::Instance",
    prefix: "Instance",
    is_single: true,
    lowering: None,
    finish: None,
    identifiers: Identifiers {
        arn: ArnForm::Whole(Some(("connect", "instance/"))),
        attribute: Some("Arn"),
        parameter: "InstanceArns",
    },
    name: None,
    lookup: None,
    builtins: None,
    lifetime: Lifetime {
        loss: Some("the instance is deleted with everything in it"),
        is_retained: true,
        ..Lifetime::PLAIN
    },
    reach: Reach::NONE,
    outside: Outside::NOTHING,
    live: Live::bulk(|reading| Box::pin(async { Ok(vec![reading.gateway.live_instance(reading.instance).await?]) })),
    drift: Drift {
        filled_in: &[
            ("Attributes/ContactflowLogs", FilledIn::False),
            ("Attributes/ContactLens", FilledIn::True),
            ("Attributes/AutoResolveBestVoices", FilledIn::True),
            ("Attributes/EarlyMedia", FilledIn::True),
            ("Attributes/MultiPartyConference", FilledIn::False),
            ("Attributes/AutoMuteAgentOnHold", FilledIn::Anything),
            ("Attributes/EnhancedChatMonitoring", FilledIn::Anything),
            ("Attributes/EnhancedContactMonitoring", FilledIn::Anything),
            ("Attributes/HighVolumeOutBound", FilledIn::Anything),
            ("Attributes/MessageStreaming", FilledIn::Anything),
            ("Attributes/MultiPartyChatConference", FilledIn::Anything),
            ("Attributes/UseCustomTTSVoices", FilledIn::Anything),
            ("InstanceAlias", FilledIn::Anything),
        ],
        not_removable: &[
            "Attributes/ContactflowLogs",
            "Attributes/ContactLens",
            "Attributes/AutoResolveBestVoices",
            "Attributes/EarlyMedia",
            "Attributes/MultiPartyConference",
        ],
        ..Drift::PLAIN
    },
    service: Service {
        seconds: 70,
        needs: &["ds", "iam", "logs"],
        ..Service::limited("L-AA17A6B9", "Amazon Connect instances per account", 2)
    },
    own_rules: &["/InstanceAlias"],
};
