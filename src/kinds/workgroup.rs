//! Athena workgroups and their saved queries.

use callform_source::{Diagnostic, Spanned};

use super::descriptor::{
    ArnForm, Checks, Content, Descriptor, Drift, Identifiers, Lifetime, Live, Lowering, NamedFile, Outside, Reach,
    Service, UniqueName,
};
use super::keys;
use crate::blueprint::{Blueprint, Common, Definition as _, Name, NamedQuery, Section, TextKind, resource};
use crate::model::members::Members;
use crate::model::resolver::Resolver;
use crate::model::{Address, Attribute, Kind, Reference, Target, Value};

resource! {
    /// An Athena workgroup: what it says holds for every query, results are encrypted.
    pub struct Workgroup {
        /// Name in Athena. Default: `<center>-<key>`.
        pub name: Option<Spanned<String>>,
        /// What it is for.
        pub description: Option<Spanned<String>>,
        /// Where results go: a bucket of this blueprint, or `existing/<bucket name>`.
        pub bucket: Name,
        /// Prefix of results. Default: `athena/<key>/`.
        pub prefix: Option<Spanned<String>>,
        /// ARN of the KMS key that results are encrypted with. Default: S3's own encryption.
        pub kms_key: Option<Spanned<String>>,
        /// Megabytes after which a query is stopped, 10 at least. Default: 10,000.
        pub scan_limit: Option<Spanned<u32>>,
        /// Saved queries, by name.
        #[serde(default)]
        pub queries: Section<NamedQuery>,
    }
}

pub(crate) static DESCRIPTOR: Descriptor = Descriptor {
    word: "workgroup",
    plural: "workgroups",
    resource_type: "AWS::Athena::WorkGroup",
    prefix: "Workgroup",
    is_single: false,
    lowering: Some(Lowering {
        section: "workgroups",
        names: |blueprint| keys(&blueprint.workgroups),
        lower: |resolver| resolver.workgroups(),
        files: Some(files),
    }),
    finish: None,
    identifiers: Identifiers {
        arn: ArnForm::ByName("arn:${AWS::Partition}:athena:${AWS::Region}:${AWS::AccountId}:workgroup/${Id}"),
        attribute: None,
        parameter: "WorkGroupNames",
    },
    name: Some(UniqueName::in_account("/Name")),
    lookup: None,
    builtins: None,
    lifetime: Lifetime::losing("the history of its queries is lost"),
    reach: Reach::PLAIN,
    outside: Outside::REGIONAL,
    live: Live::TEMPLATE,
    drift: Drift::PLAIN,
    service: Service::PLAIN,
    checks: Checks::PLAIN,
};

const DEFAULT_SCAN_LIMIT_MB: u32 = 10_000;

const LEAST_SCAN_LIMIT_MB: u32 = 10;

const BYTES_PER_MB: i64 = 1_000_000;

fn files(blueprint: &Blueprint) -> Vec<NamedFile> {
    let queries = blueprint.workgroups.values().flat_map(|workgroup| workgroup.queries.values());
    let files = queries.filter_map(|query| query.file.clone());
    files.map(|name| NamedFile { name, content: Content::Text(TextKind::Sql) }).collect()
}

impl Resolver<'_> {
    pub(crate) fn workgroups(&mut self) {
        for (key, workgroup) in &self.blueprint().workgroups {
            let own = || format!("{}-{}", self.blueprint().center.value, key.replace('_', "-"));
            let name = workgroup.name.as_ref().map_or_else(own, |name| name.value.clone());
            let configuration = self.workgroup_configuration(key, workgroup);
            let properties = Members::new()
                .with("Name", name)
                .with_some("Description", workgroup.description.as_ref())
                .with("State", "ENABLED")
                // Athena remembers every query; a workgroup that was used could not be deleted otherwise.
                .with("RecursiveDeleteOption", true)
                .with("WorkGroupConfiguration", configuration)
                .with_tags(workgroup.tags.as_ref())
                .finish();
            self.add(Kind::Workgroup, key, workgroup.common(), properties);
            self.queries_of_workgroup(key, workgroup);
        }
    }

    fn workgroup_configuration(&mut self, key: &Spanned<String>, workgroup: &Workgroup) -> Members {
        let encryption = match &workgroup.kms_key {
            Some(kms) => Members::new().with("EncryptionOption", "SSE_KMS").with("KmsKey", kms),
            None => Members::new().with("EncryptionOption", "SSE_S3"),
        };
        let prefix = workgroup.prefix.as_ref().map_or_else(|| format!("athena/{key}/"), |prefix| prefix.value.clone());
        let results = Members::new()
            .with("OutputLocation", self.location(&workgroup.bucket, &prefix))
            .with("EncryptionConfiguration", encryption)
            .with("ExpectedBucketOwner", Value::Pseudo("AWS::AccountId"));
        let limit = workgroup.scan_limit.as_ref().map_or(DEFAULT_SCAN_LIMIT_MB, |limit| limit.value);
        if let Some(written) = workgroup.scan_limit.as_ref().filter(|limit| limit.value < LEAST_SCAN_LIMIT_MB) {
            self.diagnostics
                .push(Diagnostic::error("scan-limit", "Athena takes no limit below 10 megabytes").at(written.span, ""));
        }
        Members::new()
            .with("EnforceWorkGroupConfiguration", true)
            .with("PublishCloudWatchMetricsEnabled", true)
            .with("RequesterPaysEnabled", false)
            .with("BytesScannedCutoffPerQuery", i64::from(limit) * BYTES_PER_MB)
            .with("EngineVersion", Members::new().with("SelectedEngineVersion", "Athena engine version 3"))
            .with("ResultConfiguration", results)
    }

    fn queries_of_workgroup(&mut self, key: &Spanned<String>, workgroup: &Workgroup) {
        for (query_key, query) in &workgroup.queries {
            let Some(text) = self.query(query_key, query.sql.as_ref(), query.file.as_ref()) else { continue };
            if !self.defines(Kind::Database, &query.database) {
                self.unknown(Kind::Database, &query.database, query.database.span);
            }
            let reference = |kind, name: &str| {
                let target = Target::Resource(Address::new(kind, name));
                Value::Reference(Reference { target, attribute: Attribute::Ref })
            };
            let properties = Members::new()
                .with("Name", query_key)
                .with_some("Description", query.description.as_ref())
                .with("Database", reference(Kind::Database, &query.database))
                .with("WorkGroup", reference(Kind::Workgroup, key))
                .with("QueryString", text)
                .finish();
            let name = Spanned::new(format!("{key}.{query_key}"), query_key.span);
            self.add(Kind::NamedQuery, &name, Common::NONE, properties);
        }
    }
}
