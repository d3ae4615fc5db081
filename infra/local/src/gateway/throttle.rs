//! The stage's throttle: a bucket of tokens that fills at a steady rate.

use std::sync::{Mutex, PoisonError};

use holdfast_core::Timestamp;

use crate::template::model::ApiSpec;

/// Requests that may still come at once.
#[derive(Debug)]
pub(crate) struct Throttle {
    /// A second.
    rate: f64,
    burst: f64,
    left: Mutex<(f64, Option<Timestamp>)>,
}

impl Throttle {
    /// What the template sets; none where it sets nothing.
    pub(crate) fn of(api: &ApiSpec) -> Option<Self> {
        let (rate, burst) = (api.throttle_rate?, f64::from(api.throttle_burst?));
        Some(Self { rate, burst, left: Mutex::new((burst, None)) })
    }

    /// Takes a request, or refuses it.
    pub(crate) fn admits(&self, now: Timestamp) -> bool {
        let mut left = self.left.lock().unwrap_or_else(PoisonError::into_inner);
        let (tokens, since) = *left;
        let elapsed_s = since.map_or(0.0, |since| now.duration_since(since).as_secs_f64().max(0.0));
        let tokens = elapsed_s.mul_add(self.rate, tokens).min(self.burst);
        let admits = tokens >= 1.0;
        *left = (if admits { tokens - 1.0 } else { tokens }, Some(now));
        admits
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_empties_the_bucket_and_time_fills_it() {
        let api = ApiSpec { throttle_rate: Some(2.0), throttle_burst: Some(3), ..ApiSpec::default() };
        let throttle = Throttle::of(&api).unwrap();
        let at = |ms| Timestamp::from_millisecond(ms).unwrap();
        assert_eq!([0; 4].map(|_| throttle.admits(at(0))), [true, true, true, false]);
        assert!(!throttle.admits(at(499)) && throttle.admits(at(500)) && !throttle.admits(at(500)));
        assert_eq!([0; 4].map(|_| throttle.admits(at(99_000))), [true, true, true, false]);
        assert!(Throttle::of(&ApiSpec::default()).is_none());
    }
}
