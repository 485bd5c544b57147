const cdk = require("aws-cdk-lib");
const connect = require("aws-cdk-lib/aws-connect");
const lambda = require("aws-cdk-lib/aws-lambda");

const app = new cdk.App();
const stack = new cdk.Stack(app, "by-cdk", { description: "A small contact center" });
const instance = new connect.CfnInstance(stack, "Instance", {
  instanceAlias: "by-cdk",
  identityManagementType: "CONNECT_MANAGED",
  attributes: { inboundCalls: true, outboundCalls: true },
});
const hours = new connect.CfnHoursOfOperation(stack, "Hours", {
  instanceArn: instance.attrArn,
  name: "Weekdays",
  timeZone: "UTC",
  config: [{ day: "MONDAY", startTime: { hours: 9, minutes: 0 }, endTime: { hours: 17, minutes: 30 } }],
});
new connect.CfnQueue(stack, "Queue", {
  instanceArn: instance.attrArn,
  name: "Support",
  description: `The ${app.node.tryGetContext("purpose") || "first"} queue`,
  hoursOfOperationArn: hours.attrHoursOfOperationArn,
});
new lambda.Function(stack, "Greeting", {
  runtime: lambda.Runtime.PYTHON_3_12,
  handler: "greeting.handler",
  code: lambda.Code.fromAsset(process.env.GREETING),
});
