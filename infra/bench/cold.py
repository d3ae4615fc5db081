"""`make bench-cold`: how functions start. 30 processes of each by turns, against a Runtime API and ministack's DynamoDB on this
machine: cold.py <folder of functions> <goods.json> <a bare binary> <node's modules>. A line of JSON a figure.

What INIT does, up to the first poll: exec and dynamic linking; the log's filter; the environment; the embedded roots of Amazon for
TLS; the function's clients; the parameters that it reads from SSM (auth-login: signing keys; checkout-place: the server's key); its
router; and the connection to DynamoDB, which is opened before anybody waits for it. Over plain HTTP on one machine a connection
costs a fraction of a millisecond; to AWS, with TLS, it is 10 to 20, and the first request would pay them.
"""

import json
import os
import pathlib
import statistics
import sys

from lambdas import Function, http

ROUNDS = 30
READ, CHECKOUT, LOGIN = "products-get", "checkout-place", "auth-login"
# Against a bare runtime in the same run; RSS in MB.
MOST_TIMES_BARE, MOST_RSS_MB = 1.5, 12.0


def events(goods, name, nth):
    """Two requests for a function, the nth time that it starts."""
    if name == CHECKOUT:
        for turn in range(2):
            cart = goods["carts"][2 * nth + turn]
            headers = {"x-cart-token": cart, "idempotency-key": f"cold-{nth}-{turn}"}
            yield http("POST", "/v1/checkout", headers=headers, body=goods["order"])
    elif name == LOGIN:
        for _ in range(2):
            yield http("POST", "/v1/auth/login", body=goods["login"])
    else:
        path = f"/v1/products/{goods['product']}"
        for _ in range(2):
            yield http("GET", path, route="GET /v1/products/{id_or_slug}")


def main(functions, goods, bare, node):
    functions, goods = pathlib.Path(functions), json.loads(pathlib.Path(goods).read_text())
    here = pathlib.Path(__file__).parent
    aws = {name: os.environ[name] for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_ENDPOINT_URL")}
    aws |= {"AWS_REGION": "us-east-1", "AWS_DEFAULT_REGION": "us-east-1"}
    read = goods["environments"][READ]
    path = {"PATH": os.environ["PATH"], "PYTHONDONTWRITEBYTECODE": "1"}
    candidates = {"bare": ([bare], {}, None)}
    for name in (READ, CHECKOUT, LOGIN):
        candidates[name] = ([str(functions / name / "bootstrap")], goods["environments"][name], name)
    candidates["python_boto3"] = ([sys.executable, str(here / "read.py")], {**read, **path}, READ)
    # Node finds its modules beside the script that asks for them.
    script = pathlib.Path(node) / "read.mjs"
    if script.exists():
        candidates["node_sdk_v3"] = (["/usr/bin/env", "node", str(script)], {**read, **path}, READ)
    else:
        print("node_sdk_v3 is left out: there is no Node, or its SDK could not be fetched", file=sys.stderr)
    seen = {name: {"first_poll_ms": [], "first_request_ms": [], "second_request_ms": [], "rss_mb": []} for name in candidates}
    for nth in range(ROUNDS):
        for name, (command, environment, asks) in candidates.items():
            function = Function(command, {**aws, **environment})
            try:
                seen[name]["first_poll_ms"].append(function.first_poll_ms)
                for which, event in zip(("first", "second"), events(goods, asks, nth)):
                    answer, took_ms = function.invoke(event)
                    if asks and answer["statusCode"] not in (200, 201):
                        sys.exit(f"{name} answers {answer['statusCode']}: {answer['body']}")
                    seen[name][f"{which}_request_ms"].append(took_ms)
                seen[name]["rss_mb"].append(function.rss_mb())
            finally:
                function.end()
    bare_ms = statistics.median(seen["bare"]["first_poll_ms"])
    short = []
    for name, figures in seen.items():
        for figure, values in figures.items():
            line = {"name": f"{name.replace('-', '_')}_{figure}", "value": round(statistics.median(values), 3)}
            line |= {"unit": figure.rsplit("_", 1)[1].replace("mb", "MB"), "of": f"median of {len(values)}"}
            most = None
            if name == READ:
                most = {"first_poll_ms": bare_ms * MOST_TIMES_BARE, "rss_mb": MOST_RSS_MB}.get(figure)
            if most:
                line["at_most"] = round(most, 3)
                if line["value"] > most:
                    short.append(line["name"])
            print(json.dumps(line), flush=True)
    said = "none falls short" if not short else f"{len(short)} short: {', '.join(short)}"
    print(f"bench-cold: {sum(map(len, seen.values()))} figures of {ROUNDS} starts each, {said}", file=sys.stderr)
    sys.exit(1 if short else 0)


if __name__ == "__main__":
    main(*sys.argv[1:])
