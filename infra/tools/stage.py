"""A stage of the shop, as template.yaml and infra/samconfig.toml have it: what `make deploy` and `make destroy` say and do
before and after SAM.

    stage.py plan STAGE         what a deployment makes, and what it costs while nobody shops
    stage.py overrides STAGE    the template's parameters for sam deploy: samconfig.toml's, the processor, the version
    stage.py secrets STAGE      makes the parameters that functions read at their start, where they are missing
    stage.py ending STAGE       what is lost when the stage is destroyed
    stage.py config STAGE       what samconfig.toml calls it
    stage.py architecture       what target/lambda is built for
    stage.py empty STAGE        empties the stage's buckets, which CloudFormation does not delete otherwise
    stage.py leftovers STAGE    what is left of a stage; fails when there is anything

AWS_ENDPOINT_URL leads all of it elsewhere than to AWS.
"""

import base64
import collections
import hashlib
import pathlib
import re
import secrets
import subprocess
import sys
import tomllib

from samcli.yamlhelper import yaml_parse

ROOT = pathlib.Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "infra/lint"))

FUNCTION, QUEUE, TABLE, BUCKET = (
    "AWS::Serverless::Function", "AWS::SQS::Queue", "AWS::DynamoDB::Table", "AWS::S3::Bucket",
)

# US dollars in us-east-1, November 2026.
ALARM, DASHBOARD, MILLION_SQS, MILLION_INVOCATIONS, GB_S = 0.10, 3.00, 0.40, 0.20, 0.0000133334
HOURS = 730
# Lambda asks each queue with five long polls of 20 seconds, whether or not there is anything.
POLLS = 5 * HOURS * 3600 // 20
# What a schedule's run with nothing to do takes, in seconds.
IDLE_RUN_S = 0.05


class Stage:
    """A stage by its name: `dev`, which samconfig.toml calls default, or another of its tables."""

    def __init__(self, name):
        self.name = name
        config = tomllib.loads((ROOT / "infra/samconfig.toml").read_text())
        self.table = "default" if name == "dev" else name
        if self.table not in config:
            there = ", ".join("dev" if table == "default" else table for table in config if table != "version")
            sys.exit(f"infra/samconfig.toml has no stage {name}: there are {there}")
        self.config = config[self.table]
        self.stack = self.config["deploy"]["parameters"]["stack_name"]
        self.region = self.config["global"]["parameters"]["region"]
        overrides = self.config["deploy"]["parameters"]["parameter_overrides"]
        self.overrides = dict(override.split("=", 1) for override in overrides)
        self.template = yaml_parse((ROOT / "template.yaml").read_text())
        self.resources = self.template["Resources"]

    def parameter(self, name):
        """A parameter of the template, as this stage sets it."""
        return self.overrides.get(name, self.template["Parameters"][name].get("Default", ""))

    def of(self, kind):
        """Resources of a type, with their properties."""
        found = self.resources.items()
        return {name: one.get("Properties", {}) for name, one in found if one["Type"] == kind}

    def kept(self):
        """What outlives the stack on purpose."""
        return [name for name, one in self.resources.items() if one.get("DeletionPolicy") == "Retain"]

    def client(self, service):
        """A client of AWS, or of what AWS_ENDPOINT_URL names."""
        import boto3

        return boto3.client(service, region_name=self.region)

    def secrets(self):
        """The parameters that functions read at their start, by what the environment calls them."""
        named = {}
        for function in self.of(FUNCTION).values():
            for key, value in function.get("Environment", {}).get("Variables", {}).items():
                if key.endswith("_PARAMETER") and isinstance(value, dict) and "Fn::Sub" in value:
                    named[key] = value["Fn::Sub"].replace("${Stage}", self.name)
        return named


def architecture():
    """What the functions in target/lambda were built for: as their first bytes say."""
    machines = {0xB7: "arm64", 0x3E: "x86_64"}
    found = set()
    for binary in (ROOT / "target/lambda").glob("*/bootstrap"):
        with binary.open("rb") as file:
            found.add(machines.get(int.from_bytes(file.read(20)[18:20], "little"), "something else"))
    if len(found) != 1:
        sys.exit(f"target/lambda is not built for one processor, but for {sorted(found) or 'none'}: make build")
    return found.pop()


def overrides(stage):
    """samconfig.toml's parameters, and what only this machine knows: the processor, and which version this is."""
    described = subprocess.run(["git", "describe", "--always", "--dirty"], cwd=ROOT, capture_output=True, text=True, check=False)
    known = {"Architecture": architecture(), "BuildVersion": described.stdout.strip() or "unknown"}
    known = {**known, **stage.overrides}
    # Code, keys and parameters: aliases move on, ten percent a minute, when any of them is another.
    keys = stage.client("ssm").get_parameter(Name=stage.parameter("AuthJwks"))["Parameter"]["Value"]
    made_of = [(ROOT / "target/zips/SHA256SUMS").read_text(), keys, *(f"{name}={value}" for name, value in known.items())]
    known["ReleaseHash"] = hashlib.sha256("\0".join(made_of).encode()).hexdigest()
    for name, value in known.items():
        print(f"{name}={value}")


def runs_a_month(expression):
    """How often a rate(…) or a daily cron(…) comes in a month."""
    rate = re.fullmatch(r"rate\((\d+) (minute|hour|day)s?\)", expression)
    if not rate:
        return HOURS / 24
    return HOURS * 60 / (int(rate[1]) * {"minute": 1, "hour": 60, "day": 1440}[rate[2]])


def idle_costs(stage):
    """What a month costs in which nobody shops, by what it is for."""
    memory_mb = stage.template["Globals"]["Function"]["MemorySize"]
    polled, runs, gb_s = 0, 0.0, 0.0
    for function in stage.of(FUNCTION).values():
        for event in function.get("Events", {}).values():
            properties = event["Properties"]
            polled += event["Type"] == "SQS"
            expression = properties.get("Schedule") or properties.get("ScheduleExpression")
            if expression:
                times = runs_a_month(expression)
                runs += times
                gb_s += times * IDLE_RUN_S * function.get("MemorySize", memory_mb) / 1024
    alarms, dashboards = len(stage.of("AWS::CloudWatch::Alarm")), len(stage.of("AWS::CloudWatch::Dashboard"))
    return {
        f"{polled} queues that Lambda asks all day": polled * POLLS / 1e6 * MILLION_SQS,
        f"{alarms} alarms": alarms * ALARM,
        f"{dashboards} dashboards": dashboards * DASHBOARD,
        f"{runs:,.0f} runs of schedules": runs / 1e6 * MILLION_INVOCATIONS + gb_s * GB_S,
    }


def plan(stage):
    from template_size import transformed

    zips = list((ROOT / "target/zips").glob("*.zip"))
    functions = len(stage.of(FUNCTION))
    print(f"stage {stage.name}: the stack {stage.stack} in {stage.region}")
    print(f"  code: {functions} functions for {architecture()}, {sum(z.stat().st_size for z in zips) / 1e6:.0f} MB zipped")
    resources = transformed(yaml_parse((ROOT / "template.yaml").read_text()))["Resources"]
    kinds = collections.Counter(one["Type"] for one in resources.values())
    print(f"  {len(resources)} resources: " + ", ".join(f"{n} {kind.removeprefix('AWS::')}" for kind, n in kinds.most_common()))
    for name, value in stage.overrides.items():
        print(f"  {name}: {value}")
    print("  a month in which nobody shops, in US dollars, before what AWS gives every account free:")
    costs = idle_costs(stage)
    for what, cost in costs.items():
        print(f"    {cost:7.2f}  {what}")
    print(f"    {sum(costs.values()):7.2f}  together; tables, functions, API, bus, topics and the distribution cost nothing idle,")
    print("             and what is stored 0.25 a GB of items, 0.20 a GB of their backups, 0.023 a GB of pictures")


# What the shop makes for itself.
OURS = {"CODE_KEY_PARAMETER", "SERVER_KEY_PARAMETER", "CARRIER_SECRET_PARAMETER", "WEBHOOK_KEY_PARAMETER"}
# What only an operator has, because the payment gateway gave it to the shop; and what the gateway on this machine gives everybody.
GIVEN = {"GATEWAY_KEY_PARAMETER": "sk_test_sandbox", "GATEWAY_WEBHOOK_SECRET_PARAMETER": "whsec_sandbox"}


def minted(stage, variable):
    """A new secret's text, or None where only an operator has it."""
    if variable == "AUTH_SIGNING_KEYS_PARAMETER":
        return signing_keys("new")
    if stage.name == "e2e" and variable in GIVEN:
        return GIVEN[variable]
    if variable in OURS:
        return base64.urlsafe_b64encode(secrets.token_bytes(32)).rstrip(b"=").decode()
    return None


def signing_keys(command, given=""):
    run = ["cargo", "run", "--quiet", "--bin", "signing-keys", command]
    return subprocess.run(run, cwd=ROOT, input=given, capture_output=True, text=True, check=True).stdout.strip()


def make_secrets(stage):
    ssm = stage.client("ssm")

    def stored(name):
        try:
            return ssm.get_parameter(Name=name, WithDecryption=True)["Parameter"]["Value"]
        except ssm.exceptions.ParameterNotFound:
            return None

    missing = []
    for variable, name in sorted(stage.secrets().items()):
        if stored(name) is not None:
            continue
        secret = minted(stage, variable)
        if secret is None:
            missing.append(name)
            continue
        ssm.put_parameter(Name=name, Value=secret, Type="SecureString")
        print(f"made {name}")
    if missing:
        lines = "\n".join(f"  aws ssm put-parameter --type SecureString --name {name} --value file:///dev/stdin" for name in missing)
        sys.exit(f"only you have these; put each, then deploy again:\n{lines}")
    jwks = stage.parameter("AuthJwks")
    if stored(jwks) is None:
        public = signing_keys("jwks", stored(stage.secrets()["AUTH_SIGNING_KEYS_PARAMETER"]))
        ssm.put_parameter(Name=jwks, Value=public, Type="String")
        print(f"made {jwks}")


def ending(stage):
    print(f"stage {stage.name}: the stack {stage.stack} in {stage.region} is deleted, and with it")
    print(f"  {len(stage.of(TABLE))} tables: customers, orders, stock, payments. A backup taken by hand outlives them; docs/SCALE.md says how")
    print(f"  {len(stage.of(BUCKET))} buckets with pictures and files, the archive of events, queues with what is in them, logs")
    if stage.parameter("DeletionProtection") == "true":
        print("  DeletionProtection is on: tables refuse. Deploy with DeletionProtection=false first, if you mean it")
    print(f"what stays: {', '.join(stage.kept())}, in which nothing can be deleted before its time; secrets in the Parameter Store, until you say")
    for name in sorted({*stage.secrets().values(), stage.parameter("AuthJwks")}):
        print(f"  aws ssm delete-parameter --name {name}")


def stack_resources(stage):
    """What the deployed stack has, by type; nothing when there is no stack."""
    cloudformation = stage.client("cloudformation")
    try:
        pages = cloudformation.get_paginator("list_stack_resources").paginate(StackName=stage.stack)
        return [one for page in pages for one in page["StackResourceSummaries"]]
    except cloudformation.exceptions.ClientError:
        return []


def empty(stage):
    s3 = stage.client("s3")
    for resource in stack_resources(stage):
        if resource["ResourceType"] != BUCKET or resource["LogicalResourceId"] in stage.kept():
            continue
        bucket, count = resource["PhysicalResourceId"], 0
        for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket):
            keys = [{"Key": item["Key"]} for item in page.get("Contents", [])]
            if keys:
                s3.delete_objects(Bucket=bucket, Delete={"Objects": keys})
                count += len(keys)
        print(f"emptied {bucket}: {count} files")


def leftovers(stage):
    prefix = f"{stage.name}-holdfast"
    left = [f"{one['ResourceType']} {one['PhysicalResourceId']}" for one in stack_resources(stage)]
    left += [table for table in pages(stage, "dynamodb", "list_tables", "TableNames") if table.startswith(prefix)]
    left += [url for url in pages(stage, "sqs", "list_queues", "QueueUrls", QueueNamePrefix=prefix)]
    functions = pages(stage, "lambda", "list_functions", "Functions")
    left += [one["FunctionName"] for one in functions if one["FunctionName"].startswith(stage.stack)]
    left += [one["Name"] for one in stage.client("s3").list_buckets()["Buckets"] if one["Name"].startswith((prefix, stage.stack))]
    left += [one["Name"] for one in stage.client("events").list_event_buses()["EventBuses"] if one["Name"].startswith(prefix)]
    groups = pages(stage, "logs", "describe_log_groups", "logGroups", logGroupNamePrefix=f"/holdfast/{stage.name}/")
    left += [one["logGroupName"] for one in groups]
    kept = tuple(f"{stage.stack}-{name.lower()}-" for name in stage.kept())
    for one in left:
        print(f"kept: {one}" if one.startswith(kept) else f"left: {one}", file=sys.stderr)
    left = [one for one in left if not one.startswith(kept)]
    if left:
        sys.exit(f"{len(left)} things are left of the stage {stage.name}")
    print(f"nothing is left of the stage {stage.name} but its secrets, and what it keeps on purpose")


def pages(stage, service, operation, key, **arguments):
    """All that a list has."""
    for page in stage.client(service).get_paginator(operation).paginate(**arguments):
        yield from page.get(key) or []


COMMANDS = {"plan": plan, "overrides": overrides, "secrets": make_secrets, "ending": ending, "empty": empty, "leftovers": leftovers}


def main():
    match sys.argv[1:]:
        case ["architecture"]:
            print(architecture())
        case ["config", name]:
            print(Stage(name).table)
        case [command, name] if command in COMMANDS:
            COMMANDS[command](Stage(name))
        case _:
            sys.exit(__doc__)


if __name__ == "__main__":
    main()
