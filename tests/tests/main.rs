//! The shop's tests in one binary: each of its own would carry the whole shop once more. `cards`, `privacy`, `together` and `watched`
//! have their own, because they read what a process has once: its log, and the answers that it has seen.

mod architecture;
mod at_once;
mod attacks;
mod audit;
mod bad_checkout;
mod bad_input;
mod bad_numbers;
mod checkout_race;
mod coverage;
mod delivery;
mod documents;
mod expiry;
mod faults;
mod limits;
mod looks;
mod migrations;
mod mutants;
mod payment_gateway;
mod permutations;
mod race;
mod rotation;
mod samples;
mod stories;
mod tour;
mod trail;
mod uniform;
mod units;
mod webhooks;
