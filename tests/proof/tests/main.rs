//! What the simulation and the exploration find, and that they would find it.

mod caught;
mod exhaustive;
mod simulation;
