/**
 * Who may begin something with us: a wall before the transactions, so that strangers get no answer at all and cost
 * nothing. Which sources are known is said by whoever runs the server; without rules everyone is let in. Responses,
 * and requests within dialogs, always pass; REGISTER does unless its source is banned, since that is how a handset
 * becomes known.
 */
import ipaddr from 'ipaddr.js';
import { header } from '../message/fields.js';
import { addressParameter, parseNameAddress } from '../message/headers.js';
import type { SipMessage } from '../message/message.js';
import { parseUri, uriParameter } from '../message/uri.js';
import type { Flow } from './types.js';

export interface AdmissionRules {
  /** Addresses and networks (CIDR) that may begin calls; undefined lets everyone. */
  readonly callers?: readonly string[] | undefined;
  /** Values of the Request-URI's `line` parameter that open the door from any address. */
  readonly lines?: readonly string[];
  /** Addresses that get nothing. */
  readonly banned?: readonly string[];
}

type Address = ipaddr.IPv4 | ipaddr.IPv6;

export class Admission {
  /** Messages that were left unanswered. */
  dropped = 0;
  #networks: readonly { readonly base: Address; readonly bits: number }[] | undefined;
  #lines: ReadonlySet<string> = new Set();
  #banned: ReadonlySet<string> = new Set();

  constructor(rules: AdmissionRules = {}) {
    this.set(rules);
  }

  /** Takes other rules from now on. What is no address or network is left out. */
  set(rules: AdmissionRules): void {
    this.#networks = rules.callers?.flatMap((text) => network(text) ?? []);
    this.#lines = new Set(rules.lines);
    this.#banned = new Set(rules.banned?.map((text) => parsed(text)?.toString() ?? text));
  }

  admits(message: SipMessage, flow: Pick<Flow, 'remoteAddress'>): boolean {
    const admitted = this.#admits(message, flow.remoteAddress);
    if (!admitted) this.dropped++;
    return admitted;
  }

  #admits(message: SipMessage, address: string): boolean {
    if (message.kind === 'response') return true;
    const source = parsed(address);
    if (source && this.#banned.has(source.toString())) return false;
    if (!this.#networks || message.method === 'REGISTER' || isWithinDialog(message)) return true;
    if (source && this.#networks.some(({ base, bits }) => base.kind() === source.kind() && source.match(base, bits)))
      return true;
    const uri = parseUri(message.uri);
    return this.#lines.has((uri && uriParameter(uri, 'line')) ?? '');
  }
}

function isWithinDialog(message: SipMessage): boolean {
  const to = parseNameAddress(header(message, 'to') ?? '');
  return to !== undefined && Boolean(addressParameter(to, 'tag'));
}

function parsed(text: string): Address | undefined {
  return ipaddr.isValid(text) ? ipaddr.process(text) : undefined;
}

function network(text: string): { base: Address; bits: number } | undefined {
  const address = parsed(text);
  if (address) return { base: address, bits: address.kind() === 'ipv4' ? 32 : 128 };
  if (!ipaddr.isValidCIDR(text)) return undefined;
  const [base, bits] = ipaddr.parseCIDR(text);
  return { base, bits };
}
