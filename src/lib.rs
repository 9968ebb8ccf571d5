//! The map, in reading order. `ARCHITECTURE.md` says which way the arrows point.

/// One file for each thing a person can do.
pub mod actions;
/// What a running server has, and how blocking work enters it.
pub mod app;
/// The commands.
pub mod cli;
/// The time, and the only place that asks the system for it.
pub mod clock;
/// Every setting: name, default, meaning, check.
pub mod config;
/// What happened becomes mails and calls, and those go out: the loop beside the listener.
pub mod delivery;
/// Every reason a request can fail, with its code.
pub mod error;
/// Who may do how much in how long.
pub mod limits;
/// Markdown becomes safe HTML, in one function.
pub mod markup;
/// What the product is about: sites, pages, threads, comments, people and the rules between them.
pub mod model;
/// Mail, and calls to other servers: the only home of what speaks to elsewhere.
pub mod notify;
/// Threads as HTML: the same partials for the widget's fragment and the page without script.
pub mod render;
/// Keys of this installation and everything derived from them: receipts, form stamps, token hashes.
pub mod secrets;
/// Wiring: settings, store, App, web, listener.
pub mod serve;
/// The promises storage makes, by topic; the SQLite engine lies below.
pub mod store;
/// Routes, requests, replies, assets, the desk.
pub mod web;
