//! Addresses that differ by partition.

use callform_signed::partition;

use crate::Gateway;

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
