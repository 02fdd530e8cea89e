/** Does the commands of `vault-api.ts`. */
import type { Archive } from '../archive/archive.js';
import type { AuditLog } from '../audit/audit-log.js';
import { isCallId } from '../base/call-id.js';
import { defined } from '../base/defined.js';
import { HalinaError } from '../base/errors.js';
import type { MasterKey } from '../vault/master-key.js';
import type { Vault } from '../vault/vault.js';
import { commandLine } from './audit-parts.js';
import type { Control, Reply } from './control-api.js';

export interface VaultParts {
  readonly archive: Pick<Archive, 'openSpool' | 'takeKeys'>;
  readonly audit: Pick<AuditLog, 'append'>;
  readonly vault: Vault;
  /** As the configuration file has it now; undefined where it has none. */
  readonly masterKey: () => Promise<MasterKey | undefined>;
}

/** Of the pcap, in one answer. */
const CHUNK = 512 * 1024;

function stateOf({ keys, seals }: Vault): Reply<'keys'> {
  const counts = { keys: keys?.count ?? 0, left: keys?.doomed ?? 0 };
  return defined({ sealing: seals, masterKey: keys?.masterId, epoch: keys?.epoch, ...counts });
}

export function vaultControlOf({
  archive,
  audit,
  vault,
  masterKey,
}: VaultParts): Pick<Control, 'keys' | 'rotateKeys' | 'takeKeys' | 'spool'> {
  /** Where the reading of a spool goes on that is on record. */
  const read = new Map<string, number>();
  return {
    keys: () => Promise.resolve(stateOf(vault)),
    async rotateKeys() {
      const { keys } = vault;
      const master = await masterKey();
      if (!keys || !master) {
        const hint = 'set storage.encryption.key, and restart';
        throw new HalinaError(
          'MASTER_KEY_MISSING',
          'no master key is configured, or it was not when Halina was started',
          { hint },
        );
      }
      await keys.rotate(master);
      const facts = { change: 'master-key', epoch: keys.epoch, recordings: keys.count };
      await audit.append({ event: 'encryption', actor: commandLine(), facts });
      return stateOf(vault);
    },
    async takeKeys({ keys }) {
      const found = await archive.takeKeys(keys.map((one) => ({ ...one, key: Buffer.from(one.key, 'base64') })));
      const facts = defined({ change: 'keys-restored', epoch: vault.keys?.epoch, recordings: found.taken });
      await audit.append({ event: 'encryption', actor: commandLine(), facts });
      return found;
    },
    async spool({ id, offset, reason, uid }) {
      if (!isCallId(id))
        throw new HalinaError('CALL_ID', `${id} is not the id of a call`, { hint: 'halina calls lists them' });
      const spool = await archive.openSpool(id);
      try {
        if (read.get(id) !== offset || offset === 0) {
          const actor = { by: 'command-line', uid: uid ?? commandLine().uid } as const;
          const facts = { action: 'shown', bytes: spool.bytes };
          await audit.append({ event: 'spool', actor, object: { kind: 'recording', id }, facts, personal: { reason } });
        }
        const data = await spool.read(offset, CHUNK);
        if (data.length === 0) read.delete(id);
        else read.set(id, offset + data.length);
        return defined({ data: data.toString('base64'), sealed: spool.sealed, complete: spool.complete });
      } finally {
        await spool.close();
      }
    },
  };
}
