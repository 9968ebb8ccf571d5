//! What every engine promises, run for each of them, and below `sqlite` what only that engine has.

mod accounts;
mod bench;
mod callers;
mod comments;
mod courtesies;
mod follows;
mod isolation;
mod outbox;
mod pages;
mod paging;
mod random;
mod sites;
mod sqlite;
mod tree;
mod upkeep;
