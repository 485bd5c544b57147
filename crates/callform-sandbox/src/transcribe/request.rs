//! What clients ask a job for, and which of it is refused.

use std::path::Path;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::INVALID;
use super::place::Place;
use crate::error::AwsError;
use crate::handler::Environment;
use crate::input::Input;
use crate::operation::{Member, Shape, constraint, optional, required};
use crate::services::s3;

/// Most characters of a job's name.
const JOB_NAME: usize = 200;
/// All states of a job.
pub(super) const STATUS: &[&str] = &["QUEUED", "IN_PROGRESS", "FAILED", "COMPLETED"];

/// The members that are checked.
pub(super) const MEMBERS: &[Member] = &[
    required("TranscriptionJobName", Shape::Text(1, JOB_NAME)),
    required("Media", Shape::Object(&[required("MediaFileUri", Shape::Text(1, 2000))])),
    optional("MediaFormat", Shape::OneOf(&["mp3", "mp4", "wav", "flac", "ogg", "amr", "webm", "m4a"])),
    optional("MediaSampleRateHertz", Shape::Number(8000, 48_000)),
    optional("LanguageCode", LANGUAGE),
    optional("IdentifyLanguage", Shape::Flag),
    optional("IdentifyMultipleLanguages", Shape::Flag),
    optional("LanguageOptions", Shape::List(1, usize::MAX, &LANGUAGE)),
    optional("OutputBucketName", Shape::Text(0, 64)),
    optional("OutputKey", Shape::Text(1, 1024)),
    optional("OutputEncryptionKMSKeyId", Shape::Text(1, 2048)),
    optional("KMSEncryptionContext", Shape::TextMap(1, 10)),
    optional(
        "Settings",
        Shape::Object(&[
            optional("VocabularyName", Shape::Text(1, 200)),
            optional("ShowSpeakerLabels", Shape::Flag),
            optional("MaxSpeakerLabels", Shape::Number(2, 30)),
            optional("ChannelIdentification", Shape::Flag),
            optional("ShowAlternatives", Shape::Flag),
            optional("MaxAlternatives", Shape::Number(2, 10)),
            optional("VocabularyFilterName", Shape::Text(1, 200)),
            optional("VocabularyFilterMethod", Shape::OneOf(&["remove", "mask", "tag"])),
        ]),
    ),
    optional(
        "JobExecutionSettings",
        Shape::Object(&[
            optional("AllowDeferredExecution", Shape::Flag),
            optional("DataAccessRoleArn", Shape::Text(20, 2048)),
        ]),
    ),
    optional("Tags", Shape::List(1, 200, &TAG)),
];

const TAG: Shape = Shape::Object(&[required("Key", Shape::Text(1, 128)), required("Value", Shape::Text(0, 256))]);
const LANGUAGE: Shape = Shape::OneOf(LANGUAGES);

/// What the sandbox would have to listen for.
const REFUSED: &[&str] = &["ContentRedaction", "LanguageIdSettings", "ModelSettings", "Subtitles", "ToxicityDetection"];
/// Members that a job shows as they were given.
const SHOWN: &[&str] = &[
    "LanguageCode",
    "MediaSampleRateHertz",
    "MediaFormat",
    "Media",
    "Settings",
    "JobExecutionSettings",
    "IdentifyLanguage",
    "IdentifyMultipleLanguages",
    "LanguageOptions",
    "Tags",
];

/// What a job is to do.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Wanted {
    /// Name of the job.
    pub(super) name: String,
    /// Where the audio is.
    pub(super) media: Place,
    /// Where the transcript goes; `None` for the service's own bucket.
    pub(super) output: Option<Place>,
    /// What a job shows of its request.
    pub(super) shown: Map<String, Value>,
}

impl Wanted {
    /// Reads a request whose members are of their shapes.
    pub(super) fn read(environment: &Environment, input: &Input) -> Result<Self, AwsError> {
        let name = input.need("TranscriptionJobName")?;
        check_name(name)?;
        if let Some(refused) = REFUSED.iter().find(|refused| input.value(refused).is_some()) {
            return Err(AwsError::unsupported("Transcribe", &format!("StartTranscriptionJob with {refused}")));
        }
        check_language(input)?;
        check_settings(&input.object("Settings"))?;
        check_execution(&input.object("JobExecutionSettings"))?;
        let uri = input.value("Media").and_then(|media| media["MediaFileUri"].as_str()).unwrap_or_default();
        let media = Place::of_uri(uri).filter(|media| media.is_there(environment)).ok_or_else(|| {
            wrong(
                "The S3 URI that you provided can't be accessed. Make sure that you have read permission and try your \
                 request again.",
            )
        })?;
        let mut shown = Map::new();
        input.copy(SHOWN, &mut shown);
        Ok(Self { name: name.to_owned(), media, output: output(environment, input, name)?, shown })
    }
}

/// Refuses what is no name of a job.
pub(super) fn check_name(name: &str) -> Result<(), AwsError> {
    let right = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
    if name.len() <= JOB_NAME && name.bytes().all(right) {
        return Ok(());
    }
    let rule = "Member must satisfy regular expression pattern: ^[0-9a-zA-Z._-]{1,200}$";
    Err(constraint(INVALID, "TranscriptionJobName", rule))
}

fn wrong(message: &str) -> AwsError {
    AwsError::new(400, INVALID, message)
}

fn check_language(input: &Input) -> Result<(), AwsError> {
    let given =
        [input.text("LanguageCode").is_some(), input.flag("IdentifyLanguage"), input.flag("IdentifyMultipleLanguages")];
    if given.iter().filter(|given| **given).count() != 1 {
        return Err(wrong("Specify exactly one of LanguageCode, IdentifyLanguage and IdentifyMultipleLanguages."));
    }
    let options = input.list("LanguageOptions");
    if input.value("LanguageOptions").is_some() && (given[0] || options.len() < 2) {
        return Err(wrong(
            "LanguageOptions needs at least two language codes, and IdentifyLanguage or IdentifyMultipleLanguages.",
        ));
    }
    Ok(())
}

fn check_settings(settings: &Map<String, Value>) -> Result<(), AwsError> {
    let settings = Input::new(settings, INVALID);
    let (speakers, channels) = (settings.flag("ShowSpeakerLabels"), settings.flag("ChannelIdentification"));
    if speakers && channels {
        return Err(wrong("You can't use ShowSpeakerLabels and ChannelIdentification in the same request."));
    }
    if speakers != settings.number("MaxSpeakerLabels").is_some() {
        return Err(wrong("ShowSpeakerLabels and MaxSpeakerLabels need each other."));
    }
    if settings.flag("ShowAlternatives") != settings.number("MaxAlternatives").is_some() {
        return Err(wrong("ShowAlternatives and MaxAlternatives need each other."));
    }
    // The sandbox has no operations that make some.
    if let Some(kind) = ["VocabularyName", "VocabularyFilterName"].iter().find(|name| settings.text(name).is_some()) {
        return Err(wrong(&format!("The {kind} that you specified couldn't be found.")));
    }
    Ok(())
}

fn check_execution(settings: &Map<String, Value>) -> Result<(), AwsError> {
    let settings = Input::new(settings, INVALID);
    if settings.flag("AllowDeferredExecution") && settings.text("DataAccessRoleArn").is_none() {
        return Err(wrong("AllowDeferredExecution needs a DataAccessRoleArn."));
    }
    Ok(())
}

/// Where the transcript goes: a key that ends in `.json` is the file, any other the folder of `<name>.json`.
fn output(environment: &Environment, input: &Input, name: &str) -> Result<Option<Place>, AwsError> {
    let key = input.text("OutputKey");
    let Some(bucket) = input.text("OutputBucketName").filter(|bucket| !bucket.is_empty()) else {
        return match key {
            Some(_) => Err(wrong("OutputKey needs an OutputBucketName.")),
            None => Ok(None),
        };
    };
    let right = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.!*'()/".contains(&byte);
    if key.is_some_and(|key| !key.bytes().all(right)) {
        let rule = "Member must satisfy regular expression pattern: [a-zA-Z0-9-_.!*'()/]{1,1024}$";
        return Err(constraint(INVALID, "OutputKey", rule));
    }
    if s3::bucket::require(environment, bucket).is_err() {
        return Err(wrong(
            "The specified S3 bucket can't be accessed. Make sure that you have write permission and try your request \
             again.",
        ));
    }
    let key = match key {
        Some(key) if Path::new(key).extension().is_some_and(|end| end == "json") => key.to_owned(),
        Some(folder) => format!("{}/{name}.json", folder.trim_end_matches('/')),
        None => format!("{name}.json"),
    };
    Ok(Some(Place { bucket: bucket.to_owned(), key }))
}

/// All languages of the service.
const LANGUAGES: &[&str] = &[
    "ab-GE", "af-ZA", "am-ET", "ar-AE", "ar-SA", "ast-ES", "az-AZ", "ba-RU", "be-BY", "bg-BG", "bn-IN", "bs-BA",
    "ca-ES", "ckb-IQ", "ckb-IR", "cs-CZ", "cy-GB", "cy-WL", "da-DK", "de-CH", "de-DE", "el-GR", "en-AB", "en-AU",
    "en-GB", "en-IE", "en-IN", "en-NZ", "en-US", "en-WL", "en-ZA", "es-ES", "es-MX", "es-US", "et-EE", "et-ET",
    "eu-ES", "fa-AF", "fa-IR", "fi-FI", "fr-CA", "fr-FR", "ga-IE", "gd-GB", "gl-ES", "gu-IN", "ha-NG", "he-IL",
    "hi-IN", "hr-HR", "ht-HT", "hu-HU", "hy-AM", "id-ID", "is-IS", "it-IT", "ja-JP", "jv-ID", "ka-GE", "kab-DZ",
    "kk-KZ", "km-KH", "kn-IN", "ko-KR", "ky-KG", "lg-IN", "lt-LT", "lv-LV", "mhr-RU", "mi-NZ", "mk-MK", "ml-IN",
    "mn-MN", "mr-IN", "ms-MY", "mt-MT", "my-MM", "ne-NP", "nl-NL", "no-NO", "or-IN", "pa-IN", "pl-PL", "ps-AF",
    "pt-BR", "pt-PT", "ro-RO", "ru-RU", "rw-RW", "si-LK", "sk-SK", "sl-SI", "so-SO", "sq-AL", "sr-RS", "su-ID",
    "sv-SE", "sw-BI", "sw-KE", "sw-RW", "sw-TZ", "sw-UG", "ta-IN", "te-IN", "th-TH", "tl-PH", "tr-TR", "tt-RU",
    "ug-CN", "uk-UA", "uz-UZ", "vi-VN", "wo-SN", "zh-CN", "zh-HK", "zh-TW", "zu-ZA",
];
