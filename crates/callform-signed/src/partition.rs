//! The partitions of AWS: which one a region is in, and what differs between them.

/// A group of regions with accounts, ARNs and host names of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Partition {
    /// How its ARNs begin, after `arn:`.
    pub id: &'static str,
    /// How its host names end.
    pub dns_suffix: &'static str,
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
pub fn partition(region: &str) -> Partition {
    PARTITIONS
        .into_iter()
        .find(|(beginning, _)| region.starts_with(beginning))
        .map_or(Partition { id: "aws", dns_suffix: "amazonaws.com" }, |(_, partition)| partition)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_region_is_in_its_partition() {
        for (region, id) in [("us-west-2", "aws"), ("cn-northwest-1", "aws-cn"), ("eusc-de-east-1", "aws-eusc")] {
            assert_eq!(partition(region).id, id, "{region}");
        }
    }
}
