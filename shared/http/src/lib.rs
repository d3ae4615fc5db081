//! The HTTP side of a function: callers, bodies, problems, pages.
