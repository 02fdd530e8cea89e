/** A transaction layer between a fake transport and a user who notes what reaches him, on a virtual clock. */
import { silentLog } from '../../../src/base/log.js';
import { parseMessage } from '../../../src/sip/message/parse.js';
import { makeResponse } from '../../../src/sip/message/make.js';
import type { SipRequest } from '../../../src/sip/message/message.js';
import type { ClientTransaction } from '../../../src/sip/transaction/client-transaction.js';
import { TransactionLayer } from '../../../src/sip/transaction/layer.js';
import type { ServerTransaction } from '../../../src/sip/transaction/server-transaction.js';
import type { Flow, Protocol } from '../../../src/sip/transport/types.js';
import { VirtualClock } from '../virtual-clock.js';
import { FakeTransport } from './fake-transport.js';
import { requestText } from './text.js';

export function request(method: string, more: Parameters<typeof requestText>[0] = {}): SipRequest {
  const parsed = parseMessage(Buffer.from(requestText({ method, ...more })));
  if (parsed.kind !== 'request') throw new Error('the test writes no request');
  return parsed;
}

const flow = (protocol: Protocol): Flow => ({
  protocol,
  remoteAddress: '192.0.2.9',
  remotePort: 5090,
  localAddress: '192.0.2.1',
  localPort: 5060,
  face: 'test',
});

export class Arrangement {
  readonly clock = new VirtualClock();
  readonly transport = new FakeTransport(this.clock);
  readonly requests: ServerTransaction[] = [];
  readonly acks: SipRequest[] = [];
  readonly heard: string[] = [];
  /** Servers that failed, and for how long they said so. */
  readonly failed: string[] = [];
  readonly layer: TransactionLayer;

  constructor(readonly protocol: Protocol = 'udp') {
    this.layer = new TransactionLayer(this.transport, this.clock, silentLog, {
      onRequest: (transaction) => this.requests.push(transaction),
      onAck: (ack) => this.acks.push(ack),
      onStrayResponse: (response) => this.heard.push(`stray ${response.status}`),
      onServerFailed: ({ address }, ms) => this.failed.push(ms === undefined ? address : `${address} ${ms}`),
    });
  }

  /** Sends a request; what becomes of it is in `heard`. */
  async send(method: string): Promise<ClientTransaction> {
    const unsent = request(method, { via: 'SIP/2.0/UDP a;branch=z9hG4bKx' });
    unsent.fields = unsent.fields.filter(({ name }) => name !== 'Via');
    const destination = { protocol: this.protocol, address: '192.0.2.9', port: 5090 };
    const transaction = this.layer.request(unsent, destination, {
      onResponse: (response) => this.heard.push(`${this.clock.monotonic()} ${response.status}`),
      onTimeout: () => this.heard.push(`${this.clock.monotonic()} timeout`),
      onUnreachable: () => this.heard.push(`${this.clock.monotonic()} unreachable`),
    });
    await Promise.resolve();
    return transaction;
  }

  answer(transaction: ClientTransaction, status: number): void {
    this.layer.receive(makeResponse(transaction.request, status, '', 'peer'), flow(this.protocol));
  }

  /** A request comes. */
  receive(message: SipRequest): void {
    this.layer.receive(message, flow(this.protocol));
  }

  /** A new request comes, and is the user's. */
  take(message: SipRequest): ServerTransaction {
    this.receive(message);
    const transaction = this.requests.at(-1);
    if (!transaction) throw new Error('the request did not reach the user');
    return transaction;
  }
}

/** An arrangement that has sent one request. */
export async function started(method: string, protocol: Protocol = 'udp') {
  const arrangement = new Arrangement(protocol);
  const transaction = await arrangement.send(method);
  const { clock, transport, heard, layer } = arrangement;
  return { arrangement, transaction, clock, transport, heard, layer };
}
