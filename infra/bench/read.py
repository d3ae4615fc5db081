"""A function in Python that reads what a product's page reads: for comparison. Lambda's loop is as short as it can be."""

import http.client
import json
import os

import boto3

TABLE = os.environ["CATALOG_TABLE"]
dynamodb = boto3.client("dynamodb")


def handler(event):
    product = event["rawPath"].rsplit("/", 1)[1]
    found = dynamodb.query(
        TableName=TABLE,
        KeyConditionExpression="pk = :pk",
        ExpressionAttributeValues={":pk": {"S": f"PRODUCT#{product}"}},
    )
    return {"statusCode": 200 if found["Items"] else 404, "body": json.dumps(found["Items"])}


def main():
    api = http.client.HTTPConnection(os.environ["AWS_LAMBDA_RUNTIME_API"])
    while True:
        api.request("GET", "/2018-06-01/runtime/invocation/next")
        answer = api.getresponse()
        name, event = answer.headers["lambda-runtime-aws-request-id"], json.loads(answer.read())
        api.request("POST", f"/2018-06-01/runtime/invocation/{name}/response", json.dumps(handler(event)))
        api.getresponse().read()


main()
