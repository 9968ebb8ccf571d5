//! The letters
