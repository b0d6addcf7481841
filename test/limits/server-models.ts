/** One server that the learner is judged against. */
export interface ServerRow {
  readonly name: string;
  /** As `limitModelOf` reads it. */
  readonly spec: string;
  /** @default 50 */
  readonly roundTripMs?: number;
  /** No number of the learner was tuned for it. */
  readonly unseen?: true;
}

/** The servers of the table, as `limitModelOf` reads them. */
export const SERVER_MODELS: readonly ServerRow[] = [
  { name: "bucket 2/s, depth 2", spec: "bucket:2/s" },
  { name: "bucket 20/s, depth 20", spec: "bucket:20/s" },
  { name: "bucket 100/s, depth 100", spec: "bucket:100/s" },
  { name: "bucket 1000/s, depth 1000", spec: "bucket:1000/s" },
  { name: "bucket 20/s, depth 200", spec: "bucket:20/s,burst=200" },
  { name: "bucket 100/s, depth 1", spec: "bucket:100/s,burst=1" },
  { name: "bucket 100/s, depth 1, Retry-After", spec: "bucket:100/s,burst=1,retry-after" },
  { name: "window 50 in 1 s", spec: "window:50/1s" },
  { name: "window 50 in 1 s, Retry-After", spec: "window:50/1s,retry-after" },
  { name: "window 50 in 1 s, X- fields", spec: "window:50/1s,headers=x,retry-after" },
  { name: "window 50 in 1 s, RateLimit", spec: "window:50/1s,headers=ietf,retry-after" },
  { name: "window 1200 in 60 s", spec: "window:1200/60s" },
  { name: "window 1200 in 60 s, X- fields", spec: "window:1200/60s,headers=x" },
  { name: "sliding 50 in 1 s", spec: "sliding:50/1s" },
  { name: "8 places", spec: "places:8" },
  { name: "8 places, Retry-After", spec: "places:8,retry-after" },
  { name: "64 places", spec: "places:64" },
  { name: "queue of 20 workers", spec: "queue:20" },
  { name: "queue of 20, drops past 40", spec: "queue:20,drops=40" },
  { name: "bucket 100/s halves 20–40 s", spec: "bucket:100/s,share=0.5@20s-40s" },
  { name: "unlimited", spec: "unlimited" },
  { name: "24 places", spec: "places:24" },
  { name: "window 150 in 5 s", spec: "window:150/5s" },
  { name: "bucket 200/s falls to 50, 15–35 s", spec: "bucket:200/s,share=0.25@15s-35s" },
  { name: "lying fields, static", spec: "window:50/1s,headers=x,lie=static" },
  { name: "lying fields, zero", spec: "window:50/1s,headers=x,lie=zero" },
  { name: "lying fields, tenfold", spec: "window:50/1s,headers=ietf,lie=tenfold" },
  { name: "bucket 100/s drifts to half", spec: "bucket:100/s,drift=0.5@30s" },
  { name: "10/s and 100 in a minute", spec: "bucket:10/s+sliding:100/60s", unseen: true },
  { name: "leaky 50/s, 10 wait", spec: "leaky:50/s,depth=10", unseen: true },
  { name: "16 places shrink to 8, 20–40 s", spec: "places:16,share=0.5@20s-40s", unseen: true },
  { name: "noise 0.2 %", spec: "unlimited,noise=0.2%", unseen: true },
  { name: "noise 0.2 %, bucket 100/s", spec: "bucket:100/s,noise=0.2%", unseen: true },
  { name: "knee at 30", spec: "knee:30", unseen: true },
  { name: "3 places, 503", spec: "places:3,status=503", unseen: true },
  { name: "sliding 300 in 10 s, 200 ms", spec: "sliding:300/10s", roundTripMs: 200, unseen: true },
  {
    name: "bucket 7/s, depth 30, 800 ms",
    spec: "bucket:7/s,burst=30",
    roundTripMs: 800,
    unseen: true,
  },
  { name: "12 places, 1 s", spec: "places:12", roundTripMs: 1000, unseen: true },
  {
    name: "bucket 40/s, depth 10, 120 ms",
    spec: "bucket:40/s,burst=10",
    roundTripMs: 120,
    unseen: true,
  },
  { name: "window 500 in 20 s, 80 ms", spec: "window:500/20s", roundTripMs: 80, unseen: true },
  { name: "5 places, 400 ms", spec: "places:5", roundTripMs: 400, unseen: true },
];
