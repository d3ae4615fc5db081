"""localstripe on a port of this machine alone, telling a shop of its payments: localstripe_here.py PORT SHOP."""

import sys

from aiohttp import web
from localstripe import resources, server
from localstripe.resources import Event, PaymentIntent
from localstripe.webhooks import register_webhook, schedule_webhook

PORT, SHOP = int(sys.argv[1]), sys.argv[2]

# It keeps everything in a file in /tmp, where the next run would find it.
resources.Store.dump_to_disk = lambda store: None

# It says what is asked for and not what came, which Stripe does.
PaymentIntent.amount_received = property(lambda intent: intent.amount if intent.status == "succeeded" else 0)

# It has signed webhooks, for invoices and the like, and none for the payments of intents: by the same means those are told too.
attempt = PaymentIntent._trigger_payment


def attempt_and_tell(intent):
    attempt(intent)
    became = "succeeded" if intent.status == "succeeded" else "payment_failed"
    schedule_webhook(Event("payment_intent." + became, intent))


PaymentIntent._trigger_payment = attempt_and_tell

register_webhook("shop", SHOP + "/v1/webhooks/payments", "whsec_sandbox", None)
web.run_app(server.app, host="127.0.0.1", port=PORT, print=None)
