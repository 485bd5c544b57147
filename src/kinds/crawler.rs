//! Glue crawlers, each with a role that may do just what it does.

use callform_source::Spanned;

use super::descriptor::{
    ArnForm, Checks, Descriptor, Drift, Identifiers, Lifetime, Live, Lowering, Outside, Reach, Service, UniqueName,
};
use super::keys;
use crate::blueprint::{Common, Definition as _, Name, resource};
use crate::model::access::{self, allow, with_suffix};
use crate::model::members::Members;
use crate::model::resolver::Resolver;
use crate::model::{Address, Attribute, Kind, Reference, Target, TextPart, Value};

resource! {
    /// A Glue crawler: it looks through files and makes tables of what it finds. Tables of `databases` need none.
    pub struct Crawler {
        /// Name in Glue. Default: CloudFormation makes one up.
        pub name: Option<Spanned<String>>,
        /// What it is for.
        pub description: Option<Spanned<String>>,
        /// The database its tables are made in.
        pub database: Name,
        /// A bucket of this blueprint, or `existing/<bucket name>`.
        pub bucket: Name,
        /// The folder to look through: a prefix that ends with `/`.
        pub prefix: Spanned<String>,
        /// When it runs, such as `cron(0 3 * * ? *)` (UTC). Default: only when it is started.
        pub schedule: Option<Spanned<String>>,
        /// What the names of its tables begin with.
        pub table_prefix: Option<Spanned<String>>,
    }
}

pub(crate) static DESCRIPTOR: Descriptor = Descriptor {
    word: "crawler",
    plural: "crawlers",
    resource_type: "AWS::Glue::Crawler",
    prefix: "Crawler",
    is_single: false,
    lowering: Some(Lowering {
        section: "crawlers",
        names: |blueprint| keys(&blueprint.crawlers),
        lower: |resolver| resolver.crawlers(),
        files: None,
    }),
    finish: None,
    identifiers: Identifiers {
        arn: ArnForm::ByName("arn:${AWS::Partition}:glue:${AWS::Region}:${AWS::AccountId}:crawler/${Id}"),
        attribute: None,
        parameter: "CrawlerNames",
    },
    name: Some(UniqueName::in_account("/Name")),
    lookup: None,
    builtins: None,
    lifetime: Lifetime::PLAIN,
    reach: Reach::PLAIN,
    outside: Outside::NOTHING,
    live: Live::TEMPLATE,
    drift: Drift::PLAIN,
    service: Service { needs: &["iam"], ..Service::PLAIN },
    checks: Checks::PLAIN,
};

impl Resolver<'_> {
    pub(crate) fn crawlers(&mut self) {
        for (key, crawler) in &self.blueprint().crawlers {
            let target = Target::Resource(Address::new(Kind::Database, crawler.database.value.clone()));
            if !self.defines(Kind::Database, &crawler.database) {
                self.unknown(Kind::Database, &crawler.database, crawler.database.span);
            }
            let location = self.location(&crawler.bucket, &crawler.prefix);
            let role = self.crawler_role(key, crawler);
            let path = Members::new().with("Path", location);
            let schedule =
                crawler.schedule.as_ref().map(|schedule| Members::new().with("ScheduleExpression", schedule));
            let policy = Members::new().with("UpdateBehavior", "LOG").with("DeleteBehavior", "LOG");
            let properties = Members::new()
                .with_some("Name", crawler.name.as_ref())
                .with_some("Description", crawler.description.as_ref())
                .with("Role", role)
                .with("DatabaseName", Value::Reference(Reference { target, attribute: Attribute::Ref }))
                .with("Targets", Members::new().with("S3Targets", vec![path.into()]))
                .with("SchemaChangePolicy", policy)
                .with_some("Schedule", schedule)
                .with_some("TablePrefix", crawler.table_prefix.as_ref())
                .with_some("Tags", tags_object(crawler.tags.as_ref()))
                .finish();
            self.add(Kind::Crawler, key, crawler.common(), properties);
        }
    }

    fn crawler_role(&mut self, key: &Spanned<String>, crawler: &Crawler) -> Value {
        let found = self.blueprint().databases.get_key_value(&crawler.database);
        let database = found.map_or_else(String::new, |(key, database)| self.database_name(key, database));
        let in_service = |service: &str, rest: &str| {
            Value::Text(vec![
                TextPart::Literal("arn:".to_owned()),
                TextPart::Pseudo("AWS::Partition"),
                TextPart::Literal(format!(":{service}:")),
                TextPart::Pseudo("AWS::Region"),
                TextPart::Literal(":".to_owned()),
                TextPart::Pseudo("AWS::AccountId"),
                TextPart::Literal(format!(":{rest}")),
            ])
        };
        let catalog = vec![
            in_service("glue", "catalog"),
            in_service("glue", &format!("database/{database}")),
            in_service("glue", &format!("table/{database}/*")),
        ];
        let glue = [
            "glue:BatchCreatePartition",
            "glue:BatchGetPartition",
            "glue:CreatePartition",
            "glue:CreateTable",
            "glue:GetDatabase",
            "glue:GetPartition",
            "glue:GetPartitions",
            "glue:GetTable",
            "glue:GetTables",
            "glue:UpdatePartition",
            "glue:UpdateTable",
        ];
        let bucket = self.bucket_arn(&crawler.bucket);
        let objects = with_suffix(bucket.clone(), &format!("/{}*", crawler.prefix.value));
        let statements = vec![
            allow(&glue, catalog),
            allow(&["s3:GetBucketLocation", "s3:ListBucket"], vec![bucket]),
            allow(&["s3:GetObject"], vec![objects]),
            allow(
                &["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"],
                vec![in_service("logs", "log-group:/aws-glue/crawlers*")],
            ),
        ];
        let role = Spanned::new(format!("crawler.{key}"), key.span);
        let properties = Members::new()
            .with("Description", format!("Role of the crawler {key} of {}", self.blueprint().center))
            .with("AssumeRolePolicyDocument", access::own_account_trust_policy("glue.amazonaws.com"))
            .with_list("Policies", access::inline_policy(key, statements))
            .finish();
        self.add(Kind::Role, &role, Common::NONE, properties);
        Value::arn_of(Address::new(Kind::Role, role.value))
    }
}

/// Tags as Glue takes them: an object.
fn tags_object(tags: Option<&std::collections::BTreeMap<String, String>>) -> Option<Members> {
    let tags = tags.filter(|tags| !tags.is_empty())?;
    Some(tags.iter().fold(Members::new(), |members, (key, value)| members.with(key, value.as_str())))
}
