import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { getCACertificates, setDefaultCACertificates } from "node:tls";

/** A server's certificate and its key, as PEM. */
export interface Certificate {
  readonly cert: string;
  readonly key: string;
}

/** Certificates for the ways in which one can be wrong. */
export interface Certificates {
  readonly good: Certificate;
  readonly expired: Certificate;
  readonly otherHost: Certificate;
  readonly selfSigned: Certificate;
}

const EXTENSIONS = `
[authority]
basicConstraints = critical, CA:TRUE
[good]
subjectAltName = DNS:localhost, IP:127.0.0.1
[other]
subjectAltName = DNS:other.example
`;

/** Makes them with openssl; all but the self-signed one by an authority that this process then trusts. */
export function makeCertificates(): Certificates {
  const cwd = mkdtempSync(join(tmpdir(), "fanfetch-wire-"));
  const openssl = (line: string): void => {
    execFileSync("openssl", line.split(" "), { cwd, stdio: "pipe" });
  };
  const read = (name: string): string => readFileSync(join(cwd, name), "utf8");
  const request = (name: string, subject: string): void =>
    openssl(
      `req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout ${name}.key -out ${name}.csr -subj /CN=${subject}`,
    );
  const make = (name: string, extensions: string, days: number, subject: string): Certificate => {
    request(name, subject);
    const by = "-CA ca.pem -CAkey ca.key -CAcreateserial";
    openssl(
      `x509 -req -in ${name}.csr ${by} -out ${name}.pem -days ${days} -extfile extensions.cnf -extensions ${extensions}`,
    );
    return { cert: read(`${name}.pem`), key: read(`${name}.key`) };
  };
  try {
    writeFileSync(join(cwd, "extensions.cnf"), EXTENSIONS);
    request("ca", "wire-test-authority");
    const signed = "-days 2 -extfile extensions.cnf -extensions authority";
    openssl(`x509 -req -in ca.csr -signkey ca.key -out ca.pem ${signed}`);
    request("self", "localhost");
    openssl(
      "x509 -req -in self.csr -signkey self.key -out self.pem -days 2 -extfile extensions.cnf -extensions good",
    );
    setDefaultCACertificates([...getCACertificates("default"), read("ca.pem")]);
    return {
      good: make("good", "good", 2, "localhost"),
      expired: make("expired", "good", -1, "localhost"),
      otherHost: make("other", "other", 2, "other.example"),
      selfSigned: { cert: read("self.pem"), key: read("self.key") },
    };
  } finally {
    rmSync(cwd, { recursive: true });
  }
}
