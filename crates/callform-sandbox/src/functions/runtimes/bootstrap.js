// Runs a handler in Node.js: asks the Runtime API for events, calls the handler and sends its answers.
//
// Source of names, messages and the form of the log: AWS Lambda developer guide, "Building with Node.js" and "Using the
// Lambda runtime API".
"use strict";

const fs = require("fs");
const http = require("http");
const https = require("https");
const path = require("path");
const { pathToFileURL } = require("url");
const { inspect, format } = require("util");

const API = new URL(`http://${process.env.AWS_LAMBDA_RUNTIME_API}/2018-06-01/runtime/`);

// The sandbox has no certificate: HTTPS requests to its own host are plain ones.
function plainHttps() {
  const sandbox = new URL(process.env.AWS_ENDPOINT_URL);
  const secure = { request: https.request, get: https.get };
  for (const name of ["request", "get"]) {
    https[name] = (...given) => {
      const url = typeof given[0] === "string" || given[0] instanceof URL ? new URL(given[0]) : undefined;
      const options = (url ? given[1] : given[0]) || {};
      const isObject = typeof options === "object";
      const host = (isObject && (options.hostname || options.host)) || (url && url.hostname);
      const port = Number((isObject && options.port) || (url && url.port) || 443);
      if (host !== sandbox.hostname && host !== sandbox.host) return secure[name].apply(https, given);
      if (port !== 443 && port !== Number(sandbox.port)) return secure[name].apply(https, given);
      const parts = url ? { path: url.pathname + url.search } : {};
      const own = { protocol: "http:", hostname: sandbox.hostname, host: undefined, port: sandbox.port, agent: undefined };
      return http[name]({ ...parts, ...(isObject ? options : {}), ...own }, given[given.length - 1]);
    };
  }
}

function request(method, what, body) {
  return new Promise((resolve, reject) => {
    const headers = body === undefined ? {} : { "Content-Type": "application/json", "Content-Length": Buffer.byteLength(body) };
    const sent = http.request(new URL(what, API), { method, headers, agent: false }, (response) => {
      const pieces = [];
      response.on("data", (piece) => pieces.push(piece));
      response.on("end", () => resolve({ headers: response.headers, body: Buffer.concat(pieces).toString() }));
      response.on("error", reject);
    });
    sent.on("error", reject);
    sent.end(body);
  });
}

let requestId = "undefined";

function plainConsole() {
  for (const [name, level] of [["log", "INFO"], ["debug", "DEBUG"], ["info", "INFO"], ["warn", "WARN"], ["error", "ERROR"], ["trace", "TRACE"]]) {
    console[name] = (...values) => write(level, format(...values));
  }
}

function write(level, text) {
  // Synchronously: what is written before the answer is in the log when the answer is there.
  fs.writeSync(1, `${new Date().toISOString()}\t${requestId}\t${level}\t${text.replace(/\n/g, "\r")}\n`);
}

function failure(error) {
  if (error instanceof Error) {
    return { errorType: error.name, errorMessage: error.message, trace: (error.stack || "").split("\n") };
  }
  return { errorType: typeof error, errorMessage: typeof error === "string" ? error : inspect(error), trace: [] };
}

function named(name, message) {
  const error = new Error(message);
  error.name = name;
  return error;
}

async function load(handler) {
  const folder = path.dirname(handler);
  const [file, ...names] = path.basename(handler).split(".");
  if (names.length === 0) throw named("Runtime.MalformedHandlerName", "Bad handler");
  const place = path.join(process.env.LAMBDA_TASK_ROOT, folder, file);
  const found = ["", ".js", ".mjs", ".cjs"].map((end) => place + end).find((name) => fs.existsSync(name) && fs.statSync(name).isFile());
  if (!found) throw named("Runtime.ImportModuleError", `Error: Cannot find module '${file}'`);
  let loaded;
  try {
    loaded = found.endsWith(".mjs") ? await import(pathToFileURL(found).href) : require(found);
  } catch (error) {
    if (error.code === "ERR_REQUIRE_ESM") loaded = await import(pathToFileURL(found).href);
    else if (error.code === "MODULE_NOT_FOUND" || error.code === "ERR_MODULE_NOT_FOUND") throw named("Runtime.ImportModuleError", `Error: ${error.message}`);
    else if (error instanceof SyntaxError) throw named("Runtime.UserCodeSyntaxError", `SyntaxError: ${error.message}`);
    else throw error;
  }
  const called = names.reduce((value, name) => (value === undefined || value === null ? undefined : value[name]), loaded);
  if (called === undefined) throw named("Runtime.HandlerNotFound", `${handler} is undefined or not exported`);
  if (typeof called !== "function") throw named("Runtime.HandlerNotFound", `${handler} is not a function`);
  return called;
}

// Calls a handler of any kind: async, with a callback, or with context.done.
function call(handler, event, context) {
  return new Promise((resolve, reject) => {
    const done = (error, value) => (error === undefined || error === null ? resolve(value) : reject(error));
    // A handler that neither returns a promise nor calls back is done when nothing is left to do.
    process.once("beforeExit", () => resolve(null));
    Object.assign(context, { done, succeed: (value) => resolve(value), fail: (error) => reject(error === undefined ? "handled" : error) });
    const returned = handler(event, context, done);
    if (returned && typeof returned.then === "function") returned.then(resolve, reject);
  }).finally(() => process.removeAllListeners("beforeExit"));
}

function contextOf(headers) {
  const environment = process.env;
  const deadline = Number(headers["lambda-runtime-deadline-ms"]);
  return {
    callbackWaitsForEmptyEventLoop: true,
    functionName: environment.AWS_LAMBDA_FUNCTION_NAME,
    functionVersion: environment.AWS_LAMBDA_FUNCTION_VERSION,
    memoryLimitInMB: environment.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    logGroupName: environment.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: environment.AWS_LAMBDA_LOG_STREAM_NAME,
    invokedFunctionArn: headers["lambda-runtime-invoked-function-arn"],
    awsRequestId: headers["lambda-runtime-aws-request-id"],
    getRemainingTimeInMillis: () => Math.max(0, deadline - Date.now()),
  };
}

async function main() {
  plainHttps();
  plainConsole();
  let handler;
  try {
    handler = await load(process.env._HANDLER);
  } catch (error) {
    const reason = failure(error);
    write("ERROR", `Uncaught Exception \t${JSON.stringify(reason)}`);
    await request("POST", "init/error", JSON.stringify(reason));
    process.exit(1);
  }
  for (;;) {
    const next = await request("GET", "invocation/next");
    requestId = next.headers["lambda-runtime-aws-request-id"];
    const answer = (what, body) => request("POST", `invocation/${requestId}/${what}`, body);
    const uncaught = async (error) => {
      const reason = failure(error);
      write("ERROR", `Uncaught Exception \t${JSON.stringify(reason)}`);
      await answer("error", JSON.stringify(reason));
      process.exit(129);
    };
    process.once("uncaughtException", uncaught);
    try {
      const value = await call(handler, JSON.parse(next.body), contextOf(next.headers));
      await answer("response", value === undefined ? "null" : JSON.stringify(value));
    } catch (error) {
      const reason = failure(error);
      write("ERROR", `Invoke Error \t${JSON.stringify(reason)}`);
      await answer("error", JSON.stringify(reason));
    }
    process.removeListener("uncaughtException", uncaught);
  }
}

main();
