//! T29 and T30 through the listener, which trusts proxies on loopback: whose submits are counted together.

use crate::harness::{Person, start_with};

fn taken_from(person: &Person, forwarded_for: &str) -> bool {
    let body = b"page=%2Fhello&text=Hi";
    let headers = [("x-forwarded-for", forwarded_for)];
    let reply = person.send_bytes("POST", "/w/blog/note", Some(("application/x-www-form-urlencoded", body)), &headers);
    assert!(matches!(reply.status, 201 | 429), "{} {}", reply.status, reply.body);
    reply.status == 201
}

#[test]
fn t30_all_addresses_of_one_network_have_together_what_one_has() {
    let server = start_with(&[]);
    let visitor = server.visitor();
    server.set("submits_in_10_seconds", "7");
    let total = |addresses: &mut dyn Iterator<Item = String>| addresses.filter(|address| taken_from(&visitor, address)).count();
    let one = total(&mut (0..50).map(|_| "2001:db8:1:1::1".to_owned()));
    assert_eq!(one, 5.max(one.min(7)), "the two windows of a site");
    let network = total(&mut (0..500).map(|n| format!("2001:db8:2:2:{:x}:{:x}::{n:x}", n * 131, n * 17)));
    assert_eq!(network, one);
    // An address of old written in the new way is the old one.
    let old = total(&mut (0..40).map(|n| ["192.0.2.7", "::ffff:192.0.2.7", "[::ffff:c000:207]", "192.0.2.7:4711"][n % 4].to_owned()));
    assert_eq!(old, one);
    assert!(total(&mut (0..6).map(|n| format!("198.51.100.{n}"))) == 6, "others are not touched");
}

#[test]
fn t29_whatever_a_client_claims_it_is_counted_as_the_address_the_proxy_saw() {
    let server = start_with(&[]);
    let visitor = server.visitor();
    let spoofed = (0..20).filter(|n| taken_from(&visitor, &format!("203.0.113.{n}, 10.{n}.0.1, unknown, 9.9.9.9"))).count();
    assert_eq!(spoofed, 1);
    assert!(!taken_from(&visitor, "9.9.9.9") && taken_from(&visitor, "9.9.9.8"));
    // Rubbish ends the list, and whoever sent it is who spoke to us.
    assert!(taken_from(&visitor, "1.1.1.1, rubbish"));
    assert!(!taken_from(&visitor, "2.2.2.2, other rubbish") && !taken_from(&visitor, ""));

    let wary = start_with(&[("REJOINDER_TRUSTED_PROXIES", "10.0.0.0/8")]);
    let visitor = wary.visitor();
    let believed = (0..20).filter(|n| taken_from(&visitor, &format!("203.0.113.{n}"))).count();
    assert_eq!(believed, 1, "nobody here is a proxy");
}
