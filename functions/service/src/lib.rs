//! The service's own endpoints: health, documentation, what is not found.
