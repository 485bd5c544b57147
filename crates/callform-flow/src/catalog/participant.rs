//! Participant actions: what a customer hears, enters and sees.

use super::{
    ActionSpec, BEFORE_AGENT, Choice, Class, Conditions, FlowType, FlowTypeSet, HOLDS, INBOUND, INBOUND_AND_TRANSFERS,
    MEDIA, MODULE, NO_MATCHING_ERROR, NextAction, OUTBOUND_WHISPER, PROMPT_ID, PROMPT_PARAMETERS, QUEUE, SSML, Shape,
    TEXT, TRANSFERS, TRUE_FALSE, USUAL, WHISPERS, optional, required,
};

pub(super) const TABLE: &[ActionSpec] = &[
    ActionSpec {
        name: "MessageParticipant",
        block: "Play prompt",
        flow_types: BEFORE_AGENT.and(WHISPERS),
        parameters: &[TEXT, SSML, PROMPT_ID, MEDIA, optional("SkipWhenDTMFBufferEnabled", Class::Static, TRUE_FALSE)],
        choices: &[Choice { of: PROMPT_PARAMETERS, required: true }],
        required_errors: &[],
        optional_errors: NO_MATCHING_ERROR,
        verified: true,
        ..USUAL
    },
    ActionSpec {
        name: "GetParticipantInput",
        block: "Get customer input",
        flow_types: BEFORE_AGENT,
        disputed_flow_types: OUTBOUND_WHISPER,
        parameters: &[
            TEXT,
            SSML,
            PROMPT_ID,
            MEDIA,
            required("InputTimeLimitSeconds", Class::Static, Shape::Integer(1, 999)),
            required("StoreInput", Class::Static, TRUE_FALSE),
            optional(
                "InputValidation",
                Class::Dynamic,
                Shape::Members(&[
                    optional(
                        "PhoneNumberValidation",
                        Class::Static,
                        Shape::Members(&[
                            required("NumberFormat", Class::Static, Shape::OneOf(&["Local", "E164"])),
                            optional("CountryCode", Class::Static, Shape::Text),
                        ]),
                    ),
                    optional(
                        "CustomValidation",
                        Class::Dynamic,
                        Shape::Members(&[required("MaximumLength", Class::Dynamic, Shape::Text)]),
                    ),
                ]),
            ),
            optional(
                "InputEncryption",
                Class::Dynamic,
                Shape::Members(&[
                    required("EncryptionKeyId", Class::Dynamic, Shape::Text),
                    required("Key", Class::Dynamic, Shape::Text),
                ]),
            ),
            optional("DTMFConfiguration", Class::Dynamic, Shape::Any),
            optional("EnableDTMFBuffer", Class::Static, TRUE_FALSE),
        ],
        choices: &[Choice { of: PROMPT_PARAMETERS, required: false }],
        conditions: Conditions::Equals,
        optional_errors: &["NoMatchingCondition", "InputTimeLimitExceeded", "InvalidPhoneNumber"],
        verified: true,
        ..USUAL
    },
    ActionSpec {
        name: "ConnectParticipantWithLexBot",
        block: "Get customer input",
        flow_types: BEFORE_AGENT,
        parameters: &[
            TEXT,
            SSML,
            PROMPT_ID,
            MEDIA,
            optional("LexV2Bot", Class::Dynamic, Shape::Members(&[required("AliasArn", Class::Dynamic, Shape::Text)])),
            optional(
                "LexBot",
                Class::Dynamic,
                Shape::Members(&[
                    required("Name", Class::Dynamic, Shape::Text),
                    required("Region", Class::Dynamic, Shape::Text),
                    required("Alias", Class::Dynamic, Shape::Text),
                ]),
            ),
            optional("LexSessionAttributes", Class::Dynamic, Shape::Map),
            optional("LexInitializationData", Class::Dynamic, Shape::Any),
            optional("LexTimeoutSeconds", Class::Dynamic, Shape::Any),
        ],
        choices: &[
            Choice { of: &["LexV2Bot", "LexBot"], required: true },
            Choice { of: PROMPT_PARAMETERS, required: false },
        ],
        conditions: Conditions::Equals,
        required_errors: &["NoMatchingError", "NoMatchingCondition"],
        optional_errors: &["InputTimeLimitExceeded"],
        verified: true,
        ..USUAL
    },
    // Members and branches as the editor exports them; flow types, ranges and the number of variables by AWS's page of the
    // block. The reference of the flow language does not have the type. Whether the two configurations of speech and
    // filler may be left out is told differently (?).
    ActionSpec {
        name: "ConnectParticipantWithAgenticCX",
        block: "Agentic CX",
        flow_types: BEFORE_AGENT
            .and(OUTBOUND_WHISPER)
            .and(FlowType::CustomerHold.set())
            .and(FlowType::CustomerWhisper.set()),
        parameters: &[
            required(
                "AgentConfiguration",
                Class::Dynamic,
                Shape::Members(&[
                    required("WorkspaceId", Class::StaticOrPath, Shape::Text),
                    required("ApplicationId", Class::StaticOrPath, Shape::Text),
                    required("Alias", Class::StaticOrPath, Shape::Text),
                    optional("ContextVariables", Class::Dynamic, Shape::Map),
                ]),
            ),
            optional(
                "SpeechRecognitionConfiguration",
                Class::Dynamic,
                Shape::Members(&[optional("SpeechRecognitionEngine", Class::StaticOrPath, Shape::Text)]),
            ),
            optional(
                "AudioFillerConfiguration",
                Class::Dynamic,
                Shape::Members(&[
                    optional("Enabled", Class::StaticOrPath, Shape::Any),
                    optional("AudioType", Class::StaticOrPath, Shape::Text),
                    optional("StartDelayInMilliseconds", Class::StaticOrPath, Shape::Integer(500, 5_000)),
                    optional("MinimumPlayDurationInMilliseconds", Class::StaticOrPath, Shape::Integer(1_000, 5_000)),
                    optional("ResponseDeliveryDelayInMilliseconds", Class::StaticOrPath, Shape::Integer(200, 1_000)),
                ]),
            ),
        ],
        conditions: Conditions::SomeOf(&["Escalation"]),
        required_errors: &["NoMatchingError", "NoMatchingCondition", "InputTimeLimitExceeded"],
        ..USUAL
    },
    ActionSpec {
        name: "MessageParticipantIteratively",
        block: "Loop prompts",
        flow_types: QUEUE.and(HOLDS),
        disputed_flow_types: MODULE,
        parameters: &[
            required("Messages", Class::Dynamic, Shape::List),
            optional("InterruptFrequencySeconds", Class::Static, Shape::Integer(1, i64::MAX)),
            optional("ContinueMessagingDuringInterrupt", Class::Static, TRUE_FALSE),
        ],
        next_action: NextAction::Optional,
        conditions: Conditions::SomeOf(&["MessagesInterrupted"]),
        required_errors: &[],
        optional_errors: NO_MATCHING_ERROR,
        verified: true,
        ..USUAL
    },
    ActionSpec {
        name: "DisconnectParticipant",
        block: "Disconnect",
        flow_types: BEFORE_AGENT,
        disputed_flow_types: WHISPERS.and(HOLDS),
        next_action: NextAction::Terminal,
        required_errors: &[],
        verified: true,
        ..USUAL
    },
    ActionSpec {
        name: "ShowView",
        block: "Show view",
        flow_types: INBOUND.and(QUEUE).and(MODULE),
        parameters: &[
            required(
                "ViewResource",
                Class::Dynamic,
                Shape::Members(&[
                    required("Id", Class::StaticOrPath, Shape::Text),
                    optional("Version", Class::StaticOrPath, Shape::Text),
                ]),
            ),
            required("InvocationTimeLimitSeconds", Class::Static, Shape::Integer(1, i64::MAX)),
            optional("ViewData", Class::Dynamic, Shape::Any),
            optional("SensitiveDataConfiguration", Class::Static, Shape::Any),
        ],
        conditions: Conditions::Equals,
        required_errors: &["NoMatchingCondition", "NoMatchingError", "TimeLimitExceeded"],
        verified: true,
        ..USUAL
    },
    ActionSpec {
        name: "TransferParticipantToThirdParty",
        block: "Transfer to phone number",
        flow_types: BEFORE_AGENT,
        parameters: &[
            required("ThirdPartyPhoneNumber", Class::Dynamic, Shape::Text),
            required("ThirdPartyConnectionTimeLimitSeconds", Class::StaticOrPath, Shape::Integer(0, 600)),
            required("ContinueFlowExecution", Class::Static, TRUE_FALSE),
            optional("ThirdPartyDTMFDigits", Class::StaticOrPath, Shape::Text),
            optional("CallerId", Class::Dynamic, Shape::Any),
        ],
        optional_errors: &["ConnectionTimeLimitExceeded", "CallFailed"],
        ..USUAL
    },
    ActionSpec {
        name: "AuthenticateParticipant",
        block: "Authenticate customer",
        flow_types: INBOUND.and(MODULE),
        parameters: &[
            optional("CognitoConfiguration", Class::Dynamic, Shape::Any),
            optional("CustomerProfilesConfiguration", Class::Dynamic, Shape::Any),
            optional("TimeLimitMinutes", Class::Static, Shape::Integer(3, 15)),
        ],
        conditions: Conditions::Any,
        optional_errors: &["NoMatchingCondition", "TimeLimitExceeded"],
        ..USUAL
    },
    ActionSpec {
        name: "UpdatePreviousContactParticipantState",
        block: "Hold customer or agent",
        flow_types: INBOUND_AND_TRANSFERS,
        disputed_flow_types: OUTBOUND_WHISPER,
        parameters: &[required(
            "PreviousContactParticipantState",
            Class::Static,
            Shape::OneOf(&["AgentOnHold", "CustomerOnHold", "OffHold"]),
        )],
        verified: true,
        ..USUAL
    },
    ActionSpec {
        name: "TransferContactToAgent",
        block: "Transfer to agent",
        flow_types: TRANSFERS,
        disputed_flow_types: MODULE,
        next_action: NextAction::Terminal,
        required_errors: &[],
        verified: true,
        ..USUAL
    },
    ActionSpec {
        name: "CompleteOutboundCall",
        block: "Call phone number",
        flow_types: OUTBOUND_WHISPER,
        disputed_flow_types: FlowTypeSet::NONE,
        parameters: &[
            optional("CallerId", Class::StaticOrPath, Shape::Any),
            optional("VoiceConnector", Class::Dynamic, Shape::Any),
            optional("ConnectionTimeLimitSeconds", Class::Static, Shape::Integer(1, 600)),
        ],
        required_errors: &[],
        ..USUAL
    },
];
