/**
 * Stateful proxying for an application (RFC 3261 § 16): the request goes to one target after the other or to all at once,
 * provisional and 2xx responses go straight back, of the others the best. The application sees final responses only.
 */
import { appendHeader, header, headerValues, prependHeader, removeHeader, setHeader } from '../message/fields.js';
import { addressParameter, parseNameAddress } from '../message/headers.js';
import { formatHostPort } from '../message/grammar.js';
import { makeCancel } from '../message/make.js';
import type { SipMessage, SipRequest, SipResponse } from '../message/message.js';
import type { Timer } from '../../base/clock.js';
import type { ClientTransaction, ServerTransaction } from '../transaction/layer.js';
import type { Flow } from '../transport/types.js';
import { fromNetwork, sentTo, synthesize, wayBack, type Context, type Reply } from './context.js';

interface Options {
  readonly recordRoute: boolean;
  readonly fullResponse: boolean;
  readonly followRedirects: boolean;
  readonly simultaneous: boolean;
  /** Milliseconds to the first response, and to the final one; undefined: as long as the transaction waits. */
  readonly provisionalTimeout: number | undefined;
  readonly finalTimeout: number | undefined;
}

interface Branch {
  readonly transaction: ClientTransaction;
  final: SipResponse | undefined;
  timers: Timer[];
}

const nothing = { onResponse() {}, onTimeout() {}, onUnreachable() {} };

/** `4s`, `400ms` or a number of milliseconds. */
function milliseconds(text: string | undefined): number | undefined {
  const match = /^(\d+)(ms|s)?$/.exec(text ?? '');
  return match ? Number(match[1]) * (match[2] === 's' ? 1000 : 1) : undefined;
}

export class Proxy {
  constructor(private readonly context: Context) {}

  start(reply: Reply, transaction: ServerTransaction, tokens: readonly string[], message: SipMessage): void {
    const [stay, full, follow, forking, provisional, final, ...targets] = tokens;
    const options: Options = {
      recordRoute: stay === 'remainInDialog',
      fullResponse: full === 'fullResponse',
      followRedirects: follow === 'followRedirects',
      simultaneous: forking === 'simultaneous',
      provisionalTimeout: milliseconds(provisional),
      finalTimeout: milliseconds(final),
    };
    new Session(this.context, reply, transaction, options, targets, message).begin();
  }
}

class Session {
  readonly #branches: Branch[] = [];
  readonly #waiting: string[];
  #done = false;

  constructor(
    private readonly context: Context,
    private readonly reply: Reply,
    private readonly server: ServerTransaction,
    private readonly options: Options,
    targets: readonly string[],
    private readonly extra: SipMessage,
  ) {
    this.#waiting = targets.filter(Boolean);
  }

  begin(): void {
    const count = this.options.simultaneous ? this.#waiting.length : 1;
    for (const target of this.#waiting.splice(0, count)) void this.#try(target);
  }

  async #try(target: string): Promise<void> {
    try {
      const request = this.#request(target);
      const destination = await this.context.locator.locate(headerValues(request, 'route')[0] ?? target);
      if (this.options.recordRoute) {
        const { host, port } = this.context.transport.sentBy(destination);
        prependHeader(request, 'record-route', `<sip:${formatHostPort(host, port)};lr>`);
      }
      const branch: Branch = {
        transaction: this.context.transactions.request(request, destination, {
          onResponse: (response, flow) => this.#response(branch, response, flow),
          onTimeout: () => this.#final(branch, synthesize(request, 408), undefined),
          onUnreachable: () => this.#final(branch, synthesize(request, 503), undefined),
        }),
        final: undefined,
        timers: [],
      };
      this.#branches.push(branch);
      this.#limit(branch, this.options.provisionalTimeout);
      this.#limit(branch, this.options.finalTimeout);
    } catch (error) {
      this.context.log.warn({ error: String(error), target }, 'a proxy target cannot be reached');
      this.#next();
    }
  }

  #limit(branch: Branch, ms: number | undefined): void {
    if (ms === undefined) return;
    branch.timers.push(this.context.clock.setTimer(ms, () => this.#cancel(branch)));
  }

  #request(target: string): SipRequest {
    const { request } = this.server;
    const copy: SipRequest = { ...request, uri: target, fields: [...request.fields] };
    setHeader(copy, 'max-forwards', String(Math.max(0, Number(header(request, 'max-forwards') ?? 70) - 1)));
    for (const field of this.extra.fields)
      if (!['content-length', 'call-id', 'from', 'to', 'cseq', 'via'].includes(field.name.toLowerCase()))
        appendHeader(copy, field.name, field.value);
    return copy;
  }

  #response(branch: Branch, response: SipResponse, flow: Flow | undefined): void {
    branch.timers.shift()?.cancel();
    if (response.status === 100) return;
    if (response.status < 200) this.#forward(response);
    else this.#final(branch, response, flow);
  }

  #final(branch: Branch, response: SipResponse, flow: Flow | undefined): void {
    if (branch.final && response.status >= 300) return;
    branch.final = response;
    for (const timer of branch.timers) timer.cancel();
    const { application, id } = this.reply;
    const where = flow ? fromNetwork(response, flow) : sentTo(this.context, response, wayBack(this.server.flow));
    if (this.options.fullResponse) application.replyMessage(id, { ...where, source: 'network' }, '', '', 'continue');
    if (response.status >= 300 && response.status < 400 && this.options.followRedirects) this.#follow(response);
    if (response.status < 300 || response.status >= 600) {
      for (const other of this.#branches) if (!other.final) this.#cancel(other);
      if (response.status < 300) return this.#finish(response);
      this.#waiting.splice(0);
    }
    this.#next();
  }

  #follow(response: SipResponse): void {
    const contacts = headerValues(response, 'contact').flatMap((value) => parseNameAddress(value) ?? []);
    const preference = (one: (typeof contacts)[number]): number => Number(addressParameter(one, 'q') ?? 1);
    this.#waiting.push(...contacts.sort((a, b) => preference(b) - preference(a)).map((one) => one.uri));
  }

  /** The next target, or, when every branch ended, the best of their answers (§ 16.7). */
  #next(): void {
    if (this.#done || this.#branches.some((branch) => !branch.final)) return;
    const target = this.#waiting.shift();
    if (target !== undefined) return void this.#try(target);
    const finals = this.#branches.flatMap((branch) => branch.final ?? []);
    const rank = (status: number): number =>
      status >= 600 ? 0 : status === 503 ? 10 : status === 408 ? 9 : Math.floor(status / 100);
    this.#finish(finals.sort((a, b) => rank(a.status) - rank(b.status))[0] ?? synthesize(this.server.request, 480));
  }

  #finish(response: SipResponse): void {
    this.#forward(response);
    if (this.#done) return;
    this.#done = true;
    this.reply.application.reply(this.reply.id, 'OK', 'done');
  }

  #forward(response: SipResponse): void {
    const copy: SipResponse = { ...response, fields: [...response.fields] };
    const vias = headerValues(response, 'via');
    const own = headerValues(this.server.request, 'via');
    removeHeader(copy, 'via');
    for (const via of (vias.length > own.length ? vias.slice(1) : own).toReversed()) prependHeader(copy, 'via', via);
    this.server.respond(copy);
  }

  #cancel(branch: Branch): void {
    if (branch.final || branch.transaction.request.method !== 'INVITE') return;
    this.context.transactions.cancel(branch.transaction, makeCancel(branch.transaction.request), nothing);
  }
}
