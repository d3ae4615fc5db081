"""Serves the shop with localstripe as its payment gateway, and buys: intent, confirmation, webhook and refund, end to end."""

import json
import os
import re
import socket
import subprocess
import sys
import tempfile
import time
import unittest
import urllib.error
import urllib.parse
import urllib.request

HOST = sys.argv.pop(1)
HERE = os.path.dirname(os.path.abspath(__file__))
SANDBOX = "http://127.0.0.1:8080/dev/gateway"
HOME = {"name": "Ada Lovelace", "line1": "12 St James's Square", "city": "Reykjavik", "postal_code": "101", "country": "IS"}
USD = lambda amount: {"amount": amount, "currency": "USD"}


def ask(method, url, headers, body=None):
    """The status, and what is answered."""
    request = urllib.request.Request(url, body, headers, method=method)
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.status, json.loads(answer.read() or "null")
    except urllib.error.HTTPError as refused:
        return refused.code, json.loads(refused.read() or "null")


class Shop(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        cls.stripe = f"http://127.0.0.1:{port}"
        with open("infra/samconfig.toml") as stages:
            text = stages.read()
        if SANDBOX not in text:
            raise RuntimeError(f"the local stage does not ask {SANDBOX}")
        chosen = os.path.join(cls.folder.name, "samconfig.toml")
        with open(chosen, "w") as stages:
            stages.write(text.replace(SANDBOX, cls.stripe))
        surroundings = {"HOLDFAST_PORT": "0", "HOLDFAST_DATA": cls.folder.name + "/data", "HOLDFAST_STAGES": chosen}
        cls.host = subprocess.Popen([HOST], env=os.environ | surroundings, stdout=subprocess.PIPE, text=True)
        cls.base = next((found.group(1) for line in cls.host.stdout if (found := re.search(r"API +(http://\S+)", line))), None)
        if cls.base is None:
            raise RuntimeError("the host has ended")
        cls.fake = subprocess.Popen([sys.executable, os.path.join(HERE, "localstripe_here.py"), str(port), cls.base])
        cls.until(lambda: cls.answers(), "localstripe does not answer")
        cls.sells()

    @classmethod
    def tearDownClass(cls):
        for process in (cls.fake, cls.host):
            process.terminate()
            process.wait(20)
        cls.host.stdout.close()
        cls.folder.cleanup()

    @classmethod
    def answers(cls):
        try:
            return cls.at_stripe("GET", "/v1/refunds")[0] == 200
        except OSError:
            return False

    @staticmethod
    def until(done, otherwise, seconds=60):
        end = time.monotonic() + seconds
        while not done():
            if time.monotonic() > end:
                raise AssertionError(otherwise)
            time.sleep(0.1)

    @classmethod
    def at_stripe(cls, method, path, **fields):
        headers = {"authorization": "Bearer sk_test_sandbox"}
        body = urllib.parse.urlencode(fields).encode() if method == "POST" else None
        return ask(method, cls.stripe + path, headers, body)

    @classmethod
    def at_shop(cls, method, path, body=None, **headers):
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        sent = None if body is None else json.dumps(body).encode()
        return ask(method, cls.base + path, {"content-type": "application/json"} | named, sent)

    @classmethod
    def made(cls, method, path, body, **headers):
        status, answer = cls.at_shop(method, path, body, **headers)
        if status not in (200, 201):
            raise AssertionError(f"{method} {path} was answered {status}: {answer}")
        return answer

    @classmethod
    def staff(cls, name):
        body = {"email": f"{name}@demo.test", "password": "holdfast-demo"}
        return "Bearer " + cls.made("POST", "/v1/auth/login", body)["access_token"]

    @classmethod
    def sells(cls):
        clerk, keeper = cls.staff("catalog"), cls.staff("warehouse")
        product = {"title": "Travel mug", "variants": [{"sku": "TRAVEL-MUG", "price": USD(1900)}]}
        cls.made("POST", "/v1/admin/products", product, authorization=clerk, idempotency_key="mug")
        warehouse = {"name": "Geneva", "priority": 9}
        place = cls.made("POST", "/v1/admin/warehouses", warehouse, authorization=keeper, idempotency_key="geneva")
        stock = {"sku": "TRAVEL-MUG", "warehouse_id": place["id"], "on_hand": 100}
        cls.made("POST", "/v1/admin/inventory", stock, authorization=keeper, idempotency_key="stock")

    def orders(self):
        """An order of a guest's, what its owner shows, and its intent."""
        cart = self.made("POST", "/v1/cart/items", {"sku": "TRAVEL-MUG", "quantity": 1})["cart_token"]
        wish = {"shipping_address": HOME, "shipping_method": "standard"}
        total = self.made("POST", "/v1/checkout/quote", wish, x_cart_token=cart)["total"]
        wish |= {"expected_total": total, "email": "guest@example.test"}
        order = self.made("POST", "/v1/checkout", wish, x_cart_token=cart, idempotency_key="buy")
        owner = {"x_order_token": order["order_token"]}
        path = f"/v1/orders/{order['id']}/payment-intent"
        intent = self.made("POST", path, {}, **owner)
        self.assertEqual(self.made("POST", path, {}, **owner)["payment_intent_id"], intent["payment_intent_id"])
        _, kept = self.at_stripe("GET", f"/v1/payment_intents/{intent['payment_intent_id']}")
        self.assertEqual((kept["amount"], kept["currency"], kept["metadata"]), (total["amount"], "usd", {"order_id": order["id"]}))
        return order, owner, kept["id"]

    def pays(self, intent, number):
        """As a customer's browser does, at the gateway."""
        card = {"card[number]": number, "card[exp_month]": "12", "card[exp_year]": "2040", "card[cvc]": "123"}
        _, method = self.at_stripe("POST", "/v1/payment_methods", type="card", **card)
        self.at_stripe("POST", f"/v1/payment_intents/{intent}", payment_method=method["id"])
        status, confirmed = self.at_stripe("POST", f"/v1/payment_intents/{intent}/confirm")
        self.assertEqual(status, 200, confirmed)
        return confirmed["status"]

    def becomes(self, order, owner, status, payment_status):
        stands = lambda: self.made("GET", f"/v1/orders/{order['id']}", None, **owner)
        as_it_should = lambda: (found := stands())["status"] == status and found["payment_status"] == payment_status
        self.until(as_it_should, f"the order does not become {status}, {payment_status}")

    def test_an_order_is_paid_and_refunded(self):
        order, owner, intent = self.orders()
        self.assertEqual(self.pays(intent, "4242424242424242"), "succeeded")
        self.becomes(order, owner, "PAID", "PAID")
        refund = {"amount": USD(500), "reason": "a gesture"}
        asked = self.made(
            "POST", f"/v1/admin/orders/{order['id']}/refunds", refund, authorization=self.staff("admin"), idempotency_key="some"
        )
        self.becomes(order, owner, "PAID", "PARTIALLY_REFUNDED")
        _, refunds = self.at_stripe("GET", "/v1/refunds")
        ours = [kept for kept in refunds["data"] if kept["metadata"] == {"refund_id": asked["id"]}]
        self.assertEqual([kept["amount"] for kept in ours], [500])
        # Called off, the rest goes back too.
        self.made("POST", f"/v1/orders/{order['id']}/cancel", {}, **owner, idempotency_key="off")
        self.becomes(order, owner, "CANCELLED", "REFUNDED")
        _, kept = self.at_stripe("GET", f"/v1/payment_intents/{intent}")
        _, refunds = self.at_stripe("GET", f"/v1/refunds?charge={kept['latest_charge']['id']}")
        self.assertEqual(sum(kept["amount"] for kept in refunds["data"]), order["total"]["amount"])

    def test_a_card_that_is_declined_may_be_followed_by_another(self):
        order, owner, intent = self.orders()
        self.assertEqual(self.pays(intent, "4000000000000341"), "requires_payment_method")
        time.sleep(2)
        self.becomes(order, owner, "PENDING", "NONE")

    def test_what_is_called_off_cannot_be_paid(self):
        order, owner, intent = self.orders()
        self.made("POST", f"/v1/orders/{order['id']}/cancel", {}, **owner, idempotency_key="off")
        status = lambda: self.at_stripe("GET", f"/v1/payment_intents/{intent}")[1]["status"]
        self.until(lambda: status() == "canceled", "the intent is not called off")

    def test_nobody_else_is_believed(self):
        status, answer = self.at_shop("POST", "/v1/webhooks/payments", {"id": "evt_1"}, stripe_signature="t=1,v1=00")
        self.assertEqual((status, answer["code"]), (400, "invalid_signature"))


if __name__ == "__main__":
    unittest.main()
