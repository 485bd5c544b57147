//! Flow control actions: branching, loops, the ways a flow ends.

use super::{
    AGENT_ID, ActionSpec, BEFORE_AGENT, Class, Conditions, HOLDS, INBOUND, INBOUND_AND_TRANSFERS, MODULE,
    NO_MATCHING_CONDITION, NO_MATCHING_ERROR, NextAction, OUTBOUND_WHISPER, ObjectKind, QUEUE, QUEUE_ID,
    QUEUE_OR_AGENT, Shape, TRANSFERS, USUAL, WHISPERS, optional, required,
};

pub(super) const TABLE: &[ActionSpec] = &[
    ActionSpec {
        name: "Compare",
        block: "Check contact attributes",
        parameters: &[required("ComparisonValue", Class::Path, Shape::Text)],
        conditions: Conditions::Any,
        required_errors: NO_MATCHING_CONDITION,
        verified: true,
        ..USUAL
    },
    ActionSpec {
        name: "CheckHoursOfOperation",
        block: "Check hours of operation",
        flow_types: BEFORE_AGENT,
        parameters: &[optional("HoursOfOperationId", Class::StaticOrPath, Shape::Object(ObjectKind::HoursOfOperation))],
        conditions: Conditions::Results(&["True", "False"]),
        verified: true,
        ..USUAL
    },
    ActionSpec {
        name: "CheckMetricData",
        block: "Check staffing / check queue status",
        flow_types: BEFORE_AGENT,
        parameters: &[
            required(
                "MetricType",
                Class::Static,
                Shape::OneOf(&[
                    "NumberOfAgentsAvailable",
                    "NumberOfAgentsStaffed",
                    "NumberOfAgentsOnline",
                    "OldestContactInQueueAgeSeconds",
                    "NumberOfContactsInQueue",
                ]),
            ),
            QUEUE_ID,
            AGENT_ID,
        ],
        choices: &[QUEUE_OR_AGENT],
        conditions: Conditions::Numbers,
        required_errors: &["NoMatchingError", "NoMatchingCondition"],
        verified: true,
        ..USUAL
    },
    ActionSpec {
        name: "GetMetricData",
        block: "Get queue metrics",
        parameters: &[QUEUE_ID, AGENT_ID, optional("QueueChannel", Class::Dynamic, Shape::Text)],
        choices: &[QUEUE_OR_AGENT],
        verified: true,
        ..USUAL
    },
    ActionSpec {
        name: "Loop",
        block: "Loop",
        parameters: &[required("LoopCount", Class::StaticOrPath, Shape::Integer(0, 100))],
        conditions: Conditions::Results(&["ContinueLooping", "DoneLooping"]),
        required_errors: &[],
        optional_errors: NO_MATCHING_ERROR,
        verified: true,
        ..USUAL
    },
    ActionSpec {
        name: "DistributeByPercentage",
        block: "Distribute by percentage",
        flow_types: BEFORE_AGENT,
        disputed_flow_types: OUTBOUND_WHISPER,
        conditions: Conditions::Numbers,
        required_errors: NO_MATCHING_CONDITION,
        verified: true,
        ..USUAL
    },
    ActionSpec {
        name: "Wait",
        block: "Wait",
        flow_types: INBOUND.and(QUEUE).and(MODULE),
        disputed_flow_types: TRANSFERS.and(WHISPERS).and(HOLDS),
        parameters: &[
            required("TimeLimitSeconds", Class::StaticOrPath, Shape::Integer(1, 604_800)),
            optional("Events", Class::Static, Shape::List),
        ],
        conditions: Conditions::SomeOf(&["WaitCompleted", "CustomerReturned", "BotParticipantDisconnected"]),
        optional_errors: &["ParticipantNotFound"],
        verified: true,
        ..USUAL
    },
    ActionSpec {
        name: "TransferToFlow",
        block: "Transfer to flow",
        flow_types: INBOUND_AND_TRANSFERS,
        parameters: &[required("ContactFlowId", Class::StaticOrPath, Shape::Object(ObjectKind::ContactFlow))],
        verified: true,
        ..USUAL
    },
    ActionSpec {
        name: "EndFlowExecution",
        block: "End flow / Resume",
        flow_types: QUEUE.and(WHISPERS),
        disputed_flow_types: MODULE.and(HOLDS),
        next_action: NextAction::Terminal,
        required_errors: &[],
        verified: true,
        ..USUAL
    },
    ActionSpec {
        name: "UpdateFlowAttributes",
        block: "Set contact attributes",
        parameters: &[required("FlowAttributes", Class::Dynamic, Shape::Map)],
        verified: true,
        ..USUAL
    },
    ActionSpec {
        name: "UpdateFlowLoggingBehavior",
        block: "Set logging behavior",
        parameters: &[required("FlowLoggingBehavior", Class::Static, Shape::OneOf(&["Enabled", "Disabled"]))],
        required_errors: &[],
        verified: true,
        ..USUAL
    },
    ActionSpec {
        name: "CheckOutboundCallStatus",
        block: "Check call progress",
        conditions: Conditions::SomeOf(&["CallAnswered", "VoicemailBeep", "VoicemailNoBeep", "NotDetected"]),
        ..USUAL
    },
    ActionSpec { name: "StartVoiceIdStream", block: "Set Voice ID", ..USUAL },
    ActionSpec {
        name: "CheckVoiceId",
        block: "Check Voice ID",
        parameters: &[required(
            "CheckVoiceIdOption",
            Class::Static,
            Shape::OneOf(&["enrollmentStatus", "voiceAuthentication", "fraudDetection"]),
        )],
        conditions: Conditions::Equals,
        ..USUAL
    },
];
