//! A KMS key, and the keys that other sections name.

use std::collections::{BTreeMap, BTreeSet};

use callform_aws::NamedResource;
use callform_source::{Diagnostic, Diagnostics, Spanned};

use super::descriptor::{
    ArnForm, Checks, Descriptor, Drift, Identifiers, Lifetime, Live, Lookup, Lowering, Outside, Reach, Service,
};
use super::keys;
use super::topic::{KEY_OF_SNS, NO_KEY};
use crate::blueprint::{Blueprint, Common, Definition as _, Duration, Name, resource};
use crate::check::{Context, Rule};
use crate::model::members::Members;
use crate::model::senders::{key_of, senders};
use crate::model::{Address, Attribute, Kind, Reference, Resolver, Target, TextPart, Value, access};

resource! {
    /// A KMS key for what the center keeps: rotated, for this account and the services that need it.
    ///
    /// Others name it by its key in `kms_key:`. What it encrypted can never be read again once it is deleted, so it is
    /// kept when it leaves the blueprint.
    pub struct KmsKey {
        /// What it is for.
        pub description: Option<Spanned<String>>,
        /// Its alias, without `alias/`. Default: `<center>-<key>`.
        pub alias: Option<Spanned<String>>,
        /// How often its material changes, 90 to 2,560 days. Default: `365d`.
        pub rotate_every: Option<Spanned<Duration>>,
        /// Services that use the key by themselves, such as `connect.amazonaws.com` for prompts in an encrypted bucket.
        /// Those that send to encrypted topics and queues of this blueprint need not be named.
        #[serde(default)]
        pub services: Vec<Spanned<String>>,
    }
}

pub(super) static DESCRIPTOR: Descriptor = Descriptor {
    word: "kms_key",
    plural: "keys",
    resource_type: "AWS::KMS::Key",
    prefix: "KmsKey",
    is_single: false,
    lowering: Some(Lowering {
        section: "kms_keys",
        names: |blueprint| keys(&blueprint.kms_keys),
        lower: |resolver| resolver.kms_keys(),
        files: None,
    }),
    finish: None,
    identifiers: Identifiers {
        arn: ArnForm::ByName("arn:${AWS::Partition}:kms:${AWS::Region}:${AWS::AccountId}:key/${Id}"),
        attribute: Some("Arn"),
        parameter: "KmsKeyIds",
    },
    // Its alias is.
    name: None,
    lookup: Some(Lookup { property: "KeyId", resource: NamedResource::Key, is_physical_id: true }),
    builtins: None,
    lifetime: Lifetime {
        is_retained: true,
        holds_data: true,
        ..Lifetime::losing("what the key encrypted can never be read again")
    },
    reach: Reach::PLAIN,
    outside: Outside::NOTHING,
    live: Live::TEMPLATE,
    drift: Drift::PLAIN,
    service: Service::PLAIN,
    checks: Checks {
        rules: &[KEY_OF_SERVICE],
        codes: &[
            ("key-rotation", "The material of a key changes more or less often than KMS does."),
            ("key-service", "A key is for a service that is named in another way than policies name it."),
            ("key-alias", "Two keys have the same alias."),
        ],
        told_by_rules: &["/RotationPeriodInDays"],
    },
};

const KEY_OF_SERVICE: Rule = Rule {
    codes: &["key-of-service"],
    about: "A service sends to a topic or queue whose key it cannot use.",
    why: "The keys of SNS and SQS themselves have policies that nobody can change, and which let neither alarms nor rules \
          nor topics use them: what they send is lost, and only the history of the alarm says so.",
    check: key_of_service,
};

/// Source: AWS Key Management Service Developer Guide, "Rotation period".
const ROTATION_DAYS: std::ops::RangeInclusive<u32> = 90..=2560;
const DEFAULT_ROTATION_DAYS: u32 = 365;
const SECONDS_PER_DAY: u32 = 86_400;

impl Resolver<'_> {
    fn kms_keys(&mut self) {
        let mut aliases: BTreeMap<String, callform_source::Span> = BTreeMap::new();
        for (key, kms) in &self.blueprint().kms_keys {
            let services = self.services_of(key, kms);
            let own = || format!("Key {key} of {}", self.blueprint().center.value);
            let description = kms.description.as_ref().map_or_else(own, |text| text.value.clone());
            let days = self.rotation(kms);
            let properties = Members::new()
                .with("Description", description)
                .with("EnableKeyRotation", true)
                .with("RotationPeriodInDays", days)
                .with("KeyPolicy", key_policy(services))
                .with_tags(kms.tags.as_ref())
                .finish();
            self.add(Kind::KmsKey, key, kms.common(), properties);
            let own = || format!("{}-{}", self.blueprint().center.value, key.replace(|c| !is_of_alias(c), "-"));
            let alias =
                kms.alias.as_ref().map_or_else(own, |alias| alias.strip_prefix("alias/").unwrap_or(alias).to_owned());
            if let Some(first) = aliases.insert(alias.clone(), key.span) {
                self.diagnostics.push(
                    Diagnostic::error("key-alias", "two keys have the same alias")
                        .at(key.span, format!("`alias/{alias}`"))
                        .also(first, "and so has this one")
                        .help("Give one of them another `alias:`."),
                );
            }
            let target = Target::Resource(Address::new(Kind::KmsKey, key.value.clone()));
            let properties = Members::new()
                .with("AliasName", format!("alias/{alias}"))
                .with("TargetKeyId", Value::Reference(Reference { target, attribute: Attribute::Ref }))
                .finish();
            let common = Common { renamed_from: kms.renamed_from.as_ref(), ..Common::NONE };
            self.add(Kind::KmsAlias, key, common, properties);
        }
    }

    fn rotation(&mut self, kms: &KmsKey) -> u32 {
        let Some(every) = &kms.rotate_every else { return DEFAULT_ROTATION_DAYS };
        let days = every.seconds / SECONDS_PER_DAY;
        if every.seconds % SECONDS_PER_DAY != 0 || !ROTATION_DAYS.contains(&days) {
            self.diagnostics.push(
                Diagnostic::error("key-rotation", "KMS changes keys every 90 to 2,560 days")
                    .at(every.span, "")
                    .help("Write whole days: `365d`."),
            );
        }
        days
    }

    /// Services that may use a key: those that are named, and those that send to what it encrypts.
    fn services_of(&mut self, key: &Spanned<String>, kms: &KmsKey) -> BTreeSet<String> {
        for service in kms.services.iter().filter(|service| !service.ends_with(".amazonaws.com")) {
            self.diagnostics.push(
                Diagnostic::error("key-service", "this is no service as policies name it")
                    .at(service.span, "")
                    .help("Write `s3.amazonaws.com` or the like."),
            );
        }
        let blueprint = self.blueprint();
        let senders = senders(blueprint);
        let of_key = |kind, name: &Name| key_of(blueprint, kind, name).is_some_and(|used| used.value == key.value);
        let sending = senders.iter().filter(|one| of_key(one.kind, one.to)).map(|one| one.service.to_owned());
        kms.services.iter().map(|service| service.value.clone()).chain(sending).collect()
    }

    /// The key that something is encrypted with: of one of this blueprint the ARN, of others what is written.
    pub(crate) fn kms_key(&mut self, key: &Name) -> Value {
        let is_own = self.defines(Kind::KmsKey, key) || key.starts_with("resource/");
        if is_own { self.arn(Kind::KmsKey, key) } else { Value::from(key) }
    }

    /// The permission to use the key of something of this blueprint, for whoever reads or writes it.
    pub(crate) fn using_key_of(&mut self, kind: Kind, name: &Name) -> Option<Value> {
        let service = match kind {
            Kind::SqsQueue => "sqs",
            Kind::Topic => "sns",
            Kind::Bucket => "s3",
            Kind::Stream => "kinesis",
            Kind::Table => "dynamodb",
            _ => return None,
        };
        let key = key_of(self.blueprint(), kind, name)?;
        self.kms_statement(key, &["kms:Decrypt", "kms:GenerateDataKey"], service)
    }

    /// The permission to use a key, through one service only. A key that is named by an alias is found by it; those of the
    /// services themselves need none.
    pub(crate) fn kms_statement(&mut self, key: &Name, actions: &[&str], service: &str) -> Option<Value> {
        if key.starts_with("alias/aws/") || key.value == NO_KEY {
            return None;
        }
        let through = text(&[&format!("{service}."), "AWS::Region", ".", "AWS::URLSuffix"]);
        let mut condition = Members::new().with("StringEquals", Members::new().with("kms:ViaService", through));
        let used = self.kms_key(key);
        let is_whole = matches!(used, Value::Reference(_)) || key.starts_with("arn:");
        let resource = if is_whole {
            used
        } else {
            condition = condition
                .with("ForAnyValue:StringEquals", Members::new().with("kms:ResourceAliases", vec![Value::from(key)]));
            text(&["arn:", "AWS::Partition", ":kms:", "AWS::Region", ":", "AWS::AccountId", ":key/*"])
        };
        let actions = actions.iter().map(|action| Value::from(*action)).collect::<Vec<_>>();
        let statement = Members::new()
            .with("Effect", "Allow")
            .with("Action", actions)
            .with("Resource", vec![resource])
            .with("Condition", condition);
        Some(statement.into())
    }
}

/// A text of literals and pseudo parameters.
fn text(parts: &[&str]) -> Value {
    let part = |text: &&str| match *text {
        "AWS::Partition" => TextPart::Pseudo("AWS::Partition"),
        "AWS::Region" => TextPart::Pseudo("AWS::Region"),
        "AWS::AccountId" => TextPart::Pseudo("AWS::AccountId"),
        "AWS::URLSuffix" => TextPart::Pseudo("AWS::URLSuffix"),
        other => TextPart::Literal(other.to_owned()),
    };
    Value::Text(parts.iter().map(part).collect())
}

/// Characters of an alias.
fn is_of_alias(character: char) -> bool {
    character.is_ascii_alphanumeric() || matches!(character, '/' | '_' | '-')
}

/// The account decides by its IAM policies; services may use the key for this account alone.
fn key_policy(services: BTreeSet<String>) -> Members {
    let root = text(&["arn:", "AWS::Partition", ":iam::", "AWS::AccountId", ":root"]);
    let of_account = Members::new()
        .with("Sid", "Account")
        .with("Effect", "Allow")
        .with("Principal", Members::new().with("AWS", root))
        .with("Action", "kms:*")
        .with("Resource", "*");
    let mut statements = vec![Value::from(of_account)];
    if !services.is_empty() {
        let services: Vec<Value> = services.into_iter().map(Value::from).collect();
        let account = Members::new().with("aws:SourceAccount", Value::Pseudo("AWS::AccountId"));
        let of_services = Members::new()
            .with("Sid", "Services")
            .with("Effect", "Allow")
            .with("Principal", Members::new().with("Service", services))
            .with("Action", vec!["kms:Decrypt".into(), "kms:GenerateDataKey*".into()])
            .with("Resource", "*")
            .with("Condition", Members::new().with("StringEquals", account));
        statements.push(of_services.into());
    }
    access::document(statements)
}

fn key_of_service(context: Context<'_>, diagnostics: &mut Diagnostics) {
    let blueprint: &Blueprint = &context.loaded.blueprint;
    let mut told = BTreeSet::new();
    for sender in senders(blueprint) {
        let written = key_of(blueprint, sender.kind, sender.to).map(|key| key.value.as_str());
        let is_own = match sender.kind {
            Kind::Topic => blueprint.topics.contains_key(sender.to) && matches!(written, None | Some(KEY_OF_SNS)),
            _ => written == Some("alias/aws/sqs"),
        };
        if is_own && told.insert((sender.service, sender.to.span)) {
            diagnostics.push(
                Diagnostic::error("key-of-service", format!("{} cannot use the key of this", sender.service))
                    .at(sender.to.span, "encrypted with the key of the service itself")
                    .help(if sender.kind == Kind::Topic {
                        "Give it a `kms_key:` of `kms_keys:`, whose policy lets the service use it, or `kms_key: none`."
                    } else {
                        "Give it a `kms_key:` of `kms_keys:`, whose policy lets the service use it, or none: then SQS encrypts it."
                    }),
            );
        }
    }
}
