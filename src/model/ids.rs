//! Numbers that name things. Each kind is its own type, so that one is never taken for another.

use std::{fmt, str::FromStr};

macro_rules! id {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub i64);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = ();

            /// Takes exactly what `Display` gives: positive decimal digits without sign or leading zero.
            fn from_str(text: &str) -> Result<Self, ()> {
                let canonical = text.bytes().all(|b| b.is_ascii_digit()) && !text.starts_with('0');
                text.parse().ok().filter(|_| canonical).map($name).ok_or(())
            }
        }
    )*};
}

id! {
    /// A site that embeds us.
    SiteId,
    /// An address on a site that carries comments.
    PageId,
    /// A stored comment. Order of arrival is the order of ids, even when the clock jumps.
    CommentId,
    /// A person as one site knows them.
    AuthorId,
    /// Somebody who signs in at the desk.
    AccountId,
    /// An API token.
    TokenId,
    /// An e-mail address that mail may go to.
    AddressId,
    /// Somebody's wish to hear of answers.
    FollowId,
    /// Another service that is called.
    WebhookId,
    /// A mail or call, from being due to how it ended.
    DeliveryId,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_canonical_spelling_is_an_id() {
        assert_eq!("81".parse(), Ok(CommentId(81)));
        for wrong in ["", "0", "081", "+81", "-81", "8 1", "9223372036854775808", "８１"] {
            assert_eq!(wrong.parse::<CommentId>(), Err(()), "{wrong:?}");
        }
    }
}
