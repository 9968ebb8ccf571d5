//! The reader of JSON bodies. It takes what every JSON parser agrees about and refuses the rest.

use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::error::Error;
use crate::web::request::{Body, Caller};

const EXPECTED: &str = "application/json";

/// The body as `T`. Another media type is 415; what is no JSON in UTF-8, holds NUL or a lone surrogate, or
/// has another shape than `T` is 400. Nesting ends at 128 levels.
pub fn parse_json<T: DeserializeOwned>(caller: &Caller, body: Body) -> Result<T, Error> {
    let body = body?;
    if !caller.sends(EXPECTED) {
        return Err(Error::MediaTypeWrong { expected: EXPECTED });
    }
    read(&body)
}

fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, Error> {
    let text = std::str::from_utf8(body).map_err(|_| Error::BodyMalformed("it is not UTF-8".into()))?;
    // Fields that `T` ignores are read here too, so that a body is never good for one route and broken for another.
    let whole: Value = serde_json::from_str(text).map_err(|error| malformed(&error))?;
    if holds_nul(&whole) {
        return Err(Error::BodyMalformed("it holds the character NUL".into()));
    }
    serde_json::from_str(text).map_err(|error| malformed(&error))
}

/// The parser's own words, without the names of our types.
fn malformed(error: &serde_json::Error) -> Error {
    let words = error.to_string();
    Error::BodyMalformed(match words.split_once(", expected struct ") {
        Some((what, _)) => format!("{what}, expected an object"),
        None => words,
    })
}

fn holds_nul(value: &Value) -> bool {
    match value {
        Value::String(text) => text.contains('\0'),
        Value::Array(values) => values.iter().any(holds_nul),
        Value::Object(members) => members.iter().any(|(name, value)| name.contains('\0') || holds_nul(value)),
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, serde::Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Shape {
        text: String,
    }

    #[test]
    fn t13_what_is_not_plain_json_of_the_right_shape_is_malformed() {
        assert_eq!(read::<Shape>(br#"{"text":"a\u00e9\ud83d\ude00"}"#).unwrap().text, "aé😀");
        let deep = "[".repeat(100_000);
        for wrong in [
            br#"{"text":"\ud800"}"#.as_slice(),
            br#"{"text":"\u0000"}"#,
            b"{\"text\":\"\x00\"}",
            b"{\"text\":\"\xff\"}",
            br#"{"text":1}"#,
            br#"{"text":"a","text":"b"}"#,
            br#"{"text":"a","more":1}"#,
            br#""text""#,
            b"",
            b"{\"text\":\"a\"} x",
            deep.as_bytes(),
        ] {
            assert!(
                matches!(read::<Shape>(wrong), Err(Error::BodyMalformed(_))),
                "{}",
                String::from_utf8_lossy(&wrong[..wrong.len().min(40)])
            );
        }
    }

    #[test]
    fn t36_no_name_of_a_type_is_told() {
        let error = read::<Shape>(b"5").unwrap_err().to_string();
        assert!(error.contains("expected an object") && !error.contains("Shape"), "{error}");
    }
}
