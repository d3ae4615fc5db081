"""Each rule of artefacts.py is broken once, and says so."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "tools"))

from artefacts import breaches  # noqa: E402

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
READER = b"\x7fELF /cargo/registry/src/index/aws-sdk-dynamodb-1.136.0/src/client.rs"


def said(binaries, zips=None):
    return breaches(TEMPLATE, binaries, zips or {})


def main():
    assert said({"reader": READER}, {"reader": 4_000_000}) == []
    assert said({}) == ["reader: template.yaml has it, and nothing is built"]
    assert said({"reader": READER, "writer": b""}) == ["writer: it is built, and template.yaml has no such function"]
    more = READER + b"/cargo/aws-sdk-ssm-1.133.0/src/lib.rs"
    assert said({"reader": more}) == ["reader: it carries aws-sdk-ssm, and its policies name nothing of it"]
    assert said({"reader": READER + b"aws_lc_sys"}) == ["reader: it gathers entropy by jitter at its start"]
    assert said({"reader": READER}, {"reader": 4_000_001}) == ["reader: 4.00 MB zipped, over 4"]
    print("artefacts.py: each of its rules bites")


if __name__ == "__main__":
    main()
