//! What a ranking depends on besides the number.

use crate::words::Words;

/// Raise it when the points or the search change what is found.
const RULES: u32 = 1;

/// A text that differs when rules, words, offensive words or the company do: a ranking that was kept with the same
/// version is the ranking of today.
pub fn version(company: &str) -> String {
    let lists = Words::embedded().checksum();
    let names = digest(&[include_bytes!("../words/blocked.txt"), company.as_bytes()]);
    format!("{RULES}.{lists:08x}.{names:016x}")
}

/// FNV-1a over texts and the borders between them.
fn digest(texts: &[&[u8]]) -> u64 {
    let bytes = texts.iter().flat_map(|text| text.iter().copied().chain([0xff]));
    bytes.fold(0xcbf2_9ce4_8422_2325, |digest, byte| (digest ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_company_changes_the_version_and_nothing_else_does() {
        assert_eq!(version("Acme"), version("Acme"));
        assert_ne!(version("Acme"), version("Acme "));
        assert_ne!(Words::embedded().checksum(), 0);
        let names = digest(&[include_bytes!("../words/blocked.txt"), b"Acme"]);
        assert!(version("Acme").ends_with(&format!("{names:016x}")), "offensive words count");
    }
}
