/** The parts of an archive, and how they are put together. */
import type { AlarmBell } from '../base/alarms.js';
import type { Clock } from '../base/clock.js';
import type { Log } from '../base/log.js';
import type { FileStore } from '../journal/file-store.js';
import type { Vault } from '../vault/vault.js';
import type { AuditFacts } from './audit-facts.js';
import type { BudgetAlarms } from './budget-alarms.js';
import type { Budget } from './budget.js';
import { CallIndex } from './call-index.js';
import type { Encoding } from './encoding.js';
import type { Erasures } from './erasure.js';
import type { Folders } from './folders.js';
import type { GuardKeeper } from './guard-keeper.js';
import type { Ledger } from './ledger.js';
import type { AuditPort, FoundFiles, RecordingEncoder, StoragePolicy } from './ports.js';
import type { ReaderParts } from './reader.js';
import type { RecoveryReport } from './recovery.js';
import { RedisKeys } from './redis-keys.js';
import type { RedisLink } from './redis-link.js';
import type { RecordStore } from './record-store.js';
import type { Retention } from './retention.js';
import type { SpoolRoom } from './spool-room.js';
import type { VerifyParts } from './verify.js';

export interface ArchiveOptions {
  /** The data folder; its lock (`lockDataFolder`) is held by the caller. */
  readonly data: string;
  readonly policy: StoragePolicy;
  readonly files: FileStore;
  readonly clock: Clock;
  readonly log: Log;
  readonly encoder: RecordingEncoder;
  readonly found: FoundFiles;
  /** Spools that are encoded at a time. */
  readonly workers: number;
  /** Where the index is kept (see `connectRedis`); without it searches are answered from memory. */
  readonly redis?: RedisLink;
  /** The door to recordings and spools, which may be sealed; without it they stand in clear. */
  readonly vault?: Vault;
  readonly audit?: AuditPort;
  readonly alarms?: AlarmBell;
}

export interface Parts {
  readonly options: ArchiveOptions;
  readonly folders: Folders;
  readonly vault: Vault;
  readonly store: RecordStore;
  readonly budget: Budget;
  readonly retention: Retention;
  readonly room: SpoolRoom;
  readonly encoding: Encoding;
  readonly ledger: Ledger;
  readonly guards: GuardKeeper;
  readonly erasures: Erasures;
  readonly audit: AuditFacts;
  readonly alarms: BudgetAlarms;
  readonly recovered: RecoveryReport;
  readonly index: IndexLink | undefined;
}

export interface IndexLink {
  readonly redis: RedisLink;
  readonly keys: RedisKeys;
  readonly calls: CallIndex;
}

export function linkIndex(redis: RedisLink, store: RecordStore, { clock, log }: ArchiveOptions): IndexLink {
  const keys = new RedisKeys(store.journal.id);
  return { redis, keys, calls: new CallIndex({ redis, store, keys, clock, log }) };
}

export function verifyPartsOf({ options, folders, vault, store, budget, encoding }: Parts): VerifyParts {
  return { files: options.files, folders, vault, store, budget, busy: (id) => encoding.has(id) };
}

export function readerPartsOf({ folders, vault, store, retention }: Parts): ReaderParts {
  return { folders, vault, store, retention };
}
