//! A message in its final form: headers made by type, one recipient, a text part and an HTML part.
//! Only the subject and the name before our own address carry words of strangers, cleaned and encoded.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use lettre::message::{
    Mailbox as Named, MultiPart,
    header::{HeaderName, HeaderValue},
};

use crate::config::Mailbox;
use crate::model::{EmailAddress, Timestamp, clean_name};
use crate::notify::mail::MailError;
use crate::notify::mail::foreign::begin_of;

const SUBJECT_CHARACTERS_MAX: usize = 200;
const NAME_CHARACTERS_MAX: usize = 100;
/// RFC 5322 allows lines of 998 bytes; an identifier or link of ours is far below.
const VALUE_BYTES_MAX: usize = 900;

/// What a letter says, in both parts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    pub subject: String,
    pub text: String,
    pub html: String,
}

/// What stands above the text.
#[derive(Clone, Copy, Debug)]
pub struct Heading<'a> {
    pub to: &'a EmailAddress,
    /// Shown in place of the name in `mail.from`: "Ada via My Blog". The address is always that of `mail.from`.
    pub from_name: Option<&'a str>,
    /// Without `<` and `>`; the same at each try.
    pub message_id: &'a str,
    /// The message that this one stands below, in programs that show threads.
    pub answers: Option<&'a str>,
    /// Its ancestors, oldest first.
    pub references: &'a [String],
    pub at: Timestamp,
    /// Where one POST ends these mails (RFC 8058).
    pub stop_link: Option<&'a str>,
}

/// Ready to be handed over, with its one recipient.
#[derive(Clone, Debug)]
pub struct Message(lettre::Message);

impl Message {
    pub fn new(from: &Mailbox, heading: &Heading<'_>, written: Written) -> Result<Self, MailError> {
        let name = heading.from_name.or(from.name.as_deref()).map(|name| one_line(name, NAME_CHARACTERS_MAX));
        let mut builder = lettre::Message::builder()
            .from(Named::new(name.filter(|name| !name.is_empty()), address(&from.address)?))
            .to(Named::new(None, address(heading.to)?))
            .subject(one_line(&written.subject, SUBJECT_CHARACTERS_MAX))
            .date(moment(heading.at))
            .message_id(Some(identifier(heading.message_id)?))
            .raw_header(header("Auto-Submitted", "auto-generated")?);
        if let Some(id) = heading.answers {
            let above = heading.references.iter().map(String::as_str).filter(|other| *other != id).chain([id]);
            let above: Vec<String> = above.map(identifier).collect::<Result<_, _>>()?;
            builder = builder.in_reply_to(identifier(id)?).references(above.join(" "));
        }
        if let Some(link) = heading.stop_link {
            builder = builder
                .raw_header(header("List-Unsubscribe", &format!("<{link}>"))?)
                .raw_header(header("List-Unsubscribe-Post", "List-Unsubscribe=One-Click")?);
        }
        let parts = MultiPart::alternative_plain_html(written.text, written.html);
        builder.multipart(parts).map(Self).map_err(|error| MailError::Message(error.to_string()))
    }

    /// As it travels.
    pub fn to_bytes(&self) -> Vec<u8> {
        self.0.formatted()
    }

    pub(super) fn envelope(&self) -> &lettre::address::Envelope {
        self.0.envelope()
    }
}

pub(super) fn address(address: &EmailAddress) -> Result<lettre::Address, MailError> {
    lettre::Address::new(address.local(), address.domain()).map_err(|error| MailError::Message(format!("an address: {error}")))
}

/// Words of strangers for a header. What reads like encoded text would be decoded by programs that receive it, so it is
/// taken apart.
fn one_line(text: &str, characters: usize) -> String {
    begin_of(&clean_name(text).replace("=?", "= ?"), characters)
}

fn moment(at: Timestamp) -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(at.seconds().try_into().unwrap_or(0))
}

/// `<id>`, if it is one word with an `@` in it.
fn identifier(id: &str) -> Result<String, MailError> {
    let one_word = id.bytes().all(|b| b.is_ascii_graphic() && !matches!(b, b'<' | b'>' | b',' | b';' | b'"' | b'(' | b')'));
    if one_word && id.len() <= VALUE_BYTES_MAX && id.matches('@').count() == 1 {
        Ok(format!("<{id}>"))
    } else {
        Err(MailError::Message(format!("{id:?} is no identifier of a message")))
    }
}

/// A header whose value is ours. It stays as it is: folding or encoding would break the links in it.
fn header(name: &'static str, value: &str) -> Result<HeaderValue, MailError> {
    if value.len() > VALUE_BYTES_MAX || !value.bytes().all(|b| b.is_ascii_graphic()) {
        return Err(MailError::Message(format!("{name} cannot be {value:?}")));
    }
    Ok(HeaderValue::dangerous_new_pre_encoded(HeaderName::new_from_ascii_str(name), value.to_owned(), value.to_owned()))
}
