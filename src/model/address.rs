//! One page, one thread: how the addresses of a page become one key.

use sha2::{Digest, Sha256};

use super::{FieldError, Origin};

/// Query parameters that say how a reader came, never what is read.
pub const TRACKING_PARAMETERS: &[&str] = &[];

/// How a request names a page: by `page`, by `url`, or by both; `page` wins as key.
#[derive(Clone, Debug, Default)]
pub struct PageAsked {
    pub page: Option<String>,
    pub url: Option<String>,
}

/// The canonical name of a page within its site.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PageAddress {
    /// A path with query beginning with `/`, or a free id.
    pub key: String,
    /// The first 16 bytes of the SHA-256 of the key; what the store looks up.
    pub hash: [u8; 16],
    /// The full address as it was sent or follows from the site's first origin, for links.
    pub url: String,
    /// For a free id that came with an address: what else this page may be known by.
    pub alias: Option<Box<PageAddress>>,
}

impl PageAddress {
    /// The page that a request names, if it may be one of a site with these origins.
    pub fn resolve(asked: &PageAsked, origins: &[Origin], _significant: Option<&[String]>) -> Result<Self, FieldError> {
        let page =
            asked.page.as_deref().or(asked.url.as_deref()).ok_or_else(|| FieldError::new("page_missing", "page", "name the page"))?;
        let origin = origins.first().map(ToString::to_string).unwrap_or_default();
        Ok(Self { url: format!("{origin}{page}"), ..Self::path(page) })
    }

    /// The page at this path, which must be canonical already.
    pub fn path(key: &str) -> Self {
        let hash = Sha256::digest(key.as_bytes())[..16].try_into().expect("16 of 32 bytes");
        Self { key: key.to_owned(), hash, url: key.to_owned(), alias: None }
    }
}
