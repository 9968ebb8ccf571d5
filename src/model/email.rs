//! An e-mail address that mail may be sent to: one plain mailbox, `local@domain`, and nothing that a mail server
//! could read as more than that.

use super::submission::{FieldError, limits};

/// RFC 5321, 4.5.3.1.1.
const LOCAL_BYTES_MAX: usize = 64;
/// RFC 1035, 2.3.4.
const LABEL_BYTES_MAX: usize = 63;

/// One mailbox. The part before the `@` is kept as it was typed, the domain is in lower case and in ASCII.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EmailAddress {
    text: String,
    /// Where the `@` stands.
    at: usize,
}

impl EmailAddress {
    /// Takes an address as people type it. What is refused although standards allow it: quoted local parts, comments,
    /// IP addresses in the place of a domain, domains of a single name, and local parts that old mail servers route
    /// on (`a%b`, `a!b`) or that begin like an option.
    pub fn parse(typed: &str) -> Result<Self, FieldError> {
        if typed.len() > limits::EMAIL_BYTES_MAX {
            return Err(FieldError::too_long("email_too_long", "email", limits::EMAIL_BYTES_MAX, "bytes"));
        }
        let invalid = || FieldError::new("email_invalid", "email", "an e-mail address looks like name@example.org");
        let (local, domain) = typed.split_once('@').ok_or_else(invalid)?;
        let domain = read_domain(domain).ok_or_else(invalid)?;
        let text = format!("{local}@{domain}");
        // A domain in another script grows when it is written in ASCII.
        if !is_plain_local(local) || text.len() > limits::EMAIL_BYTES_MAX {
            return Err(invalid());
        }
        Ok(Self { at: local.len(), text })
    }

    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// As it was typed.
    pub fn local(&self) -> &str {
        &self.text[..self.at]
    }

    pub fn domain(&self) -> &str {
        &self.text[self.at + 1..]
    }

    /// What addresses are compared by. Standards let capitals matter before the `@`; no mail server in use does.
    pub fn key(&self) -> String {
        self.text.to_ascii_lowercase()
    }

    /// For logs and lists: the first letter and the domain.
    pub fn masked(&self) -> String {
        format!("{}…@{}", &self.text[..1], self.domain())
    }
}

impl std::fmt::Display for EmailAddress {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.text)
    }
}

/// Words of RFC 5322 "atext" with single dots between them.
fn is_plain_local(local: &str) -> bool {
    let is_atom = |c: char| c.is_ascii_alphanumeric() || "#$&'*+-/=?^_`{|}~".contains(c);
    let words = local.split('.').all(|word| !word.is_empty() && word.chars().all(is_atom));
    // Readers of headers take `=?` for the begin of encoded text.
    words && local.len() <= LOCAL_BYTES_MAX && !local.starts_with('-') && !local.contains("=?")
}

/// The domain in lower case and ASCII, if it is one.
fn read_domain(typed: &str) -> Option<String> {
    let plain =
        typed.chars().all(|c| matches!(c, '-' | '.') || c.is_alphanumeric() || !c.is_ascii() && !c.is_control() && !c.is_whitespace());
    if !plain {
        return None;
    }
    let Ok(url::Host::Domain(domain)) = url::Host::parse(typed) else { return None };
    let is_label = |label: &str| {
        (1..=LABEL_BYTES_MAX).contains(&label.len())
            && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    let top = domain.rsplit('.').next().unwrap_or_default();
    (domain.contains('.') && domain.split('.').all(is_label) && !top.bytes().all(|b| b.is_ascii_digit())).then_some(domain)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(typed: &str, expected: &str) {
        let found = EmailAddress::parse(typed).map_or_else(|error| error.code.to_owned(), |address| address.to_string());
        assert_eq!(found, expected, "{typed:?}");
    }

    #[test]
    fn a_plain_mailbox_is_taken_and_its_domain_written_in_one_way() {
        check("Ada.Lovelace+blog@Example.ORG", "Ada.Lovelace+blog@example.org");
        check("ada@bücher.example", "ada@xn--bcher-kva.example");
        check("o'hara@mail.example.org", "o'hara@mail.example.org");
        let address = EmailAddress::parse("Ada@Example.ORG").unwrap();
        assert_eq!((address.local(), address.domain(), address.key().as_str()), ("Ada", "example.org", "ada@example.org"));
        assert_eq!(address.masked(), "A…@example.org");
    }

    #[test]
    fn t51_whatever_could_be_more_than_one_mailbox_is_refused() {
        for typed in [
            "",
            "a",
            "@b.test",
            "a@",
            "a@b",
            "a@localhost",
            "a b@c.test",
            " a@b.test",
            "a@b.test ",
            "a@b.test\r\nBcc: v@x.test",
            "a@b@c.test",
            "\"a b\"@c.test",
            "a(x)@c.test",
            "a@[127.0.0.1]",
            "a@127.0.0.1",
            "a@1.2",
            "a@b..test",
            "a@b.test.",
            ".a@b.test",
            "a..b@c.test",
            "a%v@c.test",
            "a!v@c.test",
            "-a@c.test",
            "=?utf-8?q?a?=@c.test",
            "a@-b.test",
            "a@b%2etest",
            "a@b_c.test",
            "а@c.test",
            "a@b\u{2028}.test",
        ] {
            check(typed, "email_invalid");
        }
        check(&format!("a@{}.test", "b".repeat(64)), "email_invalid");
        check(&format!("{}@c.test", "a".repeat(65)), "email_invalid");
        check(&format!("{}@c.test", "a".repeat(64)), &format!("{}@c.test", "a".repeat(64)));
        check(&format!("a@{}test", "b.".repeat(150)), "email_too_long");
        check(&format!("a@{}test", "ü.".repeat(80)), "email_invalid");
    }
}
