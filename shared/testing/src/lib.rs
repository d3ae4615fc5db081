//! The shop's whole world in one process, for tests.
