"""What is built into the functions, as CycloneDX 1.6: sbom.py <target> <file>. From cargo's own metadata and Cargo.lock alone, so
that the same code has the same list.
"""

import json
import pathlib
import subprocess
import sys
import tomllib
import uuid

ROOT = pathlib.Path(__file__).parents[2]


def metadata(target):
    command = ["cargo", "metadata", "--format-version=1", "--locked", f"--filter-platform={target}"]
    return json.loads(subprocess.run(command, cwd=ROOT, capture_output=True, check=True).stdout)


def built_in(data):
    """The ids of all packages that a function is built of, each with those that it needs itself. Tests' needs are left out."""
    nodes = {node["id"]: node for node in data["resolve"]["nodes"]}
    manifests = {package["id"]: pathlib.Path(package["manifest_path"]) for package in data["packages"]}
    waiting = [member for member in data["workspace_members"] if manifests[member].is_relative_to(ROOT / "functions")]
    found = {}
    while waiting:
        package = waiting.pop()
        if package in found:
            continue
        needs = [dep["pkg"] for dep in nodes[package]["deps"] if any(kind["kind"] is None for kind in dep["dep_kinds"])]
        found[package] = needs
        waiting += needs
    return found


def document(target):
    data = metadata(target)
    packages = {package["id"]: package for package in data["packages"]}
    locked = tomllib.loads((ROOT / "Cargo.lock").read_text())["package"]
    sums = {(one["name"], one["version"]): one.get("checksum") for one in locked}
    needs = built_in(data)

    def reference(package):
        return f"pkg:cargo/{package['name']}@{package['version']}"

    components = []
    for package in sorted((packages[one] for one in needs), key=lambda one: (one["name"], one["version"])):
        component = {
            "type": "library",
            "bom-ref": reference(package),
            "name": package["name"],
            "version": package["version"],
            "purl": reference(package),
            "licenses": [{"expression": package["license"].replace("/", " OR ")}] if package["license"] else [],
        }
        checksum = sums.get((package["name"], package["version"]))
        if checksum:
            component["hashes"] = [{"alg": "SHA-256", "content": checksum}]
        if package["repository"]:
            component["externalReferences"] = [{"type": "vcs", "url": package["repository"]}]
        components.append(component)
    dependencies = [
        {"ref": reference(packages[package]), "dependsOn": sorted(reference(packages[one]) for one in deps)}
        for package, deps in needs.items()
    ]
    version = next(package["version"] for package in packages.values() if package["name"] == "holdfast-core")
    body = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {"component": {"type": "application", "bom-ref": "holdfast", "name": "holdfast", "version": version}},
        "components": components,
        "dependencies": sorted(dependencies, key=lambda one: one["ref"]),
    }
    # Named by what it says, not by when it was made.
    body["serialNumber"] = f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, json.dumps(body, sort_keys=True))}"
    return body


def main(target, to):
    body = document(target)
    pathlib.Path(to).write_text(json.dumps(body, indent=1) + "\n")
    print(f"{to}: {len(body['components'])} crates are built in")


if __name__ == "__main__":
    main(*sys.argv[1:])
