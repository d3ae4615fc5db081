"""Serves an empty shop, and asks its payment gateway by way of Stripe's own client: what that client does not
understand, or what is not as Stripe documents it, fails here."""

import json
import os
import re
import subprocess
import sys
import tempfile
import unittest
import urllib.request

import stripe

HOST = sys.argv.pop(1)


class Gateway(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        surroundings = {"HOLDFAST_PORT": "0", "HOLDFAST_DATA": cls.folder.name, "HOLDFAST_SEED": "empty"}
        cls.start(surroundings)
        stripe.api_key = "sk_test_sandbox"
        stripe.max_network_retries = 0

    @classmethod
    def start(cls, surroundings):
        cls.host = subprocess.Popen([HOST], env=os.environ | surroundings, stdout=subprocess.PIPE, text=True)
        for line in cls.host.stdout:
            if found := re.search(r"API +(http://\S+)", line):
                cls.base = found.group(1)
                stripe.api_base = cls.base + "/dev/gateway"
                return
        raise RuntimeError("the host has ended")

    @classmethod
    def tearDownClass(cls):
        cls.host.terminate()
        cls.host.wait(10)
        cls.host.stdout.close()
        cls.folder.cleanup()

    def intent(self, **more):
        return stripe.PaymentIntent.create(amount=1999, currency="eur", metadata={"order_id": "ord_1"}, **more)

    def advance(self, seconds):
        body = json.dumps({"advance_seconds": seconds}).encode()
        urllib.request.urlopen(self.base + "/dev/clock", body).read()
        urllib.request.urlopen(self.base + "/dev/settle", b"").read()

    def test_pays_and_refunds(self):
        intent = self.intent(automatic_payment_methods={"enabled": True, "allow_redirects": "never"})
        self.assertEqual(intent.status, "requires_payment_method")
        intent = stripe.PaymentIntent.confirm(intent.id, payment_method="pm_card_visa")
        self.assertEqual((intent.status, intent.amount_received, intent.metadata["order_id"]), ("succeeded", 1999, "ord_1"))
        charge = stripe.Charge.retrieve(intent.latest_charge)
        self.assertTrue(charge.paid and charge.captured)
        part = stripe.Refund.create(payment_intent=intent.id, amount=500, metadata={"refund_id": "rfd_1"})
        rest = stripe.Refund.create(payment_intent=intent.id)
        self.assertEqual((part.status, part.amount, rest.amount), ("succeeded", 500, 1499))
        listed = list(stripe.Refund.list(payment_intent=intent.id, limit=1).auto_paging_iter())
        self.assertEqual([refund.id for refund in listed], [rest.id, part.id])
        self.assertEqual(listed[1].metadata["refund_id"], "rfd_1")
        self.assertTrue(stripe.Charge.retrieve(intent.latest_charge).refunded)
        with self.assertRaises(stripe.InvalidRequestError) as refused:
            stripe.Refund.create(payment_intent=intent.id, amount=1)
        self.assertEqual(refused.exception.code, "charge_already_refunded")

    def test_declines(self):
        with self.assertRaises(stripe.CardError) as declined:
            self.intent(confirm=True, payment_method="pm_card_chargeDeclined", payment_method_types=["card"])
        error = declined.exception.error
        self.assertEqual((error.code, error.decline_code), ("card_declined", "generic_decline"))
        self.assertEqual(error.payment_intent["status"], "requires_payment_method")

    def test_asks_the_customer(self):
        intent = self.intent(confirm=True, payment_method="pm_card_authenticationRequired", return_url="https://shop.test/")
        self.assertEqual((intent.status, intent.next_action.type), ("requires_action", "redirect_to_url"))
        url = intent.next_action.redirect_to_url.url
        self.assertIn("The bank asks", urllib.request.urlopen(url).read().decode())
        urllib.request.urlopen(url, b"authenticated=yes").read()
        self.assertEqual(stripe.PaymentIntent.retrieve(intent.id).status, "succeeded")

    def test_succeeds_late(self):
        intent = self.intent(confirm=True, payment_method="pm_sandbox_succeedsLate")
        self.assertEqual(intent.status, "processing")
        self.advance(61)
        self.assertEqual(stripe.PaymentIntent.retrieve(intent.id).status, "succeeded")
        kinds = [event.type for event in stripe.Event.list(limit=100) if event.data.object["id"] == intent.id]
        self.assertEqual(kinds, ["payment_intent.succeeded", "payment_intent.processing"])

    def test_a_refund_fails_later(self):
        intent = self.intent(confirm=True, payment_method="pm_sandbox_refundFails")
        refund = stripe.Refund.create(payment_intent=intent.id)
        self.advance(61)
        self.assertEqual(stripe.Refund.retrieve(refund.id).status, "failed")
        self.assertEqual(stripe.Refund.create(payment_intent=intent.id).amount, 1999)

    def test_cancels_what_is_open_and_not_what_is_paid(self):
        intent = self.intent()
        self.assertEqual(stripe.PaymentIntent.cancel(intent.id, cancellation_reason="abandoned").status, "canceled")
        paid = self.intent(confirm=True, payment_method="pm_card_amex")
        with self.assertRaises(stripe.InvalidRequestError) as refused:
            stripe.PaymentIntent.cancel(paid.id)
        error = refused.exception.error
        self.assertEqual((error.code, error.payment_intent["status"]), ("payment_intent_unexpected_state", "succeeded"))

    def test_one_key_is_one_intent(self):
        first, again = (self.intent(idempotency_key="key_1") for _ in range(2))
        self.assertEqual(first.id, again.id)
        self.assertEqual(again.last_response.headers["Idempotent-Replayed"], "true")
        with self.assertRaises(stripe.IdempotencyError):
            self.intent(idempotency_key="key_1", description="another")

    def test_only_the_key_opens(self):
        with self.assertRaises(stripe.AuthenticationError):
            stripe.Account.retrieve(api_key="sk_test_another")
        self.assertEqual(stripe.Account.retrieve().id, "acct_sandbox")

    def test_cards_are_refused(self):
        with self.assertRaises(stripe.StripeError) as refused:
            self.intent(confirm=True, payment_method_data={"type": "card", "card": {"number": "4242424242424242"}})
        self.assertEqual(refused.exception.http_status, 402)

    def test_what_was_paid_is_there_after_a_kill(self):
        paid = self.intent(confirm=True, payment_method="pm_card_visa", idempotency_key="key_2")
        self.host.kill()
        self.host.wait(10)
        self.host.stdout.close()
        port = self.base.rsplit(":", 1)[1]
        self.start({"HOLDFAST_PORT": port, "HOLDFAST_DATA": self.folder.name, "HOLDFAST_SEED": "empty"})
        self.assertEqual(stripe.PaymentIntent.retrieve(paid.id).status, "succeeded")
        self.assertEqual(self.intent(confirm=True, payment_method="pm_card_visa", idempotency_key="key_2").id, paid.id)


if __name__ == "__main__":
    unittest.main()
