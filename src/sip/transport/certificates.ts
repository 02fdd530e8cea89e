/**
 * The certificates of a face: read from their files, checked, and read again when the files change, so that a renewed
 * certificate needs no restart. A new one that is not good is refused with what is wrong, and the old one stays in service.
 */
import { createHash, createPrivateKey, X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import tls from 'node:tls';
import { errorMessage, HalinaError } from '../../base/errors.js';
import { identitiesOf, isFor } from './identity.js';
import type { Identities, TlsSettings } from './types.js';

export class CertificateError extends HalinaError {
  constructor(message: string, hint: string, cause?: unknown) {
    super('SIP_CERTIFICATE', message, { hint, ...(cause === undefined ? {} : { cause }) });
  }
}

/** A certificate with its key, both read and found to belong together. */
export interface CertificatePair {
  readonly file: string;
  /** PEM, with the certificates of those who signed it where the file has them. */
  readonly chain: Buffer;
  readonly key: Buffer;
  readonly names: Identities;
  /** Milliseconds since 1970. */
  readonly validFrom: number;
  readonly validTo: number;
}

export type ReadFile = (file: string) => Promise<Buffer>;

/** Days before its end at which a certificate is spoken of: well after the usual time of renewal. */
const WARN_DAYS = 21;
const DAY_MS = 86_400_000;

/** Reads a certificate and its key. Rejects with `CertificateError`, which names the file and what to do. */
export async function readPair(
  files: TlsSettings['certificates'][number],
  read: ReadFile = readFile,
): Promise<CertificatePair> {
  const chain = await readPem(files.certificate, read);
  const key = await readPem(files.key, read);
  const leaf = certificateIn(chain, files.certificate);
  if (!leaf.checkPrivateKey(keyIn(key, files.key)))
    throw new CertificateError(
      `the key ${files.key} does not belong to the certificate ${files.certificate}`,
      'give the key with which this certificate was asked for; the certificate itself must be the first in its file',
    );
  return {
    file: files.certificate,
    chain,
    key,
    names: identitiesOf(leaf),
    validFrom: Date.parse(leaf.validFrom),
    validTo: Date.parse(leaf.validTo),
  };
}

/** What is wrong with a certificate by its dates; `severe` where peers will refuse it. */
export function dateProblem(
  { file, validFrom, validTo }: Pick<CertificatePair, 'file' | 'validFrom' | 'validTo'>,
  now: number,
): { readonly severe: boolean; readonly text: string; readonly hint: string } | undefined {
  const day = (ms: number): string => new Date(ms).toISOString().slice(0, 10);
  if (validTo <= now)
    return { severe: true, text: `the certificate ${file} expired on ${day(validTo)}`, hint: 'renew it; it is taken up without a restart' }; // prettier-ignore
  if (validFrom > now)
    return { severe: true, text: `the certificate ${file} is valid from ${day(validFrom)} on`, hint: 'is the clock of this machine right?' }; // prettier-ignore
  const days = Math.floor((validTo - now) / DAY_MS);
  if (days > WARN_DAYS) return undefined;
  return { severe: false, text: `the certificate ${file} expires in ${days} days, on ${day(validTo)}`, hint: 'renew it; it is taken up without a restart' }; // prettier-ignore
}

export async function readPem(file: string, read: ReadFile = readFile): Promise<Buffer> {
  try {
    return await read(file);
  } catch (error) {
    throw new CertificateError(
      `the file ${file} cannot be read: ${errorMessage(error)}`,
      'see the path in the configuration, and that the user who runs Halina may read the file',
      error,
    );
  }
}

export function certificateIn(pem: Buffer, file: string): X509Certificate {
  try {
    return new X509Certificate(pem);
  } catch (error) {
    throw new CertificateError(
      `the file ${file} holds no certificate`,
      'it must be PEM: -----BEGIN CERTIFICATE----- and on',
      error,
    );
  }
}

function keyIn(pem: Buffer, file: string): ReturnType<typeof createPrivateKey> {
  try {
    return createPrivateKey(pem);
  } catch (error) {
    const locked = pem.includes('ENCRYPTED');
    throw new CertificateError(
      locked ? `the key ${file} is locked by a passphrase` : `the file ${file} holds no private key`,
      locked ? `unlock it: openssl pkey -in ${file} -out UNLOCKED.pem` : 'it must be PEM: -----BEGIN PRIVATE KEY-----',
      error,
    );
  }
}

interface Loaded {
  readonly pairs: readonly CertificatePair[];
  readonly trusted: readonly Buffer[] | undefined;
  /** One for each pair; where there are none, one with which connections are opened. */
  readonly contexts: readonly tls.SecureContext[];
  readonly digest: string;
}

export class Certificates {
  #loaded: Loaded;
  /** What was refused last, so that it is said once. */
  #refused = '';

  private constructor(
    private readonly settings: TlsSettings,
    private readonly read: ReadFile,
    loaded: Loaded,
  ) {
    this.#loaded = loaded;
  }

  /** Rejects with `CertificateError`. An expired certificate is taken: better than none at a start. */
  static async load(settings: TlsSettings, read: ReadFile = readFile): Promise<Certificates> {
    return new Certificates(settings, read, await load(settings, read));
  }

  get pairs(): readonly CertificatePair[] {
    return this.#loaded.pairs;
  }

  /** For TLS servers: whose signatures count, where the configuration says so. */
  get trusted(): { readonly ca?: Buffer[] } {
    return this.#loaded.trusted ? { ca: [...this.#loaded.trusted] } : {};
  }

  /** The one for a server name, or the first. */
  context(serverName: string | undefined): tls.SecureContext {
    const { pairs, contexts } = this.#loaded;
    const index = serverName ? pairs.findIndex(({ names }) => isFor(names, serverName, true)) : 0;
    const context = contexts[Math.max(0, index)];
    if (!context) throw new TypeError('no TLS context was loaded');
    return context;
  }

  /**
   * Reads the files again. Gives whether other certificates are in service now; rejects where what is there cannot be used,
   * for the same state of the files only once.
   * @param now milliseconds since 1970
   */
  async reload(now: number): Promise<boolean> {
    try {
      const loaded = await load(this.settings, this.read);
      if (loaded.digest === this.#loaded.digest) return false;
      for (const pair of loaded.pairs) {
        const problem = dateProblem(pair, now);
        if (problem?.severe) throw new CertificateError(problem.text, problem.hint);
      }
      this.#loaded = loaded;
      this.#refused = '';
      return true;
    } catch (error) {
      if (errorMessage(error) === this.#refused) return false;
      this.#refused = errorMessage(error);
      throw error;
    }
  }
}

async function load(settings: TlsSettings, read: ReadFile): Promise<Loaded> {
  const pairs: CertificatePair[] = [];
  for (const files of settings.certificates) pairs.push(await readPair(files, read));
  const trusted: Buffer[] = [];
  for (const file of settings.trusted ?? []) {
    const pem = await readPem(file, read);
    certificateIn(pem, file);
    trusted.push(pem);
  }
  const digest = createHash('sha256');
  for (const part of [...pairs.flatMap(({ chain, key }) => [chain, key]), ...trusted])
    digest.update(String(part.length)).update(part);
  const ca = settings.trusted ? { ca: trusted } : {};
  const context = (pair: Partial<CertificatePair>): tls.SecureContext =>
    tls.createSecureContext({ cert: pair.chain, key: pair.key, minVersion: 'TLSv1.2', ...ca });
  const contexts = pairs.length > 0 ? pairs.map(context) : [context({})];
  return { pairs, trusted: settings.trusted ? trusted : undefined, contexts, digest: digest.digest('hex') };
}
