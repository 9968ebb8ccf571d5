//! What people read, by language: one catalogue a language, `en` for whatever a language lacks.

use std::{collections::BTreeMap, sync::LazyLock};

use super::RenderError;

/// The texts of one language.
#[derive(Debug)]
pub struct Texts {
    pub lang: &'static str,
    texts: BTreeMap<String, String>,
    /// The part that travels to the widget: a line for each text, its name and a space before it.
    for_widget: String,
}

static CATALOGUE: LazyLock<Catalogue> = LazyLock::new(|| Catalogue::new().expect("a test reads the catalogues of this program"));

/// The texts for a language tag like `de-AT`; English where there is no catalogue for it.
pub fn texts(lang: &str) -> &'static Texts {
    CATALOGUE.for_lang(lang)
}

/// Names of texts that the widget itself needs begin with this; it knows them without it.
const WIDGET: &str = "widget.";

/// The texts of every language that has a catalogue.
#[derive(Debug)]
pub struct Catalogue {
    languages: Vec<Texts>,
}

impl Catalogue {
    pub fn new() -> Result<Self, RenderError> {
        Ok(Self { languages: vec![Texts::read("en", include_str!("texts/en.json"))?] })
    }

    /// The texts for a language tag like `de-AT`; English where there is no catalogue for it.
    pub fn for_lang(&self, lang: &str) -> &Texts {
        let primary = lang.split('-').next().unwrap_or_default();
        self.languages.iter().find(|texts| texts.lang.eq_ignore_ascii_case(primary)).unwrap_or(&self.languages[0])
    }
}

impl Texts {
    fn read(lang: &'static str, catalogue: &str) -> Result<Self, RenderError> {
        let texts: BTreeMap<String, String> =
            serde_json::from_str(catalogue).map_err(|error| RenderError(format!("texts of {lang}: {error}")))?;
        let lines = texts.iter().filter_map(|(name, text)| Some(format!("{} {text}\n", name.strip_prefix(WIDGET)?)));
        let for_widget = lines.collect();
        Ok(Self { lang, texts, for_widget })
    }

    /// The text of that name; the name itself where the catalogue has none, which a test rules out.
    pub fn get<'a>(&'a self, name: &'a str) -> &'a str {
        self.texts.get(name).map_or(name, String::as_str)
    }

    pub fn has(&self, name: &str) -> bool {
        self.texts.contains_key(name)
    }

    /// The text for so many things, with the number in it.
    pub fn number(&self, name: &str, n: u64) -> String {
        let form = match n {
            0 if self.has(&format!("{name}.zero")) => "zero",
            1 => "one",
            _ => "other",
        };
        self.get(&format!("{name}.{form}")).replace("{n}", &n.to_string())
    }

    /// The sentence for an error code, with the limit in it where there is one.
    pub fn sentence(&self, code: &str, limit: Option<usize>) -> String {
        let limit = limit.map(|limit| limit.to_string()).unwrap_or_default();
        self.texts.get(&format!("error.{code}")).unwrap_or(&self.texts["error.internal"]).replace("{limit}", &limit)
    }

    pub fn for_widget(&self) -> &str {
        &self.for_widget
    }
}

#[cfg(test)]
mod tests {
    use std::{fs, path::Path};

    use super::*;

    fn english() -> Catalogue {
        Catalogue::new().unwrap()
    }

    /// Every literal that stands where an error code does, in all sources of the program.
    fn codes_in(folder: &Path, codes: &mut Vec<String>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                codes_in(&path, codes);
            } else if path.extension().is_some_and(|ending| ending == "rs") {
                let source = fs::read_to_string(&path).unwrap();
                for opening in ["FieldError::new(", "FieldError::too_long("] {
                    let quoted = source.split(opening).skip(1).filter_map(|rest| rest.trim_start().strip_prefix('"'));
                    codes.extend(quoted.filter_map(|rest| rest.split_once('"')).map(|(code, _)| code.to_owned()));
                }
            }
        }
    }

    #[test]
    fn every_error_code_has_a_sentence() {
        let source = include_str!("../error.rs").split_once("pub fn code(").unwrap().1.split_once("pub fn field(").unwrap().0;
        let mut codes: Vec<String> = source.split("=> \"").skip(1).map(|rest| rest.split('"').next().unwrap().to_owned()).collect();
        assert!(codes.len() > 20, "the list of codes was not found in error.rs");
        codes_in(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut codes);
        codes.retain(|code| code.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_'));
        let catalogue = english();
        for code in codes {
            assert!(catalogue.for_lang("en").has(&format!("error.{code}")), "no sentence for {code}");
        }
    }

    #[test]
    fn a_language_without_catalogue_reads_english() {
        let catalogue = english();
        for lang in ["en", "en-GB", "EN", "xx", "", "../etc"] {
            assert_eq!(catalogue.for_lang(lang).lang, "en", "{lang}");
        }
    }

    #[test]
    fn numbers_choose_their_form_and_limits_stand_in_their_sentence() {
        let catalogue = english();
        let texts = catalogue.for_lang("en");
        assert_eq!([0, 1, 2].map(|n| texts.number("title", n)), ["No comments yet", "1 comment", "2 comments"].map(str::to_owned));
        assert_eq!(texts.sentence("comment_too_long", Some(10_000)), "The text is too long: at most 10000 fit.");
        assert_eq!(texts.sentence("no_such_code", None), texts.sentence("internal", None));
    }

    #[test]
    fn what_travels_to_the_widget_is_one_line_a_text() {
        let catalogue = english();
        let texts = catalogue.for_lang("en");
        let widget: Vec<&String> = texts.texts.keys().filter(|name| name.starts_with(WIDGET)).collect();
        assert_eq!(texts.for_widget().lines().count(), widget.len());
        assert!(texts.for_widget().lines().any(|line| line == "undo Undo"));
        assert!(texts.texts.values().all(|text| !text.contains(['\n', '<', '&'])));
    }
}
