//! Digests that both query languages offer.

use md5::Digest as _;
use sha1::Digest as _;

/// The digest of a text as hexadecimal digits; `None` where there is no such algorithm.
pub(crate) fn hex(text: &str, algorithm: &str) -> Option<String> {
    let bytes: Vec<u8> = match algorithm {
        "MD5" => md5::Md5::digest(text).to_vec(),
        "SHA-1" => sha1::Sha1::digest(text).to_vec(),
        "SHA-256" => sha2::Sha256::digest(text).to_vec(),
        "SHA-384" => sha2::Sha384::digest(text).to_vec(),
        "SHA-512" => sha2::Sha512::digest(text).to_vec(),
        _ => return None,
    };
    Some(
        bytes
            .iter()
            .flat_map(|byte| [byte >> 4, byte & 15])
            .filter_map(|digit| char::from_digit(digit.into(), 16))
            .collect(),
    )
}
