//! The commands, run as people run them.

#[path = "../support/child.rs"]
mod child;

mod mail;
mod people;
mod settings;
mod sites;
mod starting;
mod upkeep;
