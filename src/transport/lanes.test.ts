import { describe, expect, test } from "vitest";

import { type Lane, Lanes } from "./lanes.ts";

interface FakeLane extends Lane {
  readonly name: number;
  capacity: number;
  destroyed: number;
}

function fakeLanes(scout: boolean) {
  const opened: FakeLane[] = [];
  const lanes = new Lanes<FakeLane>(() => {
    const lane: FakeLane = {
      name: opened.length,
      inUse: 0,
      capacity: 1,
      destroyed: 0,
      destroy() {
        lane.destroyed += 1;
      },
    };
    opened.push(lane);
    return lane;
  }, scout);
  const take = (): FakeLane | undefined => {
    let taken: FakeLane | undefined;
    lanes.take((lane) => {
      taken = lane;
    });
    return taken;
  };
  return { lanes, opened, take };
}

describe("lanes over HTTP/1.1", () => {
  test("each request at once has a lane of its own, and the one given back last is taken first", () => {
    const { lanes, opened, take } = fakeLanes(false);
    const [a, b] = [take()!, take()!];
    expect(opened).toHaveLength(2);
    lanes.giveBack(a);
    lanes.giveBack(b);
    expect(take()).toBe(b);
    expect(take()).toBe(a);
    expect(take()!.name).toBe(2);
  });

  test("a dropped lane is closed and never given again", () => {
    const { lanes, take } = fakeLanes(false);
    const a = take()!;
    lanes.drop(a);
    lanes.giveBack(a);
    expect(a.destroyed).toBe(1);
    expect(take()).not.toBe(a);
  });

  test("a lane that is dropped while free is not given again", () => {
    const { lanes, take } = fakeLanes(false);
    const a = take()!;
    lanes.giveBack(a);
    lanes.drop(a);
    expect(take()).not.toBe(a);
  });
});

describe("lanes that may turn out to be HTTP/2", () => {
  test("the others wait for the first handshake, then share its session", () => {
    const { lanes, opened, take } = fakeLanes(true);
    const scout = take()!;
    const waiting: FakeLane[] = [];
    lanes.take((lane) => waiting.push(lane));
    lanes.take((lane) => waiting.push(lane));
    expect(opened).toHaveLength(1);
    scout.capacity = 100;
    lanes.handshaken(scout, 1);
    expect(waiting).toEqual([scout, scout]);
    expect(scout.inUse).toBe(3);
    expect(opened).toHaveLength(1);
  });

  test("after a handshake that gave HTTP/1.1 each opens its own", () => {
    const { lanes, opened, take } = fakeLanes(true);
    const scout = take()!;
    const waiting: FakeLane[] = [];
    lanes.take((lane) => waiting.push(lane));
    lanes.handshaken(scout, 1);
    expect(waiting).toHaveLength(1);
    expect(waiting[0]).not.toBe(scout);
    expect(opened).toHaveLength(2);
  });

  test("a session that is full gives way to a second one, and takes again when a stream ends", () => {
    const { lanes, opened, take } = fakeLanes(true);
    const scout = take()!;
    scout.capacity = 2;
    lanes.handshaken(scout, 1);
    expect(take()).toBe(scout);
    const second = take()!;
    expect(second).not.toBe(scout);
    expect(opened).toHaveLength(2);
    lanes.giveBack(scout);
    expect(take()).toBe(scout);
  });

  test("a first handshake that never ends leaves those who wait to be counted as in use", () => {
    const { lanes, take } = fakeLanes(true);
    take();
    lanes.take(() => {});
    expect(lanes.inUse).toBe(2);
  });
});
