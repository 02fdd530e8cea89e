/** Handsets that register by hand: one call is a REGISTER, challenged and repeated with credentials. */
import { DigestClient } from '../../../src/calls/digest/client.js';
import { Registrar, type BindingChange, type RegistrarOptions } from '../../../src/calls/registrar/registrar.js';
import type { Source } from '../../../src/calls/sip-port.js';
import { VirtualClock } from '../virtual-clock.js';
import { FakeRequest } from './fake-request.js';
import { FakeSip } from './fake-sip.js';
import { MemoryBindings } from './memory-bindings.js';

export const REGISTRAR_URI = 'sip:halina.example';

export interface Scene {
  readonly clock: VirtualClock;
  readonly sip: FakeSip;
  readonly store: MemoryBindings;
  readonly registrar: Registrar;
  /** `added sip:…` */
  readonly changes: string[];
  readonly bans: string[];
}

export function scene(changes: Partial<RegistrarOptions> & { readonly store?: MemoryBindings } = {}): Scene {
  const clock = new VirtualClock();
  const sip = new FakeSip();
  const store = changes.store ?? new MemoryBindings();
  const seen: string[] = [];
  const bans: string[] = [];
  const registrar = new Registrar({
    clock,
    sip,
    password: (extension) => (/^20[1-4]$/.test(extension) ? `secret-${extension}` : undefined),
    onChange: (change: BindingChange, binding) => seen.push(`${change} ${binding.contact}`),
    bans: { ban: (address) => bans.push(address), isBanned: () => false },
    ...changes,
    store,
  });
  return { clock, sip, store, registrar, changes: seen, bans };
}

export class RegisteringHandset {
  readonly source: Partial<Source>;
  readonly #registrar: Registrar;
  readonly #extension: string;
  readonly #digest: DigestClient;
  #cseq = 0;

  constructor(
    registrar: Registrar,
    extension: string,
    options: { readonly password?: string; readonly source?: Partial<Source> } = {},
  ) {
    this.#registrar = registrar;
    this.#extension = extension;
    this.#digest = new DigestClient({ username: extension, password: options.password ?? `secret-${extension}` });
    this.source = options.source ?? {};
  }

  /** Sends a REGISTER and gives it back with what was answered. */
  send(headers: Readonly<Record<string, string | undefined>> = {}): FakeRequest {
    const request = new FakeRequest('REGISTER', REGISTRAR_URI, this.#headers(headers), this.source);
    this.#registrar.register(request);
    return request;
  }

  /** The REGISTER that answers the challenge given to another. */
  answering(challenged: FakeRequest, headers: Readonly<Record<string, string | undefined>> = {}): FakeRequest {
    const challenge = { status: 401, header: (name: string) => challenged.answerHeader(name) };
    const answer = this.#digest.answer(challenge, { method: 'REGISTER', uri: REGISTRAR_URI });
    return this.send({ ...headers, Authorization: answer?.value });
  }

  /** Both. */
  register(headers: Readonly<Record<string, string | undefined>> = {}): FakeRequest {
    return this.answering(this.send(headers), headers);
  }

  #headers(changes: Readonly<Record<string, string | undefined>>): Record<string, string | undefined> {
    return {
      From: `<sip:${this.#extension}@halina.example>;tag=a`,
      To: `<sip:${this.#extension}@halina.example>`,
      'Call-ID': `reg-${this.#extension}`,
      CSeq: `${++this.#cseq} REGISTER`,
      Contact: `<sip:${this.#extension}@192.0.2.50>`,
      Expires: '300',
      'User-Agent': 'Desk Phone 7',
      ...changes,
    };
  }
}
