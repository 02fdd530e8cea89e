/** An authority of a test's own that makes certificates with openssl, in a folder that goes when the test is over. */
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const KEY = '-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes';

/** `last`: an argument that may hold spaces. */
async function openssl(args: string, last: string): Promise<void> {
  await run('openssl', [...args.split(' '), last]);
}

export interface CertificateFiles {
  readonly certificate: string;
  readonly key: string;
}

export class Authority {
  #made = 0;

  private constructor(
    readonly folder: string,
    /** Its own certificate, PEM. */
    readonly file: string,
  ) {}

  static async make(): Promise<Authority> {
    const folder = await mkdtemp(join(tmpdir(), 'halina-certificates-'));
    const file = join(folder, 'authority.pem');
    const key = join(folder, 'authority.key');
    await openssl(`req -x509 ${KEY} -keyout ${key} -out ${file} -days 3650 -subj`, '/CN=Authority of a test');
    return new Authority(folder, file);
  }

  /** @param names as in openssl.cnf: `DNS:a.example`, `URI:sip:a.example`, `IP:127.0.0.1`; @param days -1: expired yesterday */
  async issue(names: readonly string[], days = 90, common = 'of a test'): Promise<CertificateFiles> {
    const base = join(this.folder, String(++this.#made));
    const files = { certificate: `${base}.pem`, key: `${base}.key` };
    await openssl(`req ${KEY} -keyout ${files.key} -out ${base}.csr -subj`, `/CN=${common}`);
    await writeFile(`${base}.cnf`, names.length > 0 ? `subjectAltName=${names.join(',')}\n` : 'basicConstraints=CA:FALSE\n'); // prettier-ignore
    const authority = `-CA ${this.file} -CAkey ${join(this.folder, 'authority.key')} -CAcreateserial`;
    await openssl(`x509 -req -in ${base}.csr ${authority} -days ${days} -out ${files.certificate} -extfile`, `${base}.cnf`); // prettier-ignore
    return files;
  }

  async remove(): Promise<void> {
    await rm(this.folder, { recursive: true, force: true });
  }
}
