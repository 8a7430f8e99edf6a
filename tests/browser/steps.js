// Steps of a story: each builds on the ones before, so that none is tried after one has failed.

import { test } from "node:test";

/** A `test` for such steps; `shot(name)` takes a picture when one fails. */
export function steps(shot) {
  let broken = false;
  return (name, run) =>
    test(name, async (context) => {
      if (broken) {
        context.skip("an earlier step failed");
        return;
      }
      try {
        await run();
      } catch (error) {
        broken = true;
        await shot("failed");
        throw error;
      }
    });
}
