/** A transport layer on free loopback ports, whose events can be awaited. */
import { EventEmitter, once } from 'node:events';
import { expect } from 'chai';
import { systemClock, type Clock } from '../../../src/base/clock.js';
import { HalinaError } from '../../../src/base/errors.js';
import { silentLog, type Log } from '../../../src/base/log.js';
import { header } from '../../../src/sip/message/fields.js';
import type { SipMessage } from '../../../src/sip/message/message.js';
import { parseMessage } from '../../../src/sip/message/parse.js';
import { TransportLayer, type TransportOptions } from '../../../src/sip/transport/layer.js';
import type { Destination, Face, Flow } from '../../../src/sip/transport/types.js';
import { freePort } from '../ports.js';
import { requestText, type RequestOptions } from './text.js';

export interface Received {
  readonly message: SipMessage;
  readonly flow: Flow;
}

/** A layer on a free loopback port (of the same number for UDP and TCP), whose events can be awaited. */
export class Station extends EventEmitter<{ message: [Received]; unreachable: [Destination, string | undefined] }> {
  #layer: TransportLayer | undefined;
  readonly received: Received[] = [];

  static async open(
    options: Partial<TransportOptions> = {},
    clock: Clock = systemClock,
    log: Log = silentLog,
    isKnown: () => boolean = () => true,
  ): Promise<Station> {
    const station = new Station();
    const port = options.faces ? 0 : await freePort();
    const faces: readonly Face[] = [{ name: 'local', address: '127.0.0.1', port, transports: ['udp', 'tcp'] }];
    station.#layer = await TransportLayer.listen(
      { faces, tcpPeers: [], ...options },
      {
        onMessage: (message, flow) => {
          station.received.push({ message, flow });
          station.emit('message', { message, flow });
        },
        onUnreachable: (destination, branch) => void station.emit('unreachable', destination, branch),
        isKnown,
        mayAnswer: (request) => header(request, 'call-id') !== 'stranger',
      },
      log,
      clock,
    );
    return station;
  }

  get layer(): TransportLayer {
    return this.#layer ?? expect.fail('not open');
  }

  get port(): number {
    return this.layer.faces[0]?.port ?? 0;
  }

  async message(): Promise<Received> {
    const [received] = await once(this, 'message');
    return received as Received;
  }

  async unreachable(): Promise<[Destination, string | undefined]> {
    return (await once(this, 'unreachable')) as [Destination, string | undefined];
  }
}

/** A request as it is when it was read. */
export function sipRequest(options: RequestOptions = {}): SipMessage {
  const message = parseMessage(Buffer.from(requestText(options)));
  return message.kind === 'failure' ? expect.fail(message.reason) : message;
}

/** The code of what a promise is rejected with. */
export async function rejected(promise: Promise<unknown>): Promise<string> {
  try {
    await promise;
  } catch (error) {
    return error instanceof HalinaError ? error.code : String(error);
  }
  return expect.fail('it was sent');
}
