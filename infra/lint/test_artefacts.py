"""Each rule of artefacts.py is broken once, and says so."""

import hashlib
import os
import pathlib
import sys
import tempfile
import zipfile

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "tools"))

from artefacts import breaches  # noqa: E402
from stage import GIVEN, OURS, Stage, minted  # noqa: E402
from zips import zipped  # noqa: E402

TEMPLATE = {
    "Resources": {
        "Reader": {
            "Type": "AWS::Serverless::Function",
            "Properties": {
                "CodeUri": "target/lambda/reader",
                "Policies": [{"Statement": [{"Effect": "Allow", "Action": ["dynamodb:GetItem"], "Resource": "x"}]}],
            },
        },
        "Topic": {"Type": "AWS::SNS::Topic"},
    }
}
READER = b"\x7fELF https://dynamodb-fips. https://dynamodb. /cargo/aws-sdk-ssm-1.133.0/src/lib.rs 'aws_lc_rs'"


def said(binaries, zips=None):
    return breaches(TEMPLATE, binaries, zips or {})


def main():
    assert said({"reader": READER}, {"reader": 4_000_000}) == []
    assert said({}) == ["reader: template.yaml has it, and nothing is built"]
    assert said({"reader": READER, "writer": b""}) == ["writer: it is built, and template.yaml has no such function"]
    more = READER + b"https://ssm-fips."
    assert said({"reader": more}) == ["reader: it carries the client of ssm, and its policies name nothing of it"]
    assert said({"reader": READER + b"/cargo/registry/src/index/aws-lc-sys-0.30.0/builder"}) == ["reader: it gathers entropy by jitter at its start"]
    h2 = READER + b"/cargo/registry/src/index/h2-0.4.20/src/lib.rs"
    assert said({"reader": h2}) == ["reader: it carries HTTP/2, which nobody speaks with it"]
    assert said({"reader": READER + b"\0GLIBC_2.34\0GLIBC_2.4\0"}) == []
    assert said({"reader": READER + b"\0GLIBC_2.36\0"}) == ["reader: it asks for glibc 2.36, and Lambda has 2.34"]
    assert said({"reader": READER}, {"reader": 4_000_001}) == ["reader: 4.00 MB zipped, over 4"]
    print("artefacts.py: each of its rules bites")
    twice_alike()
    secrets_are_somebodys()


def twice_alike():
    """The same binary is the same zip, whenever and wherever it was written, and another one is another."""
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        sums = []
        for nth, content in enumerate([READER, READER, READER + b"."]):
            binary = folder / f"{nth}" / "bootstrap"
            binary.parent.mkdir()
            binary.write_bytes(content)
            os.utime(binary, (nth * 1_000_000, nth * 1_000_000))
            binary.chmod(0o600 if nth else 0o755)
            zipped(binary, folder / f"{nth}.zip")
            sums.append(hashlib.sha256((folder / f"{nth}.zip").read_bytes()).hexdigest())
        assert sums[0] == sums[1] != sums[2], sums
        with zipfile.ZipFile(folder / "1.zip") as archive:
            (entry,) = archive.infolist()
            assert (entry.filename, entry.external_attr >> 16 & 0o777) == ("bootstrap", 0o755), entry
    print("zips.py: the same input, the same zip")


def secrets_are_somebodys():
    """Each secret that a function reads at its start is made by `make deploy`, or asked for by name."""
    stage = Stage("prod")
    named = stage.secrets()
    known = OURS | GIVEN.keys() | {"AUTH_SIGNING_KEYS_PARAMETER"}
    assert set(named) == known, f"stage.py does not know {set(named) ^ known}"
    asked_for = {variable for variable in known - {"AUTH_SIGNING_KEYS_PARAMETER"} if minted(stage, variable) is None}
    assert asked_for == GIVEN.keys(), asked_for
    assert named["WEBHOOK_KEY_PARAMETER"] == "/holdfast/${Stage}/webhooks/secret-key".replace("${Stage}", "prod")
    print(f"stage.py: {len(named)} secrets, each made or asked for")


if __name__ == "__main__":
    main()
