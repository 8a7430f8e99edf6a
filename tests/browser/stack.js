// A local stack of its own for a test run.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";

const START_MS = 120_000;

/** The first of five neighbouring free ports. */
async function freePorts() {
  for (let base = 20_000 + (process.pid % 20_000); base < 60_000; base += 5) {
    const free = await Promise.all([0, 1, 2, 3, 4].map((offset) => isFree(base + offset)));
    if (free.every(Boolean)) return base;
  }
  throw new Error("no five free ports in a row");
}

async function isFree(port) {
  const server = createServer();
  const free = once(server, "listening").then(() => true, () => false);
  server.listen(port, "127.0.0.1");
  const answer = await free;
  if (answer) await new Promise((done) => server.close(done));
  return answer;
}

/** Starts the simulator's example guild, which shows every kind of component; its endpoint is a stand-in. */
export async function startExample(binary, port = "0") {
  const child = spawn(binary, [port], { stdio: ["ignore", "pipe", "inherit"] });
  let said = "";
  const page = await new Promise((done, fail) => {
    const late = setTimeout(() => fail(new Error("the example did not start")), START_MS);
    child.stdout.setEncoding("utf8").on("data", (text) => {
      said += text;
      if (!said.includes("/\n")) return;
      clearTimeout(late);
      done(said.trim());
    });
    child.once("error", fail);
    child.once("exit", (code) => fail(new Error(`the example ended with ${code}`)));
  });
  const stop = async () => {
    const ended = once(child, "exit");
    child.kill();
    await ended;
  };
  return { page, stop };
}

/** Starts the stack with its demo club; gives its addresses and how to stop it. */
export async function startStack(binary) {
  const base = await freePorts();
  const child = spawn(binary, ["up", "--port-base", String(base)], { cwd: new URL("../..", import.meta.url), stdio: ["ignore", "pipe", "pipe"] });
  let said = "";
  const ready = new Promise((done, fail) => {
    const late = setTimeout(() => fail(new Error(`the stack did not start:\n${said}`)), START_MS);
    const hear = (text) => {
      said += text;
      if (!said.includes("Serving.")) return;
      clearTimeout(late);
      done();
    };
    child.stdout.setEncoding("utf8").on("data", hear);
    child.stderr.setEncoding("utf8").on("data", hear);
    child.once("error", fail);
    child.once("exit", (code) => fail(new Error(`the stack ended with ${code}:\n${said}`)));
  });
  await ready;
  const stop = async () => {
    const ended = once(child, "exit");
    child.kill("SIGINT");
    const [code] = await ended;
    return code;
  };
  return { gateway: `http://127.0.0.1:${base}`, page: `http://127.0.0.1:${base + 1}/`, stop, said: () => said };
}
