//! An IAM managed policy.

use callform_aws::NamedResource;
use callform_source::{Diagnostic, Spanned};

use super::descriptor::{
    ArnForm, Checks, Descriptor, Drift, Identifiers, Lifetime, Live, Lookup, Lowering, Outside, Reach, Service,
    UniqueName,
};
use super::keys;
use crate::blueprint::{Definition as _, Statement, resource};
use crate::model::access::document;
use crate::model::members::Members;
use crate::model::{Kind, Resolver};

resource! {
    /// An IAM managed policy.
    pub struct Policy {
        /// Name in IAM. Default: CloudFormation makes one up.
        pub name: Option<Spanned<String>>,
        /// What it is for.
        pub description: Option<Spanned<String>>,
        /// What it allows.
        pub statements: Vec<Statement>,
        /// Path in IAM. Default: `/`.
        pub path: Option<Spanned<String>>,
    }
}

pub(crate) static DESCRIPTOR: Descriptor = Descriptor {
    word: "policy",
    plural: "policies",
    resource_type: "AWS::IAM::ManagedPolicy",
    prefix: "Policy",
    is_single: false,
    lowering: Some(Lowering {
        section: "policies",
        names: |blueprint| keys(&blueprint.policies),
        lower: |resolver| resolver.policies(),
        files: None,
    }),
    finish: None,
    identifiers: Identifiers {
        arn: ArnForm::Whole(Some(("iam", "policy/"))),
        attribute: Some("PolicyArn"),
        parameter: "ManagedPolicyArns",
    },
    name: Some(UniqueName::in_account("/ManagedPolicyName")),
    lookup: Some(Lookup { property: "ManagedPolicyName", resource: NamedResource::Policy, is_physical_id: false }),
    builtins: None,
    lifetime: Lifetime::PLAIN,
    reach: Reach::PLAIN,
    outside: Outside::NOTHING,
    live: Live::TEMPLATE,
    drift: Drift::PLAIN,
    service: Service::PLAIN,
    checks: Checks::PLAIN,
};

impl Resolver<'_> {
    pub(crate) fn policies(&mut self) {
        for (key, policy) in &self.blueprint().policies {
            if policy.tags.is_some() {
                self.diagnostics.push(
                    Diagnostic::error("tags-not-possible", "CloudFormation cannot tag managed policies")
                        .at(key.span, "has `tags:`")
                        .help("Remove the tags."),
                );
            }
            let statements = self.statements(&policy.statements);
            let properties = Members::new()
                .with_some("ManagedPolicyName", policy.name.as_ref())
                .with_some("Description", policy.description.as_ref())
                .with("PolicyDocument", document(statements))
                .with_some("Path", policy.path.as_ref())
                .finish();
            self.add(Kind::Policy, key, policy.common(), properties);
        }
    }
}
