//! Contact actions: queue, callback, attributes, hooks, recording, tasks.

use super::{
    AGENT_ID, ActionSpec, BEFORE_AGENT, Choice, Class, Conditions, INBOUND, INBOUND_AND_TRANSFERS, MODULE,
    NO_MATCHING_ERROR, NextAction, OUTBOUND_WHISPER, ObjectKind, QUEUE, QUEUE_ID, QUEUE_OR_AGENT,
    QUEUE_OR_AGENT_NEEDED, Shape, TRANSFERS, TRUE_FALSE, USUAL, WHISPERS, optional, required,
};

const LINK: super::ParameterSpec = required("LinkContactToCase", Class::Static, TRUE_FALSE);
const FLOW: Shape = Shape::Object(ObjectKind::ContactFlow);

pub(super) const TABLE: &[ActionSpec] = &[
    ActionSpec {
        name: "UpdateContactTargetQueue",
        block: "Set working queue",
        flow_types: INBOUND_AND_TRANSFERS,
        parameters: &[QUEUE_ID, AGENT_ID],
        choices: &[QUEUE_OR_AGENT_NEEDED],
        verified: true,
        ..USUAL
    },
    ActionSpec {
        name: "TransferContactToQueue",
        block: "Transfer to queue",
        flow_types: INBOUND_AND_TRANSFERS,
        required_errors: &["QueueAtCapacity", "NoMatchingError"],
        verified: true,
        ..USUAL
    },
    ActionSpec {
        name: "DequeueContactAndTransferToQueue",
        block: "Transfer to queue",
        flow_types: QUEUE,
        disputed_flow_types: MODULE,
        parameters: &[QUEUE_ID, AGENT_ID],
        choices: &[QUEUE_OR_AGENT_NEEDED],
        required_errors: &["QueueAtCapacity", "NoMatchingError"],
        verified: true,
        ..USUAL
    },
    ActionSpec {
        name: "UpdateContactCallbackNumber",
        block: "Set callback number",
        flow_types: BEFORE_AGENT,
        parameters: &[required("CallbackNumber", Class::Path, Shape::Text)],
        required_errors: &["InvalidCallbackNumber", "CallbackNumberNotDialable"],
        verified: true,
        ..USUAL
    },
    ActionSpec {
        name: "UpdateContactAttributes",
        block: "Set contact attributes",
        parameters: &[
            required("Attributes", Class::Dynamic, Shape::Map),
            optional("TargetContact", Class::Static, Shape::OneOf(&["Current", "Related"])),
        ],
        verified: true,
        ..USUAL
    },
    ActionSpec {
        name: "UpdateContactData",
        block: "Set contact attributes",
        parameters: &[
            optional("Name", Class::Dynamic, Shape::Text),
            optional("Description", Class::Dynamic, Shape::Text),
            optional("LanguageCode", Class::Dynamic, Shape::Text),
            optional("CustomerId", Class::Dynamic, Shape::Text),
            optional("References", Class::Dynamic, Shape::Any),
            optional("WisdomSessionArn", Class::Dynamic, Shape::Text),
            optional("IsVoiceIdStreamingEnabled", Class::Static, TRUE_FALSE),
            optional("IsVoiceAuthenticationEnabled", Class::Static, TRUE_FALSE),
            optional("IsFraudDetectionEnabled", Class::Static, TRUE_FALSE),
            optional("VoiceAuthenticationThreshold", Class::Static, Shape::Integer(0, 100)),
            optional("VoiceAuthenticationResponseTime", Class::Static, Shape::Integer(5, 10)),
            optional("FraudDetectionThreshold", Class::Static, Shape::Integer(0, 100)),
            optional("WatchlistId", Class::Static, Shape::Text),
            optional("TargetContact", Class::Static, Shape::OneOf(&["Current", "Related"])),
        ],
        verified: true,
        ..USUAL
    },
    ActionSpec {
        name: "UpdateContactEventHooks",
        block: "Set customer queue, hold, whisper or disconnect flow",
        parameters: &[
            optional("EventHooks", Class::StaticOrPath, Shape::Map),
            optional("EventHooksConfiguration", Class::Static, Shape::Any),
        ],
        verified: true,
        ..USUAL
    },
    ActionSpec {
        name: "UpdateContactRoutingBehavior",
        block: "Change routing priority / age",
        flow_types: INBOUND.and(MODULE),
        disputed_flow_types: QUEUE.and(TRANSFERS).and(OUTBOUND_WHISPER),
        parameters: &[
            optional("QueuePriority", Class::Static, Shape::Integer(1, i64::MAX)),
            optional("QueueTimeAdjustmentSeconds", Class::Static, Shape::Integer(i64::MIN, i64::MAX)),
        ],
        choices: &[Choice { of: &["QueuePriority", "QueueTimeAdjustmentSeconds"], required: true }],
        required_errors: &[],
        verified: true,
        ..USUAL
    },
    ActionSpec {
        name: "UpdateRoutingCriteria",
        block: "Set routing criteria",
        flow_types: BEFORE_AGENT,
        parameters: &[required("RoutingCriteria", Class::Dynamic, Shape::Any)],
        ..USUAL
    },
    ActionSpec {
        name: "UpdateContactRoutingCriteria",
        block: "Set routing criteria",
        flow_types: BEFORE_AGENT,
        parameters: &[required("RoutingCriteria", Class::Dynamic, Shape::Any)],
        ..USUAL
    },
    ActionSpec {
        name: "UpdateContactRecordingBehavior",
        block: "Set recording and analytics behavior",
        flow_types: BEFORE_AGENT.and(OUTBOUND_WHISPER),
        parameters: &[
            required("RecordingBehavior", Class::Static, Shape::Any),
            optional("AnalyticsBehavior", Class::Dynamic, Shape::Any),
        ],
        required_errors: &[],
        verified: true,
        ..USUAL
    },
    ActionSpec {
        name: "UpdateContactRecordingAndAnalyticsBehavior",
        block: "Set recording, analytics and processing behavior",
        parameters: &[
            optional("VoiceBehavior", Class::Dynamic, Shape::Any),
            optional("ChatBehavior", Class::Dynamic, Shape::Any),
            optional("ScreenRecordingBehavior", Class::Dynamic, Shape::Any),
        ],
        choices: &[Choice { of: &["VoiceBehavior", "ChatBehavior", "ScreenRecordingBehavior"], required: true }],
        required_errors: &["NoMatchingError", "ChannelMismatch"],
        optional_errors: &["InFlightRedactionConfigurationFailed"],
        verified: true,
        ..USUAL
    },
    ActionSpec {
        name: "UpdateContactTextToSpeechVoice",
        block: "Set voice",
        parameters: &[
            required("TextToSpeechVoice", Class::Dynamic, Shape::Text),
            optional("TextToSpeechEngine", Class::Dynamic, Shape::Text),
            optional("TextToSpeechStyle", Class::Dynamic, Shape::Text),
        ],
        required_errors: &[],
        optional_errors: NO_MATCHING_ERROR,
        verified: true,
        ..USUAL
    },
    ActionSpec {
        name: "UpdateContactMediaStreamingBehavior",
        block: "Start or stop media streaming",
        flow_types: BEFORE_AGENT.and(WHISPERS),
        parameters: &[
            required("MediaStreamingState", Class::Static, Shape::OneOf(&["Enabled", "Disabled"])),
            required("Participants", Class::Static, Shape::List),
            required("MediaStreamType", Class::Static, Shape::OneOf(&["Audio"])),
        ],
        ..USUAL
    },
    ActionSpec {
        name: "UpdateContactMediaProcessing",
        block: "Set chat message processing",
        parameters: &[optional("ChatProcessor", Class::Dynamic, Shape::Any)],
        required_errors: &["NoMatchingError", "ChannelMismatch"],
        ..USUAL
    },
    ActionSpec {
        name: "CreateTask",
        block: "Create task",
        parameters: &[
            optional("ContactFlowId", Class::StaticOrPath, FLOW),
            optional("Attributes", Class::Dynamic, Shape::Map),
            required("Name", Class::Dynamic, Shape::Text),
            optional("Description", Class::Dynamic, Shape::Text),
            optional("References", Class::Dynamic, Shape::Any),
            optional("DelaySeconds", Class::Dynamic, Shape::Integer(1, 518_400)),
            optional("ScheduledTime", Class::Dynamic, Shape::Text),
            optional("TaskTemplateId", Class::Static, Shape::Text),
        ],
        choices: &[Choice { of: &["DelaySeconds", "ScheduledTime"], required: false }],
        ..USUAL
    },
    ActionSpec {
        name: "TagContact",
        block: "Contact tags",
        parameters: &[required("Tags", Class::Dynamic, Shape::Map)],
        verified: true,
        ..USUAL
    },
    ActionSpec {
        name: "UntagContact",
        block: "Contact tags",
        parameters: &[required("TagKeys", Class::Static, Shape::List)],
        verified: true,
        ..USUAL
    },
    ActionSpec { name: "ResumeContact", block: "Resume contact", ..USUAL },
    ActionSpec {
        name: "CreateCase",
        block: "Cases",
        parameters: &[
            LINK,
            required("CaseTemplateId", Class::Dynamic, Shape::Text),
            optional("CaseRequestFields", Class::Dynamic, Shape::Any),
            optional("ContactToLink", Class::Static, Shape::Text),
        ],
        optional_errors: &["ContactNotLinked"],
        ..USUAL
    },
    ActionSpec {
        name: "GetCase",
        block: "Cases",
        parameters: &[
            LINK,
            optional("CustomerId", Class::Dynamic, Shape::Text),
            optional("GetLastUpdatedCase", Class::Static, TRUE_FALSE),
            optional("CaseRequestFields", Class::Dynamic, Shape::Any),
            optional("CaseResponseFields", Class::Static, Shape::List),
        ],
        required_errors: &["MultipleFound", "NoneFound", "NoMatchingError"],
        optional_errors: &["ContactNotLinked"],
        ..USUAL
    },
    ActionSpec {
        name: "UpdateCase",
        block: "Cases",
        parameters: &[
            LINK,
            required("CaseId", Class::Dynamic, Shape::Text),
            optional("CaseRequestFields", Class::Dynamic, Shape::Any),
        ],
        optional_errors: &["ContactNotLinked"],
        ..USUAL
    },
    ActionSpec {
        name: "CreateWisdomSession",
        block: "Connect assistant",
        parameters: &[required("WisdomAssistantArn", Class::Dynamic, Shape::Text)],
        ..USUAL
    },
    ActionSpec {
        name: "StartOutboundChatContact",
        block: "Send message",
        parameters: &[
            optional("SourceEndpoint", Class::Dynamic, Shape::Any),
            optional("DestinationEndpoint", Class::Dynamic, Shape::Any),
            optional("ContactFlowArn", Class::StaticOrPath, FLOW),
            optional("ContactSubtype", Class::Dynamic, Shape::Text),
            optional("InitialSystemMessage", Class::Dynamic, Shape::Any),
            optional("RelatedContact", Class::Static, Shape::Text),
        ],
        ..USUAL
    },
    ActionSpec {
        name: "InvokeFlowModule",
        block: "Invoke module",
        flow_types: INBOUND.and(MODULE),
        disputed_flow_types: TRANSFERS.and(QUEUE).and(WHISPERS).and(super::HOLDS),
        parameters: &[required("FlowModuleId", Class::Dynamic, Shape::Object(ObjectKind::FlowModule))],
        conditions: Conditions::Equals,
        optional_errors: &["NoMatchingCondition"],
        verified: true,
        ..USUAL
    },
    ActionSpec {
        name: "EndFlowModuleExecution",
        block: "Return",
        flow_types: MODULE,
        next_action: NextAction::Terminal,
        required_errors: &[],
        verified: true,
        ..USUAL
    },
    ActionSpec {
        name: "CreateCallbackContact",
        block: "Transfer to queue (callback)",
        flow_types: BEFORE_AGENT,
        parameters: &[
            QUEUE_ID,
            AGENT_ID,
            required("InitialCallDelaySeconds", Class::Static, Shape::Integer(1, 259_200)),
            required("MaximumConnectionAttempts", Class::Static, Shape::Integer(0, i64::MAX)),
            required("RetryDelaySeconds", Class::Static, Shape::Integer(1, 259_200)),
            optional("ContactFlowId", Class::StaticOrPath, FLOW),
            optional("CallerId", Class::StaticOrPath, Shape::Any),
        ],
        choices: &[QUEUE_OR_AGENT],
        verified: true,
        ..USUAL
    },
    ActionSpec { name: "RouteContactToAgent", block: "Interrupt agent", flow_types: QUEUE, ..USUAL },
    ActionSpec {
        name: "LoadContactContent",
        block: "Get stored content",
        parameters: &[required("ContentType", Class::Static, Shape::OneOf(&["EmailMessage"]))],
        ..USUAL
    },
    ActionSpec {
        name: "CreatePersistentContactAssociation",
        block: "Create persistent contact association",
        parameters: &[
            required("RehydrationType", Class::Static, Shape::OneOf(&["ENTIRE_PAST_SESSION", "FROM_SEGMENT"])),
            required("SourceContactId", Class::Dynamic, Shape::Text),
        ],
        ..USUAL
    },
];
