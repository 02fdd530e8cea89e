/**
 * Who may begin something with us, and how often: a wall before the transactions, so that strangers get no answer at all
 * and cost nothing. Which sources are known is said by whoever runs the server; without rules everyone is let in.
 * Responses, and requests within dialogs, always pass the first wall; REGISTER does unless its source is banned, since
 * that is how a handset becomes known.
 */
import ipaddr from 'ipaddr.js';
import { systemClock, type Clock } from '../../base/clock.js';
import { remember } from '../../base/remember.js';
import { tagOf } from '../message/headers.js';
import type { SipMessage, SipRequest } from '../message/message.js';
import { parseUri, uriParameter } from '../message/uri.js';
import { isFor } from './identity.js';
import { SourceRates, type SourceRate } from './source-rates.js';
import type { Flow } from './types.js';

export interface AdmissionRules {
  /** Addresses and networks (CIDR) that may begin calls; undefined lets everyone. */
  readonly callers?: readonly string[] | undefined;
  /** Values of the Request-URI's `line` parameter that open the door from any address. */
  readonly lines?: readonly string[];
  /** Addresses that get nothing. */
  readonly banned?: readonly string[];
  /** How much each source may send; undefined: as much as it likes. */
  readonly rate?: SourceRate | undefined;
  /** Addresses and networks that `rate` does not hold for. */
  readonly unlimited?: readonly string[];
  /** User parts of the Request-URI whose INVITEs `rate` and `banned` do not hinder, from `callers`: emergency numbers. */
  readonly urgent?: readonly string[];
  /** Addresses and networks that count only by TLS with a certificate that proves one of these names. */
  readonly certified?: readonly { readonly networks: readonly string[]; readonly names: readonly string[] }[];
}

/** A single caller that comes or goes, where sending all rules anew would be too much. */
export interface CallerChange {
  readonly address: string;
  readonly known: boolean;
}

/** Requests that were left unanswered, by why. */
export interface AdmissionCounters {
  strangers: number;
  banned: number;
  tooMany: number;
}

type Address = ipaddr.IPv4 | ipaddr.IPv6;

/** Addresses by themselves, looked up at once, and networks, tried one after another. */
class Sources {
  readonly #single = new Set<string>();
  readonly #networks: { readonly base: Address; readonly bits: number }[] = [];

  /** What is no address or network is left out. */
  constructor(texts: readonly string[] = []) {
    for (const text of texts) {
      const source = parsed(text);
      if (source) this.#single.add(source.text);
      else if (ipaddr.isValidCIDR(text)) {
        const [base, bits] = ipaddr.parseCIDR(text);
        if (bits === (base.kind() === 'ipv4' ? 32 : 128)) this.#single.add(base.toString());
        else this.#networks.push({ base, bits });
      }
    }
  }

  change({ address, known }: CallerChange): void {
    const text = parsed(address)?.text ?? address;
    if (known) this.#single.add(text);
    else this.#single.delete(text);
  }

  has(source: Source | undefined): boolean {
    if (!source) return false;
    const { address, text } = source;
    if (this.#single.has(text)) return true;
    return this.#networks.some(({ base, bits }) => base.kind() === address.kind() && address.match(base, bits));
  }
}

export class Admission {
  readonly counters: AdmissionCounters = { strangers: 0, banned: 0, tooMany: 0 };
  readonly #rates: SourceRates;
  #callers: Sources | undefined;
  #lines: ReadonlySet<string> = new Set();
  #banned = new Sources();
  #unlimited = new Sources();
  #urgent: ReadonlySet<string> = new Set();
  #certified: readonly { readonly sources: Sources; readonly names: readonly string[] }[] = [];

  constructor(rules: AdmissionRules = {}, clock: Clock = systemClock) {
    this.#rates = new SourceRates(clock);
    this.set(rules);
  }

  /** Requests that were left unanswered. */
  get dropped(): number {
    const { strangers, banned, tooMany } = this.counters;
    return strangers + banned + tooMany;
  }

  /** Takes other rules from now on. */
  set(rules: AdmissionRules): void {
    this.#callers = rules.callers && new Sources(rules.callers);
    this.#lines = new Set(rules.lines);
    this.#banned = new Sources(rules.banned);
    this.#unlimited = new Sources(rules.unlimited);
    this.#urgent = new Set(rules.urgent);
    this.#certified = (rules.certified ?? []).map(({ networks, names }) => ({ sources: new Sources(networks), names }));
    this.#rates.set(rules.rate);
  }

  /** One caller more or less. */
  change(change: CallerChange): void {
    this.#callers?.change(change);
  }

  admits(message: SipMessage, flow: Pick<Flow, 'remoteAddress' | 'identities'>): boolean {
    if (message.kind === 'response') return true;
    const source = parsed(flow.remoteAddress);
    const forged = this.#certified.length > 0 && !isWithinDialog(message) && !this.#isProved(source, flow.identities);
    const why = forged ? 'strangers' : this.#objection(message, source);
    if (why) this.counters[why]++;
    return why === undefined;
  }

  /** Whether a source that must show a certificate showed one that is its own. */
  #isProved(source: Source | undefined, identities: Flow['identities']): boolean {
    const held = this.#certified.filter(({ sources }) => sources.has(source));
    return held.length === 0 || held.some(({ names }) => identities && names.some((name) => isFor(identities, name)));
  }

  /** Whether this source gets nothing, not even an answer to what it asked before. */
  isBanned(flow: Pick<Flow, 'remoteAddress'>): boolean {
    return this.#banned.has(parsed(flow.remoteAddress));
  }

  /** Whether this is one of those who may call, and does not ask too often. */
  knows(flow: Pick<Flow, 'remoteAddress'>): boolean {
    const source = parsed(flow.remoteAddress);
    if (this.#banned.has(source) || !(this.#callers?.has(source) ?? true)) return false;
    return this.#unlimited.has(source) || this.#rates.take(source?.text ?? '');
  }

  #objection(request: SipRequest, source: Source | undefined): keyof AdmissionCounters | undefined {
    const known = this.#callers?.has(source) ?? true;
    const urgent = known && this.#isUrgent(request);
    if (!urgent && this.#banned.has(source)) return 'banned';
    if (!known && !this.#isOpenToStrangers(request)) return 'strangers';
    // An ACK has no answer, and without it a call that was let in would not stand.
    if (urgent || request.method === 'ACK' || this.#unlimited.has(source)) return undefined;
    return this.#rates.take(source?.text ?? '') ? undefined : 'tooMany';
  }

  #isOpenToStrangers(request: SipRequest): boolean {
    if (request.method === 'REGISTER' || isWithinDialog(request)) return true;
    const uri = parseUri(request.uri);
    return this.#lines.has((uri && uriParameter(uri, 'line')) ?? '');
  }

  #isUrgent(request: SipRequest): boolean {
    return request.method === 'INVITE' && this.#urgent.has(parseUri(request.uri)?.user ?? '');
  }
}

function isWithinDialog(message: SipRequest): boolean {
  return tagOf(message, 'to') !== undefined;
}

/** An address with the text that is the same for all its spellings. */
interface Source {
  readonly address: Address;
  readonly text: string;
}

const parsed = remember((text): Source | undefined => {
  const address = ipaddr.isValid(text) ? ipaddr.process(text) : undefined;
  return address && { address, text: address.toString() };
});
