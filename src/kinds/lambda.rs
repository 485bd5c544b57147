//! A Lambda function.

use callform_aws::NamedResource;

use super::descriptor::{
    ArnForm, Descriptor, Drift, Identifiers, Lifetime, Live, Lookup, Lowering, Names, Outside, Reach, Service,
    UniqueName,
};
use crate::blueprint::Blueprint;

pub(super) static DESCRIPTOR: Descriptor = Descriptor {
    word: "lambda",
    plural: "functions",
    resource_type: "AWS::Lambda::Function",
    prefix: "Lambda",
    is_single: false,
    lowering: Some(Lowering { section: "lambdas", names: own, lower: |resolver| resolver.lambdas() }),
    finish: None,
    identifiers: Identifiers {
        arn: ArnForm::ByName("arn:${AWS::Partition}:lambda:${AWS::Region}:${AWS::AccountId}:function:${Id}"),
        attribute: Some("Arn"),
        parameter: "FunctionNames",
    },
    name: UniqueName::in_account("/FunctionName"),
    lookup: Some(Lookup { property: "FunctionName", resource: NamedResource::Function, is_physical_id: true }),
    builtins: None,
    lifetime: Lifetime::PLAIN,
    reach: Reach::PLAIN,
    outside: Outside::NOTHING,
    live: Live::Template { but: Some("code, reserved concurrency and who may invoke them") },
    drift: Drift::PLAIN,
    service: Service { needs: &["iam"], ..Service::PLAIN },
    own_rules: &[],
};

/// Functions of the center; those that exist are no resources of it.
fn own(blueprint: &Blueprint) -> Names<'_> {
    let own = blueprint.lambdas.iter().filter(|(_, lambda)| lambda.arn.is_none());
    own.map(|(key, _)| key.value.as_str().into()).collect()
}
