//! What a limit counts by: 16 bytes for whoever it is, beside the site it is about.

use std::net::{IpAddr, Ipv6Addr};

use sha2::{Digest, Sha256};
use unicode_normalization::UnicodeNormalization;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Key {
    realm: i64,
    who: [u8; 16],
}

impl Key {
    /// An IPv4 address, or the /64 that one IPv6 client commands. A mapped IPv4 address is that address.
    pub fn network(realm: i64, ip: IpAddr) -> Self {
        Self { realm, who: network(ip, 64) }
    }

    /// The /48 above an IPv6 client; an IPv4 address has nothing of that kind.
    pub fn wide_network(realm: i64, ip: IpAddr) -> Option<Self> {
        ip.to_canonical().is_ipv6().then(|| Self { realm, who: network(ip, 48) })
    }

    pub fn person(realm: i64, id: i64) -> Self {
        // A prefix that no network has: 0100::/64 is set apart for nobody.
        Self { realm, who: ((0x0100_u128 << 112) | u128::from(id.cast_unsigned())).to_be_bytes() }
    }

    pub fn name(name: &str) -> Self {
        Self { realm: 0, who: name_hash(name, &[]) }
    }

    pub fn name_from(name: &str, client: Option<IpAddr>) -> Self {
        Self { realm: 1, who: name_hash(name, &client.map(|ip| network(ip, 64)).unwrap_or_default()) }
    }
}

fn network(ip: IpAddr, bits: u32) -> [u8; 16] {
    match ip.to_canonical() {
        IpAddr::V4(v4) => v4.to_ipv6_mapped().octets(),
        IpAddr::V6(v6) => Ipv6Addr::from_bits(v6.to_bits() & (u128::MAX << (128 - bits))).octets(),
    }
}

/// One hash for all spellings that could be taken for the same account.
fn name_hash(name: &str, beside: &[u8]) -> [u8; 16] {
    let folded: String = name.trim().nfkc().flat_map(char::to_lowercase).collect();
    let hash = Sha256::new().chain_update(beside).chain_update(folded).finalize();
    std::array::from_fn(|at| hash[at])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn same(a: &str, b: &str, key: impl Fn(IpAddr) -> Option<Key>) -> bool {
        key(a.parse().unwrap()) == key(b.parse().unwrap())
    }

    #[test]
    fn t30_one_64_is_one_client_and_a_mapped_address_is_its_own() {
        let near = |ip| Some(Key::network(0, ip));
        assert!(same("2001:db8:1:2::1", "2001:db8:1:2:ffff::", near) && same("::ffff:1.2.3.4", "1.2.3.4", near));
        assert!(!same("2001:db8:1:2::1", "2001:db8:1:3::1", near) && !same("1.2.3.4", "1.2.3.5", near));
        let wide = |ip| Key::wide_network(0, ip);
        assert!(same("2001:db8:1:2::1", "2001:db8:1:ffff::1", wide) && !same("2001:db8:1::", "2001:db8:2::", wide));
        assert_eq!(Key::wide_network(0, "::ffff:1.2.3.4".parse().unwrap()), None);
    }

    #[test]
    fn names_are_counted_without_regard_to_case_and_width() {
        assert_eq!(Key::name("Ada"), Key::name(" ＡＤＡ"));
        assert_ne!(Key::name("Ada"), Key::name("Adb"));
        assert_ne!(Key::name_from("Ada", Some("1.2.3.4".parse().unwrap())), Key::name_from("Ada", None));
    }
}
