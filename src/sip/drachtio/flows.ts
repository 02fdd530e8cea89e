/**
 * Streams by which registered and subscribed peers are reached (RFC 5626 in spirit): their Contacts name addresses behind a
 * NAT or ports that nobody listens on, so requests to them go by the connection on which the peer came, while it lasts.
 */
import type { Clock } from '../../base/clock.js';
import { header, headerValues } from '../message/fields.js';
import { addressParameter, parseNameAddress } from '../message/headers.js';
import type { SipRequest, SipResponse } from '../message/message.js';
import { parseUri } from '../message/uri.js';
import type { Destination, Flow } from '../transport/types.js';
import { wayBack } from './context.js';

/** Seconds of a registration whose length nobody said (RFC 3261 § 10.2.1.1). */
const UNSAID = 3600;

export class Flows {
  readonly #known = new Map<string, { readonly flow: Flow; readonly until: number }>();

  constructor(private readonly clock: Clock) {}

  /** A 2xx to REGISTER or SUBSCRIBE over a stream: its Contacts are reached by this flow. */
  learn(request: SipRequest, response: SipResponse, flow: Flow): void {
    if (flow.protocol === 'udp' || !['REGISTER', 'SUBSCRIBE'].includes(request.method)) return;
    const general = header(response, 'expires') ?? header(request, 'expires') ?? String(UNSAID);
    for (const value of headerValues(request, 'contact')) {
      const contact = parseNameAddress(value);
      const key = contact && keyOf(contact.uri);
      if (!contact || key === undefined) continue;
      const seconds = Number(addressParameter(contact, 'expires') ?? general);
      if (seconds > 0) this.#known.set(key, { flow, until: this.clock.monotonic() + seconds * 1000 });
      else this.#known.delete(key);
    }
  }

  /** The flow to a registered Contact, where there is one. */
  find(uri: string): Destination | undefined {
    const key = keyOf(uri);
    const known = key === undefined ? undefined : this.#known.get(key);
    if (key === undefined || !known) return undefined;
    if (known.until > this.clock.monotonic()) return wayBack(known.flow);
    this.#known.delete(key);
    return undefined;
  }
}

/** User and host of a URI, by which a Contact is known. */
function keyOf(uri: string): string | undefined {
  const parsed = parseUri(uri);
  return parsed && `${parsed.user ?? ''}@${parsed.host.toLowerCase()}:${parsed.port ?? ''}`;
}
