//! What arrives from a visitor, and the checked form of it that may be stored.

use unicode_segmentation::UnicodeSegmentation;

use super::{CommentId, EmailAddress, PageAddress, PageAsked, Site, clean_name, imitates_staff};

/// The sizes a submission may have. One test reads them all; the documents repeat them.
pub mod limits {
    pub const TEXT_CHARS_MAX: usize = 10_000;
    pub const TEXT_BYTES_MAX: usize = 40_000;
    /// Graphemes: what people count as letters.
    pub const NAME_GRAPHEMES_MAX: usize = 80;
    pub const NAME_BYTES_MAX: usize = 320;
    pub const EMAIL_BYTES_MAX: usize = 254;
    pub const WEBSITE_BYTES_MAX: usize = 500;
    pub const PAGE_BYTES_MAX: usize = 2048;
    pub const PAGE_ID_CHARS_MAX: usize = 255;
    pub const TITLE_CHARS_MAX: usize = 300;
    pub const KEY_CHARS: std::ops::RangeInclusive<usize> = 16..=64;
}

/// What arrived, as text. Absent, null and empty optional fields have become `None`.
#[derive(Clone, Debug, Default)]
pub struct Submission {
    pub page: PageAsked,
    pub title: Option<String>,
    pub parent: Option<String>,
    pub name: Option<String>,
    pub email: Option<String>,
    pub website: Option<String>,
    pub text: Option<String>,
    /// Makes a repeated request the same comment.
    pub key: Option<String>,
    /// `1` when its author is asking something.
    pub asks: Option<String>,
}

/// Markdown that has become safe HTML.
#[derive(Clone, Debug)]
pub struct Rendered {
    pub html: String,
    /// Links to elsewhere in it, bare ones included.
    pub links: usize,
    pub markup_version: u32,
}

/// A submission that passed the rules of its site. There is no other way to make one than `new`.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct NewComment {
    pub page: PageAddress,
    pub title: Option<String>,
    pub parent: Option<CommentId>,
    pub name: Option<String>,
    pub website: Option<String>,
    /// The text as sent.
    pub source: String,
    pub html: String,
    pub links: usize,
    pub markup_version: u32,
    pub key: Option<String>,
    /// Its author is asking something; only roots do, where the site wants to know.
    pub asks: bool,
}

/// A field that cannot be taken as it is. The code and the field go to the client, the message to a person.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct FieldError {
    pub code: &'static str,
    pub field: &'static str,
    /// In English; the widget's language has its own sentence for each code.
    pub message: String,
    /// The limit that was passed, where there is one.
    pub limit: Option<usize>,
}

impl FieldError {
    pub fn new(code: &'static str, field: &'static str, message: impl Into<String>) -> Self {
        Self { code, field, message: message.into(), limit: None }
    }

    pub fn too_long(code: &'static str, field: &'static str, limit: usize, unit: &str) -> Self {
        Self { limit: Some(limit), ..Self::new(code, field, format!("{field} may have at most {limit} {unit}")) }
    }
}

/// Whether the name was typed by a visitor, or comes from an account or token that may carry it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NameFrom<'a> {
    /// Typed: it must not look like one of these.
    Visitor {
        staff_names: &'a [String],
    },
    Staff,
}

impl NewComment {
    /// Checks every field of a submission against the limits above and the rules of the site.
    /// `render` turns the checked text into safe HTML.
    pub fn new(
        submission: Submission,
        site: &Site,
        name_from: NameFrom<'_>,
        render: impl FnOnce(&str) -> Result<Rendered, FieldError>,
    ) -> Result<Self, FieldError> {
        let page = PageAddress::resolve(&submission.page, &site.origins, site.rules.significant_params.as_deref())?;
        let title = check_title(submission.title)?;
        let parent = match submission.parent.as_deref() {
            None => None,
            Some(id) => Some(id.parse().map_err(|()| FieldError::new("parent_unknown", "parent", "there is no such comment to answer"))?),
        };
        let name = check_name(submission.name, name_from)?;
        check_email(submission.email.as_deref())?;
        let website = check_website(submission.website.as_deref())?;
        let source = check_text(submission.text)?;
        let key = check_key(submission.key)?;
        let Rendered { html, links, markup_version } = render(&source)?;
        let asks = site.rules.courtesies.give_back.is_on() && parent.is_none() && submission.asks.as_deref() == Some("1");
        Ok(Self { page, title, parent, name, website, source, html, links, markup_version, key, asks })
    }
}

/// Takes the text of a comment: something to read, within both limits. It is kept exactly as sent.
pub fn check_text(text: Option<String>) -> Result<String, FieldError> {
    let text = text.unwrap_or_default();
    if text.len() > limits::TEXT_BYTES_MAX {
        return Err(FieldError::too_long("comment_too_long", "text", limits::TEXT_BYTES_MAX, "bytes"));
    }
    if text.chars().count() > limits::TEXT_CHARS_MAX {
        return Err(FieldError::too_long("comment_too_long", "text", limits::TEXT_CHARS_MAX, "characters"));
    }
    if clean_name(&text).is_empty() {
        return Err(FieldError::new("comment_empty", "text", "write something first"));
    }
    Ok(text)
}

fn check_name(name: Option<String>, from: NameFrom<'_>) -> Result<Option<String>, FieldError> {
    let Some(name) = name else { return Ok(None) };
    if name.len() > limits::NAME_BYTES_MAX {
        return Err(FieldError::too_long("name_too_long", "name", limits::NAME_BYTES_MAX, "bytes"));
    }
    if name.graphemes(true).count() > limits::NAME_GRAPHEMES_MAX {
        return Err(FieldError::too_long("name_too_long", "name", limits::NAME_GRAPHEMES_MAX, "letters"));
    }
    if let NameFrom::Visitor { staff_names } = from
        && imitates_staff(&name, staff_names)
    {
        return Err(FieldError::new(
            "name_reserved",
            "name",
            "this name looks like that of somebody who runs this site; please use another",
        ));
    }
    Ok(Some(clean_name(&name)).filter(|name| !name.is_empty()))
}

fn check_title(title: Option<String>) -> Result<Option<String>, FieldError> {
    let Some(title) = title else { return Ok(None) };
    if title.chars().count() > limits::TITLE_CHARS_MAX {
        return Err(FieldError::too_long("title_too_long", "title", limits::TITLE_CHARS_MAX, "characters"));
    }
    Ok(Some(clean_name(&title)).filter(|title| !title.is_empty()))
}

/// An address is checked so that a typing mistake shows, and is not kept with the comment.
fn check_email(email: Option<&str>) -> Result<(), FieldError> {
    email.map_or(Ok(()), |email| EmailAddress::parse(email).map(drop))
}

fn check_website(website: Option<&str>) -> Result<Option<String>, FieldError> {
    let Some(website) = website.map(str::trim).filter(|w| !w.is_empty()) else { return Ok(None) };
    if website.len() > limits::WEBSITE_BYTES_MAX {
        return Err(FieldError::too_long("website_too_long", "website", limits::WEBSITE_BYTES_MAX, "bytes"));
    }
    let invalid = || FieldError::new("website_invalid", "website", "a website is an http or https address");
    let full = if website.contains("://") || !website.contains('.') { website.to_owned() } else { format!("https://{website}") };
    let url = url::Url::parse(&full).map_err(|_| invalid())?;
    let fit = matches!(url.scheme(), "http" | "https")
        && url.username().is_empty()
        && url.password().is_none()
        && url.as_str().len() <= limits::WEBSITE_BYTES_MAX;
    if fit { Ok(Some(url.into())) } else { Err(invalid()) }
}

fn check_key(key: Option<String>) -> Result<Option<String>, FieldError> {
    let Some(key) = key else { return Ok(None) };
    let allowed = key.bytes().all(|b| b.is_ascii_graphic());
    if allowed && limits::KEY_CHARS.contains(&key.len()) {
        Ok(Some(key))
    } else {
        Err(FieldError::new("key_invalid", "key", "a key is 16 to 64 printable ASCII characters"))
    }
}

#[cfg(test)]
impl NewComment {
    /// A comment that passed, for tables of rules that look at other things.
    pub fn for_tests(text: &str) -> Self {
        Self {
            page: PageAddress::path("/hello"),
            title: None,
            parent: None,
            name: None,
            website: None,
            source: text.to_owned(),
            html: format!("<p>{text}</p>"),
            links: 0,
            markup_version: 1,
            key: None,
            asks: false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code<T: std::fmt::Debug>(result: Result<T, FieldError>) -> &'static str {
        result.map_or_else(|error| error.code, |_| "taken")
    }

    #[test]
    fn text_is_kept_as_sent_within_both_limits() {
        assert_eq!(check_text(Some("  two\r\nlines ".into())).unwrap(), "  two\r\nlines ");
        assert_eq!(code(check_text(Some("a".repeat(10_000)))), "taken");
        assert_eq!(code(check_text(Some("a".repeat(10_001)))), "comment_too_long");
        assert_eq!(code(check_text(Some("😀".repeat(10_000)))), "taken");
        assert_eq!(code(check_text(Some("😀".repeat(10_001)))), "comment_too_long");
        for nothing in [None, Some(String::new()), Some(" \n\t".into()), Some("\u{200b}\u{202e}".into())] {
            assert_eq!(code(check_text(nothing)), "comment_empty");
        }
    }

    #[test]
    fn a_name_is_cleaned_counted_in_letters_and_never_that_of_staff() {
        let staff = ["Ada".to_owned()];
        let typed = NameFrom::Visitor { staff_names: &staff };
        assert_eq!(check_name(Some(" Grace\u{202e} ".into()), typed).unwrap().as_deref(), Some("Grace"));
        assert_eq!(check_name(Some("  ".into()), typed).unwrap(), None);
        assert_eq!(code(check_name(Some("é".repeat(80)), typed)), "taken");
        assert_eq!(code(check_name(Some("e".repeat(81)), typed)), "name_too_long");
        assert_eq!(code(check_name(Some("ada".into()), typed)), "name_reserved");
        assert_eq!(code(check_name(Some("Ada".into()), NameFrom::Staff)), "taken");
    }

    #[test]
    fn a_website_is_an_http_address_and_may_leave_the_scheme_out() {
        assert_eq!(check_website(Some("blog.example")).unwrap().as_deref(), Some("https://blog.example/"));
        for wrong in ["javascript:alert(1)", "ftp://a.b", "https://u:p@a.b", "http://", "x", "data:text/html,x"] {
            assert_eq!(code(check_website(Some(wrong))), "website_invalid", "{wrong}");
        }
    }

    #[test]
    fn an_email_and_a_key_are_checked_for_shape() {
        assert_eq!(code(check_email(None)), "taken");
        assert_eq!(code(check_email(Some("a@b.example"))), "taken");
        for wrong in ["a", "a@b", "@b", "a@", "a b@c", "a@b\r\nBcc: x", "a@b@c"] {
            assert_eq!(code(check_email(Some(wrong))), "email_invalid", "{wrong}");
        }
        assert_eq!(code(check_key(Some("k".repeat(16)))), "taken");
        for wrong in ["k".repeat(15), "k".repeat(65), "k k k k k k k k k".into()] {
            assert_eq!(code(check_key(Some(wrong))), "key_invalid");
        }
    }
}
