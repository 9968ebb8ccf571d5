//! Mail: what letters say, how a message is put together, how it reaches the relay, and what keeps it from arriving.
//! Nothing here knows the store; who is written to, and when, is decided above.

pub mod diagnose;
mod dns;
mod foreign;
pub mod letters;
mod message;
mod pen;
mod smtp;

pub use letters::Letter;
pub use message::{Heading, Message, Written};
pub use smtp::{Failure, Fault, Mailer, Outcome, Refused, Step};

/// Why a mail cannot be made or the mailer not be set up: a fault of settings or of the caller, never of a reader.
#[derive(Debug, thiserror::Error)]
pub enum MailError {
    #[error("{0}")]
    Settings(String),
    #[error("the mail cannot be made: {0}")]
    Message(String),
}
