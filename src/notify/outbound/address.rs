//! Which network addresses are public: reachable by everybody, and of nobody's inner network.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::{Ipv4Net, Ipv6Net};

const fn four(a: u8, b: u8, c: u8, d: u8, bits: u8) -> Ipv4Net {
    Ipv4Net::new_assert(Ipv4Addr::new(a, b, c, d), bits)
}

const fn six(a: u16, b: u16, c: u16, bits: u8) -> Ipv6Net {
    Ipv6Net::new_assert(Ipv6Addr::new(a, b, c, 0, 0, 0, 0, 0), bits)
}

/// IANA's registry of special addresses, and one address that a large cloud uses for its own machines.
const NOT_PUBLIC_4: [Ipv4Net; 17] = [
    four(0, 0, 0, 0, 8),
    four(10, 0, 0, 0, 8),
    four(100, 64, 0, 0, 10),
    four(127, 0, 0, 0, 8),
    four(168, 63, 129, 16, 32),
    four(169, 254, 0, 0, 16),
    four(172, 16, 0, 0, 12),
    four(192, 0, 0, 0, 24),
    four(192, 0, 2, 0, 24),
    four(192, 88, 99, 0, 24),
    four(192, 168, 0, 0, 16),
    four(198, 18, 0, 0, 15),
    four(198, 51, 100, 0, 24),
    four(203, 0, 113, 0, 24),
    four(224, 0, 0, 0, 4),
    four(240, 0, 0, 0, 4),
    four(255, 255, 255, 255, 32),
];

/// The only part of IPv6 that is given out for the public net.
const GLOBAL_6: Ipv6Net = six(0x2000, 0, 0, 3);
/// Protocols and tunnels (Teredo among them), examples, 6to4.
const NOT_PUBLIC_6: [Ipv6Net; 4] = [six(0x2001, 0, 0, 23), six(0x2001, 0xdb8, 0, 32), six(0x2002, 0, 0, 16), six(0x3fff, 0, 0, 20)];
/// An IPv4 address seen from a network without IPv4.
const TRANSLATED: Ipv6Net = six(0x64, 0xff9b, 0, 96);

/// False for every address that only machines near us can reach, and for what is no machine's address at all.
pub fn is_public(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(address) => is_public_4(address),
        IpAddr::V6(address) if TRANSLATED.contains(&address) => {
            let [.., a, b, c, d] = address.octets();
            is_public_4(Ipv4Addr::new(a, b, c, d))
        }
        IpAddr::V6(address) => GLOBAL_6.contains(&address) && !NOT_PUBLIC_6.iter().any(|net| net.contains(&address)),
    }
}

fn is_public_4(address: Ipv4Addr) -> bool {
    !NOT_PUBLIC_4.iter().any(|net| net.contains(&address))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn t58_addresses_near_us_are_not_public_in_any_spelling() {
        let near = "0.0.0.0 10.0.0.1 100.64.0.1 100.127.255.255 127.0.0.1 127.255.255.255 168.63.129.16 169.254.169.254 172.16.0.1
            172.31.255.255 192.0.0.192 192.0.2.1 192.88.99.1 192.168.255.255 198.18.0.1 198.19.255.255 198.51.100.7 203.0.113.9 224.0.0.1
            240.0.0.1 255.255.255.255 ::1 :: ::ffff:127.0.0.1 ::ffff:10.0.0.1 ::127.0.0.1 64:ff9b::7f00:1 64:ff9b::a9fe:a9fe
            64:ff9b:1::5db8:d70e 2002:5db8:d70e::1 2001:0:7f00:1:: 2001:20::1 2001:db8::1 3fff::1 3fff:fff::1 5f00::1 fc00::1
            fd00:ec2::254 fe80::1 fec0::1 ff02::1 100::1 4000::1";
        for address in near.split_whitespace() {
            assert!(!is_public(address.parse().unwrap()), "{address}");
        }
    }

    #[test]
    fn addresses_of_the_public_net_are_public() {
        let far = "1.1.1.1 9.255.255.255 11.0.0.0 93.184.215.14 100.63.255.255 100.128.0.0 126.255.255.255 128.0.0.1 168.63.129.15
            172.15.255.255 172.32.0.0 192.0.1.1 198.17.255.255 198.20.0.0 223.255.255.255 2606:2800:21f:cb07::1 2001:200::1 2a00:1450::1
            64:ff9b::5db8:d70e ::ffff:93.184.215.14";
        for address in far.split_whitespace() {
            assert!(is_public(address.parse().unwrap()), "{address}");
        }
    }
}
