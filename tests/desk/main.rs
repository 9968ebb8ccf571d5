//! The desk over HTTP: who gets in, who may do what, what a forged request achieves, and what moderators see.

mod by_link;
mod courtesies;
mod entering;
mod forged;
mod harness;
mod headers;
mod mail;
mod moderating;
mod reports;
mod roles;
mod rules;
mod webhooks;
mod window;
