/**
 * The networks of the end-to-end tests: a namespace of their own with one veth pair, the provider's network (10.77.0.0/24) and
 * the office's (10.78.0.0/24) on it, an address for each role. The suite
 * is run inside it by `scripts/in-namespace.mjs`; nothing of it can reach the machine's own network.
 */
import { networkInterfaces } from 'node:os';

export const address = {
  /** Halina towards the provider. */
  trunkFace: '10.77.0.1',
  /** Halina towards the handsets. */
  officeFace: '10.78.0.1',
  provider: '10.77.0.3',
  secondProvider: '10.77.0.4',
  stranger: '10.77.0.9',
  /** The same over IPv6: `fd00:77::/64` is the provider's network, `fd00:78::/64` the office's. */
  six: { trunkFace: 'fd00:77::1', officeFace: 'fd00:78::1', provider: 'fd00:77::3', handset: 'fd00:78::10' },
  /** Handset n (0 to 39). */
  handset: (n: number): string => `10.78.0.${10 + n}`,
} as const;

export function insideNamespace(): boolean {
  return Object.values(networkInterfaces()).some((list) => list?.some((one) => one.address === address.trunkFace));
}

/** For `before`: skips the suite outside the namespace, and fails in CI, where a skip would hide a failure. */
export function needsNamespace(this: Mocha.Context): void {
  if (insideNamespace()) return;
  if (process.env['CI']) throw new Error('these tests must run inside the test namespace (scripts/in-namespace.mjs)');
  this.skip();
}
