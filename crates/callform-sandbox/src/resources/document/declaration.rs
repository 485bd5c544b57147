//! What the schemas do not say of the types that are documents: one line a type.
//!
//! What `Ref` returns and the forms of identifiers are from "Return values" of each type's page in the CloudFormation
//! user guide. A type without a line returns its identifier and has attributes of the usual forms.

/// What a type's schema does not say.
#[derive(Debug)]
pub(super) struct Declaration {
    /// Such as `AWS::Cognito::UserPool`.
    type_name: &'static str,
    /// Pointer to what `Ref` returns, where that is not the whole identifier.
    pub(super) reference: Option<&'static str>,
    /// Pointers to what together must differ between two resources, beside the identifier.
    pub(super) unique: &'static [&'static str],
    /// Pointers to attributes and their forms; see [`super::attributes`]. A form may use what stands before it.
    pub(super) attributes: &'static [(&'static str, &'static str)],
}

const PLAIN: Declaration = Declaration { type_name: "", reference: None, unique: &[], attributes: &[] };

const fn refers(type_name: &'static str, reference: &'static str) -> Declaration {
    Declaration { type_name, reference: Some(reference), ..PLAIN }
}

const fn unique(type_name: &'static str, unique: &'static [&'static str]) -> Declaration {
    Declaration { type_name, unique, ..PLAIN }
}

const fn formed(type_name: &'static str, attributes: &'static [(&'static str, &'static str)]) -> Declaration {
    Declaration { type_name, attributes, ..PLAIN }
}

/// The declaration of a type.
pub(super) fn of(type_name: &str) -> &'static Declaration {
    static DEFAULT: Declaration = PLAIN;
    DECLARATIONS.iter().find(|declared| declared.type_name == type_name).unwrap_or(&DEFAULT)
}

static DECLARATIONS: &[Declaration] = &[
    formed("AWS::Amplify::App", &[("/AppId", "d{letters:13}"), ("/DefaultDomain", "{/AppId}.amplifyapp.com")]),
    formed("AWS::ApiGateway::ApiKey", &[("/APIKeyId", "{letters:10}")]),
    Declaration {
        reference: Some("/AuthorizerId"),
        ..formed("AWS::ApiGateway::Authorizer", &[("/AuthorizerId", "{letters:6}")])
    },
    Declaration {
        reference: Some("/DeploymentId"),
        ..formed("AWS::ApiGateway::Deployment", &[("/DeploymentId", "{letters:6}")])
    },
    refers("AWS::ApiGateway::Model", "/Name"),
    Declaration {
        reference: Some("/RequestValidatorId"),
        ..formed("AWS::ApiGateway::RequestValidator", &[("/RequestValidatorId", "{letters:6}")])
    },
    Declaration {
        reference: Some("/ResourceId"),
        unique: &["/RestApiId", "/ParentId", "/PathPart"],
        ..formed("AWS::ApiGateway::Resource", &[("/ResourceId", "{letters:6}")])
    },
    formed("AWS::ApiGateway::RestApi", &[("/RestApiId", "{letters:10}"), ("/RootResourceId", "{letters:10}")]),
    refers("AWS::ApiGateway::Stage", "/StageName"),
    formed("AWS::ApiGateway::UsagePlan", &[("/Id", "{letters:6}")]),
    formed("AWS::ApiGateway::UsagePlanKey", &[("/Id", "{/KeyId}:{/UsagePlanId}")]),
    formed(
        "AWS::ApiGatewayV2::Api",
        &[("/ApiId", "{letters:10}"), ("/ApiEndpoint", "https://{/ApiId}.execute-api.{region}.amazonaws.com")],
    ),
    Declaration {
        reference: Some("/ApiMappingId"),
        ..formed("AWS::ApiGatewayV2::ApiMapping", &[("/ApiMappingId", "{letters:6}")])
    },
    Declaration {
        reference: Some("/AuthorizerId"),
        ..formed("AWS::ApiGatewayV2::Authorizer", &[("/AuthorizerId", "{letters:6}")])
    },
    Declaration {
        reference: Some("/DeploymentId"),
        ..formed("AWS::ApiGatewayV2::Deployment", &[("/DeploymentId", "{letters:6}")])
    },
    Declaration {
        reference: Some("/IntegrationId"),
        ..formed("AWS::ApiGatewayV2::Integration", &[("/IntegrationId", "{letters:7}")])
    },
    Declaration {
        reference: Some("/RouteId"),
        unique: &["/ApiId", "/RouteKey"],
        ..formed("AWS::ApiGatewayV2::Route", &[("/RouteId", "{letters:7}")])
    },
    refers("AWS::ApiGatewayV2::Stage", "/StageName"),
    formed("AWS::AppSync::GraphQLApi", &[("/ApiId", "{letters:26}")]),
    refers("AWS::ApplicationAutoScaling::ScalingPolicy", "/Arn"),
    formed(
        "AWS::CloudFront::CloudFrontOriginAccessIdentity",
        &[("/Id", "E{LETTERS:13}"), ("/S3CanonicalUserId", "{hex:96}")],
    ),
    formed(
        "AWS::CloudFront::Distribution",
        &[("/Id", "E{LETTERS:13}"), ("/DomainName", "d{letters:13}.cloudfront.net")],
    ),
    formed("AWS::CloudFront::OriginAccessControl", &[("/Id", "E{LETTERS:13}")]),
    formed("AWS::CloudWatch::Alarm", &[("/Arn", "arn:aws:cloudwatch:{region}:{account}:alarm:{/AlarmName}")]),
    formed("AWS::CloudWatch::CompositeAlarm", &[("/Arn", "arn:aws:cloudwatch:{region}:{account}:alarm:{/AlarmName}")]),
    formed(
        "AWS::CodeBuild::Project",
        &[("/Arn", "arn:aws:codebuild:{region}:{account}:project/{/Name}"), ("/Id", "{/Name}")],
    ),
    formed("AWS::Cognito::IdentityPool", &[("/Id", "{region}:{uuid}"), ("/Name", "{/IdentityPoolName?}")]),
    formed(
        "AWS::Cognito::UserPool",
        &[
            ("/UserPoolId", "{region}_{letters:9}"),
            ("/Arn", "arn:aws:cognito-idp:{region}:{account}:userpool/{/UserPoolId}"),
            ("/ProviderName", "cognito-idp.{region}.amazonaws.com/{/UserPoolId}"),
            ("/ProviderURL", "https://cognito-idp.{region}.amazonaws.com/{/UserPoolId}"),
        ],
    ),
    Declaration {
        reference: Some("/ClientId"),
        ..formed(
            "AWS::Cognito::UserPoolClient",
            &[("/ClientId", "{letters:26}"), ("/Name", "{/ClientName?}"), ("/ClientSecret", "{letters:51}")],
        )
    },
    Declaration { unique: &["/Domain"], ..refers("AWS::Cognito::UserPoolDomain", "/Domain") },
    refers("AWS::Cognito::UserPoolGroup", "/GroupName"),
    refers("AWS::Cognito::UserPoolIdentityProvider", "/ProviderName"),
    refers("AWS::Cognito::UserPoolResourceServer", "/Identifier"),
    refers("AWS::Cognito::UserPoolUser", "/Username"),
    unique("AWS::Connect::DataTable", &["/InstanceArn", "/Name"]),
    unique("AWS::Connect::EmailAddress", &["/EmailAddress"]),
    unique("AWS::Connect::Rule", &["/InstanceArn", "/Name"]),
    unique("AWS::Connect::Workspace", &["/InstanceArn", "/Name"]),
    formed("AWS::EC2::EIP", &[("/AllocationId", "eipalloc-{hex:17}"), ("/PublicIp", "203.0.113.7")]),
    formed("AWS::EC2::FlowLog", &[("/Id", "fl-{hex:17}")]),
    formed("AWS::EC2::InternetGateway", &[("/InternetGatewayId", "igw-{hex:17}")]),
    formed("AWS::EC2::LaunchTemplate", &[("/LaunchTemplateId", "lt-{hex:17}")]),
    formed("AWS::EC2::NatGateway", &[("/NatGatewayId", "nat-{hex:17}")]),
    formed("AWS::EC2::RouteTable", &[("/RouteTableId", "rtb-{hex:17}")]),
    formed("AWS::EC2::SecurityGroup", &[("/GroupId", "sg-{hex:17}"), ("/Id", "{/GroupId}")]),
    formed("AWS::EC2::SecurityGroupEgress", &[("/Id", "sgr-{hex:17}")]),
    formed("AWS::EC2::SecurityGroupIngress", &[("/Id", "sgr-{hex:17}")]),
    formed("AWS::EC2::Subnet", &[("/SubnetId", "subnet-{hex:17}")]),
    formed("AWS::EC2::SubnetRouteTableAssociation", &[("/Id", "rtbassoc-{hex:17}")]),
    formed("AWS::EC2::VPC", &[("/VpcId", "vpc-{hex:17}")]),
    formed("AWS::EC2::VPCEndpoint", &[("/Id", "vpce-{hex:17}")]),
    formed(
        "AWS::ECR::Repository",
        &[
            ("/Arn", "arn:aws:ecr:{region}:{account}:repository/{/RepositoryName}"),
            ("/RepositoryUri", "{account}.dkr.ecr.{region}.amazonaws.com/{/RepositoryName}"),
        ],
    ),
    formed("AWS::ECS::Cluster", &[("/Arn", "arn:aws:ecs:{region}:{account}:cluster/{/ClusterName}")]),
    refers("AWS::ECS::Service", "/ServiceArn"),
    Declaration {
        reference: Some("/UserName"),
        ..formed("AWS::IAM::User", &[("/Arn", "arn:aws:iam::{account}:user/{/UserName}")])
    },
    formed("AWS::IAM::AccessKey", &[("/Id", "AKIA{LETTERS:16}"), ("/SecretAccessKey", "{letters:40}")]),
    formed("AWS::IAM::Group", &[("/Arn", "arn:aws:iam::{account}:group/{/GroupName}")]),
    formed("AWS::IAM::InstanceProfile", &[("/Arn", "arn:aws:iam::{account}:instance-profile/{/InstanceProfileName}")]),
    Declaration {
        unique: &["/Name"],
        ..formed("AWS::Lex::Bot", &[("/Id", "{LETTERS:10}"), ("/Arn", "arn:aws:lex:{region}:{account}:bot/{/Id}")])
    },
    formed(
        "AWS::Lex::BotAlias",
        &[("/BotAliasId", "{LETTERS:10}"), ("/Arn", "arn:aws:lex:{region}:{account}:bot-alias/{/BotId}/{/BotAliasId}")],
    ),
    formed("AWS::Lex::BotVersion", &[("/BotVersion", "{next:/BotId}")]),
    refers("AWS::Logs::LogStream", "/LogStreamName"),
    formed(
        "AWS::StepFunctions::StateMachine",
        &[("/Name", "{/StateMachineName?}"), ("/Arn", "arn:aws:states:{region}:{account}:stateMachine:{/Name}")],
    ),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_is_about_its_schema() {
        for declared in DECLARATIONS {
            let schema = callform_schemas::get(declared.type_name).unwrap_or_else(|| panic!("{declared:?}"));
            let known = |path: &str| schema.property_names().any(|name| path.starts_with(&format!("/{name}")));
            for path in declared.reference.iter().chain(declared.unique) {
                assert!(known(path), "{} has no {path}", declared.type_name);
            }
            for (path, _) in declared.attributes {
                assert!(schema.is_read_only(path), "{} {path} is not the service's", declared.type_name);
            }
            assert!(std::ptr::eq(of(declared.type_name), declared), "{} twice", declared.type_name);
        }
    }
}
