//! The policy of an S3 bucket.

use callform_aws::NamedResource;

use super::descriptor::{
    ArnForm, Checks, Descriptor, Drift, Identifiers, Lifetime, Live, Lookup, Outside, Reach, Service,
};

pub(crate) static DESCRIPTOR: Descriptor = Descriptor {
    word: "bucket_policy",
    plural: "bucket policies",
    resource_type: "AWS::S3::BucketPolicy",
    prefix: "BucketPolicy",
    is_single: false,
    lowering: None,
    finish: None,
    identifiers: Identifiers { arn: ArnForm::Whole(None), attribute: None, parameter: "BucketPolicyRefs" },
    name: None,
    lookup: Some(Lookup { property: "Bucket", resource: NamedResource::BucketPolicy, is_physical_id: true }),
    builtins: None,
    lifetime: Lifetime { is_retained: true, ..Lifetime::PLAIN },
    reach: Reach::PLAIN,
    outside: Outside::NOTHING,
    live: Live::TEMPLATE,
    drift: Drift::PLAIN,
    service: Service::PLAIN,
    checks: Checks::PLAIN,
};
