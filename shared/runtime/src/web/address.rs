//! Which addresses everybody can reach, by IANA's registries of addresses for special purposes.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Whether an address is one of the internet's: not this machine's, its network's, its cloud's, or nobody's.
pub fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

/// What is not public of IPv4: first address and length of the prefix.
const SPECIAL_V4: [(Ipv4Addr, u32); 15] = [
    // This network.
    (Ipv4Addr::new(0, 0, 0, 0), 8),
    // Private, and shared by a carrier's customers.
    (Ipv4Addr::new(10, 0, 0, 0), 8),
    (Ipv4Addr::new(172, 16, 0, 0), 12),
    (Ipv4Addr::new(192, 168, 0, 0), 16),
    (Ipv4Addr::new(100, 64, 0, 0), 10),
    // This machine, and its link: clouds tell a machine its credentials there.
    (Ipv4Addr::new(127, 0, 0, 0), 8),
    (Ipv4Addr::new(169, 254, 0, 0), 16),
    // Protocols' own, and relays from IPv6.
    (Ipv4Addr::new(192, 0, 0, 0), 24),
    (Ipv4Addr::new(192, 88, 99, 0), 24),
    // Documentation, and measurements.
    (Ipv4Addr::new(192, 0, 2, 0), 24),
    (Ipv4Addr::new(198, 51, 100, 0), 24),
    (Ipv4Addr::new(203, 0, 113, 0), 24),
    (Ipv4Addr::new(198, 18, 0, 0), 15),
    // Many at once; nobody's, and all on the link.
    (Ipv4Addr::new(224, 0, 0, 0), 4),
    (Ipv4Addr::new(240, 0, 0, 0), 4),
];

/// What is not public of IPv6's global unicast addresses.
const SPECIAL_V6: [(Ipv6Addr, u32); 3] = [
    // Protocols' own: Teredo, which carries an IPv4 address in disguise, among them.
    (Ipv6Addr::new(0x2001, 0, 0, 0, 0, 0, 0, 0), 23),
    // Documentation.
    (Ipv6Addr::new(0x2001, 0x0db8, 0, 0, 0, 0, 0, 0), 32),
    (Ipv6Addr::new(0x3fff, 0, 0, 0, 0, 0, 0, 0), 20),
];

/// Beside these, no address of IPv6 is public: not those that stand for one of IPv4, this machine's, links', networks'.
const GLOBAL_V6: (Ipv6Addr, u32) = (Ipv6Addr::new(0x2000, 0, 0, 0, 0, 0, 0, 0), 3);
/// A relay makes an IPv4 address of the 32 bits after this.
const SIX_TO_FOUR: (Ipv6Addr, u32) = (Ipv6Addr::new(0x2002, 0, 0, 0, 0, 0, 0, 0), 16);
/// A network without IPv4 reaches it so: the address is the last 32 bits.
const NAT64: (Ipv6Addr, u32) = (Ipv6Addr::new(0x64, 0xff9b, 0, 0, 0, 0, 0, 0), 96);

fn is_public_v4(address: Ipv4Addr) -> bool {
    !SPECIAL_V4.iter().any(|(first, length)| (address.to_bits() ^ first.to_bits()).leading_zeros() >= *length)
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    let [_, first, second, .., last_but_one, last] = address.segments();
    if within(address, NAT64) {
        return is_public_v4(joined(last_but_one, last));
    }
    if within(address, SIX_TO_FOUR) {
        return is_public_v4(joined(first, second));
    }
    within(address, GLOBAL_V6) && !SPECIAL_V6.iter().any(|special| within(address, *special))
}

fn within(address: Ipv6Addr, (first, length): (Ipv6Addr, u32)) -> bool {
    (address.to_bits() ^ first.to_bits()).leading_zeros() >= length
}

fn joined(high: u16, low: u16) -> Ipv4Addr {
    Ipv4Addr::from_bits(u32::from(high) << 16 | u32::from(low))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn public(text: &str) -> bool {
        is_public(text.parse().unwrap())
    }

    #[test]
    fn the_ends_of_what_is_not_public_and_their_neighbours() {
        for (first, last, before, after) in [
            ("0.0.0.0", "0.255.255.255", None, Some("1.0.0.0")),
            ("10.0.0.0", "10.255.255.255", Some("9.255.255.255"), Some("11.0.0.0")),
            ("100.64.0.0", "100.127.255.255", Some("100.63.255.255"), Some("100.128.0.0")),
            ("127.0.0.0", "127.255.255.255", Some("126.255.255.255"), Some("128.0.0.0")),
            ("169.254.0.0", "169.254.255.255", Some("169.253.255.255"), Some("169.255.0.0")),
            ("172.16.0.0", "172.31.255.255", Some("172.15.255.255"), Some("172.32.0.0")),
            ("192.0.0.0", "192.0.0.255", Some("191.255.255.255"), Some("192.0.1.0")),
            ("192.0.2.0", "192.0.2.255", Some("192.0.1.255"), Some("192.0.3.0")),
            ("192.88.99.0", "192.88.99.255", Some("192.88.98.255"), Some("192.88.100.0")),
            ("192.168.0.0", "192.168.255.255", Some("192.167.255.255"), Some("192.169.0.0")),
            ("198.18.0.0", "198.19.255.255", Some("198.17.255.255"), Some("198.20.0.0")),
            ("198.51.100.0", "198.51.100.255", Some("198.51.99.255"), Some("198.51.101.0")),
            ("203.0.113.0", "203.0.113.255", Some("203.0.112.255"), Some("203.0.114.0")),
            ("224.0.0.0", "255.255.255.255", Some("223.255.255.255"), None),
            ("::", "64:ff9a:ffff:ffff:ffff:ffff:ffff:ffff", None, None),
            ("64:ff9b::1:0:0", "1fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", None, Some("2000::")),
            ("2001::", "2001:1ff:ffff:ffff:ffff:ffff:ffff:ffff", Some("2000:ffff::"), Some("2001:200::")),
            ("2001:db8::", "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff", Some("2001:db7::"), Some("2001:db9::")),
            ("3fff::", "3fff:fff:ffff:ffff:ffff:ffff:ffff:ffff", Some("3ffe::"), Some("3fff:1000::")),
            ("4000::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", Some("3fff:ffff::"), None),
        ] {
            assert!(!public(first) && !public(last), "{first} to {last}");
            assert!(before.into_iter().chain(after).all(public), "beside {first} to {last}");
        }
    }

    #[test]
    fn the_well_known_are_what_they_are_known_for() {
        for address in ["1.1.1.1", "8.8.8.8", "93.184.215.14", "2606:4700:4700::1111", "2a00:1450:4001:80b::200e"] {
            assert!(public(address), "{address}");
        }
        // This machine, a cloud's metadata by both protocols, a link, a network, many at once, a site.
        for address in [
            "::1",
            "::",
            "169.254.169.254",
            "fd00:ec2::254",
            "fe80::1",
            "fc00::1",
            "ff02::1",
            "fec0::1",
            "255.255.255.255",
        ] {
            assert!(!public(address), "{address}");
        }
    }

    #[test]
    fn an_address_of_ipv4_in_disguise_is_looked_at_or_refused() {
        // As IPv6 writes an address of IPv4: no name of the internet leads to one.
        assert!(
            !public("::ffff:10.0.0.1") && !public("::ffff:8.8.8.8") && !public("::10.0.0.1") && !public("::8.8.8.8")
        );
        assert!(!public("::ffff:0:10.0.0.1") && !public("::ffff:127.0.0.1"));
        // By way of a relay, or of a network without IPv4.
        assert!(!public("2002:0a00:0001::1") && !public("2002:7f00:0001::") && !public("2002:a9fe:a9fe::"));
        assert!(public("2002:0808:0808::1"));
        assert!(!public("64:ff9b::10.0.0.1") && !public("64:ff9b::127.0.0.1") && !public("64:ff9b::169.254.169.254"));
        assert!(public("64:ff9b::8.8.8.8"));
        // A network's own translation leads wherever it likes; Teredo hides its client's.
        assert!(!public("64:ff9b:1::8.8.8.8") && !public("2001:0:4136:e378:8000:63bf:3fff:fdd2"));
    }
}
