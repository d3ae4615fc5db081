//! To whoever has registered an endpoint that takes nothing.

use holdfast_core::Timestamp;

use crate::letter::{Addressee, Letter, Mail};
use crate::manner::Language;

/// Which it is, since when it is told no more, and how it is switched on again.
pub fn mail(to: &Addressee<'_>, endpoint: &str, at: Timestamp) -> Mail {
    let at = to.manner.moment(at);
    let (subject, headline, says, facts, mend) = match to.manner.language() {
        Language::English => (
            "A webhook endpoint was switched off",
            "An endpoint was switched off",
            "An endpoint that you have registered took none of our webhooks for a day. It is told of nothing from now on:",
            ["Endpoint", "Switched off"],
            "When it answers again, set its status to ENABLED. What could not be delivered is kept in its list of deliveries, and \
             can be sent again from there.",
        ),
        Language::German => (
            "Ein Webhook-Endpunkt wurde abgeschaltet",
            "Ein Endpunkt wurde abgeschaltet",
            "Ein Endpunkt, den Sie eingerichtet haben, hat einen Tag lang keinen unserer Webhooks angenommen. Er erfährt ab \
             jetzt nichts mehr:",
            ["Endpunkt", "Abgeschaltet"],
            "Sobald er wieder antwortet, setzen Sie seinen Status auf ENABLED. Was nicht zugestellt werden konnte, steht in der \
             Liste seiner Zustellungen und kann von dort noch einmal gesendet werden.",
        ),
    };
    let [what, when] = facts;
    Letter::to(to)
        .headed(headline)
        .says(says)
        .states(vec![(what, endpoint.to_owned()), (when, at)])
        .says(mend)
        .mail(subject)
}
