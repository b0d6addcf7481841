import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";

/** Paths of PEM files. */
export interface Certificates {
  /** The authority that signed `certificate`; no one else knows it. */
  readonly authority: string;
  /** For `localhost` and 127.0.0.1. */
  readonly certificate: string;
  readonly key: string;
}

const EXTENSIONS = `
[authority]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign
[server]
basicConstraints = CA:FALSE
subjectAltName = DNS:localhost, IP:127.0.0.1
extendedKeyUsage = serverAuth
`;

/** Makes an authority and a server's certificate below `directory`, valid for two days. */
export function makeCertificates(directory: string): Certificates {
  const file = (name: string): string => join(directory, name);
  const openssl = (line: string, ...rest: readonly string[]): void => {
    execFileSync("openssl", [...line.split(" "), ...rest], { cwd: directory, stdio: "pipe" });
  };
  writeFileSync(file("extensions.cnf"), EXTENSIONS);
  const fresh = "req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout";
  const signed = "-days 2 -extfile extensions.cnf -extensions";
  openssl(`${fresh} ca.key -out ca.csr -subj`, "/CN=a test's own authority");
  openssl(`x509 -req -in ca.csr -key ca.key -out ca.pem ${signed} authority`);
  openssl(`${fresh} server.key -out server.csr -subj`, "/CN=localhost");
  openssl(
    `x509 -req -in server.csr -CA ca.pem -CAkey ca.key -set_serial 1 -out server.pem ${signed} server`,
  );
  return { authority: file("ca.pem"), certificate: file("server.pem"), key: file("server.key") };
}
