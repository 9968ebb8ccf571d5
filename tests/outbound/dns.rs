//! A name server for names under `.test`, with the answers that an attacker's would give.

use std::{
    net::{IpAddr, UdpSocket},
    thread,
};

/// The only public addresses that names of the test lead to.
pub const PUBLIC: [&str; 3] = ["93.184.215.14", "93.184.215.20", "2606:2800:21f:cb07:6820:80da:af6b:8b2c"];
pub const HOSTS_FILE: &str = "127.0.0.1 localhost\n10.0.0.7 inner.test\n127.0.0.1 ntfy.lan\n";

/// Name, then its addresses. What is not listed does not exist.
const NAMES: &str = "
    multi.test                93.184.215.14 127.0.0.1
    six-inside.test           93.184.215.14 ::1
    self.test                 93.184.215.20
    inner.test                93.184.215.14
    metadata.google.internal  169.254.169.254
    localhost.localdomain     127.0.0.1
    foo.localhost             127.0.0.1
    translated.test           64:ff9b::7f00:1
    short.search.test         127.0.0.1
";
/// Everything else that exists has both public addresses.
const PUBLIC_NAMES: &str = "public redirect redirect5 redirect-file redirect-https-http redirect-inside redirect-twenty loop
    slow endless gzipbomb headers silent busy refused broken";

pub fn start() {
    let socket = UdpSocket::bind("127.0.0.1:53").unwrap();
    thread::spawn(move || {
        let mut buffer = [0; 1500];
        // How often `rebind.test` was asked for its IPv4 address.
        let mut rebinds = 0;
        loop {
            let (length, from) = socket.recv_from(&mut buffer).unwrap();
            let answer = answer(&buffer[..length], &mut rebinds);
            socket.send_to(&answer, from).unwrap();
        }
    });
}

fn addresses(name: &str, is_four: bool, rebinds: &mut u32) -> Option<Vec<IpAddr>> {
    if name == "rebind.test" {
        *rebinds += u32::from(is_four);
        let now = if *rebinds <= 1 { PUBLIC[0] } else { "127.0.0.1" };
        return Some(vec![now.parse().unwrap()]);
    }
    let listed = NAMES.lines().map(|line| line.split_whitespace().collect::<Vec<_>>()).find(|row| row.first() == Some(&name));
    if let Some(row) = listed {
        return Some(row[1..].iter().map(|address| address.parse().unwrap()).collect());
    }
    let public = name.strip_suffix(".test").is_some_and(|label| PUBLIC_NAMES.split_whitespace().any(|own| own == label));
    public.then(|| vec![PUBLIC[0].parse().unwrap(), PUBLIC[2].parse().unwrap()])
}

/// The whole answer to one question.
fn answer(question: &[u8], rebinds: &mut u32) -> Vec<u8> {
    let mut labels = vec![];
    let mut at = 12;
    while question[at] > 0 {
        let end = at + 1 + usize::from(question[at]);
        labels.push(String::from_utf8_lossy(&question[at + 1..end]).to_lowercase());
        at = end;
    }
    let end = at + 5;
    let is_four = question[at + 2] == 1;
    let found = addresses(&labels.join("."), is_four, rebinds);
    let matching: Vec<IpAddr> = found.iter().flatten().copied().filter(|address| address.is_ipv4() == is_four).collect();
    let code = if found.is_some() { 0 } else { 3 };
    let mut answer = vec![question[0], question[1], 0x81, 0x80 | code, 0, 1, 0, matching.len() as u8, 0, 0, 0, 0];
    answer.extend_from_slice(&question[12..end]);
    for address in matching {
        let octets = match address {
            IpAddr::V4(address) => address.octets().to_vec(),
            IpAddr::V6(address) => address.octets().to_vec(),
        };
        // The name at offset 12, its kind, internet, no time to live, and the address.
        answer.extend([0xc0, 12, 0, if is_four { 1 } else { 28 }, 0, 1, 0, 0, 0, 0, 0, octets.len() as u8]);
        answer.extend(octets);
    }
    answer
}
