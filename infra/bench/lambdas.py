"""Functions as Lambda runs them: a process, and a Runtime API that hands it events."""

import json
import os
import select
import signal
import socket
import time
import uuid

ANYTHING = {
    "AWS_LAMBDA_FUNCTION_NAME": "bench",
    "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
    "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "256",
    "AWS_LAMBDA_LOG_GROUP_NAME": "bench",
    "AWS_LAMBDA_LOG_STREAM_NAME": "bench",
}


class Failed(Exception):
    """The function answered with an error, or not at all."""


class Connection:
    """What a function has sent on one connection."""

    def __init__(self, stream):
        self.stream, self.bytes = stream, b""
        stream.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def request(self):
        """A whole request, if one is here: its first line, and its body."""
        head, found, rest = self.bytes.partition(b"\r\n\r\n")
        if not found:
            return None
        line, *headers = head.decode().split("\r\n")
        headers = dict(header.lower().split(": ", 1) for header in headers if ": " in header)
        if headers.get("transfer-encoding") == "chunked":
            body = b""
            while True:
                size, found, rest = rest.partition(b"\r\n")
                if not found or len(rest) < int(size, 16) + 2:
                    return None
                length = int(size, 16)
                body, rest = body + rest[:length], rest[length + 2:]
                if length == 0:
                    break
        else:
            length = int(headers.get("content-length", 0))
            if len(rest) < length:
                return None
            body, rest = rest[:length], rest[length:]
        self.bytes = rest
        return line, body

    def answer(self, status, headers=(), body=b""):
        lines = [f"HTTP/1.1 {status}", f"content-length: {len(body)}", *headers]
        self.stream.sendall("\r\n".join(lines).encode() + b"\r\n\r\n" + body)


class Function:
    """A function's process, from its exec on. `first_poll_ms` is how long it took to ask for its first event."""

    PATIENCE_S = 30

    def __init__(self, command, environment):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.connections, self.waiting = [], None
        port = self.listener.getsockname()[1]
        environment = {**ANYTHING, **environment, "AWS_LAMBDA_RUNTIME_API": f"127.0.0.1:{port}"}
        nothing = os.open(os.devnull, os.O_RDWR)
        log = os.open(environment.pop("LOG", os.devnull), os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        files = [(os.POSIX_SPAWN_DUP2, nothing, 0), (os.POSIX_SPAWN_DUP2, log, 1), (os.POSIX_SPAWN_DUP2, log, 2)]
        began = time.perf_counter()
        self.pid = os.posix_spawn(command[0], command, environment, file_actions=files)
        self.next()
        self.first_poll_ms = (time.perf_counter() - began) * 1000
        os.close(nothing)
        os.close(log)

    def request(self):
        """The next request on any connection."""
        end = time.monotonic() + self.PATIENCE_S
        while time.monotonic() < end:
            for connection in self.connections:
                request = connection.request()
                if request:
                    return connection, *request
            streams = [self.listener, *(connection.stream for connection in self.connections)]
            for ready in select.select(streams, [], [], 1)[0]:
                if ready is self.listener:
                    self.connections.append(Connection(ready.accept()[0]))
                    continue
                connection = next(one for one in self.connections if one.stream is ready)
                received = ready.recv(1 << 20)
                if not received:
                    self.connections.remove(connection)
                connection.bytes += received
            if os.waitpid(self.pid, os.WNOHANG)[0]:
                raise Failed("it ended")
        raise Failed("it does not ask")

    def next(self):
        connection, line, _ = self.request()
        if "/invocation/next" not in line:
            raise Failed(line)
        self.waiting = connection

    def invoke(self, event):
        """What it answers, and how many milliseconds it took."""
        name = str(uuid.uuid4())
        headers = [
            "content-type: application/json",
            f"lambda-runtime-aws-request-id: {name}",
            f"lambda-runtime-deadline-ms: {int((time.time() + self.PATIENCE_S) * 1000)}",
            "lambda-runtime-invoked-function-arn: arn:aws:lambda:us-east-1:000000000000:function:bench",
        ]
        body = json.dumps(event).encode()
        began = time.perf_counter()
        self.waiting.answer("200 OK", headers, body)
        connection, line, answer = self.request()
        took_ms = (time.perf_counter() - began) * 1000
        connection.answer("202 Accepted")
        if f"/{name}/response" not in line:
            raise Failed(answer.decode())
        self.next()
        return json.loads(answer), took_ms

    def rss_mb(self):
        """The memory that is its own at the moment."""
        with open(f"/proc/{self.pid}/status") as status:
            kib = next(int(line.split()[1]) for line in status if line.startswith("VmRSS:"))
        return kib * 1024 / 1e6

    def end(self):
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)
        for connection in self.connections:
            connection.stream.close()
        self.listener.close()


def http(method, path, route=None, headers=None, body=None):
    """A request as an HTTP API hands it to a function."""
    return {
        "version": "2.0",
        "routeKey": route or f"{method} {path}",
        "rawPath": path,
        "rawQueryString": "",
        "headers": {"host": "shop.example.com", "content-type": "application/json", **(headers or {})},
        "requestContext": {
            "accountId": "000000000000",
            "apiId": "a1b2c3d4e5",
            "domainName": "shop.example.com",
            "domainPrefix": "shop",
            "http": {"method": method, "path": path, "protocol": "HTTP/1.1", "sourceIp": "203.0.113.7", "userAgent": "bench"},
            "requestId": "JKJaXmPLvHcESHA=",
            "routeKey": route or f"{method} {path}",
            "stage": "$default",
            "time": "20/Nov/2026:12:00:00 +0000",
            "timeEpoch": 1795176000000,
        },
        "body": json.dumps(body) if body is not None else None,
        "isBase64Encoded": False,
    }
