/**
 * Where a URI leads (RFC 3263): the first of the servers behind it, and the others for when that one fails (§ 4.3). Answers at
 * once for addresses and names that it knows, so that messages keep their order.
 */
import { isIP } from 'node:net';
import { HalinaError, errorMessage } from '../../base/errors.js';
import type { Clock } from '../../base/clock.js';
import type { Log } from '../../base/log.js';
import { DnsCache, type CacheOptions } from '../dns/cache.js';
import { Failures } from '../dns/order.js';
import type { DnsResolver } from '../dns/resolver.js';
import { NoService, targetsOf, type Query, type Target, type Wanted } from '../dns/targets.js';
import { parseUri, uriParameter, type SipUri } from '../message/uri.js';
import type { Destination, Face, Protocol } from '../transport/types.js';

export class LocateError extends HalinaError {
  constructor(code: 'INVALID_URI' | 'NO_TRANSPORT' | 'DNS', message: string, cause?: unknown, hint?: string) {
    super(code, message, { ...(cause === undefined ? {} : { cause }), ...(hint === undefined ? {} : { hint }) });
  }
}

type Found = readonly (readonly unknown[])[];

/** Errors of DNS that mean that nobody answers, rather than that this question is not understood. */
const SILENCE = new Set(['ETIMEOUT', 'ECONNREFUSED', 'ECANCELLED']);
const NOT_AVAILABLE = 'requested protocol/transport not available';

export class Locator {
  readonly #cache: DnsCache;
  readonly #failures: Failures;

  constructor(
    clock: Clock,
    log: Log,
    private readonly faces: () => readonly Face[],
    resolver: DnsResolver,
    options?: CacheOptions,
    private readonly random: () => number = Math.random,
  ) {
    this.#cache = new DnsCache(resolver, clock, log, options);
    this.#failures = new Failures(clock);
  }

  /** The destination of a URI: at once, or when its name is resolved. Throws or rejects with `LocateError`. */
  locate(uri: string): Destination | Promise<Destination> {
    const parsed = parseUri(uri.replace(/^<|>.*$/g, ''));
    if (!parsed) throw new LocateError('INVALID_URI', `invalid request-uri: ${uri}`);
    const wanted = this.#wanted(parsed);
    try {
      const found = this.#targets(wanted);
      if (!(found instanceof Promise)) return this.#destination(found, uri, wanted.host);
      return found.then(
        (targets) => this.#destination(targets, uri, wanted.host),
        (error: unknown) => {
          throw unresolved(wanted.host, uri, error);
        },
      );
    } catch (error) {
      throw unresolved(wanted.host, uri, error);
    }
  }

  /** A server has failed: for a while it comes after the others of its name. `ms`: for how long, where it said so. */
  avoid(destination: Destination, ms?: number): void {
    this.#failures.note(destination, ms);
  }

  #wanted(uri: SipUri): Wanted {
    const secure = uri.scheme === 'sips';
    const named = uriParameter(uri, 'transport')?.toLowerCase();
    const protocol = secure && named === 'tcp' ? 'tls' : secure && named === 'ws' ? 'wss' : named;
    const known = this.faces().some(({ transports }) => transports.some((one) => one === (protocol ?? one)));
    const insecure = secure && protocol !== undefined && protocol !== 'tls' && protocol !== 'wss';
    if (!known || insecure || (secure && !this.#has(['tls', 'wss'])))
      throw new LocateError('NO_TRANSPORT', NOT_AVAILABLE);
    return {
      secure,
      host: uriParameter(uri, 'maddr') ?? uri.host,
      port: uri.port,
      protocol: protocol as Protocol | undefined,
    };
  }

  #has(protocols: readonly Protocol[], family?: 4 | 6): boolean {
    return this.faces().some(
      ({ transports, address }) =>
        protocols.some((one) => transports.includes(one)) && (family === undefined || isIP(address) === family),
    );
  }

  /** Runs the rules at once as far as the cache knows all that they ask for. */
  #targets(wanted: Wanted): Target[] | Promise<Target[]> {
    const able = {
      has: (protocol: Protocol, family: 4 | 6) => this.#has([protocol], family),
      random: this.random,
    };
    const rules = targetsOf(wanted, able);
    let step = rules.next();
    while (!step.done) {
      const found = this.#ask(step.value);
      if (found instanceof Promise) return this.#continue(rules, found);
      step = rules.next(found);
    }
    return step.value;
  }

  async #continue(rules: ReturnType<typeof targetsOf>, first: Promise<Found>): Promise<Target[]> {
    let step = rules.next(await first);
    while (!step.done) step = rules.next(await this.#ask(step.value));
    return step.value;
  }

  #ask(queries: readonly Query[]): Found | Promise<Found> {
    const answers = queries.map(({ name, type, optional }) => {
      const answer = this.#cache.query(name, type);
      if (!optional || !(answer instanceof Promise)) return answer;
      return answer.catch((error: unknown) => {
        if (SILENCE.has((error as NodeJS.ErrnoException).code ?? '')) throw error;
        return [];
      });
    });
    return answers.some((answer) => answer instanceof Promise)
      ? Promise.all(answers.map((answer) => Promise.resolve(answer)))
      : (answers as Found);
  }

  #destination(targets: readonly Target[], uri: string, host: string): Destination {
    const [first, ...others] = this.#failures.last(targets);
    if (!first) throw unresolved(host, uri, new Error('there is no such name, or it has no address'));
    return others.length > 0 ? { ...first, others } : first;
  }
}

function unresolved(host: string, uri: string, error: unknown): LocateError {
  if (error instanceof LocateError) return error;
  if (error instanceof NoService) return new LocateError('DNS', `${host} offers no SIP: ${error.message}`, error);
  // A single word that no one knows was hardly meant as a host.
  if (!host.includes('.')) return new LocateError('INVALID_URI', `invalid request-uri: ${uri}`, error);
  const hint = `see the name in the configuration, and the DNS servers: dig ${host}`;
  return new LocateError('DNS', `${host} cannot be resolved: ${errorMessage(error)}`, error, hint);
}
