//! Where a reading goes on. Opaque to everybody outside: its text form may change with any release.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};

use super::{CommentId, Sort};

/// The last thing an answer held, so that the next one begins behind it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Cursor {
    /// Roots of a sort behind this one. `rank` is the root's rank and counts only for `Sort::Best`.
    Roots { sort: Sort, rank: i64, id: CommentId },
    /// Replies of a root behind this path.
    Replies { root: CommentId, path: Vec<u8> },
    /// Comments of a queue or feed, older than this one.
    Older { id: CommentId },
}

/// Twelve levels of eight bytes each.
const PATH_BYTES_MAX: usize = 96;

impl Cursor {
    pub fn encode(&self) -> String {
        let mut bytes = Vec::with_capacity(24);
        match self {
            Self::Roots { sort, rank, id } => {
                bytes.push(match sort {
                    Sort::Oldest => b'o',
                    Sort::Newest => b'n',
                    Sort::Best => b'b',
                });
                bytes.extend(rank.to_be_bytes());
                bytes.extend(id.0.to_be_bytes());
            }
            Self::Replies { root, path } => {
                bytes.push(b'r');
                bytes.extend(root.0.to_be_bytes());
                bytes.extend(path);
            }
            Self::Older { id } => {
                bytes.push(b'q');
                bytes.extend(id.0.to_be_bytes());
            }
        }
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// `None` for anything that `encode` does not give.
    pub fn decode(text: &str) -> Option<Self> {
        if text.len() > 200 {
            return None;
        }
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        let (kind, rest) = bytes.split_first()?;
        let number = |at: usize| rest.get(at..at + 8)?.try_into().ok().map(i64::from_be_bytes);
        let id = |at: usize| number(at).filter(|n| *n > 0).map(CommentId);
        let roots = |sort| (rest.len() == 16).then_some(Self::Roots { sort, rank: number(0)?, id: id(8)? });
        match kind {
            b'o' => roots(Sort::Oldest),
            b'n' => roots(Sort::Newest),
            b'b' => roots(Sort::Best),
            b'r' => {
                let path = rest.get(8..)?;
                let whole = path.len() % 8 == 0 && path.len() <= PATH_BYTES_MAX;
                whole.then_some(Self::Replies { root: id(0)?, path: path.to_vec() })
            }
            b'q' => (rest.len() == 8).then_some(Self::Older { id: id(0)? }),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_reads_back_as_it_was_written() {
        for cursor in [
            Cursor::Roots { sort: Sort::Oldest, rank: 0, id: CommentId(1) },
            Cursor::Roots { sort: Sort::Best, rank: -5, id: CommentId(i64::MAX) },
            Cursor::Replies { root: CommentId(7), path: vec![1; 96] },
            Cursor::Older { id: CommentId(9) },
        ] {
            assert_eq!(Cursor::decode(&cursor.encode()), Some(cursor));
        }
    }

    proptest::proptest! {
        #[test]
        fn any_other_text_is_no_cursor_or_one_that_reads_back(text in "[A-Za-z0-9_=-]{0,220}") {
            if let Some(cursor) = Cursor::decode(&text) {
                proptest::prop_assert_eq!(Cursor::decode(&cursor.encode()), Some(cursor));
            }
        }
    }
}
