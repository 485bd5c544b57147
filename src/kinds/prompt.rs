//! A prompt.

use callform_aws::ObjectType;
use callform_source::{Diagnostic, Spanned};

use super::descriptor::{
    ArnForm, Builtins, Checks, Content, Descriptor, Drift, Identifiers, Lifetime, Live, Lowering, NamedFile, Outside,
    Reach, Service, UniqueName,
};
use super::keys;
use crate::blueprint::{Blueprint, Definition as _, of_wave, resource};
use crate::model::members::Members;
use crate::model::resolver::Resolver;
use crate::model::{Kind, PROMPT_DIGEST, Value, naming};

resource! {
    /// A recorded prompt: exactly one of `file` and `s3`.
    pub struct Prompt {
        /// Name in Connect. Default: from the key.
        pub name: Option<Spanned<String>>,
        /// What it says.
        pub description: Option<Spanned<String>>,
        /// A WAV file (8 kHz, 8 bit, mono, µ-law or PCM; 50 MB at most) beside the blueprint; it is uploaded.
        pub file: Option<Spanned<String>>,
        /// An audio file that lies in S3 already: `s3://bucket/key`.
        pub s3: Option<Spanned<String>>,
    }
}

pub(crate) static DESCRIPTOR: Descriptor = Descriptor {
    word: "prompt",
    plural: "prompts",
    resource_type: "AWS::Connect::Prompt",
    prefix: "Prompt",
    is_single: false,
    lowering: Some(Lowering {
        section: "prompts",
        names: |blueprint| keys(&blueprint.prompts),
        lower: |resolver| resolver.prompts(),
        files: Some(files),
    }),
    finish: None,
    identifiers: Identifiers {
        arn: ArnForm::InInstance("prompt"),
        attribute: Some("PromptArn"),
        parameter: "PromptIds",
    },
    name: Some(UniqueName::in_instance("/Name")),
    lookup: None,
    builtins: Some(Builtins {
        known: &[
            "Beep.wav",
            "CustomerHold.wav",
            "CustomerQueue.wav",
            "Music_Jazz_MyTimetoFly_Inst.wav",
            "Music_Pop_ThisAndThatIsLife_Inst.wav",
            "Music_Pop_ThrowYourselfInFrontOfIt_Inst.wav",
            "Music_Rock_EverywhereTheSunShines_Inst.wav",
        ],
        objects: ObjectType::Prompt,
    }),
    lifetime: Lifetime::PLAIN,
    reach: Reach::PLAIN,
    outside: Outside::NOTHING,
    live: Live::bulk(|reading| Box::pin(reading.gateway.live_prompts(reading.instance))),
    drift: Drift { never_read: Some(("S3Uri", "the audio of prompts")), ..Drift::PLAIN },
    service: Service { needs: &["s3"], ..Service::limited("L-0865B754", "Prompts per instance", 500) },
    checks: Checks::PLAIN,
};

/// The largest prompt: Amazon Connect takes 50 MB.
const LARGEST: u64 = 50 << 20;

fn files(blueprint: &Blueprint) -> Vec<NamedFile> {
    let files = blueprint.prompts.values().filter_map(|prompt| prompt.file.clone());
    files.map(|name| NamedFile { name, content: Content::Bytes(LARGEST, of_wave) }).collect()
}

impl Resolver<'_> {
    pub(crate) fn prompts(&mut self) {
        for (key, prompt) in &self.blueprint().prompts {
            let (uri, digest) = match (&prompt.file, &prompt.s3) {
                (Some(file), None) => {
                    // A file that could not be read is reported where it was read.
                    let Some(asset) = self.asset("prompts", "wav", file) else { continue };
                    let digest = self.loaded.file(file).map(|file| file.sha256.clone());
                    (Value::AssetUri(asset), digest)
                }
                (None, Some(uri)) => (Value::from(uri), None),
                _ => {
                    self.diagnostics.push(
                        Diagnostic::error("prompt-source", "a prompt comes from exactly one place")
                            .at(key.span, "")
                            .help("Give either `file:` or `s3:`."),
                    );
                    continue;
                }
            };
            let name = &prompt.name;
            let properties = Members::of_instance()
                .with("Name", name.as_ref().map_or_else(|| naming::display_name(key), |name| name.value.clone()))
                .with_some("Description", prompt.description.as_ref())
                .with("S3Uri", uri)
                .with_tags(prompt.tags.as_ref())
                .finish();
            let resource = self.add(Kind::Prompt, key, prompt.common(), properties);
            resource.metadata.extend(digest.map(|digest| (PROMPT_DIGEST.to_owned(), digest)));
        }
    }
}
