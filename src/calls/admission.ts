/**
 * Whom the SIP server is to let in, put together from what is known here: the providers' networks, the addresses of
 * registered handsets, and who is banned. With `unknownTrunk: drop` everyone else meets silence at the server, before a
 * 100 is sent; with `reject` all are let in, and the application answers 403. A drachtio-server of the site's own takes
 * no such rules: there strangers get a 100 and then nothing, and bans are its firewall's.
 */
import type { AdmissionRules, CallerChange } from '../sip/transport/admission.js';
import type { SourceRate } from '../sip/transport/source-rates.js';

/** What of it the configuration says. */
export interface AdmissionPolicy {
  readonly unknownTrunk: 'drop' | 'reject';
  readonly rate?: SourceRate;
  /** Addresses and networks that are never banned, and may send as much as they like. */
  readonly allow?: readonly string[];
  /** User parts that are emergency numbers, as they may be dialled. */
  readonly urgent?: readonly string[];
}

/** How the providers are known. */
export interface Doors extends Pick<AdmissionRules, 'certified'> {
  readonly networks: readonly string[];
  readonly lines: readonly string[];
}

export interface AdmissionListOptions {
  readonly policy: AdmissionPolicy;
  readonly trunks: { doors(): Doors };
  readonly handsets: { addresses(): readonly string[]; hasAddress(address: string): boolean };
  readonly bans: { active(): readonly { readonly address: string }[] };
  /** Brings all rules to the SIP server. */
  readonly publish: (rules: AdmissionRules) => void;
  /** Brings it a single change. */
  readonly publishChange: (change: CallerChange) => void;
}

export class AdmissionList {
  readonly #options: AdmissionListOptions;
  #policy: AdmissionPolicy;
  /** What was published of the handsets. */
  #handsets: Set<string> = new Set();
  #published = '';

  constructor(options: AdmissionListOptions) {
    this.#options = options;
    this.#policy = options.policy;
  }

  /** Takes another policy. */
  configure(policy: AdmissionPolicy): void {
    this.#policy = policy;
    this.update();
  }

  /** To be called when trunks' addresses or bans have changed; publishes what is new. */
  update(): void {
    const rules = this.rules();
    const text = JSON.stringify(rules);
    if (text === this.#published) return;
    this.#published = text;
    this.#handsets = new Set(this.#options.handsets.addresses());
    this.#options.publish(rules);
  }

  /** To be called when a binding at this address has come or gone. Thousands may, so only the difference is published. */
  handsetChanged(address: string): void {
    if (this.#policy.unknownTrunk === 'reject') return;
    const known = this.#options.handsets.hasAddress(address);
    if (known === this.#handsets.has(address)) return;
    if (known) this.#handsets.add(address);
    else this.#handsets.delete(address);
    this.#published = '';
    // An address may be a handset's and a provider's at once.
    if (known || !this.#options.trunks.doors().networks.some((network) => network.startsWith(`${address}/`)))
      this.#options.publishChange({ address, known });
  }

  rules(): AdmissionRules {
    const { trunks, handsets, bans } = this.#options;
    const { unknownTrunk, rate, allow = [], urgent = [] } = this.#policy;
    const { networks, lines, certified } = trunks.doors();
    return {
      callers: unknownTrunk === 'drop' ? [...new Set([...networks, ...handsets.addresses()])].sort() : undefined,
      lines,
      ...(certified?.length ? { certified } : {}),
      // Where handsets of ours are, nobody is shut out as a whole.
      banned: bans.active().flatMap(({ address }) => (handsets.hasAddress(address) ? [] : [address])),
      ...(rate ? { rate } : {}),
      unlimited: [...networks, ...allow],
      urgent,
    };
  }
}
