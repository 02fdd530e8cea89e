/**
 * A request on its way through (RFC 3261 § 16): to one target after the other or to all at once. Provisional and 2xx responses
 * go straight back, of the others the best, when no branch is left.
 */
import { headerFields, headerValues, prependHeader, removeHeader, setHeader } from '../message/fields.js';
import { addressParameter, parseNameAddress } from '../message/headers.js';
import type { SipMessage, SipResponse } from '../message/message.js';
import type { ServerTransaction } from '../transaction/server-transaction.js';
import type { Flow } from '../transport/types.js';
import { synthesize, type Context } from './context.js';
import { onward, ProxyBranch, type BranchOptions } from './proxy-branch.js';

export interface ProxyOptions extends BranchOptions {
  readonly followRedirects: boolean;
  readonly simultaneous: boolean;
}

export interface ProxyEvents {
  /** A branch got a final response. */
  onFinal(response: SipResponse, flow: Flow | undefined): void;
  /** A response that goes back to the sender. */
  onForward(response: SipResponse): void;
  /** The best response went back. */
  onDone(response: SipResponse): void;
}

export class ProxySession {
  readonly #branches: ProxyBranch[] = [];
  readonly #waiting: string[];
  readonly #tried = new Set<string>();
  #done = false;

  constructor(
    private readonly context: Context,
    private readonly server: ServerTransaction,
    private readonly options: ProxyOptions,
    targets: readonly string[],
    private readonly extra: SipMessage | undefined,
    private readonly events: ProxyEvents,
  ) {
    this.#waiting = targets.filter(Boolean);
  }

  begin(): void {
    this.#next();
  }

  /** The sender gave up: every branch is cancelled, and the best of their answers ends it (§ 16.10). */
  cancel(): void {
    this.#waiting.splice(0);
    for (const branch of this.#branches) branch.cancel();
    this.#next();
  }

  #try(target: string): void {
    this.#tried.add(target);
    const branch = new ProxyBranch(this.context, this.options, {
      onProvisional: (response) => this.#forward(response),
      onFinal: (ended, response, flow) => this.#final(ended, response, flow),
    });
    this.#branches.push(branch);
    void branch.send(onward(this.server.request, target, this.extra), this.server.flow);
  }

  #final(ended: ProxyBranch, response: SipResponse, flow: Flow | undefined): void {
    const { status } = response;
    this.events.onFinal(response, flow);
    if (status >= 300 && status < 400 && this.options.followRedirects) this.#follow(response);
    if (status < 300 || status >= 600) {
      this.#waiting.splice(0);
      for (const other of this.#branches) if (other !== ended) other.cancel();
    }
    if (status < 300) this.#finish(response);
    else this.#next();
  }

  #follow(response: SipResponse): void {
    const contacts = headerValues(response, 'contact').flatMap((value) => parseNameAddress(value) ?? []);
    const preference = (one: (typeof contacts)[number]): number => Number(addressParameter(one, 'q') ?? 1);
    const targets = contacts.sort((a, b) => preference(b) - preference(a)).map((one) => one.uri);
    this.#waiting.unshift(...targets.filter((target) => !this.#tried.has(target)));
  }

  /** The next target, or all of them; when every branch ended, the best of their answers (§ 16.7). */
  #next(): void {
    if (this.#done) return;
    const open = this.#branches.some((branch) => !branch.final);
    if (open && !this.options.simultaneous) return;
    const targets = this.#waiting.splice(0, this.options.simultaneous ? Infinity : 1);
    for (const target of targets) this.#try(target);
    if (targets.length === 0 && !open) this.#finish(this.#best());
  }

  #best(): SipResponse {
    const finals = this.#branches.flatMap((branch) => branch.final ?? []);
    const [best = synthesize(this.server.request, 480)] = finals.toSorted((a, b) => rank(a.status) - rank(b.status));
    // § 16.7 6: whether we are out of order is not for the target to say.
    if (best.status === 503) return synthesize(this.server.request, 500);
    return best.status === 401 || best.status === 407 ? withChallenges(best, finals) : best;
  }

  #finish(response: SipResponse): void {
    this.#forward(response);
    if (this.#done) return;
    this.#done = true;
    this.events.onDone(response);
  }

  #forward(response: SipResponse): void {
    const { request } = this.server;
    // RFC 4320 § 4: a 408 to anything but INVITE only comes too late.
    if (response.status === 408 && request.method !== 'INVITE') return;
    const copy: SipResponse = { ...response, fields: [...response.fields] };
    const own = headerFields(request, 'via');
    removeHeader(copy, 'via');
    for (const { value } of own.toReversed()) prependHeader(copy, 'via', value);
    this.server.respond(copy);
    this.events.onForward(copy);
  }
}

/** The smaller the better: 6xx before all, then by class; what asks for credentials or a better request before other 4xx. */
function rank(status: number): number {
  if (status >= 600) return 0;
  if (status === 503 || status === 408) return 1000 + status;
  const helpful = [401, 407, 415, 420, 484].includes(status);
  return Math.floor(status / 100) * 100 + (helpful ? 0 : 50);
}

/** § 16.7 7: the challenges of all branches together. */
function withChallenges(best: SipResponse, finals: readonly SipResponse[]): SipResponse {
  const all: SipResponse = { ...best, fields: [...best.fields] };
  for (const name of ['www-authenticate', 'proxy-authenticate']) {
    const challenges = finals
      .filter(({ status }) => status === 401 || status === 407)
      .flatMap((one) => headerValues(one, name));
    if (challenges.length > 0) setHeader(all, name, ...challenges);
  }
  return all;
}
