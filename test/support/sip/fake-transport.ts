/** A transport that keeps what it is given, with the time of a virtual clock, and fails when it is told to. */
import type { Clock } from '../../../src/base/clock.js';
import type { SipMessage } from '../../../src/sip/message/message.js';
import { TransportError, type Destination, type Protocol, type Transport } from '../../../src/sip/transport/types.js';

export interface SentMessage {
  /** Milliseconds of the clock. */
  readonly at: number;
  readonly message: SipMessage;
  readonly destination: Destination;
}

export class FakeTransport implements Transport {
  readonly sent: SentMessage[] = [];
  failing = false;

  constructor(private readonly clock: Clock) {}

  reliable = (protocol: Protocol): boolean => protocol === 'tcp';

  sentBy(): { host: string; port: number } {
    return { host: '192.0.2.1', port: 5060 };
  }

  async send(message: SipMessage, destination: Destination): Promise<void> {
    if (this.failing) throw new TransportError('UNREACHABLE', 'told to fail');
    this.sent.push({ at: this.clock.monotonic(), message: structuredClone(message), destination });
  }

  /** What went out, in short: `0 INVITE`, `500 200`. */
  get log(): string[] {
    return this.sent.map(({ at, message }) => `${at} ${message.kind === 'request' ? message.method : message.status}`);
  }
}
