//! A Glue crawler.

use super::descriptor::{
    ArnForm, Descriptor, Drift, Identifiers, Lifetime, Live, Lowering, Outside, Reach, Service, UniqueName,
};
use super::keys;

pub(super) static DESCRIPTOR: Descriptor = Descriptor {
    word: "crawler",
    plural: "crawlers",
    resource_type: "AWS::Glue::Crawler",
    prefix: "Crawler",
    is_single: false,
    lowering: Some(Lowering {
        section: "crawlers",
        names: |blueprint| keys(&blueprint.crawlers),
        lower: |resolver| resolver.crawlers(),
    }),
    finish: None,
    identifiers: Identifiers {
        arn: ArnForm::ByName("arn:${AWS::Partition}:glue:${AWS::Region}:${AWS::AccountId}:crawler/${Id}"),
        attribute: None,
        parameter: "CrawlerNames",
    },
    name: UniqueName::in_account("/Name"),
    lookup: None,
    builtins: None,
    lifetime: Lifetime::PLAIN,
    reach: Reach::PLAIN,
    outside: Outside::NOTHING,
    live: Live::TEMPLATE,
    drift: Drift::PLAIN,
    service: Service { needs: &["iam"], ..Service::PLAIN },
    own_rules: &[],
};
