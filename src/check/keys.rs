//! ARNs of what exists outside of the blueprint: keys, functions, bots, streams.

use std::collections::BTreeSet;

use callform_source::{Diagnostic, Diagnostics, Span, Spanned, did_you_mean};

use super::{Context, Rule};
use crate::blueprint::Blueprint;
use crate::kinds::topic::NO_KEY;
use crate::model::{Kind, TextPart, Value};

pub(super) const KMS: Rule = Rule {
    codes: &["invalid-kms-key"],
    about: "A KMS key is given by something that names no key.",
    why: "Services take the ARN of a key; some take its id or its alias. A name alone is refused in the middle of a \
          deployment.",
    check: kms,
};

pub(super) const REGION: Rule = Rule {
    codes: &["another-region"],
    about: "Something that the center uses is in another region.",
    why: "Connect, Kinesis, Firehose and DynamoDB use keys, functions, bots and streams of their own region only.",
    check: region,
};

/// Services whose objects have to be in the center's region.
const SERVICES: [&str; 5] = ["lambda", "lex", "kinesis", "firehose", "kms"];

fn kms(context: Context<'_>, diagnostics: &mut Diagnostics) {
    let blueprint = &context.loaded.blueprint;
    for (key, takes_more) in keys(blueprint) {
        let is_own = blueprint.kms_keys.contains_key(key) || context.loaded.is_broken(Kind::KmsKey, key);
        // Whether there is such a resource was looked at when it was lowered.
        if is_own || key.starts_with("resource/") {
            continue;
        }
        let is_arn = key.starts_with("arn:") && {
            let parts: Vec<&str> = key.splitn(6, ':').collect();
            parts.get(2) == Some(&"kms")
                && parts.get(5).is_some_and(|it| it.starts_with("key/") || it.starts_with("alias/"))
        };
        let is_id = key.starts_with("alias/") || key.starts_with("mrk-") || is_uuid(key);
        if !(is_arn || (takes_more && is_id)) {
            let meant = did_you_mean(key, blueprint.kms_keys.keys().map(|own| own.value.as_str()));
            let diagnostic = Diagnostic::error("invalid-kms-key", "this names no KMS key").at(key.span, "");
            diagnostics.push(match meant {
                Some(meant) => diagnostic.help(format!("Did you mean `{meant}`?")),
                None => diagnostic
                    .help("Write a key of `kms_keys:`, or its ARN: `arn:aws:kms:<region>:<account>:key/<id>`."),
            });
        }
    }
}

/// The keys of a blueprint, and whether the service that gets one takes its id or alias as well.
fn keys(blueprint: &Blueprint) -> Vec<(&Spanned<String>, bool)> {
    let mut keys: Vec<(&Spanned<String>, bool)> = Vec::new();
    keys.extend(
        blueprint.instance.storage.targets().filter_map(|target| target.kms_key.as_ref()).map(|key| (key, false)),
    );
    keys.extend(blueprint.buckets.values().filter_map(|bucket| bucket.kms_key.as_ref()).map(|key| (key, true)));
    keys.extend(blueprint.streams.values().filter_map(|stream| stream.kms_key.as_ref()).map(|key| (key, true)));
    keys.extend(blueprint.workgroups.values().filter_map(|group| group.kms_key.as_ref()).map(|key| (key, true)));
    keys.extend(blueprint.sqs_queues.values().filter_map(|queue| queue.kms_key.as_ref()).map(|key| (key, true)));
    let of_topics = blueprint.topics.values().filter_map(|topic| topic.kms_key.as_ref());
    keys.extend(of_topics.filter(|key| key.value != NO_KEY).map(|key| (key, true)));
    keys.extend(
        blueprint
            .tables
            .values()
            .filter_map(|table| table.encryption.as_ref())
            .filter(|key| !matches!(key.as_str(), "aws-owned" | "aws-managed"))
            .map(|key| (key, true)),
    );
    keys
}

fn is_uuid(text: &str) -> bool {
    let lengths: Vec<usize> = text.split('-').map(str::len).collect();
    lengths == [8, 4, 4, 4, 12] && text.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-')
}

fn region(context: Context<'_>, diagnostics: &mut Diagnostics) {
    let own = context.model.region.as_str();
    let mut seen: BTreeSet<(Span, &str)> = BTreeSet::new();
    for resource in context.model.resources.values() {
        let uses = resource.address.kind.descriptor_of(&resource.resource_type).outside.is_of_region;
        if !uses {
            continue;
        }
        let mut arns = Vec::new();
        resource.properties.values().for_each(|value| find(value, &mut arns));
        for arn in arns {
            let mut parts = arn.split(':').skip(2);
            let (Some(service), Some(region)) = (parts.next(), parts.next()) else { continue };
            if !SERVICES.contains(&service) || region.is_empty() || region == own || !seen.insert((resource.span, arn))
            {
                continue;
            }
            diagnostics.push(
                Diagnostic::error(
                    "another-region",
                    format!("this {} uses something of another region", resource.address.kind.words()),
                )
                .at(resource.span, format!("of {region}, and the center is in {own}"))
                .note(format!("It is `{arn}`.")),
            );
        }
    }
}

/// ARNs in a value; in the content of a flow they stand in quotes.
fn find<'v>(value: &'v Value, arns: &mut Vec<&'v str>) {
    let mut of_text = |text: &'v str| arns.extend(text.split('"').filter(|piece| piece.starts_with("arn:")));
    match value {
        Value::String(text) => of_text(text),
        Value::Text(parts) => parts.iter().for_each(|part| {
            if let TextPart::Literal(text) = part {
                of_text(text);
            }
        }),
        Value::List(items) => items.iter().for_each(|item| find(item, arns)),
        Value::Object(members) => members.values().for_each(|member| find(member, arns)),
        _ => {}
    }
}
