//! `Fn::Cidr`.

use std::net::IpAddr;

/// Most blocks one call gives.
const MOST_BLOCKS: u64 = 256;

/// The first `count` subnets of a block with `bits` host bits each; `None` where they do not fit or the arguments are
/// wrong. Without `bits` a subnet has 8 host bits.
pub(crate) fn blocks(block: &str, count: u64, bits: Option<u64>) -> Option<Vec<String>> {
    let (address, prefix) = block.split_once('/')?;
    let address: IpAddr = address.parse().ok()?;
    let prefix: u32 = prefix.parse().ok()?;
    let width: u32 = if address.is_ipv4() { 32 } else { 128 };
    let bits = u32::try_from(bits.unwrap_or(8)).ok()?;
    let room = width.checked_sub(prefix)?;
    if bits == 0 || bits > room || !(1..=MOST_BLOCKS).contains(&count) {
        return None;
    }
    if room - bits < 64 && count > 1 << (room - bits) {
        return None;
    }
    let base = match address {
        IpAddr::V4(address) => u128::from(address.to_bits()),
        IpAddr::V6(address) => address.to_bits(),
    };
    let base = base.checked_shr(room).unwrap_or(0).checked_shl(room).unwrap_or(0);
    (0..count)
        .map(|index| {
            let address = base.checked_add(u128::from(index).checked_shl(bits)?)?;
            let address = match width {
                32 => IpAddr::V4(u32::try_from(address).ok()?.into()),
                _ => IpAddr::V6(address.into()),
            };
            Some(format!("{address}/{}", width - bits))
        })
        .collect()
}
