/**
 * Our registration at one provider (RFC 3261 § 10.2): kept up while Halina runs, taken back when it stops. The
 * decisions are in `registration-steps.ts`.
 */
import { randomBytes, randomUUID } from 'node:crypto';
import type { Clock, Timer } from '../../base/clock.js';
import { errorMessage } from '../../base/errors.js';
import { silentLog, type Log } from '../../base/log.js';
import { parameter, splitOutside } from '../../sip/message/grammar.js';
import { parseNameAddress } from '../../sip/message/headers.js';
import { DigestClient, type Authorization } from '../digest/client.js';
import type { Credentials, IncomingResponse, SipPort } from '../sip-port.js';
import { accountAddress, contactOf, domainOf } from './outgoing.js';
import { nextStep, type Outcome, type Progress } from './registration-steps.js';
import type { Trunk } from './sources.js';

export type RegistrationState =
  | { readonly kind: 'stopped' }
  | { readonly kind: 'registering' }
  /** `until`: Unix milliseconds. */
  | { readonly kind: 'registered'; readonly until: number }
  | {
      readonly kind: 'failed';
      readonly reason: string;
      readonly status: number | undefined;
      /** Unix milliseconds. */
      readonly retryAt: number;
      /** The registration of before may still hold. Unix milliseconds. */
      readonly until: number | undefined;
    };

/** What tells the flows of one instance apart. */
export interface FlowName {
  /** `urn:uuid:…`, the same for all flows and after every restart. */
  readonly instance: string;
  readonly regId: number;
}

export interface TrunkRegistrationOptions {
  readonly trunk: Trunk;
  readonly credentials: Credentials;
  /** Which of several flows it is (RFC 5626 § 4.2); undefined: there is but one, and nothing is said of that. */
  readonly flow?: FlowName | undefined;
  /** Seconds to ask for. */
  readonly expires: number;
  readonly sip: Pick<SipPort, 'request'>;
  readonly clock: Clock;
  readonly log?: Log;
  readonly onChange?: (state: RegistrationState) => void;
  /** A number from 0 to 1. */
  readonly random?: () => number;
}

/** How long the taking back at the stop may hold it up. */
const GOODBYE_MS = 2_000;
/** After a registration the next one for a lost connection is no sooner. */
const SOONEST_MS = 30_000;

export class TrunkRegistration {
  /** Marks our Contact, so that calls to it are known. Cannot be guessed. */
  readonly line = randomBytes(12).toString('hex');
  readonly #options: TrunkRegistrationOptions;
  readonly #log: Log;
  readonly #digest: DigestClient;
  readonly #callId = randomUUID();
  readonly #fromTag = randomBytes(6).toString('hex');
  #cseq = 0;
  #failures = 0;
  #registeredAt = 0;
  /** It registers again before its time. */
  #isHurried = false;
  #state: RegistrationState = { kind: 'stopped' };
  #timer: Timer | undefined;
  /** Changes with every start and stop, so that an attempt of before ends in nothing. */
  #generation = 0;

  constructor(options: TrunkRegistrationOptions) {
    this.#options = options;
    const { trunk, flow, log = silentLog } = options;
    this.#log = log.child({ trunk: trunk.name, ...(flow ? { flow: flow.regId, by: trunk.proxy } : {}) });
    this.#digest = new DigestClient(options.credentials);
  }

  get state(): RegistrationState {
    return this.#state;
  }

  /** Registers, and keeps registered. Also for trying again at once, e.g. when the SIP server is back. */
  start(): void {
    this.#generation++;
    this.#timer?.cancel();
    if (this.#state.kind === 'stopped') this.#enter({ kind: 'registering' });
    void this.#attempt(this.#generation);
  }

  /**
   * A connection to the provider is gone, and with it perhaps the way by which calls come (RFC 5626 § 4.5): registers again
   * soon, but not again and again with a provider that closes every connection.
   */
  lost(): void {
    if (this.#state.kind !== 'registered' || this.#isHurried) return;
    this.#isHurried = true;
    this.#timer?.cancel();
    const since = this.#options.clock.monotonic() - this.#registeredAt;
    this.#log.info({}, 'the connection to the provider is gone: the trunk registers again');
    this.#again(Math.max(0, SOONEST_MS - since) + this.#random() * 1_000);
  }

  /** Takes the registration back; resolves when that is done or took too long. */
  async stop(): Promise<void> {
    const wasKnown = this.#state.kind !== 'stopped' && this.#cseq > 0;
    this.#generation++;
    this.#timer?.cancel();
    this.#enter({ kind: 'stopped' });
    if (!wasKnown) return;
    await new Promise<void>((resolve) => {
      const timer = this.#options.clock.setTimer(GOODBYE_MS, resolve);
      void this.#goodbye().finally(() => {
        timer.cancel();
        resolve();
      });
    });
  }

  async #attempt(generation: number): Promise<void> {
    let progress: Progress = { expires: this.#options.expires, answered: 0, failures: this.#failures };
    let authorization: Readonly<Record<string, string>> = {};
    for (;;) {
      const { outcome, answer } = await this.#register(progress.expires, authorization);
      if (generation !== this.#generation) return;
      const step = nextStep(progress, outcome);
      if (step.kind === 'registered') return this.#registered(step.granted, step.refreshMs);
      if (step.kind === 'failed') return this.#failed(step.reason, step.status, step.permanent, step.retryMs);
      authorization = step.withCredentials && answer ? { [answer.name]: answer.value } : {};
      progress = { ...progress, expires: step.expires, answered: progress.answered + (step.withCredentials ? 1 : 0) };
    }
  }

  /** One REGISTER: what came of it, and the answer to its challenge. */
  async #register(
    expires: number,
    authorization: Readonly<Record<string, string>>,
  ): Promise<{ readonly outcome: Outcome; readonly answer?: Authorization | undefined }> {
    const { trunk, sip, flow } = this.#options;
    const uri = `sip:${domainOf(trunk)}`;
    const account = accountAddress(trunk);
    const headers = {
      From: `${account};tag=${this.#fromTag}`,
      To: account,
      'Call-ID': this.#callId,
      CSeq: `${++this.#cseq} REGISTER`,
      Contact: contactOf(trunk, this.line) + (flow ? `;+sip.instance="<${flow.instance}>";reg-id=${flow.regId}` : ''),
      Supported: flow ? 'path, outbound' : undefined,
      Expires: String(expires),
      ...authorization,
    };
    try {
      const response = await sip.request({ method: 'REGISTER', uri, nextHop: trunk.proxy, headers });
      const answer = this.#digest.answer(response, { method: 'REGISTER', uri });
      return { outcome: this.#outcome(response, answer), answer };
    } catch (error) {
      return { outcome: { kind: 'error', message: errorMessage(error) } };
    }
  }

  #outcome(response: IncomingResponse, answer: Authorization | undefined): Outcome {
    return {
      kind: 'response',
      status: response.status,
      granted: grantedTo(this.line, response),
      minExpires: seconds(response.header('Min-Expires')),
      retryAfter: seconds(response.header('Retry-After')),
      challenge: answer ? (answer.stale ? 'stale' : 'answerable') : 'none',
    };
  }

  #registered(granted: number, refreshMs: number): void {
    const facts = { expiresS: granted };
    if (this.#state.kind === 'registered') this.#log.debug(facts, 'trunk registered again');
    else this.#log.info(facts, 'trunk registered');
    this.#failures = 0;
    this.#isHurried = false;
    this.#registeredAt = this.#options.clock.monotonic();
    this.#enter({ kind: 'registered', until: this.#options.clock.now() + granted * 1000 });
    this.#again(refreshMs * (0.9 + 0.1 * this.#random()));
  }

  #failed(reason: string, status: number | undefined, permanent: boolean, retryMs: number): void {
    const now = this.#options.clock.now();
    const old = this.#state.kind === 'registered' || this.#state.kind === 'failed' ? this.#state.until : undefined;
    const delayMs = retryMs * (0.8 + 0.4 * this.#random());
    const facts = { status, reason, againInS: Math.round(delayMs / 1000) };
    if (permanent) this.#log.error(facts, 'trunk registration refused');
    else this.#log.warn(facts, 'trunk registration failed');
    this.#failures++;
    this.#isHurried = false;
    const until = old !== undefined && old > now ? old : undefined;
    this.#enter({ kind: 'failed', reason, status, retryAt: now + delayMs, until });
    this.#again(delayMs);
  }

  #again(delayMs: number): void {
    const generation = this.#generation;
    this.#timer = this.#options.clock.setTimer(delayMs, () => void this.#attempt(generation));
  }

  async #goodbye(): Promise<void> {
    const { answer } = await this.#register(0, {});
    if (answer) await this.#register(0, { [answer.name]: answer.value });
  }

  #enter(state: RegistrationState): void {
    this.#state = state;
    this.#options.onChange?.(state);
  }

  #random(): number {
    return (this.#options.random ?? Math.random)();
  }
}

/** The time that a 2xx gives to our contact, else to all. */
function grantedTo(line: string, response: IncomingResponse): number | undefined {
  const contacts = splitOutside(response.header('Contact') ?? '', ',') ?? [];
  const own = contacts.find((one) => one.includes(`line=${line}`)) ?? (contacts.length === 1 ? contacts[0] : undefined);
  const parameters = own === undefined ? undefined : parseNameAddress(own)?.parameters;
  return seconds(parameters && parameter(parameters, 'expires')) ?? seconds(response.header('Expires'));
}

function seconds(text: string | undefined): number | undefined {
  const match = /^\s*(\d{1,9})/.exec(text ?? '');
  return match ? Number(match[1]) : undefined;
}
