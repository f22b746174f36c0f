// The service as a part of a CDK app: its settings are given here, and one of its topics is used here.
// README.md says how the template gets there, and which settings belong to that step.
import { App, CfnOutput, Stack } from "aws-cdk-lib";
import { CfnInclude } from "aws-cdk-lib/cloudformation-include";
import { CfnTopic, Topic } from "aws-cdk-lib/aws-sns";
import { SqsSubscription } from "aws-cdk-lib/aws-sns-subscriptions";
import { Queue, QueueEncryption } from "aws-cdk-lib/aws-sqs";

const app = new App();
const stack = new Stack(app, "Thumbnails", { stackName: "image-thumbnails-cdk" });

const service = new CfnInclude(stack, "Service", {
  templateFile: app.node.tryGetContext("template") ?? "../../.aws-sam/expanded.json",
  parameters: {
    ThumbnailSizes: "tile=240x240,large=1280",
    AllowedOrigins: "https://www.example.com",
  },
});

// Conversions that failed for good, for a queue of ours.
const failed = new Queue(stack, "FailedPictures", { encryption: QueueEncryption.SQS_MANAGED, enforceSSL: true });
const { ref } = service.getResource("ConversionFailures") as CfnTopic;
const failures = Topic.fromTopicArn(stack, "Failures", ref);
failures.addSubscription(new SqsSubscription(failed));

new CfnOutput(stack, "FailedPicturesUrl", { value: failed.queueUrl });
