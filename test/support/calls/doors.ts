/**
 * An office as strangers meet it: the real SIP server with its wall, the real registrar, trunks and call application,
 * over real sockets. Only sound and records are faked. The provider is at 127.0.0.2; every other address is a stranger's
 * until a handset registers from it.
 */
import { AdmissionList } from '../../../src/calls/admission.js';
import { CallApplication } from '../../../src/calls/application.js';
import { Bans } from '../../../src/calls/defence/bans.js';
import { DigestClient } from '../../../src/calls/digest/client.js';
import { answerOptions } from '../../../src/calls/options.js';
import { noSettings } from '../../../src/calls/office/settings.js';
import { SettingsStore } from '../../../src/calls/office/settings-store.js';
import { Registrar } from '../../../src/calls/registrar/registrar.js';
import type { SipPort } from '../../../src/calls/sip-port.js';
import { Trunks } from '../../../src/calls/trunks/trunks.js';
import { silentLog } from '../../../src/base/log.js';
import { Admission } from '../../../src/sip/transport/admission.js';
import type { ConfigInput } from '../../../src/config/schema.js';
import type { RawMessage } from '../sip/raw-message.js';
import type { RawPeer, RequestOptions, Sent } from '../sip/raw-peer.js';
import { VirtualClock } from '../virtual-clock.js';
import { office } from './config.js';
import { FakeLedger } from './fake-ledger.js';
import { FakeEngine } from './fake-media.js';
import { openLine, type Line } from './line.js';
import { MemoryBans } from './memory-bans.js';
import { MemoryBindings } from './memory-bindings.js';

export const PROVIDER = '127.0.0.2';

export interface Doors {
  readonly clock: VirtualClock;
  readonly line: Line;
  readonly registrar: Registrar;
  readonly calls: CallApplication;
  readonly ledger: FakeLedger;
  readonly media: FakeEngine;
  readonly admission: Admission;
  readonly bans: Bans;
  /** `port`: 0 or none takes a free one. */
  peer(address: string, port?: number): Promise<RawPeer>;
  close(): Promise<void>;
}

export async function openDoors(changes: Partial<ConfigInput> = {}): Promise<Doors> {
  const config = office({
    trunks: [{ name: 'provider', addresses: [PROVIDER], proxy: `sip:${PROVIDER}` }],
    ...changes,
  });
  const [clock, ledger, admission] = [new VirtualClock(), new FakeLedger(), new Admission()];
  const media = new FakeEngine(clock);
  const parts: { registrar?: Registrar; calls?: CallApplication } = {};
  const line = await openLine(
    {
      invite: (invite) => parts.calls?.invite(invite),
      register: (request) => parts.registrar?.register(request),
      options: (request) =>
        answerOptions(request, (at) => {
          if (trunks.isTrunkAddress(at)) return 'trunk';
          return parts.registrar?.hasAddress(at) ? 'handset' : undefined;
        }),
    },
    { admission },
  );
  const sip: SipPort = line.port;
  const trunks = new Trunks({ trunks: config.trunks, sip, clock, secret: String, onSources: () => list.update() });
  const bans = new Bans({ clock, store: new MemoryBans(), onChange: () => list.update() });
  const registrar = new Registrar({
    clock,
    sip,
    store: new MemoryBindings(),
    password: (extension) => passwordOf(config, extension),
    onChange: (_change, binding) => list.handsetChanged(binding.sourceAddress),
    bans,
  });
  const { unknownTrunk } = config;
  const list = new AdmissionList({
    policy: { unknownTrunk },
    trunks,
    handsets: registrar,
    bans,
    publish: (rules) => admission.set(rules),
    publishChange: (change) => admission.change(change),
  });
  const settings = new SettingsStore(noSettings, () => Promise.resolve(), silentLog);
  const calls = new CallApplication({
    config,
    sip,
    media,
    ledger,
    handsets: registrar,
    trunks,
    settings,
    clock,
    log: silentLog,
  });
  Object.assign(parts, { registrar, calls });
  await trunks.start();
  list.update();
  const close = async (): Promise<void> => {
    await bans.close();
    await registrar.close();
    await trunks.close();
    await line.close();
  };
  return {
    clock,
    line,
    registrar,
    calls,
    ledger,
    media,
    admission,
    bans,
    close,
    peer: (at, port) => line.stand.peer('udp', at, port),
  };
}

function passwordOf(config: ReturnType<typeof office>, extension: string): string | undefined {
  const password = config.handsets.find((one) => one.extension === extension)?.password;
  return typeof password === 'string' ? password : undefined;
}

/** A handset's side of challenges over the wire. */
export class WireHandset {
  readonly #digest: DigestClient;

  constructor(
    readonly peer: RawPeer,
    readonly extension: string,
    password = `secret-${extension}`,
    /** The registrar, as its URIs name it. */
    readonly domain = '127.0.0.1',
  ) {
    this.#digest = new DigestClient({ username: extension, password });
  }

  /** Sends a request, answers its challenge, and gives the final response to that; a 2xx to an INVITE gets its ACK. */
  async ask(method: string, uri: string, changes: RequestOptions = {}): Promise<RawMessage> {
    const sent = await this.#send(method, uri, changes);
    if ('final' in sent) return sent.final;
    const final = await this.peer.expectFinal(sent);
    if (method === 'INVITE' && final.status === 200) this.peer.ack(sent, final);
    return final;
  }

  /** Dials, and answers the challenge: the INVITE with credentials, whose responses are the test's. */
  async dial(uri: string, changes: RequestOptions = {}): Promise<Sent> {
    const sent = await this.#send('INVITE', uri, changes);
    if ('final' in sent) throw new Error(`no challenge, but ${sent.final.startLine}`);
    return sent;
  }

  async #send(method: string, uri: string, changes: RequestOptions): Promise<Sent | { readonly final: RawMessage }> {
    const first = this.peer.request(method, this.#options(method, uri, changes));
    const final = await this.peer.expectFinal(first);
    if (final.status !== 401) return { final };
    if (method === 'INVITE') this.peer.ackFailure(first, final);
    const { callId, fromTag } = first;
    return this.peer.request(method, { ...this.#options(method, uri, changes, final), callId, fromTag, cseq: 2 });
  }

  register(): Promise<RawMessage> {
    const own = `<sip:${this.extension}@${this.domain}>`;
    return this.ask('REGISTER', `sip:${this.domain}`, { to: own, extra: ['Expires: 300'] });
  }

  #options(method: string, uri: string, changes: RequestOptions, challenged?: RawMessage): RequestOptions {
    const challenge = { status: 401, header: () => challenged?.headers('WWW-Authenticate').join(', ') };
    const answer = challenged && this.#digest.answer(challenge, { method, uri });
    const extra = ['User-Agent: Desk Phone', ...(changes.extra ?? []), ...(answer ? [`Authorization: ${answer.value}`] : [])]; // prettier-ignore
    const from = `<sip:${this.extension}@${this.domain}>`;
    return { uri, from, to: `<${uri}>`, contact: `<${this.peer.uri(this.extension)}>`, ...changes, extra };
  }
}
