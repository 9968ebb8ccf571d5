//! T58: no address near us is ever connected to, however it is spelled and wherever it comes from.

use rejoinder::notify::outbound::{Failure, Outbound};

use crate::{
    corpora::{corpora, json_lines},
    namespace::{Net, allowed, inside, outbound},
    server::connect_unguarded,
};

/// What each address with a part of its own in the test's network ends with; all others are refused unasked.
const ENDS: &[(&str, Result<u16, Failure>)] = &[
    ("http://rebind.test/", Ok(200)),
    ("http://self.test/", Ok(200)),
    ("http://redirect.test/", Err(Failure::Redirect)),
    ("http://redirect5.test/", Err(Failure::Redirect)),
    ("http://redirect-file.test/", Err(Failure::Scheme)),
    ("http://redirect-https-http.test/", Err(Failure::Redirect)),
    ("http://slow.test/", Err(Failure::Timeout)),
    ("http://endless.test/", Err(Failure::TooLarge)),
    ("http://gzipbomb.test/", Ok(200)),
    ("http://headers.test/", Err(Failure::Connect)),
];

fn is_refusal(ended: &Result<u16, Failure>) -> bool {
    matches!(ended, Err(Failure::ForbiddenAddress | Failure::ForbiddenPort | Failure::Scheme | Failure::Malformed))
}

async fn post(outbound: &Outbound, url: &str) -> Result<u16, Failure> {
    outbound.post(url, &[], b"{}".to_vec()).await.map(|answer| answer.status)
}

#[test]
fn t58_no_address_of_the_corpus_leads_inside() {
    let Some(folder) = corpora("outbound") else { return };
    inside("corpus::t58_no_address_of_the_corpus_leads_inside", async |net: &mut Net| {
        let cases = json_lines(&folder, "ssrf/urls.jsonl");
        assert_eq!(cases.len(), 81);
        let outbound = outbound(&[]);
        let ends = cases.iter().map(|case| {
            let url = case["url"].as_str().unwrap().split(" (").next().unwrap().to_owned();
            let outbound = outbound.clone();
            tokio::spawn(async move { (post(&outbound, &url).await, url) })
        });
        let mut wrong = vec![];
        for end in ends.collect::<Vec<_>>() {
            let (ended, url) = end.await.unwrap();
            let expected = ENDS.iter().find(|(own, _)| *own == url).map(|(_, expected)| expected);
            if expected.map_or(!is_refusal(&ended), |expected| *expected != ended) {
                wrong.push(format!("{url}: {ended:?}"));
            }
        }
        assert_eq!(net.connections_inside(), [].into(), "{wrong:#?}");
        assert!(wrong.is_empty(), "{wrong:#?}");
        assert!(net.connections().keys().any(|place| place.starts_with("93.184.215.14 ")), "the servers of the test were reached");
    });
}

#[test]
fn the_counter_sees_what_is_called_inside() {
    inside("corpus::the_counter_sees_what_is_called_inside", async |net: &mut Net| {
        assert_eq!(net.connections(), [].into());
        assert!(connect_unguarded("10.0.0.1:80") && connect_unguarded("[fd00::1]:80"));
        let listed = outbound(&["127.0.0.1:8090"]);
        assert_eq!(post(&listed, "http://127.0.0.1:8090/topic").await, Ok(200));
        assert_eq!(post(&listed, "http://127.0.0.1/").await, Err(Failure::ForbiddenAddress));
        let seen = [("10.0.0.1 80", 1), ("fd00::1 80", 1), ("127.0.0.1 8090", 1)];
        assert_eq!(net.connections_inside(), seen.map(|(place, count)| (place.to_owned(), count)).into());
    });
}

#[test]
fn t58_a_name_is_resolved_once_and_all_it_leads_to_must_be_public() {
    inside("corpus::t58_a_name_is_resolved_once_and_all_it_leads_to_must_be_public", async |net: &mut Net| {
        let outbound = outbound(&[]);
        assert_eq!(post(&outbound, "http://rebind.test/").await, Ok(200));
        assert_eq!(net.connections(), [("93.184.215.14 80".to_owned(), 1)].into());
        for url in ["http://rebind.test/", "http://multi.test/", "http://six-inside.test/", "http://translated.test/"] {
            assert_eq!(post(&outbound, url).await, Err(Failure::ForbiddenAddress), "{url}");
        }
        assert_eq!(post(&outbound, "http://nobody.test/").await, Err(Failure::Dns));
        assert_eq!(net.connections_inside(), [].into());
    });
}

#[test]
fn the_systems_names_and_hosts_file_count_without_a_name_server_of_our_own() {
    inside("corpus::the_systems_names_and_hosts_file_count_without_a_name_server_of_our_own", async |net: &mut Net| {
        let system = Outbound::new(&allowed(&["127.0.0.1:8090"]), None);
        assert_eq!(post(&system, "http://public.test/").await, Ok(200));
        assert_eq!(post(&system, "http://inner.test/").await, Err(Failure::ForbiddenAddress), "the hosts file wins");
        assert_eq!(post(&outbound(&[]), "http://inner.test/").await, Ok(200), "our own name server is asked alone");
        assert_eq!(post(&system, "http://short/").await, Err(Failure::Dns), "no search list makes it short.search.test");
        assert_eq!(post(&system, "http://localhost/").await, Err(Failure::ForbiddenAddress));
        assert_eq!(net.connections_inside(), [].into());
        assert_eq!(post(&system, "http://ntfy.lan:8090/topic").await, Ok(200));
        assert_eq!(post(&Outbound::new(&allowed(&["ntfy.lan:8090"]), None), "http://ntfy.lan:8090/topic").await, Ok(200));
    });
}
