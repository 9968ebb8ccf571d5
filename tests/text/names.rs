//! Names of people: shown without harm, and never mistaken for staff.

use std::collections::BTreeMap;

use rejoinder::model::{NameFrom, NewComment, PageAsked, Site, SiteId, Submission, Timestamp, clean_name, imitates_staff};
use unicode_security::skeleton;

use crate::corpora::{corpora, json_lines};

/// What a visitor of this name gets, where the staff is called Admin: the shown name, or the code of the refusal.
fn submitted(name: &str) -> Result<Option<String>, &'static str> {
    let site = Site {
        id: SiteId(1),
        key: "blog".parse().expect("a key"),
        name: "Blog".to_owned(),
        origins: vec!["https://blog.test".parse().expect("an origin")],
        rules: Default::default(),
        version: 1,
        created_at: Timestamp(0),
    };
    let submission = Submission {
        page: PageAsked { page: Some("/".to_owned()), url: None },
        name: Some(name.to_owned()),
        text: Some("Hi".to_owned()),
        ..Submission::default()
    };
    let staff_names = ["Admin".to_owned()];
    let comment = NewComment::new(submission, &site, NameFrom::Visitor { staff_names: &staff_names }, rejoinder::markup::render);
    comment.map(|comment| comment.name).map_err(|error| error.code)
}

#[test]
fn t10_names_that_read_as_staff_are_refused_and_others_are_taken() {
    assert_eq!(submitted("Аdmin ✓"), Err("name_reserved"));
    assert_eq!(submitted("Adam"), Ok(Some("Adam".to_owned())));
    let Some(folder) = corpora("unicode/identities") else { return };
    let identities = json_lines(&folder, "unicode/identities.jsonl");
    assert!(identities.len() >= 55);
    for identity in identities {
        let name = identity["name"].as_str().expect("a name");
        let result = submitted(name);
        match identity["confusable_with_Admin"].as_bool() {
            Some(true) => assert_eq!(result, Err("name_reserved"), "{identity}"),
            Some(false) => assert!(result.as_ref().is_ok_and(Option::is_some), "{identity}: {result:?}"),
            None => assert!(result.as_ref().map_or(true, |shown| shown.as_deref().is_none_or(is_harmless)), "{identity}: {result:?}"),
        }
    }
}

/// One line, without controls, and with something to see.
fn is_harmless(shown: &str) -> bool {
    !shown.trim().is_empty() && shown.len() <= 320 && clean_name(shown) == shown && !shown.contains(char::is_control)
}

#[test]
fn t10_look_alikes_of_a_letter_in_a_staff_name_are_refused() {
    let Some(folder) = corpora("unicode/confusables") else { return };
    let table = std::fs::read_to_string(folder.join("unicode/confusables.csv")).expect("confusables.csv");
    let letters = |hex: &str| hex.split(' ').filter_map(|code| char::from_u32(u32::from_str_radix(code, 16).ok()?)).collect::<String>();
    let pairs: Vec<(String, String)> = table
        .lines()
        .skip(1)
        .filter_map(|line| line.split_once(','))
        .map(|(source, prototype)| (letters(source), letters(prototype)))
        .collect();
    let known: Vec<_> = pairs.iter().filter(|(source, prototype)| skeleton(source).eq(skeleton(prototype))).collect();
    let refused = |(source, prototype): &&&(String, String)| imitates_staff(&format!("Gr{source}ce"), &[format!("Gr{prototype}ce")]);
    let mut missed: BTreeMap<&str, usize> = BTreeMap::new();
    known.iter().filter(|pair| !refused(pair)).for_each(|(_, prototype)| *missed.entry(prototype).or_default() += 1);
    let caught = known.iter().filter(refused).count();
    println!("{caught} of {} known pairs ({} in the table) are refused; not: {missed:?}", known.len(), pairs.len());
    assert!(pairs.len() > 6_000 && known.len() * 10 >= pairs.len() * 9, "the library knows {} pairs", known.len());
    assert!(caught * 10 >= known.len() * 9, "{caught} of {}", known.len());
}

#[test]
fn t09_every_odd_string_is_a_harmless_name_or_none() {
    for document in crate::documents::hostile("names") {
        let shown = clean_name(&document.text);
        assert_eq!(clean_name(&shown), shown, "{}", document.name);
        assert!(shown.is_empty() || !shown.contains(char::is_control), "{}", document.name);
        let marks = |c: char| matches!(c, '\u{300}'..='\u{36f}');
        assert!(!shown.split(|c| !marks(c)).any(|run| run.chars().count() > 4), "{}", document.name);
    }
}
