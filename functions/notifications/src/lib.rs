//! What is sent to whom: the mails.
