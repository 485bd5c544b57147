//! `lambda`, `set`, `voice`, `logging`, `record`.

use callform_source::Diagnostic;
use serde_json::{Value, json};

use crate::compile::builder::{Builder, Draft, Target};
use crate::steps::{
    Engine, Invocation, LambdaResponse, LambdaStep, LoggingStep, RecordStep, Recorded, Scope, SetStep, VoiceStep,
};

pub(super) fn lambda(builder: &mut Builder<'_>, step: &LambdaStep, next: &Target) -> Target {
    let title = builder.title(|| format!("Lambda {}", step.lambda.rsplit(':').next().unwrap_or_default()));
    let response = match step.response.as_ref().map(|response| response.value) {
        Some(LambdaResponse::Json) => Some("JSON"),
        Some(LambdaResponse::StringMap) | None => Some("STRING_MAP"),
        Some(LambdaResponse::Unchecked) => None,
    };
    let waits = step.invocation.as_ref().is_none_or(|invocation| invocation.value == Invocation::Synchronous);
    let longest = if waits { 8 } else { 60 };
    let mut draft = Draft::new("InvokeLambdaFunction", title)
        .parameter("LambdaFunctionARN", builder.reference("lambda", &step.lambda))
        .parameter("InvocationTimeLimitSeconds", builder.seconds(step.timeout.as_ref(), 3, 1..=longest));
    if let Some(invocation) = &step.invocation {
        let word = if invocation.value == Invocation::Asynchronous { "ASYNCHRONOUS" } else { "SYNCHRONOUS" };
        draft = draft.parameter("InvocationType", word);
    }
    if let Some(response) = response {
        draft = draft.parameter("ResponseValidation", json!({ "ResponseType": response }));
    }
    if !step.with.is_empty() {
        let mut attributes = serde_json::Map::new();
        for (name, value) in &step.with {
            let name = builder.text(name, name.span);
            attributes.insert(name, json!(builder.scalar(value)));
        }
        draft = draft.parameter("LambdaInvocationAttributes", attributes);
    }
    super::plain(builder, draft, step.error.as_ref(), next)
}

pub(super) fn set(builder: &mut Builder<'_>, step: &SetStep, next: &Target) -> Target {
    let title = builder.title(|| {
        let names: Vec<&str> = step.set.keys().map(|name| name.value.as_str()).collect();
        format!("Set {}", names.join(" "))
    });
    let attributes = builder.attributes(&step.set);
    let draft = match step.scope.as_ref().map(|scope| scope.value) {
        Some(Scope::Flow) => {
            let values: serde_json::Map<String, Value> =
                attributes.into_iter().map(|(name, value)| (name, json!({ "Value": value }))).collect();
            Draft::new("UpdateFlowAttributes", title).parameter("FlowAttributes", values)
        }
        scope @ (Some(Scope::Contact | Scope::Related) | None) => Draft::new("UpdateContactAttributes", title)
            .parameter("Attributes", attributes)
            .parameter("TargetContact", if scope == Some(Scope::Related) { "Related" } else { "Current" }),
    };
    super::plain(builder, draft, step.error.as_ref(), next)
}

pub(super) fn voice(builder: &mut Builder<'_>, step: &VoiceStep, next: &Target) -> Target {
    let title = builder.title(|| format!("Voice {}", step.voice));
    let mut draft = Draft::new("UpdateContactTextToSpeechVoice", title)
        .parameter("TextToSpeechVoice", builder.text(&step.voice, step.voice.span));
    if let Some(engine) = &step.engine {
        let engine = match engine.value {
            Engine::Standard => "Standard",
            Engine::Neural => "Neural",
            Engine::Generative => "Generative",
        };
        draft = draft.parameter("TextToSpeechEngine", engine);
    }
    if let Some(style) = &step.style {
        draft = draft.parameter("TextToSpeechStyle", builder.text(style, style.span));
    }
    // A language needs a block of its own, which has an error branch.
    let may_be_unguarded = step.unguarded.is_some() || step.language.is_none();
    if may_be_unguarded && builder.is_unguarded(step.unguarded.as_ref(), step.error.as_ref()) {
        let is_conflicting = step.error.is_some() || step.language.is_some();
        if let (Some(unguarded), true) = (&step.unguarded, is_conflicting) {
            builder.diagnostics.push(
                Diagnostic::error("conflicting-keys", "`unguarded` beside `error` or `language`")
                    .at(unguarded.span, "says that there is no error branch")
                    .help("Take one of the two out."),
            );
        }
        return builder.add(draft.next(next.clone()));
    }
    let reserved = builder.reserve();
    let error = builder.error_branch(step.error.as_ref(), next);
    let after = match &step.language {
        Some(language) => {
            let code = builder.text(language, language.span);
            let language = Draft::new("UpdateContactData", format!("Language {language}"))
                .parameter("LanguageCode", code)
                .next(next.clone())
                .error("NoMatchingError", error.clone());
            builder.add(language)
        }
        None => next.clone(),
    };
    builder.fill(reserved, draft.next(after).error("NoMatchingError", error))
}

pub(super) fn logging(builder: &mut Builder<'_>, step: &LoggingStep, next: Target) -> Target {
    let title = builder.title(|| "Logging".to_owned());
    let behavior = if step.logging.value { "Enabled" } else { "Disabled" };
    builder.add(Draft::new("UpdateFlowLoggingBehavior", title).parameter("FlowLoggingBehavior", behavior).next(next))
}

pub(super) fn record(builder: &mut Builder<'_>, step: &RecordStep, next: Target) -> Target {
    let title = builder.title(|| "Recording".to_owned());
    let participants: &[&str] = match step.record.value {
        Recorded::Both => &["Agent", "Customer"],
        Recorded::Agent => &["Agent"],
        Recorded::Customer => &["Customer"],
        Recorded::Off => &[],
    };
    let mut behavior = json!({ "RecordedParticipants": participants });
    if let (Some(ivr), Value::Object(members)) = (&step.ivr, &mut behavior) {
        let ivr = if ivr.value { "Enabled" } else { "Disabled" };
        members.insert("IVRRecordingBehavior".to_owned(), json!(ivr));
    }
    if let (Some(screen), Value::Object(members)) = (&step.screen, &mut behavior) {
        let screens: &[&str] = if screen.value { &["Agent"] } else { &[] };
        members.insert("ScreenRecordedParticipants".to_owned(), json!(screens));
    }
    let mut draft = Draft::new("UpdateContactRecordingBehavior", title).parameter("RecordingBehavior", behavior);
    if let Some(analytics) = &step.analytics {
        draft = draft.parameter("AnalyticsBehavior", super::raw::parameters(builder, &analytics.value, analytics.span));
    }
    builder.add(draft.next(next))
}
