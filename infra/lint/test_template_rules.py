"""Each rule of template_rules.py, seen to fail on the template with one thing broken."""

import unittest

import template_rules

TEXT = (template_rules.ROOT / "template.yaml").read_text()

BROKEN = [
    ("FunctionResponseTypes: [ReportBatchItemFailures]", "FunctionResponseTypes: [ReportBatchItemFailure]", "no partial batches"),
    ("            BatchSize: 10\n", "            BatchSize: 10\n            ScalingConfig: {MaximumConcurrency: 1}\n", "MaximumConcurrency"),
    ("VisibilityTimeout: 180", "VisibilityTimeout: 179", "under six times"),
    ("LoggingConfig: {LogGroup: !Ref StaffLogs}", "LoggingConfig: {LogGroup: !Ref AccountsLogs}", "only they"),
    ("LoggingConfig: {LogGroup: !Ref AccountsLogs}", "LoggingConfig: {LogGroup: !Ref Bus}", "names a log group"),
    ("LoggingConfig: {LogGroup: !Ref AccountsLogs}", "LoggingConfig: {LogGroup: !Ref StaffLogs}", "only they"),
    ("CodeUri: target/lambda/auth-login", "CodeUri: target/lambda/auth-logout", "not called after its bin"),
    ("Action: [events:PutEvents], Resource: !GetAtt Bus.Arn", "Action: [events:PutEvents], Resource: \"*\"", "on * is not in the list"),
    ("Action: [events:PutEvents]", "Action: [events:*]", "is not one action"),
    ("PointInTimeRecoveryEnabled: true", "PointInTimeRecoveryEnabled: false", "no point-in-time recovery"),
    ("SSEEnabled: true", "SSEEnabled: false", "not encrypted"),
    ("      DeletionProtectionEnabled: !Ref DeletionProtection\n", "", "no deletion protection"),
    ("NEW_AND_OLD_IMAGES", "NEW_IMAGE", "not both images"),
    ("AttributeName: ttl", "AttributeName: tll", "do not expire"),
    ("            BisectBatchOnFunctionError: true\n", "            MaximumRetryAttempts: 5\n", "retries have a limit"),
    ("OnFailure: {Type: S3", "OnFailure: {Type: SQS", "OnFailure is no bucket"),
    ("MetricName: IteratorAge", "MetricName: Errors", "no alarm on its IteratorAge"),
    ("MetricName: ApproximateNumberOfMessagesVisible", "MetricName: NumberOfMessagesSent", "no alarm on its depth"),
    ("MetricName: ApproximateAgeOfOldestMessage", "MetricName: NumberOfMessagesSent", "no alarm on the age"),
    ("docs/runbooks/dead-letters.md", "docs/runbooks/nowhere.md", "ends with its page"),
    ("MessageRetentionPeriod: 1209600", "MessageRetentionPeriod: 60", "kept 14 days"),
    ("          DeadLetterConfig: {Arn: !GetAtt NotificationsDeadLetters.Arn}\n", "", "no DeadLetterConfig"),
    ("              - !GetAtt NotificationsQueue.Arn\n", "", "may not send to NotificationsQueue"),
    ("RetentionInDays: !Ref LogRetentionDays", "LogGroupClass: STANDARD", "for a stated time"),
    ("AlarmActions: [!Ref AlarmTopic]", "ActionsEnabled: true", "tells somebody"),
    ("    Description: The copy of the shop; it stands in every name.\n", "", "what it is for"),
    ("Type: Linear10PercentEvery1Minute", "Type: AllAtOnce", "goes forward step by step"),
    ("        Alarms: [!Ref CheckoutPlaceErrorsAlarm]\n", "", "comes back by an alarm"),
    ("      AutoPublishCodeSha256: !Ref ReleaseHash\n", "", "has a hash of its own"),
    ("        - Statement:\n", "        - SQSPollerPolicy: {QueueName: x}\n        - Statement:\n", "inline statements"),
]


class Rules(unittest.TestCase):
    def test_the_template_keeps_them(self):
        self.assertEqual(template_rules.breaches(TEXT), [])

    def test_each_can_be_broken(self):
        for text, instead, breach in BROKEN:
            with self.subTest(breach):
                self.assertIn(text, TEXT)
                found = template_rules.breaches(TEXT.replace(text, instead, 1))
                self.assertTrue(any(breach in line for line in found), f"{text!r}: {found}")


if __name__ == "__main__":
    unittest.main()
