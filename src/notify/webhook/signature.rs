//! Signatures as Standard Webhooks asks for them: over id, time of the try and body, one for each secret in force.

use base64::{Engine, engine::general_purpose::STANDARD};

use crate::model::Timestamp;
use crate::secrets;

const PREFIX: &str = "whsec_";
const KEY_BYTES_MIN: usize = 24;
const KEY_BYTES_MAX: usize = 64;

/// A key that a receiver shares with us. Hidden from `Debug`.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret {
    key: Vec<u8>,
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret(hidden)")
    }
}

impl Secret {
    /// 256 random bits.
    pub fn random() -> Self {
        Self { key: secrets::random_bytes::<32>().into() }
    }

    /// `whsec_` and base64 of 24 to 64 bytes; `None` for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        let key = STANDARD.decode(text.strip_prefix(PREFIX)?).ok()?;
        (KEY_BYTES_MIN..=KEY_BYTES_MAX).contains(&key.len()).then_some(Self { key })
    }

    /// The text that is stored, and shown to the owner once.
    pub fn reveal(&self) -> String {
        format!("{PREFIX}{}", STANDARD.encode(&self.key))
    }
}

pub(super) fn headers(secrets: &[Secret], id: &str, now: Timestamp, body: &[u8]) -> Vec<(String, String)> {
    let time = now.seconds().to_string();
    let one = |secret: &Secret| {
        let signature = secrets::sign(&secret.key, &[id.as_bytes(), b".", time.as_bytes(), b".", body]);
        format!("v1,{}", STANDARD.encode(signature))
    };
    let signatures = secrets.iter().map(one).collect::<Vec<_>>().join(" ");
    [("webhook-id", id.to_owned()), ("webhook-timestamp", time), ("webhook-signature", signatures)]
        .map(|(name, value)| (name.to_owned(), value))
        .into()
}
