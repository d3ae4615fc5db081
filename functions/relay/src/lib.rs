//! From a table's stream to the bus.
