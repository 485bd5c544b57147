//! The services: their names, and where they answer.

use crate::partition::partition;

/// A service that is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Service {
    /// Amazon Athena.
    Athena,
    /// AWS Cloud Control API.
    CloudControl,
    /// Amazon Connect, whose operations are told apart by method and path.
    Connect,
    /// Amazon DynamoDB.
    DynamoDb,
    /// Amazon Kinesis Data Streams.
    Kinesis,
    /// AWS Key Management Service.
    Kms,
    /// Amazon S3, which takes and gives bytes.
    S3,
    /// AWS Secrets Manager.
    SecretsManager,
    /// Service Quotas.
    ServiceQuotas,
    /// AWS Step Functions.
    StepFunctions,
    /// Amazon Transcribe.
    Transcribe,
}

impl Service {
    /// The name in signatures.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Athena => "athena",
            Self::CloudControl => "cloudcontrolapi",
            Self::Connect => "connect",
            Self::DynamoDb => "dynamodb",
            Self::Kinesis => "kinesis",
            Self::Kms => "kms",
            Self::S3 => "s3",
            Self::SecretsManager => "secretsmanager",
            Self::ServiceQuotas => "servicequotas",
            Self::StepFunctions => "states",
            Self::Transcribe => "transcribe",
        }
    }

    /// The name in the settings of a profile.
    pub(crate) fn id(self) -> &'static str {
        match self {
            Self::Athena => "Athena",
            Self::CloudControl => "CloudControl",
            Self::Connect => "Connect",
            Self::DynamoDb => "DynamoDB",
            Self::Kinesis => "Kinesis",
            Self::Kms => "KMS",
            Self::S3 => "S3",
            Self::SecretsManager => "Secrets Manager",
            Self::ServiceQuotas => "Service Quotas",
            Self::StepFunctions => "SFN",
            Self::Transcribe => "Transcribe",
        }
    }

    /// What the name of an operation follows in its header, and the version of the protocol; none where method and path
    /// say which operation it is.
    pub(crate) fn protocol(self) -> Option<(&'static str, &'static str)> {
        match self {
            Self::Athena => Some(("AmazonAthena", "application/x-amz-json-1.1")),
            Self::CloudControl => Some(("CloudApiService", "application/x-amz-json-1.0")),
            Self::Connect | Self::S3 => None,
            Self::DynamoDb => Some(("DynamoDB_20120810", "application/x-amz-json-1.0")),
            Self::Kinesis => Some(("Kinesis_20131202", "application/x-amz-json-1.1")),
            Self::Kms => Some(("TrentService", "application/x-amz-json-1.1")),
            Self::SecretsManager => Some(("secretsmanager", "application/x-amz-json-1.1")),
            Self::ServiceQuotas => Some(("ServiceQuotasV20190624", "application/x-amz-json-1.1")),
            Self::StepFunctions => Some(("AWSStepFunctions", "application/x-amz-json-1.0")),
            Self::Transcribe => Some(("Transcribe", "application/x-amz-json-1.1")),
        }
    }

    /// Its endpoint in a region, as the endpoint rules in the service's model have it.
    pub(crate) fn endpoint(self, region: &str, fips: bool, dual_stack: bool) -> String {
        let domain = match (dual_stack, region.starts_with("cn-")) {
            (false, _) => partition(region).dns_suffix,
            (true, true) => "api.amazonwebservices.com.cn",
            (true, false) => "api.aws",
        };
        // The endpoints of GovCloud are all of the kind, under their usual names.
        let is_marked = fips && !region.starts_with("us-gov-");
        let fips = if is_marked { "-fips" } else { "" };
        // Buckets are the one service whose dual-stack names are made the old way.
        match (self, dual_stack) {
            (Self::S3, true) => format!("https://s3{fips}.dualstack.{region}.{}", partition(region).dns_suffix),
            _ => format!("https://{}{fips}.{region}.{domain}", self.name()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_partition_has_its_own_domain() {
        let endpoint = |region, fips, dual| Service::Kinesis.endpoint(region, fips, dual);
        assert_eq!(endpoint("us-west-2", false, false), "https://kinesis.us-west-2.amazonaws.com");
        assert_eq!(endpoint("us-west-2", true, false), "https://kinesis-fips.us-west-2.amazonaws.com");
        assert_eq!(endpoint("eu-west-2", false, true), "https://kinesis.eu-west-2.api.aws");
        assert_eq!(endpoint("us-gov-west-1", true, false), "https://kinesis.us-gov-west-1.amazonaws.com");
        assert_eq!(endpoint("us-iso-east-1", false, false), "https://kinesis.us-iso-east-1.c2s.ic.gov");
        assert_eq!(endpoint("cn-north-1", false, false), "https://kinesis.cn-north-1.amazonaws.com.cn");
        assert_eq!(Service::S3.endpoint("us-west-2", false, true), "https://s3.dualstack.us-west-2.amazonaws.com");
    }
}
