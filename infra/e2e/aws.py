"""An AWS on this machine, for one run: ministack, with what template.yaml needs and ministack has not, and two questions for those
who tell stories. What it cannot do stands in tests/src/away.rs, with the stories that it keeps out.

    GET  /_holdfast/idle     whether queues, streams and functions are done
    POST /_holdfast/clean    everything that is kept is gone; what is deployed stays
"""

import json
import sys
import time

from ministack import app
from ministack.services import dynamodb, eventbridge, lambda_svc, ses, sqs
from ministack.services.cloudformation.provisioners import _RESOURCE_HANDLERS


def archive_create(_logical_id, properties, _stack):
    """An archive of events: ministack keeps archives, but does not know CloudFormation's type for them."""
    name = properties["ArchiveName"]
    answer = eventbridge._create_archive({**properties, "EventSourceArn": properties["SourceArn"]})
    if answer[0] != 200:
        raise ValueError(f"the archive {name} is refused: {answer}")
    return name, {"Arn": eventbridge._archives[name]["ArchiveArn"], "ArchiveName": name}


def archive_delete(physical_id, _properties):
    eventbridge._delete_archive({"ArchiveName": physical_id})


def named_only(logical_id, properties, stack):
    """A resource that is there by name, and does nothing."""
    return properties.get("AlarmName") or properties.get("ApplicationName") or properties.get("DeploymentGroupName") or f"{stack}-{logical_id}", {}


_RESOURCE_HANDLERS["AWS::Events::Archive"] = {"create": archive_create, "delete": archive_delete}
# There is nobody to shift traffic to: an alias points at its newest version at once.
for codedeploy in ("Application", "DeploymentGroup"):
    _RESOURCE_HANDLERS[f"AWS::CodeDeploy::{codedeploy}"] = {"create": named_only, "delete": lambda *_: None}


# Alarms over several metrics: ministack keeps those of one metric, and rings for none.
alarms = _RESOURCE_HANDLERS["AWS::CloudWatch::Alarm"]


def alarm_create(*asked):
    return (named_only if "Metrics" in asked[1] else alarms["create"])(*asked)


_RESOURCE_HANDLERS["AWS::CloudWatch::Alarm"] = {**alarms, "create": alarm_create}


# HTTP APIs by their document, as SAM writes them: ministack knows those whose routes are resources of their own.
apis, integrations, routes = (_RESOURCE_HANDLERS[f"AWS::ApiGatewayV2::{kind}"] for kind in ("Api", "Integration", "Route"))
METHODS = {"get", "post", "put", "patch", "delete", "options", "head", "x-amazon-apigateway-any-method"}


def api_create(logical_id, properties, stack):
    document = properties.get("Body") or {}
    named = {"Name": document.get("info", {}).get("title"), "CorsConfiguration": cors(document)}
    api, outputs = apis["create"](logical_id, {**properties, **{key: value for key, value in named.items() if value}}, stack)
    for path, operations in document.get("paths", {}).items():
        for method in METHODS & operations.keys():
            asked = operations[method]["x-amazon-apigateway-integration"]
            # arn:…:lambda:path/2015-03-31/functions/<the function's own>/invocations
            function = asked["uri"].split("/functions/", 1)[1].removesuffix("/invocations")
            integration, _ = integrations["create"](logical_id, {"ApiId": api, "IntegrationUri": function}, stack)
            verb = "ANY" if method.startswith("x-") else method.upper()
            key = path if path.startswith("$") else f"{verb} {path}"
            routes["create"](logical_id, {"ApiId": api, "RouteKey": key, "Target": f"integrations/{integration}"}, stack)
    return api, outputs


def cors(document):
    """What other pages may ask: lists, where the document has one alone."""
    told = document.get("x-amazon-apigateway-cors", {})
    return {key: [value] if isinstance(value, str) else value for key, value in told.items()}


_RESOURCE_HANDLERS["AWS::ApiGatewayV2::Api"] = {**apis, "create": api_create}


def busy():
    """What is not done yet."""
    now, found = time.time(), []
    if lambda_svc._esm_inflight:
        found.append("functions at work")
    for account, region, mapping in list(lambda_svc._iter_all_esms()):
        if not mapping.get("Enabled", True):
            continue
        kind, source = mapping["EventSourceArn"].split(":")[2], mapping["EventSourceArn"]
        tokens = lambda_svc._request_account_id.set(account), lambda_svc._request_region.set(region)
        try:
            if kind == "dynamodb":
                table = source.split("/stream/")[0].split("/")[-1]
                position = lambda_svc._dynamodb_stream_positions.get(mapping["UUID"], 0)
                if position < dynamodb.stream_end_position(table):
                    found.append(f"the stream of {table}")
            elif kind == "sqs":
                queue = sqs._queues.get(sqs._queue_url(source.split(":")[-1]))
                # What is delayed, or waits for another try, is not due.
                if queue and any(message["visible_at"] <= now for message in list(queue["messages"])):
                    found.append(source.split(":")[-1])
        finally:
            lambda_svc._request_account_id.reset(tokens[0])
            lambda_svc._request_region.reset(tokens[1])
    return found


def clean():
    """Empties tables, queues and mailboxes, without telling anybody."""
    for table in list(dynamodb._tables._data.values()):
        table["items"].clear()
        dynamodb._items_replaced(table)
    with sqs._queues_lock:
        for queue in list(sqs._queues._data.values()):
            queue["messages"].clear()
    ses._sent_emails.clear()
    return []


OURS = {("GET", "/_holdfast/idle"): busy, ("POST", "/_holdfast/clean"): clean}
ministack = app.app


async def with_ours(scope, receive, send):
    asked = OURS.get((scope.get("method"), scope.get("path")))
    if asked is None:
        return await ministack(scope, receive, send)
    body = json.dumps({"busy": asked()}).encode()
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"application/json")]})
    await send({"type": "http.response.body", "body": body})


app.app = with_ours

if __name__ == "__main__":
    sys.exit(app.main())
