//! The desk over HTTP: who gets in, who may do what, what a forged request achieves, and what moderators see.

mod entering;
mod forged;
mod harness;
mod headers;
mod moderating;
mod roles;
mod rules;
mod webhooks;
