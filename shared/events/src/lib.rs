//! The event side of a function: the relay's and the consumers'.
