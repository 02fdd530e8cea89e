/**
 * Latching: whose packets a leg takes, and where its own go. The peer's description names an address; behind NAT packets
 * come from another. The first source that is believable is taken, and from then on nothing else, until the next
 * description of the peer arms the latch anew. Nothing but a description does: no silence, no better-looking stranger.
 *
 *     closed ──arm──▶ armed ──enough packets of one source──▶ latched ──arm──▶ armed …
 *
 * How much is enough depends on the source: the very address and port that was signalled (or was latched before, when
 * the description repeats its address) one packet; another port of that host, or the host that signals, two in a row;
 * anyone else five in a row spread over some time, and only where the signalled address cannot be where packets come
 * from, as it is private. With a public address in the description a stranger never gets in.
 *
 * Where packets are authentic (SRTP), they prove themselves who sends them: the first latches, and two in a row from
 * somewhere else move the latch there, as a router does that has forgotten the way. docs/media-safety.md has the table.
 */
import { BlockList, isIP } from 'node:net';
import type { SocketAddress } from '../../../sdp/index.js';

type State =
  | { readonly kind: 'closed' }
  | { readonly kind: 'armed'; readonly expected: Expected; candidate: Candidate | undefined }
  | {
      readonly kind: 'latched';
      readonly address: string;
      readonly port: number;
      candidate: Candidate | undefined;
    };

interface Expected {
  readonly signalled: SocketAddress;
  /** Where the peer's SIP comes from, if it is known. */
  readonly signalling: string | undefined;
  /** What was latched before for the same signalled address. */
  readonly before: SocketAddress | undefined;
}

interface Candidate {
  readonly address: string;
  readonly port: number;
  readonly ssrc: number;
  sequence: number;
  count: number;
  readonly since: number;
}

/** Packets in a row that other ports of the host, and strangers, have to show. */
const NEEDED = { host: 2, stranger: 5 } as const;
/** Milliseconds over which a stranger's packets have to be spread. */
const STRANGER_SPREAD = 60;

const privateRanges = new BlockList();
for (const [network, prefix] of [
  ['10.0.0.0', 8],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
  ['100.64.0.0', 10],
  ['169.254.0.0', 16],
] as const)
  privateRanges.addSubnet(network, prefix, 'ipv4');
privateRanges.addSubnet('fc00::', 7, 'ipv6');
privateRanges.addSubnet('fe80::', 10, 'ipv6');

export class Latch {
  #state: State = { kind: 'closed' };
  #signalled: SocketAddress | undefined;
  /** How often it has latched. */
  changes = 0;

  /** A description of the peer came. `signalled`: its RTP address; undefined: it takes and sends nothing. */
  arm(signalled: SocketAddress | undefined, signalling: string | undefined): void {
    if (!signalled) return; // hold by c=0.0.0.0 names nobody new: who was latched stays
    const repeated = this.#signalled?.address === signalled.address && this.#signalled.port === signalled.port;
    const before = repeated ? this.#latchedBefore() : undefined;
    this.#signalled = signalled;
    this.#state = { kind: 'armed', expected: { signalled, signalling, before }, candidate: undefined };
  }

  #latchedBefore(): SocketAddress | undefined {
    if (this.#state.kind === 'latched') return { address: this.#state.address, port: this.#state.port };
    return this.#state.kind === 'armed' ? this.#state.expected.before : undefined;
  }

  /** Where to send: the latched source, else the one before at the same signalled address, else that address. */
  get destination(): SocketAddress | undefined {
    return this.#latchedBefore() ?? this.#signalled;
  }

  /** The latched source. */
  get source(): SocketAddress | undefined {
    return this.#state.kind === 'latched' ? { address: this.#state.address, port: this.#state.port } : undefined;
  }

  /** Whether a valid packet from this source is to be taken. `now`: monotonic milliseconds; `authentic`: by its tag. */
  accept(address: string, port: number, ssrc: number, sequence: number, now: number, authentic = false): boolean {
    const state = this.#state;
    if (state.kind === 'latched' && port === state.port && address === state.address) return true;
    if (state.kind === 'closed' || (state.kind === 'latched' && !authentic)) return false;
    const rank = state.kind === 'latched' ? 'host' : authentic ? 'exact' : rankOf(state.expected, address, port);
    if (rank === 'refused') return false;
    if (rank !== 'exact' && !this.#isConsistent(state, rank, { address, port, ssrc, sequence, count: 1, since: now }))
      return false;
    this.#state = { kind: 'latched', address, port, candidate: undefined };
    this.changes++;
    return true;
  }

  /** The peer has proved where it is (ICE). */
  follow(address: string, port: number): void {
    const state = this.#state;
    if (state.kind === 'latched' && state.port === port && state.address === address) return;
    this.#state = { kind: 'latched', address, port, candidate: undefined };
    this.changes++;
  }

  /** Whether the peer is at this address, as far as its description and its signalling tell: no stranger's. */
  isLikely(address: string, port: number): boolean {
    const state = this.#state;
    if (state.kind === 'closed') return false;
    if (state.kind === 'latched') return address === state.address || address === this.#signalled?.address;
    const rank = rankOf(state.expected, address, port);
    return rank === 'exact' || rank === 'host';
  }

  #isConsistent(state: State & { kind: 'armed' | 'latched' }, rank: 'host' | 'stranger', seen: Candidate): boolean {
    const { candidate } = state;
    const same = candidate?.address === seen.address && candidate.port === seen.port && candidate.ssrc === seen.ssrc;
    if (!candidate || !same || seen.sequence !== ((candidate.sequence + 1) & 0xffff)) {
      // A host's candidacy is not broken off by strangers who send in between.
      const better =
        candidate &&
        state.kind === 'armed' &&
        rank === 'stranger' &&
        rankOf(state.expected, candidate.address, candidate.port) === 'host';
      if (!better) state.candidate = seen;
      return false;
    }
    candidate.sequence = seen.sequence;
    candidate.count++;
    return candidate.count >= NEEDED[rank] && (rank === 'host' || seen.since - candidate.since >= STRANGER_SPREAD);
  }
}

function rankOf(expected: Expected, address: string, port: number): 'exact' | 'host' | 'stranger' | 'refused' {
  const { signalled, signalling, before } = expected;
  if (address === signalled.address && port === signalled.port) return 'exact';
  if (address === before?.address && port === before.port) return 'exact';
  if (address === signalled.address || address === signalling || address === before?.address) return 'host';
  const hidden = privateRanges.check(signalled.address, isIP(signalled.address) === 6 ? 'ipv6' : 'ipv4');
  return hidden && signalling !== signalled.address ? 'stranger' : 'refused';
}
