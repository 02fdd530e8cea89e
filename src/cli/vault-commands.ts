/** `halina key`: the master key. `halina spool`: what a call's spool holds, opened where it is sealed. */
import { randomBytes } from 'node:crypto';
import { open } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import type { Reply } from '../app/control-api.js';
import { backupKeys } from '../app/backup.js';
import { putDamagedAside } from '../app/vault.js';
import { locate } from '../app/where.js';
import { HalinaError } from '../base/errors.js';
import { MasterKey } from '../vault/master-key.js';
import type { SealKey } from '../vault/seal-key.js';
import { PASSPHRASE, passphraseOf, type Passphrase } from './passphrase.js';
import { perform, performWith, print, withJson, type Asker, type Common } from './perform.js';
import type { Terminal } from './terminal.js';
import { whoAsks } from './guard-commands.js';

function keysText({ sealing, masterKey, epoch, keys, left }: Reply<'keys'>): string {
  if (masterKey === undefined) return 'recordings stand in clear: storage.encryption is not set';
  const state = sealing ? 'new recordings are sealed' : 'new recordings stand in clear, those that are sealed are read';
  const rest = left > 0 ? `, ${left} of what is gone, to be destroyed` : '';
  return `${state}\nmaster key ${masterKey}, epoch ${epoch}, ${keys} keys${rest}`;
}

export function addKeys(program: Command, terminal: Terminal): void {
  const key = withJson(program.command('key'))
    .description('how the keys of sealed recordings stand')
    .action(async (options: Common) => {
      const reply = await perform(await locate(options), 'keys', {});
      print(terminal, options, reply, keysText(reply));
    });

  withJson(key.command('new'))
    .description('make a master key in a new file that only you can read')
    .argument('<file>', 'outside the data folder; it must not exist')
    .action(async (path: string, _: object, command: Command) => {
      const options = command.optsWithGlobals<Common>();
      const file = resolve(path);
      const id = await newKey(file);
      const said = `${file}: master key ${id}\nKeep a copy where neither this machine nor its backups are: without it every sealed recording is lost.`;
      print(terminal, options, { file, masterKey: id }, said);
    });

  withJson(key.command('rotate'))
    .description('wrap all keys anew under storage.encryption.key as the configuration file has it now')
    .action(async (_: object, command: Command) => {
      const options = command.optsWithGlobals<Common>();
      const reply = await perform(await locate(options), 'rotateKeys', {});
      const said = `${keysText(reply)}\nTake previousKey out of the configuration, and destroy the old key.`;
      print(terminal, options, reply, said);
    });

  addKeyRestore(key, terminal);
}

interface RestoreOptions extends Common, Passphrase {
  readonly snapshot?: string;
}

/** Keys that are handed over at a time. */
const KEYS_AT_ONCE = 100_000;

/** Under `key`: the keys alone, into an archive that is there. */
function addKeyRestore(key: Command, terminal: Terminal): void {
  withJson(key.command('restore'))
    .description('take the keys of a backup for sealed recordings that are here and whose keys were lost')
    .argument('<source>', 'the folder of the backup')
    .option('--snapshot <name>', 'an earlier one than the latest')
    .option('--passphrase-file <file>', `the passphrase of the backup (or ${PASSPHRASE})`)
    .action(async (source: string, _: object, command: Command) => {
      const options = command.optsWithGlobals<RestoreOptions>();
      const where = await locate(options);
      const which = options.snapshot === undefined ? {} : { snapshot: options.snapshot };
      const keys = await backupKeys(where, {
        source: resolve(source),
        passphrase: await passphraseOf(options),
        ...which,
      });
      const aside = await putDamagedAside(where);
      const taken = await performWith(where, (asker) => handOver(asker, keys));
      const put = aside === undefined ? '' : `\nthe keystore that did not open is ${aside}: remove it when all is well`;
      const rest = taken.missing === 0 ? '' : `\nwithout a key still: ${counted(taken.missing, 'sealed recording')}`;
      print(
        terminal,
        options,
        { ...taken, ...(aside ? { aside } : {}) },
        `${counted(taken.taken, 'key')} taken${rest}${put}`,
      );
      if (taken.missing > 0) terminal.failed();
    });
}

const counted = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`;

async function handOver(asker: Asker, keys: readonly SealKey[]): Promise<Reply<'takeKeys'>> {
  let said: Reply<'takeKeys'> = { taken: 0, missing: 0 };
  for (let at = 0; at === 0 || at < keys.length; at += KEYS_AT_ONCE) {
    const some = keys.slice(at, at + KEYS_AT_ONCE);
    const { taken, missing } = await asker('takeKeys', {
      keys: some.map((one) => ({ ...one, key: Buffer.from(one.key).toString('base64') })),
    });
    said = { taken: said.taken + taken, missing };
  }
  return said;
}

async function newKey(path: string): Promise<string> {
  const secret = randomBytes(32);
  try {
    const file = await open(path, 'wx', 0o600);
    try {
      await file.writeFile(`${secret.toString('hex')}\n`);
      await file.sync();
    } finally {
      await file.close();
    }
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'EEXIST') {
      throw new HalinaError('KEY_EXISTS', `${path} is there already: no key is written over`, { cause });
    }
    throw cause;
  }
  return new MasterKey(secret).id;
}

interface SpoolOptions extends Common {
  readonly reason: string;
  readonly out?: string;
}

const NO_END = 'the spool has no end: the call still runs, or a crash or somebody cut it';

export function addSpool(program: Command, terminal: Terminal): void {
  const spool = program.command('spool').description('the packets of a call that is not encoded yet');
  withJson(spool.command('show'))
    .description('give the spool of a call as a pcap file (Wireshark opens it); it is on record')
    .argument('<call>', 'its id')
    .requiredOption('--reason <text>', 'why; it is recorded')
    .option('--out <file>', 'where to; it must not exist (default: standard output)')
    .action(async (id: string, options: SpoolOptions) => {
      const where = await locate(options);
      const { reason, out } = options;
      const { uid } = whoAsks();
      let bytes = 0;
      let last: Reply<'spool'>;
      const file = out === undefined ? undefined : await open(resolve(out), 'wx', 0o600);
      try {
        for (;;) {
          last = await perform(where, 'spool', { id, offset: bytes, reason, uid });
          const data = Buffer.from(last.data, 'base64');
          if (data.length === 0) break;
          bytes += data.length;
          if (file) await file.write(data);
          else await written(data);
        }
      } finally {
        await file?.close();
      }
      const { sealed, complete } = last;
      if (complete === false && !options.json) process.stderr.write(`${NO_END}\n`);
      if (out === undefined) return;
      const path = resolve(out);
      const facts = complete === undefined ? {} : { complete };
      print(terminal, options, { path, bytes, sealed, ...facts }, `${path}: ${bytes} bytes`);
    });
}

const written = (data: Buffer): Promise<void> =>
  new Promise((done, failed) => process.stdout.write(data, (error) => (error ? failed(error) : done())));
