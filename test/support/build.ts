import { build, isStale } from "../../scripts/build.ts";

/** Builds dist/ once before any test runs, where a source is newer: many tests run what users run. */
export default async function setup(): Promise<void> {
  if (isStale()) await build();
}
