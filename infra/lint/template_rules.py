"""What must hold of template.yaml, and what linters do not know. Prints a line for each breach."""

import pathlib
import sys

from samcli.yamlhelper import yaml_parse

ROOT = pathlib.Path(__file__).parents[2]
FUNCTION, TABLE, QUEUE = "AWS::Serverless::Function", "AWS::DynamoDB::Table", "AWS::SQS::Queue"
RULE, ALARM, LOGS = "AWS::Events::Rule", "AWS::CloudWatch::Alarm", "AWS::Logs::LogGroup"

# Tables whose changes nobody is told of: docs/decisions says why.
SILENT = {"AuditTable", "CartsTable"}

# Actions that AWS cannot scope to a resource, each with the reason why its function needs it.
UNSCOPED = {
    ("NotificationsSendFunction", "sns:Publish"): "a telephone has no ARN, and IAM knows no endpoints",
    ("DevicesRegisterFunction", "sns:CreatePlatformEndpoint"): "IAM knows no platform applications",
    ("DevicesRemoveFunction", "sns:DeleteEndpoint"): "IAM knows no endpoints",
}

# Those that move money, or promise it: a release of theirs goes forward step by step, and back by itself.
STEP_BY_STEP = {"CheckoutPlaceFunction", "PaymentsCreateIntentFunction", "PaymentsRefundFunction", "PaymentsWebhookFunction"}

PARTIAL = ["ReportBatchItemFailures"]
FORTNIGHT_S = 1209600
# CloudWatch's own limit of metric math in an alarm.
MOST_METRICS = 10


def named(value):
    """The resource that a !Ref or !GetAtt names."""
    if isinstance(value, dict) and "Ref" in value:
        return value["Ref"]
    if isinstance(value, dict) and "Fn::GetAtt" in value:
        target = value["Fn::GetAtt"]
        return target.split(".")[0] if isinstance(target, str) else target[0]
    return None


def listed(value):
    """A policy's one or many, as many."""
    return value if isinstance(value, list) else [value]


class Template:
    """The template, and what is wrong with it."""

    def __init__(self, template):
        self.resources = template["Resources"]
        self.parameters = template["Parameters"]
        self.globals = template["Globals"]["Function"]
        self.breaches = []

    def of(self, kind):
        """Resources of a type, by name, with their properties."""
        return {
            name: resource.get("Properties", {})
            for name, resource in self.resources.items()
            if resource["Type"] == kind
        }

    def must(self, holds, name, what):
        if not holds:
            self.breaches.append(f"{name}: {what}")

    def watched(self, metric):
        """The resources whose metric some alarm looks at, alone or among others."""
        metrics = [
            metric
            for alarm in self.of(ALARM).values()
            for metric in [alarm, *(query.get("MetricStat", {}).get("Metric", {}) for query in alarm.get("Metrics", []))]
        ]
        return {
            named(dimension["Value"])
            for each in metrics
            if each.get("MetricName") == metric
            for dimension in each["Dimensions"]
        }

    def events(self, kind):
        """Event sources of a type: the function, its properties, the event's."""
        for name, function in self.of(FUNCTION).items():
            for event in function.get("Events", {}).values():
                if event["Type"] == kind:
                    yield name, function, event["Properties"]

    def check(self):
        for name, parameter in self.parameters.items():
            self.must(parameter.get("Description"), name, "a parameter says what it is for")
        for name, group in self.of(LOGS).items():
            self.must(group.get("RetentionInDays"), name, "logs are kept for a stated time")
        for name, alarm in self.of(ALARM).items():
            self.must(alarm.get("AlarmActions"), name, "an alarm tells somebody")
            page = alarm.get("AlarmDescription", "").rsplit(" ", 1)[-1]
            there = page.startswith("docs/runbooks/") and (ROOT / page).is_file()
            self.must(there, name, "its description ends with its page in docs/runbooks")
            metrics = sum("MetricStat" in query for query in alarm.get("Metrics", []))
            self.must(metrics <= MOST_METRICS, name, f"an alarm looks at {MOST_METRICS} metrics at most")
        self.functions()
        self.tables()
        self.streams()
        self.queues()
        self.rules()
        self.releases()
        return self.breaches

    def functions(self):
        for name, function in self.of(FUNCTION).items():
            binary = function["CodeUri"].removeprefix("target/lambda/")
            camel = "".join(part.capitalize() for part in binary.split("-"))
            self.must(name.endswith(f"{camel}Function"), name, f"is not called after its bin {binary}")
            group = named(function.get("LoggingConfig", {}).get("LogGroup"))
            self.must(group in self.of(LOGS), name, "LoggingConfig names a log group of the template")
            paths = [event["Properties"].get("Path", "") for event in function.get("Events", {}).values()]
            staff = any(path.startswith("/v1/admin/") for path in paths)
            self.must((group == "StaffLogs") == staff, name, "staff routes log to StaffLogs, and only they")
            for policy in function.get("Policies", []):
                self.must(set(policy) <= {"Version", "Statement"}, name, "policies are inline statements")
                for statement in listed(policy.get("Statement", [])):
                    self.statement(name, statement)

    def statement(self, name, statement):
        for action in listed(statement.get("Action", [])):
            self.must("*" not in action, name, f"the action {action} is not one action")
            for resource in listed(statement.get("Resource", [])):
                allowed = resource != "*" or (name, action) in UNSCOPED
                self.must(allowed, name, f"{action} on * is not in the list of what AWS cannot scope")

    def tables(self):
        for name, table in self.of(TABLE).items():
            recovery = table.get("PointInTimeRecoverySpecification", {})
            self.must(recovery.get("PointInTimeRecoveryEnabled") is True, name, "no point-in-time recovery")
            self.must(table.get("SSESpecification", {}).get("SSEEnabled") is True, name, "not encrypted")
            self.must(table.get("DeletionProtectionEnabled"), name, "no deletion protection")
            self.must(table.get("BillingMode") == "PAY_PER_REQUEST", name, "not on demand")
            view = table.get("StreamSpecification", {}).get("StreamViewType")
            self.must(view == "NEW_AND_OLD_IMAGES" or name in SILENT, name, "its stream has not both images")
            expiry = {"AttributeName": "ttl", "Enabled": True}
            self.must(table.get("TimeToLiveSpecification") == expiry, name, "items do not expire by ttl")

    def streams(self):
        readers = {}
        aged = self.watched("IteratorAge")
        for name, _, event in self.events("DynamoDB"):
            table = named(event["Stream"])
            readers.setdefault(table, []).append(name)
            self.must(event.get("FunctionResponseTypes") == PARTIAL, name, "no partial batches")
            self.must(event.get("MaximumRetryAttempts", -1) == -1, name, "retries have a limit: records would be lost")
            failure = event.get("DestinationConfig", {}).get("OnFailure", {})
            self.must(failure.get("Type") == "S3", name, "OnFailure is no bucket: a queue gets no records")
            self.must(name in aged, name, "no alarm on its IteratorAge")
        for table, functions in readers.items():
            self.must(len(functions) <= 2, table, "a stream has at most two readers")

    def queues(self):
        queues = self.of(QUEUE)
        targets = {
            name: named(queue["RedrivePolicy"]["deadLetterTargetArn"])
            for name, queue in queues.items()
            if "RedrivePolicy" in queue
        }
        consumed = set()
        for name, function, event in self.events("SQS"):
            queue = named(event["Queue"])
            consumed.add(queue)
            self.must(event.get("FunctionResponseTypes") == PARTIAL, name, "no partial batches")
            most = event.get("ScalingConfig", {}).get("MaximumConcurrency", 2)
            self.must(2 <= most <= 1000, name, "MaximumConcurrency is between 2 and 1000")
            timeout = function.get("Timeout", self.globals["Timeout"])
            visibility = queues[queue].get("VisibilityTimeout", 30)
            self.must(visibility >= 6 * timeout, queue, f"VisibilityTimeout is under six times that of {name}")
            self.must(queue in targets, queue, "no dead-letter queue")
        watched = self.watched("ApproximateNumberOfMessagesVisible")
        aged = self.watched("ApproximateAgeOfOldestMessage")
        for name, queue in queues.items():
            if name in consumed:
                self.must(name in aged, name, "no alarm on the age of its messages")
                continue
            self.must(name.endswith("DeadLetters"), name, "nobody reads it, and it is not called dead letters")
            self.must(queue.get("MessageRetentionPeriod") == FORTNIGHT_S, name, "dead letters are kept 14 days")
            self.must(name in watched, name, "no alarm on its depth")

    def rules(self):
        granted = {}
        for policy in self.of("AWS::SQS::QueuePolicy").values():
            for statement in listed(policy["PolicyDocument"]["Statement"]):
                sources = statement.get("Condition", {}).get("ArnEquals", {}).get("aws:SourceArn", [])
                for resource in listed(statement["Resource"]):
                    granted.setdefault(named(resource), set()).update(named(source) for source in listed(sources))
        for name, rule in self.of(RULE).items():
            for target in rule["Targets"]:
                dead = named(target.get("DeadLetterConfig", {}).get("Arn"))
                self.must(dead, name, "what cannot be delivered is lost: no DeadLetterConfig")
                for queue in {named(target["Arn"]), dead} - {None}:
                    self.must(name in granted.get(queue, set()), name, f"may not send to {queue}: see the queue policy")


    def releases(self):
        alarms = self.of(ALARM)
        for name, function in self.of(FUNCTION).items():
            moves = function.get("DeploymentPreference", {})
            if name not in STEP_BY_STEP:
                self.must(not moves, name, "it moves on step by step, and is not in the list of those that do")
                continue
            self.must(moves.get("Type", "").startswith("Linear"), name, "a release goes forward step by step")
            watched = [alarms.get(named(alarm)) for alarm in moves.get("Alarms", [])]
            self.must(watched and all(watched), name, "a release that fails comes back by an alarm")
            self.must(function.get("AutoPublishCodeSha256"), name, "a release has a hash of its own")


def breaches(text):
    """What is wrong with a template."""
    return Template(yaml_parse(text)).check()


def main():
    found = breaches((ROOT / "template.yaml").read_text())
    for breach in found:
        print(f"template.yaml: {breach}", file=sys.stderr)
    if found:
        sys.exit(1)
    print("template.yaml: keeps the shop's own rules")


if __name__ == "__main__":
    main()
