//! An S3 bucket.

use callform_aws::NamedResource;

use super::descriptor::{
    ArnForm, Descriptor, Drift, Identifiers, Lifetime, Live, Lookup, Lowering, Outside, Reach, Service, UniqueName,
};
use super::keys;

pub(super) static DESCRIPTOR: Descriptor = Descriptor {
    word: "bucket",
    plural: "buckets",
    resource_type: "AWS::S3::Bucket",
    prefix: "Bucket",
    is_single: false,
    lowering: Some(Lowering {
        section: "buckets",
        names: |blueprint| keys(&blueprint.buckets),
        lower: |resolver| resolver.buckets(),
    }),
    finish: None,
    identifiers: Identifiers {
        arn: ArnForm::ByName("arn:${AWS::Partition}:s3:::${Id}"),
        attribute: Some("Arn"),
        parameter: "BucketNames",
    },
    name: UniqueName::in_account("/BucketName"),
    lookup: Some(Lookup { property: "BucketName", resource: NamedResource::Bucket, is_physical_id: true }),
    builtins: None,
    lifetime: Lifetime {
        loss: Some("the files in the bucket are lost"),
        is_retained: true,
        holds_data: true,
        ..Lifetime::PLAIN
    },
    reach: Reach::PLAIN,
    outside: Outside::REGIONAL,
    live: Live::Template { but: Some("lifecycle and CORS rules") },
    drift: Drift::PLAIN,
    service: Service::PLAIN,
    own_rules: &[],
};
