//! The partitions of AWS: which one a region is in, and what differs between them.

use crate::Gateway;

/// A group of regions with accounts, ARNs and host names of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Partition {
    /// How its ARNs begin, after `arn:`.
    pub(crate) id: &'static str,
    /// How its host names end.
    pub(crate) dns_suffix: &'static str,
}

/// How regions begin, and their partitions, as the SDKs of AWS have them (`partitions.json`, 2026-11).
const PARTITIONS: [(&str, Partition); 7] = [
    ("cn-", Partition { id: "aws-cn", dns_suffix: "amazonaws.com.cn" }),
    ("us-gov-", Partition { id: "aws-us-gov", dns_suffix: "amazonaws.com" }),
    ("us-iso-", Partition { id: "aws-iso", dns_suffix: "c2s.ic.gov" }),
    ("us-isob-", Partition { id: "aws-iso-b", dns_suffix: "sc2s.sgov.gov" }),
    ("eu-isoe-", Partition { id: "aws-iso-e", dns_suffix: "cloud.adc-e.uk" }),
    ("us-isof-", Partition { id: "aws-iso-f", dns_suffix: "csp.hci.ic.gov" }),
    ("eusc-", Partition { id: "aws-eusc", dns_suffix: "amazonaws.eu" }),
];

/// The partition of a region.
pub(crate) fn partition(region: &str) -> Partition {
    PARTITIONS
        .into_iter()
        .find(|(beginning, _)| region.starts_with(beginning))
        .map_or(Partition { id: "aws", dns_suffix: "amazonaws.com" }, |(_, partition)| partition)
}

impl Gateway {
    /// Where CloudFormation finds an object of a bucket in this region.
    pub fn object_url(&self, bucket: &str, key: &str) -> String {
        object_url(self.region(), bucket, key)
    }
}

fn object_url(region: &str, bucket: &str, key: &str) -> String {
    format!("https://{bucket}.s3.{region}.{}/{key}", partition(region).dns_suffix)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_region_has_the_names_of_its_partition() {
        for (region, id, host) in [
            ("us-west-2", "aws", "b.s3.us-west-2.amazonaws.com"),
            ("il-central-1", "aws", "b.s3.il-central-1.amazonaws.com"),
            ("us-gov-west-1", "aws-us-gov", "b.s3.us-gov-west-1.amazonaws.com"),
            ("cn-northwest-1", "aws-cn", "b.s3.cn-northwest-1.amazonaws.com.cn"),
            ("us-iso-east-1", "aws-iso", "b.s3.us-iso-east-1.c2s.ic.gov"),
            ("us-isob-east-1", "aws-iso-b", "b.s3.us-isob-east-1.sc2s.sgov.gov"),
            ("eusc-de-east-1", "aws-eusc", "b.s3.eusc-de-east-1.amazonaws.eu"),
        ] {
            assert_eq!(partition(region).id, id, "{region}");
            assert_eq!(object_url(region, "b", "k"), format!("https://{host}/k"));
        }
    }
}
