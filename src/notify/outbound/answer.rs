//! What is kept of another server's answer: its status and the beginning of its text, as one harmless line.

use reqwest::{Response, header::CONTENT_LENGTH};
use unicode_properties::{GeneralCategoryGroup, UnicodeGeneralCategory};

use super::Failure;

const BODY_BYTES_MAX: usize = 256 * 1024;
const EXCERPT_CHARS_MAX: usize = 200;
/// 200 characters take at most this many bytes; long runs of white space are cut with them.
const EXCERPT_BYTES_MAX: usize = 2048;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    pub status: u16,
    /// At most 200 characters on one line, without control characters.
    pub excerpt: String,
}

impl Answer {
    /// True when the server took the message.
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }
}

/// Reads the answer to its end, at most 256 KiB of it. Nothing is ever unpacked.
pub(super) async fn read(mut response: Response) -> Result<Answer, Failure> {
    let promised = response.headers().get(CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
    if promised.is_some_and(|bytes| bytes > BODY_BYTES_MAX as u64) {
        return Err(Failure::TooLarge);
    }
    let (mut read, mut kept) = (0, vec![]);
    while let Some(chunk) = response.chunk().await.map_err(|_| Failure::Connect)? {
        read += chunk.len();
        if read > BODY_BYTES_MAX {
            return Err(Failure::TooLarge);
        }
        let wanted = EXCERPT_BYTES_MAX - kept.len();
        kept.extend_from_slice(&chunk[..wanted.min(chunk.len())]);
    }
    Ok(Answer { status: response.status().as_u16(), excerpt: excerpt(&kept) })
}

/// Words with single spaces between them; what is invisible or turns the line around is left out.
fn excerpt(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes);
    let spaced: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let words = spaced.split_whitespace().collect::<Vec<_>>().join(" ");
    words.chars().filter(|c| c.general_category_group() != GeneralCategoryGroup::Other).take(EXCERPT_CHARS_MAX).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_excerpt_is_one_short_line_of_visible_characters() {
        assert_eq!(excerpt(b"  ok\r\n\x1b[31mred\t\tline\0 "), "ok [31mred line");
        assert_eq!(excerpt("a\u{202e}b\u{200b}c".as_bytes()), "abc");
        assert_eq!(excerpt("ö".repeat(900).as_bytes()), "ö".repeat(200));
        assert_eq!(excerpt(&[0xff, b'x']), "\u{fffd}x");
    }
}
