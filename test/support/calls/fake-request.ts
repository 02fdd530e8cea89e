/** A request that came from nowhere: what a test says of it, and what was answered. */
import type { IncomingRequest, ResponseOptions, Source } from '../../../src/calls/sip-port.js';

export interface Answer extends ResponseOptions {
  readonly status: number;
}

export class FakeRequest implements IncomingRequest {
  readonly method: string;
  readonly uri: string;
  readonly body = '';
  readonly source: Source;
  readonly receivedOn = { address: '10.0.0.1', port: 5060 };
  readonly answers: Answer[] = [];
  abandoned = false;
  readonly #headers: Readonly<Record<string, string | undefined>>;

  constructor(
    method: string,
    uri: string,
    headers: Readonly<Record<string, string | undefined>> = {},
    source: Partial<Source> = {},
  ) {
    this.method = method;
    this.uri = uri;
    this.#headers = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
    this.source = { protocol: 'udp', address: '192.0.2.50', port: 5060, ...source };
  }

  get callId(): string {
    return this.header('Call-ID') ?? 'call';
  }

  get answered(): boolean {
    return (this.answers.at(-1)?.status ?? 0) >= 200;
  }

  header(name: string): string | undefined {
    return this.#headers[name.toLowerCase()];
  }

  respond(status: number, options: ResponseOptions = {}): Promise<void> {
    this.answers.push({ status, ...options });
    return Promise.resolve();
  }

  abandon(): void {
    this.abandoned = true;
  }

  /** The only answer. */
  get answer(): Answer | undefined {
    if (this.answers.length > 1) throw new Error(`answered ${this.answers.length} times`);
    return this.answers[0];
  }

  /** A header of the only answer, joined as on the way through drachtio-srf. */
  answerHeader(name: string): string | undefined {
    const value = this.answer?.headers?.[name];
    return value === undefined || typeof value === 'string' ? value : value.join(',');
  }
}
