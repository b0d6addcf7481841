#!/usr/bin/env node
// Every Node that ever ran a module can parse this file; all newer syntax lies behind the guard.
var major = Number(process.versions.node.split(".")[0]);
if (major < 24) {
  process.stderr.write(
    "fanfetch: needs Node 24 or newer, this is " +
      process.version +
      "; in a checkout use: npm start -- ARGS\n",
  );
  process.exitCode = 2;
} else if (
  process.argv.length === 3 &&
  (process.argv[2] === "--version" || process.argv[2] === "-V")
) {
  // The commonest question of scripts is answered without loading the program.
  import("node:fs").then(function (fs) {
    process.stdout.on("error", function (error) {
      // A reader that goes away is no error; any other refusal is the disk's (docs/cli.md, exit codes).
      if (error.code === "EPIPE") return;
      var why = error.message.replace(/^[A-Z]+: |, write$/g, "");
      process.stderr.write("fanfetch: cannot write the output: " + why + "\n");
      process.exitCode = 4;
    });
    var text = fs.readFileSync(new URL("../package.json", import.meta.url), "utf8");
    process.stdout.write(JSON.parse(text).version + "\n");
  });
} else {
  import("node:module")
    .then(function (module) {
      module.enableCompileCache();
      return import("../dist/bin/main.js");
    })
    .then(
      function (main) {
        return main.main(process.argv.slice(2)).then(main.leave);
      },
      function (error) {
        if (error.code !== "ERR_MODULE_NOT_FOUND") throw error;
        process.stderr.write(
          "fanfetch: not built or not installed whole; in a checkout run: npm ci\n",
        );
        process.exitCode = 2;
      },
    );
}
