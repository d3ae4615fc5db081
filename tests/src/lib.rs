//! The shop's tests.
