//! mail-test
