"""Counts template.yaml as CloudFormation will see it, with every function of the whole API in it.

A stack takes 500 resources and a template of 1 MB, both after SAM's transform. This runs SAM's own transform on the
template, extended by the functions of functions-to-come.txt, each wired as its like is today, and asserts that
there is room left.
"""

import copy
import json
import logging
import os
import pathlib
import sys

from samcli.yamlhelper import yaml_parse
from samtranslator.translator.transform import transform

ROOT = pathlib.Path(__file__).parents[2]
logging.getLogger("samtranslator").setLevel(logging.ERROR)
MOST_RESOURCES = 490
MOST_BYTES = 1_000_000
METHODS = {"GET", "POST", "PUT", "PATCH", "DELETE"}


class NoManagedPolicies:
    """The template names none: SAM need not ask IAM for them."""

    def load(self):
        return {
            f"AWSLambda{name}ExecutionRole": f"arn:aws:iam::aws:policy/service-role/AWSLambda{name}ExecutionRole"
            for name in ("Basic", "SQSQueue", "DynamoDB")
        }


def to_come():
    """The functions that are not built yet: name, and what calls it."""
    text = (ROOT / "infra/lint/functions-to-come.txt").read_text()
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    return [line.split(" ", 1) for line in lines]


def camel(name):
    """auth-login as a resource is called: AuthLogin."""
    return "".join(part.capitalize() for part in name.split("-"))


def extended(template, functions):
    """The template with these functions, each with what its like brings along: a relay its table and log group, a
    consumer its queue, dead letters and rule. Alarms look at several at once."""
    resources = template["Resources"]
    for name, source in functions:
        resource = f"{camel(name)}Function"
        if resource in resources:
            sys.exit(f"functions-to-come.txt still has {name}, which template.yaml has: delete its line")
        kind = source.split(" ")[0]
        if kind in METHODS:
            # The longest of its kind, as an estimate of what the others need.
            function = copy.deepcopy(resources["AuthResetPasswordFunction"])
            method, path = source.split(" ")
            function["Properties"]["Events"]["Http"]["Properties"].update(Method=method, Path=path)
        elif kind == "stream":
            function = copy.deepcopy(resources["AccountsEventRelayFunction"])
            context = camel(source.split(" ")[1])
            table = f"{context}Table"
            resources.setdefault(table, copy.deepcopy(resources["AccountsTable"]))
            resources.setdefault(f"{context}Logs", copy.deepcopy(resources["AccountsLogs"]))
            function["Properties"]["Events"]["Stream"]["Properties"]["Stream"] = {"Fn::GetAtt": [table, "StreamArn"]}
        elif kind == "queue":
            function = copy.deepcopy(resources["NotificationsSendFunction"])
            queue = f"{camel(name)}Queue"
            resources[queue] = copy.deepcopy(resources["NotificationsQueue"])
            function["Properties"]["Events"]["Queue"]["Properties"]["Queue"] = {"Fn::GetAtt": [queue, "Arn"]}
            resources[f"{camel(name)}DeadLetters"] = copy.deepcopy(resources["NotificationsDeadLetters"])
            resources[f"{camel(name)}Rule"] = copy.deepcopy(resources["MailsRule"])
        else:
            function = copy.deepcopy(resources["MeGetFunction"])
            function["Properties"]["Events"] = (
                {"Clock": {"Type": "Schedule", "Properties": {"Schedule": "rate(5 minutes)"}}}
                if kind == "schedule"
                else {}
            )
        function["Properties"]["CodeUri"] = f"target/lambda/{name}"
        resources[resource] = function
    return template


def transformed(template):
    """What CloudFormation gets: code's places stand for what `sam deploy` uploads."""
    for resource in template["Resources"].values():
        if resource["Type"] == "AWS::Serverless::Function":
            resource["Properties"]["CodeUri"] = "s3://bucket-with-a-name-of-usual-length/holdfast/" + "0" * 32
    parameters = {name: parameter.get("Default", "") for name, parameter in template["Parameters"].items()}
    os.environ.setdefault("AWS_DEFAULT_REGION", "us-east-1")  # SAM asks for it; nothing is called
    return transform(template, parameters, NoManagedPolicies())


def measured(template):
    """Resources and bytes after the transform."""
    result = transformed(template)
    return len(result["Resources"]), len(json.dumps(result, separators=(",", ":")))


def main():
    text = (ROOT / "template.yaml").read_text()
    written = len(yaml_parse(text)["Resources"])
    resources, size = measured(yaml_parse(text))
    print(f"template.yaml: {written} resources, {resources} after the transform, {size / 1000:.0f} kB")
    functions = to_come()
    whole = extended(yaml_parse(text), functions)
    count = sum(resource["Type"] == "AWS::Serverless::Function" for resource in whole["Resources"].values())
    resources, size = measured(whole)
    print(f"with the whole API, {count} functions: {resources} resources, {size / 1000:.0f} kB")
    if resources >= MOST_RESOURCES or size >= MOST_BYTES:
        sys.exit(f"the whole API must stay under {MOST_RESOURCES} resources and {MOST_BYTES / 1000:.0f} kB")


if __name__ == "__main__":
    main()
