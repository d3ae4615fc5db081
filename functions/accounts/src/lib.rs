//! Who is who: accounts, sessions, addresses, roles.
