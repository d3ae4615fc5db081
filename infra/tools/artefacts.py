"""What was built, held against template.yaml: artefacts.py <folder of functions> <folder of zips>. Prints a line for each breach.

Each function has its binary and each binary its function; none carries the SDK of a service that its policies do not name; none
is too heavy zipped; none gathers entropy by the processor's jitter, which takes 38 to 50 ms of a start; none asks for a newer C library
than Lambda has.
"""

import pathlib
import re
import sys

from samcli.yamlhelper import yaml_parse

ROOT = pathlib.Path(__file__).parents[2]
# Lambda takes 50 MB; a cold start fetches what there is. docs/decisions/2026-11-20-release-profile.md.
MOST_BYTES = 4_000_000

# What an action's service is called among the hosts of AWS, where that is another name.
HOSTS = {"ses": "email"}
# Every client knows where its service is. Names of its files prove nothing: they stay when its code has gone.
CARRIED = re.compile(rb"https://([a-z0-9]+)-fips\.")
# What provided.al2023 has.
GLIBC = (2, 34)
ASKED_FOR = re.compile(rb"\0GLIBC_(\d+)\.(\d+)(?=\0)")
# What no service speaks that a function asks, and is a twelfth of one: docs/decisions/2026-11-27-no-http2.md.
HTTP2 = re.compile(rb"/h2-\d+\.\d+\.\d+/src")
# The library that gathers entropy, by its files, and the function that does.
JITTER = re.compile(rb"/aws-lc-(?:sys|rs)-\d|jent_(?:entropy|read)")


def listed(value):
    return value if isinstance(value, list) else [value]


def wanted(template):
    """The services of AWS that each bin may ask: several functions may have one bin."""
    bins = {}
    for resource in template["Resources"].values():
        if resource["Type"] != "AWS::Serverless::Function":
            continue
        properties = resource["Properties"]
        services = bins.setdefault(properties["CodeUri"].removeprefix("target/lambda/"), set())
        for policy in properties.get("Policies", []):
            for statement in listed(policy.get("Statement", [])):
                prefixes = {action.split(":")[0] for action in listed(statement["Action"])}
                services |= {HOSTS.get(prefix, prefix) for prefix in prefixes}
    return bins


def carried(binary):
    """The services of AWS whose clients a binary carries."""
    return {name.decode() for name in CARRIED.findall(binary)}


def breaches(template, binaries, zips):
    """What is wrong: `binaries` are contents by name, `zips` sizes by name."""
    bins = wanted(template)
    found = [f"{name}: template.yaml has it, and nothing is built" for name in bins if name not in binaries]
    for name, binary in sorted(binaries.items()):
        if name not in bins:
            found.append(f"{name}: it is built, and template.yaml has no such function")
            continue
        for service in sorted(carried(binary) - bins[name]):
            found.append(f"{name}: it carries the client of {service}, and its policies name nothing of it")
        if JITTER.search(binary):
            found.append(f"{name}: it gathers entropy by jitter at its start")
        if HTTP2.search(binary):
            found.append(f"{name}: it carries HTTP/2, which nobody speaks with it")
        newest = max(((int(major), int(minor)) for major, minor in ASKED_FOR.findall(binary)), default=(0, 0))
        if newest > GLIBC:
            found.append(f"{name}: it asks for glibc {newest[0]}.{newest[1]}, and Lambda has {GLIBC[0]}.{GLIBC[1]}")
        if zips.get(name, 0) > MOST_BYTES:
            found.append(f"{name}: {zips[name] / 1e6:.2f} MB zipped, over {MOST_BYTES / 1e6:.0f}")
    return found


def main(functions, zips):
    template = yaml_parse((ROOT / "template.yaml").read_text())
    binaries = {path.parent.name: path.read_bytes() for path in pathlib.Path(functions).glob("*/bootstrap")}
    sizes = {path.stem: path.stat().st_size for path in pathlib.Path(zips).glob("*.zip")}
    found = breaches(template, binaries, sizes)
    for breach in found:
        print(breach, file=sys.stderr)
    clients = sum(bool(carried(binary)) for binary in binaries.values())
    if found:
        sys.exit(f"{len(found)} of {len(binaries)} functions are not as they must be")
    print(f"{len(binaries)} functions are as template.yaml has them, {clients} with clients of AWS, none with more than its policies name")


if __name__ == "__main__":
    main(*sys.argv[1:])
