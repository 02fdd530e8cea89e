/** A SIP port without a wire: what was sent is kept, what comes back the test says. */
import type {
  IncomingResponse,
  InviteOptions,
  OutgoingInvite,
  RequestOptions,
  SipPort,
} from '../../../src/calls/sip-port.js';

export interface Reply {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
}

interface Sent {
  readonly request: RequestOptions;
  readonly settle: (outcome: Reply | Error) => void;
}

export class FakeSip implements SipPort {
  readonly listening = ['udp/10.0.0.1:5060'];
  readonly sent: RequestOptions[] = [];
  /** Answers at once; undefined leaves the request open for `reply`. */
  answer: (request: RequestOptions) => Reply | Error | undefined = () => undefined;
  readonly #open: Sent[] = [];

  request(request: RequestOptions): Promise<IncomingResponse> {
    this.sent.push(request);
    return new Promise((resolve, reject) => {
      const settle = (outcome: Reply | Error): void => {
        if (outcome instanceof Error) reject(outcome);
        else resolve(response(outcome));
      };
      const outcome = this.answer(request);
      if (outcome) settle(outcome);
      else this.#open.push({ request, settle });
    });
  }

  invite(_options: InviteOptions): OutgoingInvite {
    throw new Error('no INVITE is expected here');
  }

  /** Answers the oldest request that is open. */
  async reply(outcome: Reply | Error): Promise<void> {
    const open = this.#open.shift();
    if (!open) throw new Error('no request is open');
    open.settle(outcome);
    await settled();
  }

  get last(): RequestOptions | undefined {
    return this.sent.at(-1);
  }
}

export function response(reply: Reply): IncomingResponse {
  const headers = Object.entries(reply.headers ?? {});
  return {
    status: reply.status,
    reason: '',
    body: '',
    callId: '',
    source: { protocol: 'udp', address: '192.0.2.1', port: 5060 },
    header: (name) => headers.find(([other]) => other.toLowerCase() === name.toLowerCase())?.[1],
  };
}

/** All promises that can go on have gone on. */
export async function settled(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}
