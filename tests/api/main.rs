//! The product through its real listener: one running server a test, a real database file, real requests.

mod demo;
mod harness;
mod own_comments;
mod pages_of_receipts;
mod reading;
mod sites;
mod staff;
mod submitting;
