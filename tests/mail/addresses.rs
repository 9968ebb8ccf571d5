//! E-mail addresses of the corpora: one plain mailbox, or refused.

use rejoinder::model::EmailAddress;

use crate::corpora::{corpora, json_lines};

#[test]
fn t51_an_address_of_the_corpus_is_one_plain_mailbox_or_refused() {
    let Some(folder) = corpora("email") else { return };
    let cases = json_lines(&folder, "email/injection.jsonl");
    let addresses: Vec<&str> = cases.iter().filter_map(|case| case["address"].as_str()).collect();
    assert_eq!(addresses.len(), 52);
    let mut taken = 0;
    for typed in addresses {
        let Ok(address) = EmailAddress::parse(typed) else { continue };
        taken += 1;
        let plain = |c: char| c.is_ascii_alphanumeric() || "#$&'*+-/=?^_`{|}~.".contains(c);
        assert!(
            address.local().chars().all(plain) && address.domain().bytes().all(|b| b.is_ascii_alphanumeric() || b"-.".contains(&b)),
            "{typed}"
        );
        assert_eq!(address.as_str().matches('@').count(), 1, "{typed}");
    }
    assert!((5..30).contains(&taken), "{taken} were taken");
}

#[test]
fn t51_nothing_that_the_standard_calls_wrong_is_taken() {
    let Some(folder) = corpora("email") else { return };
    let xml = std::fs::read_to_string(folder.join("email/isemail_tests.xml")).expect("the tests");
    let inside = |part: &str, name: &str| Some(part.split_once(&format!("<{name}>"))?.1.split_once(&format!("</{name}>"))?.0.to_owned());
    let (mut wrong, mut good) = (0, 0);
    for case in xml.split("<test ").skip(1) {
        let address = unescaped(&inside(case, "address").unwrap_or_default());
        let category = inside(case, "category").expect("a category");
        let taken = EmailAddress::parse(&address).is_ok();
        if category == "ISEMAIL_ERR" {
            wrong += 1;
            assert!(!taken, "{address:?} is wrong and was taken");
        }
        good += usize::from(taken);
    }
    assert!(wrong > 50 && good > 5, "{wrong} wrong, {good} taken");
}

/// XML entities, and the pictures of control characters that this file writes in their place.
fn unescaped(text: &str) -> String {
    let mut plain = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('&') {
        let (entity, after) = after.split_once(';').expect("an entity ends");
        plain.push_str(before);
        plain.push(match entity {
            "lt" => '<',
            "gt" => '>',
            "amp" => '&',
            "quot" => '"',
            "apos" => '\'',
            other => {
                let number = u32::from_str_radix(other.strip_prefix("#x").expect("a number"), 16).expect("hexadecimal");
                char::from_u32(if (0x2400..0x2421).contains(&number) { number - 0x2400 } else { number }).expect("a character")
            }
        });
        rest = after;
    }
    plain + rest
}
