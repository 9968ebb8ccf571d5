//! Addresses of pages: which belong to a site, and which name one page.

use rejoinder::model::{FieldError, Origin, PageAddress, PageAsked};

use crate::corpora::{corpora, json_lines};

fn origins() -> Vec<Origin> {
    ["https://blog.test", "https://bücher.test"].iter().map(|origin| origin.parse().expect("an origin")).collect()
}

fn by_url(url: &str) -> Result<PageAddress, FieldError> {
    PageAddress::resolve(&PageAsked { page: None, url: Some(url.to_owned()) }, &origins(), None)
}

fn by_page(page: &str) -> Result<PageAddress, FieldError> {
    PageAddress::resolve(&PageAsked { page: Some(page.to_owned()), url: None }, &origins(), None)
}

/// What is wrong with the pair, if anything.
fn wrong(canonical: &str, variant: &str, same_thread: Option<bool>) -> Option<String> {
    let canonical = by_url(canonical).expect("a page of the site");
    for (named, resolved) in [("url", by_url(variant)), ("page", by_page(variant))] {
        let same = resolved.as_ref().is_ok_and(|address| address.key == canonical.key && address.hash == canonical.hash);
        if same_thread.is_some_and(|expected| expected != same) {
            return Some(format!("{variant:.80} as {named}: {resolved:.300?}"));
        }
        if resolved.as_ref().is_ok_and(|address| !address.url.starts_with("http")) {
            return Some(format!("{variant:.80} as {named} links to {:?}", resolved.map(|address| address.url)));
        }
    }
    None
}

#[test]
fn t26_an_address_of_another_place_is_never_a_page_of_the_site() {
    let canonical = "https://blog.test/post/";
    for variant in [
        "https://evil.test/post/",
        "https://blog.test:444/post/",
        "https://blog.test@evil.test/post/",
        "https://blog.test%2eevil.test/post/",
    ] {
        assert_eq!(wrong(canonical, variant, Some(false)), None);
        assert!(by_url(variant).is_err(), "{variant}");
    }
}

#[test]
fn t27_variants_of_an_address_are_one_page_and_other_addresses_are_not() {
    let by_hand = [
        ("https://blog.test/a?x=1", "http://www.blog.test:80/a/?x=1&fbclid=2#c", true),
        ("https://blog.test/a", "https://blog.test/b", false),
    ];
    for (canonical, variant, same) in by_hand {
        assert_eq!(wrong(canonical, variant, Some(same)), None);
    }
    let Some(folder) = corpora("thread-urls") else { return };
    let pairs = json_lines(&folder, "thread-urls/variants.jsonl");
    assert_eq!(pairs.len(), 40);
    let text = |pair: &serde_json::Value, field: &str| pair[field].as_str().expect("text").to_owned();
    let wrong: Vec<String> =
        pairs.iter().filter_map(|pair| wrong(&text(pair, "canonical"), &text(pair, "variant"), pair["same_thread"].as_bool())).collect();
    assert_eq!(wrong, Vec::<String>::new());
}

#[test]
fn t27_a_key_stands_for_itself() {
    let Some(folder) = corpora("url") else { return };
    let file = std::fs::read_to_string(folder.join("url/urltestdata.json")).expect("urltestdata.json");
    let cases: Vec<serde_json::Value> = serde_json::from_str(&file).expect("a list");
    let mut keys = 0;
    for input in cases.iter().filter_map(|case| case["input"].as_str()) {
        let as_path = format!("/{input}");
        let on_site = url::Url::parse("https://blog.test/a/b").and_then(|base| base.join(input)).map(String::from).unwrap_or_default();
        for address in [by_page(input), by_page(&as_path), by_url(input), by_url(&on_site)].into_iter().flatten() {
            keys += 1;
            assert_eq!(by_page(&address.key).map(|again| again.key), Ok(address.key.clone()), "{input:?}");
            let again = by_url(&address.url).expect("a link of the site leads to the site");
            assert!(!address.key.starts_with('/') || again.key == address.key, "{input:?}: {address:?}");
        }
    }
    println!("{keys} keys of {} inputs", cases.len());
    assert!(keys > 1_000);
}
