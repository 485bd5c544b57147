//! An IAM role.

use callform_aws::NamedResource;
use callform_source::Spanned;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Map;

use super::descriptor::{
    ArnForm, Checks, Descriptor, Drift, Identifiers, Lifetime, Live, Lookup, Lowering, Outside, Reach, Service,
    UniqueName,
};
use super::keys;
use crate::blueprint::{Definition as _, Duration, Name, Texts, resource};
use crate::model::access::{inline_policy, trust_policy};
use crate::model::members::Members;
use crate::model::{Kind, Resolver, TextPart, Value};

/// One statement of an IAM policy.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Statement {
    /// Whether the statement denies instead of allowing. Default: false.
    #[serde(default)]
    pub deny: bool,
    /// Actions, such as `dynamodb:GetItem`.
    pub actions: Texts,
    /// Resources: ARNs, or addresses of this blueprint, such as `table/vanity_numbers` and `bucket/recordings/*`.
    pub resources: Spanned<Texts>,
    /// Conditions, as IAM writes them: `{ StringEquals: { "aws:SourceAccount": "123456789012" } }`.
    #[serde(default)]
    pub conditions: Map<String, serde_json::Value>,
}

resource! {
    /// An IAM role.
    pub struct Role {
        /// Name in IAM. Default: CloudFormation makes one up.
        pub name: Option<Spanned<String>>,
        /// What it is for.
        pub description: Option<Spanned<String>>,
        /// Who may take the role: services (`lambda.amazonaws.com`) or ARNs.
        pub trust: Spanned<Texts>,
        /// Managed policies: keys of `policies`, ARNs, or `aws/<path>` for those of AWS itself, such as
        /// `aws/service-role/AWSLambdaBasicExecutionRole`.
        #[serde(default)]
        pub managed_policies: Vec<Name>,
        /// What the role may do.
        #[serde(default)]
        pub statements: Vec<Statement>,
        /// How long a session lasts at most, 1 to 12 hours. Default: `1h`.
        pub max_session: Option<Duration>,
        /// ARN of the permissions boundary.
        pub permissions_boundary: Option<Spanned<String>>,
        /// Path in IAM. Default: `/`.
        pub path: Option<Spanned<String>>,
    }
}

pub(crate) static DESCRIPTOR: Descriptor = Descriptor {
    word: "role",
    plural: "roles",
    resource_type: "AWS::IAM::Role",
    prefix: "Role",
    is_single: false,
    lowering: Some(Lowering {
        section: "roles",
        names: |blueprint| keys(&blueprint.roles),
        lower: |resolver| resolver.roles(),
        files: None,
    }),
    finish: None,
    identifiers: Identifiers {
        arn: ArnForm::ByName("arn:${AWS::Partition}:iam::${AWS::AccountId}:role/${Id}"),
        attribute: Some("Arn"),
        parameter: "RoleNames",
    },
    name: Some(UniqueName::in_account("/RoleName")),
    lookup: Some(Lookup { property: "RoleName", resource: NamedResource::Role, is_physical_id: true }),
    builtins: None,
    lifetime: Lifetime::PLAIN,
    reach: Reach::PLAIN,
    outside: Outside::NOTHING,
    live: Live::Template { but: Some("policies") },
    drift: Drift::PLAIN,
    service: Service { seconds: 20, ..Service::PLAIN },
    checks: Checks::PLAIN,
};

impl Resolver<'_> {
    pub(crate) fn roles(&mut self) {
        for (key, role) in &self.blueprint().roles {
            let policies = role.managed_policies.iter().map(|name| self.managed_policy(name)).collect();
            let statements = self.statements(&role.statements);
            let trust: Vec<&str> = role.trust.0.iter().map(|who| who.value.as_str()).collect();
            let properties = Members::new()
                .with_some("RoleName", role.name.as_ref())
                .with_some("Description", role.description.as_ref())
                .with("AssumeRolePolicyDocument", trust_policy(&trust))
                .with_list("ManagedPolicyArns", policies)
                .with_list("Policies", inline_policy(key, statements))
                .with_some("MaxSessionDuration", role.max_session.map(|time| time.seconds))
                .with_some("PermissionsBoundary", role.permissions_boundary.as_ref())
                .with_some("Path", role.path.as_ref())
                .with_tags(role.tags.as_ref())
                .finish();
            self.add(Kind::Role, key, role.common(), properties);
        }
    }

    fn managed_policy(&mut self, name: &Name) -> Value {
        match name.strip_prefix("aws/") {
            Some(path) => Value::Text(vec![
                TextPart::Literal("arn:".to_owned()),
                TextPart::Pseudo("AWS::Partition"),
                TextPart::Literal(format!(":iam::aws:policy/{path}")),
            ]),
            None => self.arn(Kind::Policy, name),
        }
    }
}
