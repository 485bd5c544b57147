//! A prompt.

use callform_aws::ObjectType;

use super::descriptor::{
    ArnForm, Builtins, Descriptor, Drift, Identifiers, Lifetime, Live, Lowering, Outside, Reach, Service, UniqueName,
};
use super::keys;

pub(super) static DESCRIPTOR: Descriptor = Descriptor {
    word: "prompt",
    plural: "prompts",
    resource_type: "AWS::Connect::Prompt",
    prefix: "Prompt",
    is_single: false,
    lowering: Some(Lowering {
        section: "prompts",
        names: |blueprint| keys(&blueprint.prompts),
        lower: |resolver| resolver.prompts(),
    }),
    finish: None,
    identifiers: Identifiers {
        arn: ArnForm::InInstance("prompt"),
        attribute: Some("PromptArn"),
        parameter: "PromptIds",
    },
    name: UniqueName::in_instance("/Name"),
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
    own_rules: &[],
};
