//! The readers of urlencoded forms and query strings. Decoding is strict: what two parsers could read
//! differently is refused.

use std::convert::Infallible;

use warp::Filter;

use crate::error::Error;
use crate::web::request::{Body, Caller};

const EXPECTED: &str = "application/x-www-form-urlencoded";
/// More fields than any form of ours has, by far.
const FIELDS_MAX: usize = 500;

/// The fields of a form, each at most once.
#[derive(Debug, Default)]
pub struct Form(Vec<(String, String)>);

impl Form {
    /// What was typed, as it was sent; `None` when nothing but blanks was.
    pub fn get(&self, name: &str) -> Option<&str> {
        let value = self.0.iter().find(|(own, _)| own == name).map(|(_, value)| value.as_str());
        value.filter(|value| !value.trim().is_empty())
    }

    /// The names of all fields that hold more than blanks.
    pub fn filled_names(&self) -> Vec<String> {
        self.0.iter().filter(|(_, value)| !value.trim().is_empty()).map(|(name, _)| name.clone()).collect()
    }

    /// True when the field was there at all, empty or not.
    pub fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(own, _)| own == name)
    }
}

/// The body as a form. Another media type is 415; broken escapes, text that is not UTF-8, NUL and repeated
/// names are 400.
pub fn parse_form(caller: &Caller, body: Body) -> Result<Form, Error> {
    let body = body?;
    if !caller.sends(EXPECTED) {
        return Err(Error::MediaTypeWrong { expected: EXPECTED });
    }
    let text = std::str::from_utf8(&body).map_err(|_| Error::BodyMalformed("it is not UTF-8".into()))?;
    let mut fields: Vec<(String, String)> = vec![];
    for (name, value) in pairs(text)? {
        let (name, value) = (decode(name)?, decode(value)?);
        if fields.iter().any(|(earlier, _)| *earlier == name) {
            return Err(Error::BodyMalformed(format!("the field {name} is there twice")));
        }
        fields.push((name, value));
    }
    Ok(Form(fields))
}

/// The parameters of an address. Only those that are asked for are looked at; others may be anything.
#[derive(Clone, Debug, Default)]
pub struct Query(String);

impl Query {
    pub fn new(raw: impl Into<String>) -> Self {
        Self(raw.into())
    }

    /// The parameter, `None` when it is absent or blank. Twice the same parameter is an error.
    pub fn get(&self, name: &str) -> Result<Option<String>, Error> {
        let mut values = self.all(name)?;
        if values.len() > 1 {
            return Err(Error::BodyMalformed(format!("the parameter {name} is there twice")));
        }
        Ok(values.pop().filter(|value| !value.trim().is_empty()))
    }

    /// Every value of a parameter that may be repeated, in order.
    pub fn all(&self, name: &str) -> Result<Vec<String>, Error> {
        let named = pairs(&self.0)?.filter(|(own, _)| decode(own).is_ok_and(|own| own == name));
        named.map(|(_, value)| decode(value)).collect()
    }
}

/// The query string of the request; empty when there is none.
pub fn query() -> impl Filter<Extract = (Query,), Error = Infallible> + Clone {
    warp::query::raw().map(Query).or(warp::any().map(Query::default)).unify()
}

fn pairs(text: &str) -> Result<impl Iterator<Item = (&str, &str)>, Error> {
    let pairs = text.split('&').filter(|pair| !pair.is_empty());
    if pairs.clone().nth(FIELDS_MAX).is_some() {
        return Err(Error::BodyMalformed(format!("it has more than {FIELDS_MAX} fields")));
    }
    Ok(pairs.map(|pair| pair.split_once('=').unwrap_or((pair, ""))))
}

/// Percent-decoding that takes complete escapes of UTF-8 only.
fn decode(text: &str) -> Result<String, Error> {
    let mut escapes = text.split('%').skip(1);
    if !escapes.all(|after| after.len() >= 2 && after.as_bytes()[..2].iter().all(u8::is_ascii_hexdigit)) {
        return Err(Error::BodyMalformed("it has a broken percent escape".into()));
    }
    let spaced = text.replace('+', " ");
    let decoded = percent_encoding::percent_decode_str(&spaced).decode_utf8();
    let decoded = decoded.map_err(|_| Error::BodyMalformed("it has escapes that are not UTF-8".into()))?;
    if decoded.contains('\0') {
        return Err(Error::BodyMalformed("it holds the character NUL".into()));
    }
    Ok(decoded.into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(content_type: &str, body: &'static [u8]) -> Result<Form, Error> {
        let caller = Caller { content_type: Some(content_type.into()), ..Caller::for_tests() };
        parse_form(&caller, Ok(body.into()))
    }

    #[test]
    fn a_field_reads_as_it_was_typed_and_blank_ones_as_absent() {
        let form = form("application/x-www-form-urlencoded;charset=UTF-8", b"text=+a%0D%0Ab%2B%C3%A9+&name=++&empty").unwrap();
        assert_eq!(form.get("text"), Some(" a\r\nb+é "));
        assert_eq!((form.get("name"), form.get("empty"), form.get("absent")), (None, None, None));
        assert!(form.has("empty") && !form.has("absent"));
    }

    #[test]
    fn t13_broken_forms_are_malformed() {
        for wrong in
            [b"a=%".as_slice(), b"a=%4", b"a=%zz", b"a=%ff", b"a=\xff", b"a=%00", b"a=\0", b"%00=a", b"a=1&a=2", b"a=1&%61=2", b"a=%+1"]
        {
            assert!(matches!(form(EXPECTED, wrong), Err(Error::BodyMalformed(_))), "{}", String::from_utf8_lossy(wrong));
        }
    }

    #[test]
    fn other_media_types_are_no_form() {
        for wrong in
            ["text/plain", "application/json", "multipart/form-data; boundary=x", "application/x-www-form-urlencoded; charset=latin1"]
        {
            assert!(matches!(form(wrong, b"a=1"), Err(Error::MediaTypeWrong { .. })), "{wrong}");
        }
    }

    #[test]
    fn t28_a_parameter_that_is_asked_for_may_not_be_there_twice() {
        let query = Query::new("page=%2Fhello&utm=%zz&utm=2&p=a&p=b&sort=");
        assert_eq!(query.get("page").unwrap().as_deref(), Some("/hello"));
        assert_eq!(query.get("sort").unwrap(), None);
        assert_eq!(query.all("p").unwrap(), ["a", "b"]);
        assert!(query.get("p").is_err() && query.get("utm").is_err());
        assert!(Query::new("a&".repeat(FIELDS_MAX + 1)).get("x").is_err());
    }
}
