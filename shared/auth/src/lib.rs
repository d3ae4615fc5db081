//! Passwords, tokens, one-time codes, roles and permissions.
