/**
 * A trunk's registrations at its provider: one, or one by each of several flows (RFC 5626 § 4.2), which lead to different
 * servers of the provider and name the same instance of ours. The trunk is registered as long as one of them stands, and
 * calls go out by those that do, in the order of the configuration.
 */
import { createHash } from 'node:crypto';
import { isIP } from 'node:net';
import { parseUri, sameHost } from '../../sip/message/uri.js';
import { domainOf } from './outgoing.js';
import type { FlowName, RegistrationState, TrunkRegistration } from './registration.js';
import type { Trunk } from './sources.js';

export type MakeRegistration = (
  trunk: Trunk,
  name: FlowName | undefined,
  onChange: (state: RegistrationState) => void,
) => TrunkRegistration;

interface OwnFlow {
  /** The trunk as this flow reaches it. */
  readonly trunk: Trunk;
  readonly registration: TrunkRegistration;
}

const RANK: Readonly<Record<RegistrationState['kind'], number>> = {
  registered: 0,
  registering: 1,
  failed: 2,
  stopped: 3,
};

export class TrunkFlows {
  readonly #flows: readonly OwnFlow[];

  /** @param seed what makes the instance: different for every installation */
  constructor(trunk: Trunk, seed: string, make: MakeRegistration, changed: (state: RegistrationState) => void) {
    const proxies = [trunk.proxy, ...(trunk.register?.flows ?? [])];
    const instance = instanceOf(`${seed} ${trunk.name}`);
    this.#flows = proxies.map((proxy, n) => {
      const reached = { ...trunk, proxy, domain: domainOf(trunk) };
      const name = proxies.length > 1 ? { instance, regId: n + 1 } : undefined;
      return { trunk: reached, registration: make(reached, name, () => changed(this.state)) };
    });
  }

  start(): void {
    for (const { registration } of this.#flows) registration.start();
  }

  async stop(): Promise<void> {
    await Promise.all(this.#flows.map(({ registration }) => registration.stop()));
  }

  /** A connection with this address is gone: what was registered by it may not be reached any more (RFC 5626 § 4.5). */
  lost(address: string): void {
    for (const { trunk, registration } of this.#flows) if (mayBeAt(trunk.proxy, address)) registration.lost();
  }

  /** The best of them. */
  get state(): RegistrationState {
    const states = this.#flows.map(({ registration }) => registration.state);
    return states.toSorted((a, b) => RANK[a.kind] - RANK[b.kind])[0] ?? { kind: 'stopped' };
  }

  /** Tokens of the Contacts. */
  get lines(): readonly string[] {
    return this.#flows.map(({ registration }) => registration.line);
  }

  /** How the provider is reached: by the flows that stand first. */
  get ways(): readonly { readonly trunk: Trunk; readonly line: string }[] {
    const isUp = ({ registration }: OwnFlow): boolean => registration.state.kind === 'registered';
    const sorted = [...this.#flows.filter(isUp), ...this.#flows.filter((flow) => !isUp(flow))];
    return sorted.map(({ trunk, registration }) => ({ trunk, line: registration.line }));
  }
}

/** Whether a proxy may be at an address: of one with a name that cannot be told. */
function mayBeAt(proxy: string, address: string): boolean {
  const host = parseUri(proxy)?.host ?? '';
  return isIP(host) === 0 || sameHost(host, address);
}

/** A UUID (RFC 4122, version 5 in form) that is the same for the same seed. */
function instanceOf(seed: string): string {
  const hex = createHash('sha256').update(seed).digest('hex');
  const variant = ((Number.parseInt(hex.slice(16, 18), 16) & 0x3f) | 0x80).toString(16);
  const parts = [hex.slice(0, 8), hex.slice(8, 12), `5${hex.slice(13, 16)}`, variant + hex.slice(18, 20)];
  return `urn:uuid:${parts.join('-')}-${hex.slice(20, 32)}`;
}
