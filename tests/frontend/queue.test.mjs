import assert from "node:assert/strict";
import {test} from "node:test";

import {Slots} from "../../frontend/slots.js";

const never = new AbortController().signal;
const turn = () => new Promise((resolve) => setImmediate(resolve));

test("a limited number runs in order, and a failure frees its place", async () => {
  const slots = new Slots(2);
  const started = [];
  const ends = [];
  const runs = ["a", "b", "c", "d"].map((name) =>
    slots.run(() => {
      started.push(name);
      return new Promise((resolve, reject) => ends.push({resolve, reject}));
    }, never),
  );
  await turn();
  assert.deepEqual(started, ["a", "b"]);
  ends[0].reject(new Error("lost"));
  await assert.rejects(runs[0], {message: "lost"});
  await turn();
  assert.deepEqual(started, ["a", "b", "c"]);
  ends[1].resolve("fine");
  assert.equal(await runs[1], "fine");
  await turn();
  assert.deepEqual(started, ["a", "b", "c", "d"]);
});

test("a task cancelled before its turn never runs and takes no slot", async () => {
  const slots = new Slots(1);
  let end;
  const first = slots.run(() => new Promise((resolve) => (end = resolve)), never);
  const second = new AbortController();
  const cancelled = slots.run(() => assert.fail("it ran"), second.signal);
  const third = slots.run(async () => "third", never);
  second.abort(new Error("cancelled"));
  await assert.rejects(cancelled, {message: "cancelled"});
  end();
  await first;
  assert.equal(await third, "third");
});
