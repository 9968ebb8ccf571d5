//! What strangers write, run against the rules for text, names and addresses of pages.

#[path = "../support/corpora.rs"]
mod corpora;

mod addresses;
mod documents;
mod markup;
mod names;
mod oracle;
mod speed;
