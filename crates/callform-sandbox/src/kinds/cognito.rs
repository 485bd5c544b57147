//! Amazon Cognito: pools can be asked what there is. Everything else they do is refused by name.

use super::api::{Api, Does, Operation, Verb, named};
use super::kind::{AS_IT_IS, Kind, PLAIN, Shape, formed, refers};
use super::members::{Case, TagForm, Wire};
use crate::operation::Service;

const WIRE: Wire = Wire {
    case: Case::Upper,
    tags: TagForm::Map,
    shows_tags: true,
    page_size: "MaxResults",
    page_token: "NextToken",
    ignored: &["Limit", "PaginationToken", "HideDisabled"],
};

const fn renamed(renamed: &'static [(&'static str, &'static str)]) -> Shape {
    Shape { renamed, ..AS_IT_IS }
}

static POOL: Kind = Kind {
    shape: renamed(&[("UserPoolId", "Id"), ("UserPoolName", "Name")]),
    ..formed(
        "AWS::Cognito::UserPool",
        &[
            ("/UserPoolId", "{region}_{letters:9}"),
            ("/Arn", "arn:aws:cognito-idp:{region}:{account}:userpool/{/UserPoolId}"),
            ("/ProviderName", "cognito-idp.{region}.amazonaws.com/{/UserPoolId}"),
            ("/ProviderURL", "https://cognito-idp.{region}.amazonaws.com/{/UserPoolId}"),
        ],
    )
};
static CLIENT: Kind = Kind {
    reference: Some("/ClientId"),
    ..formed(
        "AWS::Cognito::UserPoolClient",
        &[("/ClientId", "{letters:26}"), ("/Name", "{/ClientName?}"), ("/ClientSecret", "{letters:51}")],
    )
};
static DOMAIN: Kind = Kind { unique: &["/Domain"], ..refers("AWS::Cognito::UserPoolDomain", "/Domain") };
static GROUP: Kind = refers("AWS::Cognito::UserPoolGroup", "/GroupName");
static PROVIDER: Kind = refers("AWS::Cognito::UserPoolIdentityProvider", "/ProviderName");
static SERVER: Kind = refers("AWS::Cognito::UserPoolResourceServer", "/Identifier");
static USER: Kind = refers("AWS::Cognito::UserPoolUser", "/Username");
/// Lists call a user's attributes otherwise.
static LISTED_USER: Kind =
    Kind { shape: renamed(&[("UserAttributes", "Attributes")]), ..refers("AWS::Cognito::UserPoolUser", "/Username") };
static IDENTITY_POOL: Kind = Kind {
    shape: renamed(&[("Id", "IdentityPoolId")]),
    ..formed("AWS::Cognito::IdentityPool", &[("/Id", "{region}:{uuid}"), ("/Name", "{/IdentityPoolName?}")])
};
static ROLES: Kind = Kind { type_name: "AWS::Cognito::IdentityPoolRoleAttachment", ..PLAIN };

/// The kinds.
pub(super) static KINDS: &[&Kind] =
    &[&POOL, &CLIENT, &DOMAIN, &GROUP, &PROVIDER, &SERVER, &USER, &IDENTITY_POOL, &ROLES];

/// User pools.
pub(crate) static USER_POOLS: Api = Api {
    service: Service { name: "Cognito user pools", tables: &[OPERATIONS], others: &[] },
    wire: WIRE,
    absent: (400, "ResourceNotFoundException"),
    absent_arn: "ResourceNotFoundException",
    present: (400, "ResourceConflictException"),
    invalid: "InvalidParameterException",
    kinds: &[&POOL],
};

const OPERATIONS: &[Operation] = &[
    one("DescribeUserPool", &POOL, "UserPool"),
    all("ListUserPools", &POOL, "UserPools"),
    one("DescribeUserPoolClient", &CLIENT, "UserPoolClient"),
    all("ListUserPoolClients", &CLIENT, "UserPoolClients"),
    one("DescribeUserPoolDomain", &DOMAIN, "DomainDescription"),
    one("GetGroup", &GROUP, "Group"),
    all("ListGroups", &GROUP, "Groups"),
    one("AdminGetUser", &USER, ""),
    all("ListUsers", &LISTED_USER, "Users"),
    one("DescribeResourceServer", &SERVER, "ResourceServer"),
    all("ListResourceServers", &SERVER, "ResourceServers"),
    one("DescribeIdentityProvider", &PROVIDER, "IdentityProvider"),
    all("ListIdentityProviders", &PROVIDER, "Providers"),
];

/// Identity pools.
pub(crate) static IDENTITY_POOLS: Api = Api {
    service: Service { name: "Cognito identity pools", tables: &[IDENTITY_OPERATIONS], others: &[] },
    wire: WIRE,
    absent: (400, "ResourceNotFoundException"),
    absent_arn: "ResourceNotFoundException",
    present: (400, "ResourceConflictException"),
    invalid: "InvalidParameterException",
    kinds: &[&IDENTITY_POOL],
};

const IDENTITY_OPERATIONS: &[Operation] = &[
    one("DescribeIdentityPool", &IDENTITY_POOL, ""),
    all("ListIdentityPools", &IDENTITY_POOL, "IdentityPools"),
    one("GetIdentityPoolRoles", &ROLES, ""),
];

const fn one(name: &'static str, kind: &'static Kind, member: &'static str) -> Operation {
    named(name, &[], Does::To(kind, Verb::Describe(member)))
}

const fn all(name: &'static str, kind: &'static Kind, member: &'static str) -> Operation {
    named(name, &[], Does::To(kind, Verb::List(member, &[], &[])))
}
