import { expect, test } from "vitest";

import type { Check, ClientAccount, Departure, Evidence } from "./evidence.ts";
import { judge } from "./judge.ts";
import { limitModelOf } from "./limit-model.ts";
import { createSighting, type SeenRequest } from "./seen-request.ts";

const sight = createSighting();

interface Sketch extends Partial<
  Pick<SeenRequest, "status" | "heldUntilMs" | "poisoned" | "flawed" | "staged">
> {
  readonly at: number;
  readonly until?: number;
  readonly path?: string;
  readonly host?: string;
  readonly agent?: string;
  readonly method?: string;
}

function seen(sketch: Sketch): SeenRequest {
  const {
    at,
    until = at + 10,
    path = `/${at}`,
    host = "a.example",
    agent = "x",
    method = "GET",
  } = sketch;
  const rawHeaders = ["Host", host, ...(agent === "" ? [] : ["User-Agent", agent])];
  const message = { method, url: path, rawHeaders };
  const request = sight(message as unknown as Parameters<typeof sight>[0], at);
  const { status = 200, heldUntilMs, poisoned = false, flawed = false, staged = false } = sketch;
  return Object.assign(request, { endedMs: until, status, heldUntilMs, poisoned, flawed, staged });
}

function departuresOf(requests: readonly SeenRequest[]): readonly Departure[] {
  return requests.map((one) => ({
    question: one.question,
    sentMs: one.atMs - 1,
    landedMs: one.endedMs! + 1,
  }));
}

function evidence(
  sketches: readonly Sketch[],
  parts: {
    readonly client?: Partial<ClientAccount>;
    readonly declared?: Partial<Evidence["declared"]>;
    readonly model?: string;
    readonly ending?: Evidence["ending"];
    readonly openShare?: number;
    readonly places?: "held" | "free";
  } = {},
): Evidence {
  const requests = sketches.map(seen);
  const answered = requests.filter(({ status }) => status === 200);
  const model = parts.model === undefined ? undefined : limitModelOf(parts.model);
  return {
    ending: parts.ending ?? "finished",
    seen: requests,
    client: {
      inputs: answered.length,
      answered: answered.length,
      failed: 0,
      skipped: 0,
      duplicates: 0,
      failures: new Map(),
      outcomes: new Map(answered.map(({ question }) => [question, 1])),
      mixedHosts: 0,
      departures: departuresOf(requests),
      ...parts.client,
    },
    declared: {
      perHost: undefined,
      concurrency: undefined,
      rates: [],
      maxRetryAfterMs: 600_000,
      retries: 2,
      userAgent: "sent",
      answersAskedAgain: "never",
      accept: (status) => status === 200,
      ...parts.declared,
    },
    model: parts.model,
    limitOf: () => model,
    faults: { openShare: parts.openShare ?? 1, places: parts.places ?? "free" },
    serviceMs: 10,
  };
}

function find(given: Evidence, words: string): Check {
  return judge(given).find(({ name }) => name.includes(words))!;
}

/** One request every 20 ms. */
function steady(count: number, from = 0): readonly Sketch[] {
  return Array.from({ length: count }, (_, index) => ({ at: from + index * 20 }));
}

test("a run without fault passes whatever can be judged of it", () => {
  const results = judge(evidence(steady(10))).map(({ result }) => result);
  expect(results).not.toContain("failed");
  expect(results.filter((result) => result === "passed").length).toBe(5);
});

test("an input without outcome fails the account, unless the run was stopped", () => {
  const client = { inputs: 11 };
  expect(find(evidence(steady(10), { client }), "account")).toMatchObject({
    result: "failed",
    evidence: "11 inputs = 10 answered + 0 failed + 0 skipped; answers of the server: 10",
  });
  expect(find(evidence(steady(10), { client, ending: "stopped" }), "account").result).toBe(
    "not judged",
  );
});

test("answers that the server never gave fail the account, those of equal questions do not", () => {
  const more = { inputs: 12, answered: 12 };
  expect(find(evidence(steady(10), { client: more }), "account").result).toBe("failed");
  const equal = { ...more, duplicates: 2 };
  expect(find(evidence(steady(10), { client: equal }), "account").result).toBe("passed");
});

test("rows that share a request have one answer together", () => {
  const batched = {
    ...evidence(steady(10), { client: { inputs: 50, answered: 50 } }),
    rowsAtOnce: 5,
  };
  expect(find(batched, "account").result).toBe("passed");
  expect(find({ ...batched, rowsAtOnce: 4 }, "account").result).toBe("failed");
});

test("a failure is excused by poison alone", () => {
  const failures = new Map([["GET a.example/0", 1]]);
  const sketches = [{ at: 0, status: 500 }, ...steady(5, 20)];
  const plain = evidence(sketches, { client: { failures } });
  expect(find(plain, "would answer").result).toBe("failed");
  const poisoned = evidence([{ at: 0, status: 500, poisoned: true }, ...steady(5, 20)], {
    client: { failures },
  });
  expect(find(poisoned, "neighbour")).toMatchObject({
    result: "passed",
    evidence: "5 answered, 0 failed that should not, 1 poisoned",
  });
  const sunk = new Map([...failures, ["GET a.example/20", 1]]);
  const both = evidence([{ at: 0, status: 500, poisoned: true }, ...steady(5, 20)], {
    client: { failures: sunk },
  });
  expect(find(both, "neighbour").result).toBe("failed");
});

test("a failure is excused by a fault at each attempt, and at the only one of an unsafe request", () => {
  const flaw = (at: number, method = "GET") =>
    ({ at, path: "/x", status: 500, flawed: true, method }) as const;
  const failures = new Map([["GET a.example/x", 1]]);
  const thrice = evidence([flaw(0), flaw(50), flaw(90)], { client: { failures } });
  expect(find(thrice, "would answer").result).toBe("passed");
  const twice = evidence([flaw(0), flaw(50)], { client: { failures } });
  expect(find(twice, "would answer").result).toBe("failed");
  const unsafe = { failures: new Map([["POST a.example/x", 1]]) };
  const once = evidence([flaw(0, "POST")], { client: unsafe });
  expect(find(once, "would answer").result).toBe("passed");
});

test("limits of hosts are not judged where two schemes look like one host", () => {
  const sketches = [{ at: 0 }, { at: 1 }];
  const declared = { perHost: 1, concurrency: 1 };
  const mixed = evidence(sketches, { declared, client: { mixedHosts: 1 } });
  expect(find(mixed, "--per-host").result).toBe("not judged");
  expect(find(mixed, "-j").result).toBe("failed");
});

test("a second whole answer to one question fails, a retry of what was not answered does not", () => {
  const again = evidence([
    { at: 0, path: "/x" },
    { at: 50, path: "/x" },
  ]);
  expect(find(again, "asked again").result).toBe("failed");
  const retried = evidence([
    { at: 0, path: "/x", status: 503 },
    { at: 50, path: "/x" },
  ]);
  expect(find(retried, "asked again").result).toBe("passed");
  const rows = { outcomes: new Map([["GET a.example/x", 2]]) };
  const asked = evidence(
    [
      { at: 0, path: "/x" },
      { at: 50, path: "/x" },
    ],
    { client: rows },
  );
  expect(find(asked, "asked again").result).toBe("passed");
});

test("places are counted for each host and for all", () => {
  const sketches = [
    { at: 0, until: 100 },
    { at: 1, until: 100 },
    { at: 2, until: 100, host: "b.example" },
  ];
  const declared = { perHost: 2, concurrency: 3 };
  expect(find(evidence(sketches, { declared }), "--per-host").result).toBe("passed");
  expect(find(evidence(sketches, { declared }), "-j").result).toBe("passed");
  const less = { perHost: 1, concurrency: 2 };
  expect(find(evidence(sketches, { declared: less }), "--per-host")).toMatchObject({
    result: "failed",
    evidence: "most at once to one host: 2",
  });
  expect(find(evidence(sketches, { declared: less }), "-j").result).toBe("failed");
});

test("each rate is judged by arrivals at one host", () => {
  const rate = (count: number) => ({ declared: { rates: [{ count, perMs: 1000 }] } });
  expect(find(evidence(steady(100), rate(50)), "--rate 50/s").result).toBe("passed");
  expect(find(evidence(steady(100), rate(40)), "--rate 40/s").result).toBe("failed");
});

test("requests that left apart and arrived together keep a rate, one sent twice counts twice", () => {
  const declared = { rates: [{ count: 5, perMs: 1000 }] };
  const together = Array.from({ length: 10 }, (_, index) => ({ at: 2000, path: `/${index}` }));
  const departures = together.map(({ path }, index) => ({
    question: `GET a.example${path}`,
    sentMs: index * 205,
    landedMs: 2010,
  }));
  const late = evidence(together, { declared, client: { departures } });
  expect(find(late, "--rate").result).toBe("passed");
  const twice = [...together, { at: 2001, path: "/9" }, { at: 2001, path: "/9" }];
  expect(find(evidence(twice, { declared, client: { departures } }), "--rate").result).toBe(
    "failed",
  );
});

test("a request in a hold fails unless it left before the client knew of it", () => {
  const refusal = { at: 0, until: 10, status: 429, heldUntilMs: 1010 };
  expect(find(evidence([refusal, { at: 500 }]), "not before").result).toBe("failed");
  expect(find(evidence([refusal, { at: 1010 }]), "not before").result).toBe("passed");
  expect(find(evidence([refusal, { at: 500, host: "b.example" }]), "not before").result).toBe(
    "passed",
  );
  // It left at 10, the refusal was known at 11: it was under way.
  expect(find(evidence([refusal, { at: 11 }]), "not before").result).toBe("passed");
  // A longer hold that became known earlier counts on.
  const longer = { at: 0, until: 5, status: 503, heldUntilMs: 3000, path: "/longer" };
  expect(find(evidence([longer, refusal, { at: 1500 }]), "not before").result).toBe("failed");
});

test("a hold that is longer than what is obeyed is judged as far as it is", () => {
  const refusal = { at: 0, until: 10, status: 429, heldUntilMs: 700_000 };
  const declared = { maxRetryAfterMs: 1000 };
  expect(find(evidence([refusal, { at: 500 }], { declared }), "not before")).toMatchObject({
    result: "failed",
    evidence: expect.stringContaining("1 cut to --max-retry-after"),
  });
  expect(find(evidence([refusal, { at: 1010 }], { declared }), "not before").result).toBe("passed");
});

test("several requests for one place are not blamed for each other's refusals", () => {
  const path = "/same";
  const sketches = [
    { at: 0, until: 200, status: 429, heldUntilMs: 1200, path },
    { at: 1, until: 20, path },
    { at: 150, until: 160, path },
  ];
  const outcomes = new Map([["GET a.example/same", 3]]);
  expect(find(evidence(sketches, { client: { outcomes } }), "not before").result).toBe("passed");
});

test("refusals count once the limit was found, beyond two in a hundred and eight", () => {
  const refused = (count: number, from: number) =>
    steady(count, from).map((sketch) => ({ ...sketch, status: 429 }));
  const learning = [...refused(30, 0), ...steady(100, 2000)];
  expect(find(evidence(learning), "refused")).toMatchObject({
    result: "passed",
    evidence: "0 of 130 requests refused (0.0 %), 30 more in the second that found the limit",
  });
  const dense = Array.from({ length: 120 }, (_, at) => ({ at, status: 429 }));
  expect(find(evidence([...dense, ...steady(100, 4000)]), "refused")).toMatchObject({
    result: "failed",
    evidence: expect.stringContaining("30 of 220 requests refused (13.6 %), 90 more"),
  });
  const late = [...refused(1, 0), ...refused(9, 2000), ...steady(100, 4000)];
  expect(find(evidence(late), "refused").result).toBe("failed");
  expect(find(evidence([...refused(1, 0), ...refused(8, 2000)]), "refused").result).toBe("passed");
  const noisy = [...late, ...steady(100, 8000)];
  expect(
    find(evidence(noisy, { model: "unlimited,noise=5%" }), "refused: at most 7 %").result,
  ).toBe("passed");
  const burst = refused(20, 2000).map((sketch) => ({ ...sketch, staged: true }));
  expect(find(evidence([...steady(3), ...burst]), "refused")).toMatchObject({
    result: "passed",
    evidence: "0 of 23 requests refused (0.0 %), 20 more in rehearsed bursts",
  });
});

test("a request without User-Agent fails, unless that was asked for", () => {
  const sketches = [{ at: 0 }, { at: 20, agent: "" }];
  expect(find(evidence(sketches), "User-Agent").result).toBe("failed");
  const declared = { userAgent: "left out" } as const;
  expect(find(evidence(sketches, { declared }), "User-Agent").result).toBe("not judged");
});

test("goodput is judged against the model and what was declared, in runs that are long enough", () => {
  const slow = Array.from({ length: 100 }, (_, index) => ({ at: index * 200 }));
  const model = "window:10/1s";
  expect(find(evidence(slow, { model }), "is used").result).toBe("failed");
  const declared = { rates: [{ count: 5, perMs: 1000 }] };
  expect(find(evidence(slow, { model, declared }), "is used").result).toBe("passed");
  expect(find(evidence(slow, { declared }), "is used").result).toBe("passed");
  const faster = { rates: [{ count: 9, perMs: 1000 }] };
  expect(find(evidence(slow, { declared: faster }), "is used").result).toBe("failed");
  // Half of the time was left by the bursts.
  expect(find(evidence(slow, { declared: faster, openShare: 0.5 }), "is used").result).toBe(
    "passed",
  );
  expect(find(evidence(slow, { model: "window:6/1s" }), "is used").result).toBe("passed");
  expect(find(evidence(slow.slice(0, 50), { model }), "is used").result).toBe("not judged");
  expect(find(evidence(slow, { model, places: "held" }), "is used").result).toBe("not judged");
  const two = [...slow, { at: 20_000, host: "b.example" }];
  expect(find(evidence(two, { model }), "is used").result).toBe("not judged");
  expect(find(evidence(slow), "is used")).toMatchObject({
    result: "not judged",
    evidence: "nothing limited it",
  });
});
