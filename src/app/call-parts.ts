/** The call application with what it stands on: the connection to the SIP server, registrar, trunks, bans, the wall. */
import { join } from 'node:path';
import { RedisBindingStore } from '../archive/binding-store.js';
import { RedisKeys } from '../archive/redis-keys.js';
import type { Alarms } from '../base/alarms.js';
import { systemClock } from '../base/clock.js';
import type { Log } from '../base/log.js';
import { spareMemory } from '../base/spare-memory.js';
import { AdmissionList, type AdmissionPolicy } from '../calls/admission.js';
import { CallApplication } from '../calls/application.js';
import { Bans } from '../calls/defence/bans.js';
import { inNetworks } from '../calls/defence/networks.js';
import { SettingsStore } from '../calls/office/settings-store.js';
import { answerOptions } from '../calls/options.js';
import type { BindingStore } from '../calls/ports.js';
import { Presence } from '../calls/presence/presence.js';
import { Registrar } from '../calls/registrar/registrar.js';
import { defaultPolicy } from '../calls/registrar/throttle.js';
import { SrfPort } from '../calls/srf.js';
import { resolveByDns } from '../calls/trunks/resolver.js';
import { Trunks } from '../calls/trunks/trunks.js';
import type { Config } from '../config/schema.js';
import { readSecret } from '../config/secrets.js';
import { NodeFileStore } from '../journal/node-files.js';
import type { MediaEngine } from '../media/engine.js';
import type { ArchiveParts } from './archive-parts.js';
import { BanFile } from './ban-file.js';
import type { Closers } from './closers.js';
import { MissedFile } from './missed-file.js';
import type { TrunkProbe } from '../calls/office-status.js';
import { probeTrunks } from './network/trunk-probe.js';
import type { CallLedger } from '../calls/ports.js';
import type { SoundMetrics } from '../ops/sound-metrics.js';
import type { Configurable } from './reload.js';
import type { SipLink } from './sip-link.js';

export interface CallParts extends Configurable {
  readonly application: CallApplication;
  readonly registrar: Registrar;
  readonly trunks: Trunks;
  readonly bans: Bans;
  /** What the providers see of us now. */
  readonly probe: () => Promise<TrunkProbe[]>;
}

export interface Around {
  readonly config: Config;
  /** The data folder. */
  readonly data: string;
  readonly archive: ArchiveParts;
  readonly media: MediaEngine;
  readonly sip: SipLink;
  readonly alarms: Alarms;
  readonly log: Log;
  readonly closers: Closers;
  /** Is told how the sound of each call was. */
  readonly sound: Pick<SoundMetrics, 'ended'>;
}

/** The ledger, with the sound of each call that ends told to `sound`. */
function heard(ledger: CallLedger, sound: Around['sound']): CallLedger {
  return {
    begin: (entry) => ledger.begin(entry),
    saveDialogs: (id, dialogs) => ledger.saveDialogs(id, dialogs),
    openSpool: (entry) => ledger.openSpool(entry),
    update: (entry) => ledger.update(entry),
    end: (entry, spool) => {
      if (entry.media) sound.ended(entry.media);
      return ledger.end(entry, spool);
    },
  };
}

export async function startCalls(around: Around): Promise<CallParts> {
  const { config, data, media, log, closers } = around;
  const { archive, redis } = around.archive;
  const clock = systemClock;
  let settings = settingsOf(config);
  let taken = false;
  const sip: SrfPort = new SrfPort(
    { ...around.sip.connection, log },
    {
      invite: (invite) => application.invite(presence.incoming(invite)),
      subscribe: (request) => presence.subscribe(request),
      register: (request) => registrar.register(request),
      options: (request) =>
        answerOptions(request, (address) => {
          if (trunks.isTrunkAddress(address)) return 'trunk';
          return registrar.hasAddress(address) ? 'handset' : undefined;
        }),
      // A SIP server that was started again knows nothing of our registrations' flows.
      connected: () => {
        if (taken) trunks.registerAll();
      },
      lost: () => presence.lost(),
    },
  );
  const isAllowed = (address: string): boolean => settings.isAllowed(address);
  const { ban: firstMs, longestBan: longestMs, guesses } = config.defence;
  const bans = new Bans({
    clock,
    store: new BanFile(data),
    policy: { firstMs, longestMs },
    isAllowed,
    onChange: () => list.update(),
    log,
  });
  const registrar = new Registrar({
    clock,
    sip,
    store: redis ? new RedisBindingStore({ redis, keys: new RedisKeys(archive.id), clock, log }) : memoryBindings(),
    password: (extension) => settings.passwords.get(extension),
    policy: { ...defaultPolicy, banAfter: guesses },
    bans,
    isAllowed,
    onChange: (_change, binding) => {
      list.handsetChanged(binding.sourceAddress);
      presence.registered(binding.extension);
    },
    log,
  });
  const trunks = new Trunks({
    trunks: config.trunks,
    sip,
    clock,
    secret: (one) => readSecret(one),
    resolve: resolveByDns(config.sip.dns.servers),
    onSources: () => list.update(),
    country: config.office.country,
    alarms: around.alarms,
    instance: archive.id,
    log,
  });
  around.sip.onConnectionLost((address) => trunks.connectionLost(address));
  const missed = await MissedFile.open(new NodeFileStore(), data, log);
  closers.add('missed calls', () => missed.close());
  const presence = new Presence({ config, handsets: registrar, clock, log, missed });
  const store = await SettingsStore.open(new NodeFileStore(), join(data, 'office.json'), log);
  closers.add('settings of handsets', () => store.close());
  const application = new CallApplication({
    config,
    ...presence.watched(sip),
    media,
    ledger: heard(archive.ledger, around.sound),
    trunks,
    settings: store,
    clock,
    alarms: around.alarms,
    log,
  });
  const list = new AdmissionList({
    policy: { ...settings.admission, urgent: application.emergencyKeys() },
    trunks,
    handsets: registrar,
    bans,
    publish: () => around.sip.obey(() => list.rules()),
    publishChange: (change) => around.sip.change(change),
  });
  await registrar.start();
  closers.add('registrar', () => registrar.close());
  await bans.start();
  closers.add('bans', () => bans.close());
  await sip.connect();
  closers.add('SIP connection', () => sip.close());
  await trunks.start();
  list.update();
  taken = true;
  closers.add('trunks', () => trunks.close());
  closers.add('presence', () => presence.close());
  closers.add('calls', () => application.stop());
  closers.add(
    'sparing of memory',
    spareMemory(() => application.count, clock),
  );
  return {
    application,
    registrar,
    trunks,
    bans,
    probe: () => probeTrunks({ config, sip, resolve: resolveByDns(config.sip.dns.servers), clock }),
    configure(changed) {
      settings = settingsOf(changed);
      application.configure(changed);
      presence.configure(changed);
      registrar.handsetsChanged();
      list.configure({ ...settings.admission, urgent: application.emergencyKeys() });
    },
  };
}

/** What of the configuration is read by functions, so that a change is seen at once. */
interface Settings {
  readonly passwords: ReadonlyMap<string, string>;
  readonly isAllowed: (address: string) => boolean;
  readonly admission: AdmissionPolicy;
}

function settingsOf({ handsets, defence, unknownTrunk }: Config): Settings {
  const { allow, requestsPerSecond: perSecond, burst } = defence;
  return {
    passwords: new Map(handsets.map(({ extension, password }) => [extension, readSecret(password)])),
    isAllowed: inNetworks(allow),
    admission: { unknownTrunk, allow, rate: { perSecond, burst } },
  };
}

/** Where there is no Redis: registrations live as long as the program. */
function memoryBindings(): BindingStore {
  const nothing = (): Promise<void> => Promise.resolve();
  return { load: () => Promise.resolve([]), save: nothing, remove: nothing };
}
