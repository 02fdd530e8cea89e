/** The certificates of all faces: loaded at the start, read again when their files change, spoken of before they end. */
import { readFile as readFromDisk } from 'node:fs/promises';
import type { Clock, Timer } from '../../base/clock.js';
import { errorMessage, HalinaError } from '../../base/errors.js';
import type { Log } from '../../base/log.js';
import { Certificates, dateProblem, type ReadFile } from './certificates.js';
import type { Face } from './types.js';

/** Milliseconds between two looks at the files. */
const LOOK_MS = 10_000;
/** Milliseconds after which a certificate that ends soon is spoken of again. */
const DAY_MS = 86_400_000;

export class CertificateKeeper {
  /** By the settings that they were made from: addresses of one face share them. */
  readonly #all = new Map<Face['tls'], Certificates>();
  #timer: Timer | undefined;
  #toldAt = -Infinity;
  #looking: Promise<void> = Promise.resolve();

  constructor(
    private readonly clock: Clock,
    private readonly log: Log,
    /** Other certificates are in service. */
    private readonly onRenewed: (certificates: Certificates) => void,
    private readonly readFile: ReadFile = readFromDisk,
  ) {}

  /** The certificates of a face; undefined where it has no TLS. Rejects with `CertificateError`. */
  async of(face: Face): Promise<Certificates | undefined> {
    if (!face.tls) return undefined;
    const known = this.#all.get(face.tls);
    if (known) return known;
    const loaded = await Certificates.load(face.tls, this.readFile);
    this.#all.set(face.tls, loaded);
    return loaded;
  }

  /** Looks at the files from time to time from now on. */
  start(): void {
    if (this.#all.size === 0) return;
    this.#tellDates();
    this.#schedule();
  }

  /** Looks at the files now. Never rejects: what is wrong is in the log. */
  reload(): Promise<void> {
    this.#looking = this.#looking.then(() => this.#reload());
    return this.#looking;
  }

  async close(): Promise<void> {
    this.#timer?.cancel();
    this.#timer = undefined;
    await this.#looking;
  }

  #schedule(): void {
    this.#timer = this.clock.setTimer(LOOK_MS, () => {
      void this.reload().then(() => {
        if (this.#timer) this.#schedule();
      });
    });
  }

  async #reload(): Promise<void> {
    for (const certificates of this.#all.values()) {
      try {
        if (!(await certificates.reload(this.clock.now()))) continue;
        this.log.info({ files: certificates.pairs.map(({ file }) => file) }, 'renewed certificates are in service');
        this.onRenewed(certificates);
      } catch (error) {
        const hint = error instanceof HalinaError ? error.hint : undefined;
        this.log.error({ error: errorMessage(error), hint }, 'changed certificates are not used; the old ones stay');
      }
    }
    if (this.clock.monotonic() - this.#toldAt >= DAY_MS) this.#tellDates();
  }

  #tellDates(): void {
    this.#toldAt = this.clock.monotonic();
    for (const pair of [...this.#all.values()].flatMap(({ pairs }) => pairs)) {
      const problem = dateProblem(pair, this.clock.now());
      if (!problem) continue;
      const { severe, text, hint } = problem;
      if (severe) this.log.error({ hint }, text);
      else this.log.warn({ hint }, text);
    }
  }
}
