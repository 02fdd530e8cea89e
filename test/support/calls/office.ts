/** An office with one trunk and three handsets on virtual time: the call application with everything around it faked. */
import { Alarms } from '../../../src/base/alarms.js';
import { silentLog } from '../../../src/base/log.js';
import { CallApplication, type CallApplicationOptions } from '../../../src/calls/application.js';
import { noSettings, type Settings } from '../../../src/calls/office/settings.js';
import { SettingsStore } from '../../../src/calls/office/settings-store.js';
import type { Binding } from '../../../src/calls/ports.js';
import { Trunks } from '../../../src/calls/trunks/trunks.js';
import { configSchema, type ConfigInput } from '../../../src/config/schema.js';
import type { CallEntry } from '../../../src/entry/call-entry.js';
import { VirtualClock } from '../virtual-clock.js';
import { FakeLedger } from './fake-ledger.js';
import { FakeEngine, PROMPT_MS, type FakeSession } from './fake-media.js';
import { FakeInvite, PROVIDER, ScriptedSip, sdpOf, type FakeDialog, type FakeOutgoing } from './scripted-sip.js';

export const OFFICE = 'sip:+48227836000@192.0.2.1';
export const CALLER = '<sip:+48601234567@192.0.2.10>;tag=caller';
const addressOf = (extension: string): string => `192.0.2.${extension}`;

const base: ConfigInput = {
  sip: { faces: [{ name: 'office', address: '192.0.2.1' }] },
  trunks: [{ name: 'provider', addresses: [PROVIDER.address], proxy: `sip:${PROVIDER.address}` }],
  handsets: ['201', '202', '203'].map((extension) => ({ extension, password: 'secret' })),
  routes: [{ name: 'office', numbers: ['+48227836000'], handsets: ['201'], ring: '20s' }],
  outbound: { routes: [{ prefix: '0', strip: 1, trunk: 'provider' }] },
  storage: { maxAge: '365d' },
};

/** Lets everything that waits for nothing but its turn have it. */
export async function settled(): Promise<void> {
  for (let i = 0; i < 5; i++) await new Promise((resolve) => setImmediate(resolve));
}

/** A route to these handsets, with changes. */
export const routeTo = (handsets: string[], changes: Partial<NonNullable<ConfigInput['routes']>[number]> = {}) => ({
  routes: [{ name: 'office', numbers: ['+48227836000'], handsets, ring: '20s', ...changes }],
});

export class Office {
  readonly clock = new VirtualClock();
  readonly sip = new ScriptedSip();
  readonly media = new FakeEngine(this.clock);
  readonly ledger = new FakeLedger();
  /** Extensions that are registered. */
  readonly registered = new Set(['201', '202', '203']);
  /** By what they registered; UDP where nothing else is said. */
  readonly protocols = new Map<string, Binding['protocol']>();
  readonly unreachable: Binding[] = [];
  /** What handsets have set, and each time that it was to be kept. */
  readonly kept: Settings[] = [];
  readonly settings = new SettingsStore(
    noSettings,
    (settings) => {
      this.kept.push(settings);
      return Promise.resolve();
    },
    silentLog,
  );
  readonly calls: CallApplication;
  readonly trunks: Trunks;
  readonly alarms = new Alarms(this.clock, silentLog);

  constructor(changes: Partial<ConfigInput> = {}) {
    const config = configSchema.parse({ ...base, ...changes });
    const { clock, sip, alarms } = this;
    this.trunks = new Trunks({ trunks: config.trunks, sip, clock, secret: String, country: 'PL', alarms });
    const handsets: CallApplicationOptions['handsets'] = {
      targets: (extension) =>
        this.registered.has(extension) ? [targetOf(extension, this.protocols.get(extension))] : [],
      unreachable: (binding) => this.unreachable.push(binding),
      hasFlow: () => false,
      hasAddress: (address) => config.handsets.some(({ extension }) => addressOf(extension) === address),
      authenticate: (request) => request.header('X-Extension'),
    };
    this.calls = new CallApplication({
      config,
      sip: this.sip,
      media: this.media,
      ledger: this.ledger,
      handsets,
      settings: this.settings,
      trunks: this.trunks,
      alarms: this.alarms,
      clock: this.clock,
      log: silentLog,
    });
  }

  /** A call from outside. */
  async callerCalls(invite = new FakeInvite(OFFICE, sdpOf('caller'), { From: CALLER })): Promise<FakeInvite> {
    this.calls.invite(invite);
    await settled();
    return invite;
  }

  /** A handset dials. */
  async dials(
    extension: string,
    number: string,
    body = sdpOf('handset'),
    headers: Readonly<Record<string, string>> = {},
  ): Promise<FakeInvite> {
    const invite = this.invite(extension, number, body, headers);
    this.calls.invite(invite);
    await settled();
    return invite;
  }

  /** What a handset would send to dial. */
  invite(
    extension: string,
    number: string,
    body = sdpOf('handset'),
    headers: Readonly<Record<string, string>> = {},
  ): FakeInvite {
    const source = {
      protocol: this.protocols.get(extension) ?? 'udp',
      address: addressOf(extension),
      port: 5060,
    } as const;
    return new FakeInvite(`sip:${number}@192.0.2.1`, body, { 'X-Extension': extension, ...headers }, source);
  }

  /** Time goes on, and what it brings is done. */
  async pass(ms: number): Promise<void> {
    this.clock.advance(ms);
    await settled();
  }

  /** The caller's ACK, and the notice to its end. */
  async hearNotice(invite: FakeInvite): Promise<void> {
    invite.dialog?.ack();
    await settled();
    await this.pass(PROMPT_MS);
  }

  async answer(extension: string): Promise<FakeDialog> {
    const dialog = this.sip.to(extension).answer();
    await settled();
    return dialog;
  }

  get session(): FakeSession {
    return this.media.last;
  }

  get entry(): CallEntry {
    return this.ledger.entry;
  }

  /** INVITEs that are neither answered nor refused nor given up. */
  ringing(): FakeOutgoing[] {
    return this.sip.invites.filter(({ cancelled, made, refused }) => !cancelled && !made && !refused);
  }
}

function targetOf(extension: string, protocol: Binding['protocol'] = 'udp') {
  const binding: Binding = {
    extension,
    contact: `sip:${extension}@${addressOf(extension)}:5060`,
    protocol,
    sourceAddress: addressOf(extension),
    sourcePort: 5060,
    callId: 'registration',
    cseq: 1,
    expiresAt: Number.MAX_SAFE_INTEGER,
  };
  return { binding, uri: binding.contact, nextHop: `sip:${addressOf(extension)}:5060;transport=udp` };
}
