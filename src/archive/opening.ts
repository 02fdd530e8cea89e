/** How an archive is opened: the journal replayed, its parts put together, and what a crash left brought into order. */
import { noAlarms } from '../base/alarms.js';
import type { Log } from '../base/log.js';
import { Vault } from '../vault/vault.js';
import type { CallId } from '../base/brands.js';
import { AuditFacts, auditEventOf } from './audit-facts.js';
import { BudgetAlarms } from './budget-alarms.js';
import { Budget } from './budget.js';
import type { JournalBytes } from './budget.js';
import { measureOther } from './disk-walk.js';
import { Encoding } from './encoding.js';
import { Erasures } from './erasure.js';
import { Folders } from './folders.js';
import { GuardKeeper } from './guard-keeper.js';
import { Ledger } from './ledger.js';
import { linkIndex } from './parts.js';
import type { ArchiveOptions, Parts } from './parts.js';
import { RecordStore } from './record-store.js';
import { recover } from './recovery.js';
import { Retention } from './retention.js';
import { SpoolRoom } from './spool-room.js';

export async function openParts(options: ArchiveOptions): Promise<Parts> {
  const { files, log } = options;
  const folders = new Folders(options.data);
  for (const folder of [folders.spool, folders.recordings, folders.temporary, folders.journalFolder]) {
    await files.makeFolder(folder);
  }
  const store = await RecordStore.open(files, folders.journal);
  reportReplay(store, log);
  try {
    return await putTogether(options, folders, store);
  } catch (error) {
    await store.close();
    throw error;
  }
}

async function putTogether(options: ArchiveOptions, folders: Folders, store: RecordStore): Promise<Parts> {
  const { files, clock, log, encoder, found, workers, policy, alarms = noAlarms } = options;
  const journalBytes = (): JournalBytes => ({ size: store.journal.size, live: store.catalogue.liveBytes });
  const budget = new Budget(journalBytes, await files.blockBytes(options.data));
  const { vault = new Vault(files) } = options;
  followKeys(vault, budget);
  const common = { files, folders, vault, store, budget, clock, log };
  const expectedBytes = (durationMs: number): number => vault.storedBytes(encoder.expectedBytes(durationMs));
  const budgetAlarms = new BudgetAlarms(alarms);
  const work = { letGo: (id: CallId) => encoding.letGo(id), add: (id: CallId) => encoding.add(id) };
  const retention = new Retention({ ...common, work }, policy, budgetAlarms);
  store.unitOf = (extension) => retention.policy.units?.get(extension);
  const room = new SpoolRoom({ ...common, retention, expectedBytes });
  const quota = (): number => retention.policy.quota;
  const encoding = new Encoding({ ...common, encoder, found, workers, quota });
  const guards = new GuardKeeper({ store, clock });
  const audit = new AuditFacts(options.audit, alarms, log);
  store.onEvent((record, event) => {
    const said = auditEventOf(record, event);
    if (said) audit.say(said);
  });
  retention.start();
  guards.start();
  const erasures = await Erasures.open({
    ...common,
    isBusy: (id) => encoding.isAtWork(id),
    isListened: (id) => retention.pins.has(id),
    removeFiles: () => retention.removeLeft(),
  });
  try {
    await erasures.apply();
    const recovered = await recover({ ...common, found, expectedBytes });
    budget.other = await measureOther(files, folders, (bytes) => budget.onDisk(bytes));
    for (const id of recovered.unfinished) encoding.add(id);
    const index = options.redis && linkIndex(options.redis, store, options);
    if (erasures.list.length > 0) index?.calls.purge();
    const ledger = new Ledger({ ...common, room, encoding });
    const parts = { options, folders, vault, store, budget, retention, room, encoding, ledger, recovered, index };
    return { ...parts, guards, erasures, audit, alarms: budgetAlarms };
  } catch (error) {
    await erasures.close();
    throw error;
  }
}

/** The keystore counts as it is. */
function followKeys({ keys }: Vault, budget: Budget): void {
  if (!keys) return;
  budget.keys = keys.bytes;
  keys.onSize = (bytes) => (budget.keys = bytes);
}

function reportReplay({ journal, catalogue }: RecordStore, log: Log): void {
  const { damage, torn, lines } = journal.replayed;
  log.info({ lines, calls: catalogue.size, bytes: journal.size }, 'the journal was replayed');
  if (torn > 0) log.warn({ bytes: torn }, 'the journal had a torn end; nothing that was acknowledged stood there');
  for (const { line, offset, length, what } of damage) {
    log.error({ line, offset, length, what }, 'the journal is damaged');
  }
}
