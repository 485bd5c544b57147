// Answers of custom resources: what Lambda puts beside inline code in Node.js.
//
// Source of the interface: CloudFormation user guide, "cfn-response module".
"use strict";

const http = require("http");

exports.SUCCESS = "SUCCESS";
exports.FAILED = "FAILED";

exports.send = (event, context, responseStatus, responseData, physicalResourceId, noEcho) =>
  new Promise((resolve, reject) => {
    const body = JSON.stringify({
      Status: responseStatus,
      Reason: `See the details in CloudWatch Log Stream: ${context.logStreamName}`,
      PhysicalResourceId: physicalResourceId || context.logStreamName,
      StackId: event.StackId,
      RequestId: event.RequestId,
      LogicalResourceId: event.LogicalResourceId,
      NoEcho: noEcho || false,
      Data: responseData,
    });
    const headers = { "content-type": "", "content-length": Buffer.byteLength(body) };
    const request = http.request(event.ResponseURL, { method: "PUT", headers }, (response) => {
      console.log(`Status code: ${response.statusCode}`);
      response.resume();
      resolve();
      context.done();
    });
    request.on("error", (error) => {
      console.log(`send(..) failed executing https.request(..): ${error}`);
      reject(error);
      context.done(error);
    });
    request.end(body);
  });
