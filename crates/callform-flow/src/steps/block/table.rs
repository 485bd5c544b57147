//! The rows.

use super::{BlockSpec, Field, FieldKind, Main, Outcome, Taken};

use FieldKind::{Json, Reference, Seconds, Text, Truth, Words};

/// Every row.
pub fn all() -> impl Iterator<Item = &'static BlockSpec> {
    TABLE.iter()
}

const fn field(key: &'static str, path: &'static str, kind: FieldKind, documentation: &'static str) -> Field {
    Field { key, path, kind, documentation }
}

const fn main(path: &'static str, kind: FieldKind, documentation: &'static str) -> Main {
    Main::Parameter(field("", path, kind, documentation))
}

const fn error(key: &'static str, error: &'static str, documentation: &'static str) -> Outcome {
    Outcome { key, taken: Taken::Error(error), always: true, documentation }
}

const fn may_fail(key: &'static str, error: &'static str, documentation: &'static str) -> Outcome {
    Outcome { key, taken: Taken::Error(error), always: false, documentation }
}

const fn result(key: &'static str, operand: &'static str, documentation: &'static str) -> Outcome {
    Outcome { key, taken: Taken::Equals(operand), always: false, documentation }
}

const LOWER: FieldKind = Truth("true", "false");
const FAILS: Outcome =
    error("error", "NoMatchingError", "What to do when it fails. Without it: the flow's `on_error`.");
const MISMATCH: Outcome =
    error("mismatch", "ChannelMismatch", "What to do in another channel. Without it: the flow's `on_error`.");
const NOT_LINKED: Outcome =
    may_fail("not_linked", "ContactNotLinked", "What to do when the contact cannot be linked; needs `link`.");
const ELSE: Outcome = may_fail("else", "NoMatchingCondition", "What to do on every other result.");
const LINK: Field = field("link", "LinkContactToCase", LOWER, "Whether the contact is linked to the case.");
const CASE_FIELDS: Field = field("fields", "CaseRequestFields", Json, "Fields of the case, by identifier.");
const PROFILE: &[Field] = &[
    field("request", "ProfileRequestData", Json, "What is asked for or written, by field."),
    field("response", "ProfileResponseData", Json, "Names of the fields that are read into `$.Customer`."),
];
const NONE_FOUND: Outcome = error("none", "NoneFoundError", "What to do when none is found. Without it: `on_error`.");
const TABLE_ID: Field = field("table", "DataTableId", Text, "Identifier of the table.");
const CRITERIA: Main =
    main("RoutingCriteria", Json, "What an agent must have, as the flow language has it: `{ Steps: […] }`.");

const BLOCK: BlockSpec = BlockSpec {
    word: "",
    documentation: "",
    main: Main::Group,
    action: "",
    fields: &[],
    outcomes: &[FAILS],
    has_branches: false,
};

const fn profile(choice: &'static str, action: &'static str, outcomes: &'static [Outcome]) -> BlockSpec {
    BlockSpec {
        word: "profile",
        documentation: "Works with the customer's profile.",
        main: Main::Choice(choice),
        action,
        fields: PROFILE,
        outcomes,
        ..BLOCK
    }
}

const TABLE: &[BlockSpec] = &[
    BlockSpec {
        word: "contact",
        documentation: "Sets what Connect itself keeps about the contact.",
        action: "UpdateContactData",
        fields: &[
            field("language", "LanguageCode", Text, "Language, such as `en-US`."),
            field("customer", "CustomerId", Text, "Identifier of the customer."),
            field("name", "Name", Text, "Name of the contact."),
            field("description", "Description", Text, "Description of the contact."),
            field("references", "References", Json, "References, as the flow language has them."),
            field("assistant_session", "WisdomSessionArn", Text, "Session of the assistant: `$.Wisdom.SessionArn`."),
            field("voice_id_streaming", "IsVoiceIdStreamingEnabled", LOWER, "Voice ID: stream."),
            field("voice_authentication", "IsVoiceAuthenticationEnabled", LOWER, "Voice ID: authenticate."),
            field("fraud_detection", "IsFraudDetectionEnabled", LOWER, "Voice ID: look for fraud."),
            field("authentication_threshold", "VoiceAuthenticationThreshold", Text, "Voice ID: 0 to 100."),
            field("authentication_time", "VoiceAuthenticationResponseTime", Text, "Voice ID: 5 to 10 seconds."),
            field("fraud_threshold", "FraudDetectionThreshold", Text, "Voice ID: 0 to 100."),
            field("watchlist", "WatchlistId", Text, "Voice ID: identifier of the watchlist."),
            field("of", "TargetContact", Words(&[("current", "Current"), ("related", "Related")]), "Which contact."),
        ],
        ..BLOCK
    },
    BlockSpec {
        word: "hold",
        documentation: "Puts the other side of the previous contact on hold, or takes it off.",
        main: main(
            "PreviousContactParticipantState",
            Words(&[("agent", "AgentOnHold"), ("customer", "CustomerOnHold"), ("nobody", "OffHold")]),
            "Who is on hold.",
        ),
        action: "UpdatePreviousContactParticipantState",
        ..BLOCK
    },
    BlockSpec {
        word: "case",
        documentation: "Creates a case.",
        main: Main::Choice("create"),
        action: "CreateCase",
        fields: &[
            LINK,
            field("template", "CaseTemplateId", Text, "Identifier of the template."),
            CASE_FIELDS,
            field("contact_to_link", "ContactToLink", Text, "Which contact is linked: `Current`."),
        ],
        outcomes: &[NOT_LINKED, FAILS],
        ..BLOCK
    },
    BlockSpec {
        word: "case",
        documentation: "Finds a case and reads it into `$.Case`.",
        main: Main::Choice("get"),
        action: "GetCase",
        fields: &[
            LINK,
            field("customer", "CustomerId", Text, "Profile of the customer whose case it is."),
            field("latest", "GetLastUpdatedCase", LOWER, "Take the one that was changed last where there are several."),
            CASE_FIELDS,
            field("response", "CaseResponseFields", Json, "Fields that are read."),
        ],
        outcomes: &[
            NOT_LINKED,
            error("several", "MultipleFound", "What to do when several are found. Without it: `on_error`."),
            error("none", "NoneFound", "What to do when none is found. Without it: `on_error`."),
            FAILS,
        ],
        ..BLOCK
    },
    BlockSpec {
        word: "case",
        documentation: "Changes a case.",
        main: Main::Choice("update"),
        action: "UpdateCase",
        fields: &[LINK, field("case_id", "CaseId", Text, "Identifier of the case."), CASE_FIELDS],
        outcomes: &[NOT_LINKED, FAILS],
        ..BLOCK
    },
    profile("create", "CreateCustomerProfile", &[FAILS]),
    profile("update", "UpdateCustomerProfile", &[FAILS]),
    profile(
        "get",
        "GetCustomerProfile",
        &[
            error("several", "MultipleFoundError", "What to do when several are found. Without it: `on_error`."),
            NONE_FOUND,
            FAILS,
        ],
    ),
    profile("get_object", "GetCustomerProfileObject", &[NONE_FOUND, FAILS]),
    profile("get_calculated", "GetCalculatedAttributesForCustomerProfile", &[NONE_FOUND, FAILS]),
    profile("associate", "AssociateContactToCustomerProfile", &[FAILS]),
    BlockSpec {
        word: "call",
        documentation: "Places the call of an outbound whisper flow.",
        action: "CompleteOutboundCall",
        fields: &[
            field("caller_id", "CallerId", Json, "Number that is shown: `{ Number: … }`."),
            field("connector", "VoiceConnector", Json, "Voice connector, as the flow language has it."),
            field("ring_for", "ConnectionTimeLimitSeconds", Seconds, "How long it rings, up to 10 minutes."),
        ],
        outcomes: &[],
        ..BLOCK
    },
    BlockSpec {
        word: "analytics",
        documentation: "Chooses what is recorded and analyzed, by channel.",
        action: "UpdateContactRecordingAndAnalyticsBehavior",
        fields: &[
            field("voice", "VoiceBehavior", Json, "Calls, as the flow language has it."),
            field("chat", "ChatBehavior", Json, "Chats, as the flow language has it."),
            field("screen", "ScreenRecordingBehavior", Json, "The agent's screen, as the flow language has it."),
        ],
        outcomes: &[
            MISMATCH,
            may_fail("redaction_failed", "InFlightRedactionConfigurationFailed", "Chats: redaction cannot be set up."),
            FAILS,
        ],
        ..BLOCK
    },
    BlockSpec {
        word: "criteria",
        documentation: "Says which agents the contact is for.",
        main: CRITERIA,
        action: "UpdateContactRoutingCriteria",
        ..BLOCK
    },
    BlockSpec {
        word: "routing_criteria",
        documentation: "The same as `criteria`, by the name in AWS's documentation.",
        main: CRITERIA,
        action: "UpdateRoutingCriteria",
        ..BLOCK
    },
    BlockSpec {
        word: "chat_processor",
        documentation: "Has a Lambda function look at every message of a chat.",
        main: main("ChatProcessor", Json, "The function and its settings, as the flow language has them."),
        action: "UpdateContactMediaProcessing",
        outcomes: &[MISMATCH, FAILS],
        ..BLOCK
    },
    BlockSpec {
        word: "message",
        documentation: "Sends a message that starts a chat, such as a text message.",
        action: "StartOutboundChatContact",
        fields: &[
            field("from", "SourceEndpoint", Json, "Who sends it: `{ Address: …, Type: … }`."),
            field("to", "DestinationEndpoint", Json, "Who gets it: `{ Address: …, Type: … }`."),
            field("flow", "ContactFlowArn", Reference("flow"), "Flow of the chat."),
            field("subtype", "ContactSubtype", Text, "Kind of chat, such as `connect:SMS`."),
            field("text", "InitialSystemMessage.Content", Text, "The message."),
            field("related", "RelatedContact", Text, "Contact that it belongs to: `CURRENT`."),
        ],
        ..BLOCK
    },
    BlockSpec {
        word: "resume",
        documentation: "Resumes a paused contact.",
        main: Main::Choice("contact"),
        action: "ResumeContact",
        ..BLOCK
    },
    BlockSpec {
        word: "interrupt_agent",
        documentation: "Offers the contact to an agent who is busy.",
        main: main("", Json, "The parameters, as the flow language has them."),
        action: "RouteContactToAgent",
        ..BLOCK
    },
    BlockSpec {
        word: "load_content",
        documentation: "Reads what the contact brought along.",
        main: main("ContentType", Words(&[("email", "EmailMessage")]), "What is read."),
        action: "LoadContactContent",
        ..BLOCK
    },
    BlockSpec {
        word: "rehydrate",
        documentation: "Continues an earlier chat.",
        main: main(
            "RehydrationType",
            Words(&[("entire_past_session", "ENTIRE_PAST_SESSION"), ("from_segment", "FROM_SEGMENT")]),
            "How much of it is shown.",
        ),
        action: "CreatePersistentContactAssociation",
        fields: &[field("chat", "SourceContactId", Text, "Identifier of the earlier contact.")],
        ..BLOCK
    },
    BlockSpec {
        word: "voice_id",
        documentation: "Starts listening for Voice ID.",
        main: Main::Choice("start"),
        action: "StartVoiceIdStream",
        ..BLOCK
    },
    BlockSpec {
        word: "voice_id",
        documentation: "Branches on what Voice ID found.",
        main: main(
            "CheckVoiceIdOption",
            Words(&[
                ("enrollment", "enrollmentStatus"),
                ("authentication", "voiceAuthentication"),
                ("fraud", "fraudDetection"),
            ]),
            "What is looked at.",
        ),
        action: "CheckVoiceId",
        outcomes: &[FAILS],
        has_branches: true,
        ..BLOCK
    },
    BlockSpec {
        word: "call_progress",
        documentation: "Branches on who or what answered an outbound call.",
        main: Main::Choice("check"),
        action: "CheckOutboundCallStatus",
        outcomes: &[
            result("answered", "CallAnswered", "What to do when a person answers."),
            result("voicemail_beep", "VoicemailBeep", "What to do at the beep of a voicemail."),
            result("voicemail_no_beep", "VoicemailNoBeep", "What to do at a voicemail without a beep."),
            result("not_detected", "NotDetected", "What to do when that cannot be told."),
            FAILS,
        ],
        ..BLOCK
    },
    BlockSpec {
        word: "data_table",
        documentation: "Reads values of a data table.",
        main: Main::Choice("evaluate"),
        action: "EvaluateDataTableValues",
        fields: &[TABLE_ID, field("queries", "Queries", Json, "What is read, as the flow language has it.")],
        ..BLOCK
    },
    BlockSpec {
        word: "data_table",
        documentation: "Lists rows of a data table.",
        main: Main::Choice("list"),
        action: "ListDataTableValues",
        fields: &[TABLE_ID, field("groups", "PrimaryKeyGroups", Json, "Which rows, as the flow language has it.")],
        ..BLOCK
    },
    BlockSpec {
        word: "data_table",
        documentation: "Writes values of a data table.",
        main: Main::Choice("upsert"),
        action: "UpsertDataTableValues",
        fields: &[
            TABLE_ID,
            field("lock", "LockVersion", Json, "Version of the table that is expected."),
            field("attributes", "DataTableUpsertAttributes", Json, "What is written, as the flow language has it."),
        ],
        ..BLOCK
    },
    BlockSpec {
        word: "segment",
        documentation: "Branches on whether the customer belongs to a segment.",
        main: main("", Json, "The parameters, as the flow language has them."),
        action: "CheckSegmentMembership",
        outcomes: &[ELSE, FAILS],
        has_branches: true,
        ..BLOCK
    },
    BlockSpec {
        word: "authenticate",
        documentation: "Has the chatting customer sign in.",
        action: "AuthenticateParticipant",
        fields: &[
            field(
                "cognito",
                "CognitoConfiguration",
                Json,
                "User pool and app client: `{ UserPoolArn: …, AppClientId: … }`.",
            ),
            field("profiles", "CustomerProfilesConfiguration", Json, "Profile object: `{ ObjectTypeName: … }`."),
            field("minutes", "TimeLimitMinutes", Text, "How long it may take, 3 to 15 minutes."),
        ],
        outcomes: &[ELSE, may_fail("no_input", "TimeLimitExceeded", "What to do when it takes too long."), FAILS],
        has_branches: true,
        ..BLOCK
    },
    BlockSpec {
        word: "touchtone_buffer",
        documentation: "Keeps keys that are pressed before they are asked for, or forgets them.",
        main: main("EnableDTMFBuffer", LOWER, "Whether keys are kept."),
        action: "GetParticipantInput",
        ..BLOCK
    },
];
