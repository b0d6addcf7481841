import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["src/**/*.test.ts", "test/**/*.test.ts"],
    globalSetup: ["test/support/build.ts"],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    maxWorkers: 2,
    // Now and then V8 aborts where it drops code of WebAssembly that it has compiled anew (`jit_page.has_value()`;
    // nodejs/node#64500). The command line compiles them once only.
    execArgv: ["--no-wasm-code-gc"],
    // No test learns from another, or from what this user did.
    env: { FANFETCH_STATE: "none" },
  },
});
