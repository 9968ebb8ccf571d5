//! From a comment to a mail in somebody's hands or a call of another server: the running program, its store, a real SMTP
//! server, and a real receiver with a foreign verifier.

#[path = "../store/sqlite/children.rs"]
mod children;
#[path = "../api/harness.rs"]
#[expect(dead_code, reason = "each suite uses a part of it")]
mod harness;
#[path = "../support/python.rs"]
mod python;
#[path = "../mail/harness.rs"]
#[expect(dead_code, reason = "each suite uses a part of it")]
mod smtp;

mod kills;
mod pace;
mod post;
mod receiver;
mod staff;
mod webhooks;
