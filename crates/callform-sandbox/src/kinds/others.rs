//! Kinds that only stacks have to do with: of their services there is nothing else.

use super::kind::{Kind, formed, refers, unique};

/// The declarations.
pub(super) static KINDS: &[Kind] = &[
    formed("AWS::Amplify::App", &[("/AppId", "d{letters:13}"), ("/DefaultDomain", "{/AppId}.amplifyapp.com")]),
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
    formed(
        "AWS::CodeBuild::Project",
        &[("/Arn", "arn:aws:codebuild:{region}:{account}:project/{/Name}"), ("/Id", "{/Name}")],
    ),
    unique("AWS::Connect::DataTable", &["/InstanceArn", "/Name"]),
    unique("AWS::Connect::EmailAddress", &["/EmailAddress"]),
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
    Kind {
        reference: Some("/UserName"),
        ..formed("AWS::IAM::User", &[("/Arn", "arn:aws:iam::{account}:user/{/UserName}")])
    },
    formed("AWS::IAM::AccessKey", &[("/Id", "AKIA{LETTERS:16}"), ("/SecretAccessKey", "{letters:40}")]),
    formed("AWS::IAM::Group", &[("/Arn", "arn:aws:iam::{account}:group/{/GroupName}")]),
    formed("AWS::IAM::InstanceProfile", &[("/Arn", "arn:aws:iam::{account}:instance-profile/{/InstanceProfileName}")]),
    refers("AWS::Logs::LogStream", "/LogStreamName"),
];
