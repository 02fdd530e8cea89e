/** `halina backup` and `halina restore`. The files are copied here; a program that runs goes on beside it. */
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { backupNow, restoreInto } from '../app/backup.js';
import { masterKeyForBackup, masterKeysOf } from '../app/vault.js';
import { locate } from '../app/where.js';
import { bytes, verifyText } from './format.js';
import { PASSPHRASE, passphraseOf, type Passphrase } from './passphrase.js';
import { perform, print, withJson, type Common } from './perform.js';
import { bar, performLong } from './progress-bar.js';
import type { Terminal } from './terminal.js';

interface BackupOptions extends Common, Passphrase {
  readonly prune?: boolean;
}

interface RestoreOptions extends Common, Passphrase {
  readonly snapshot?: string;
}

export function addBackup(program: Command, terminal: Terminal): void {
  withJson(program.command('backup'))
    .description('copy what is new of the archive into a folder on another disk, while calls are up')
    .argument('<target>', 'the folder of the backup')
    .option('--prune', 'then remove from it what has expired or was erased, and earlier snapshots')
    .option('--passphrase-file <file>', `the passphrase for the keys in it (or ${PASSPHRASE})`)
    .action(async (target: string, { prune = false, ...options }: BackupOptions) => {
      const where = await locate(options);
      const passphrase = await passphraseOf(options);
      await perform(where, 'note', { event: 'backup', step: 'begun' });
      const masterKey = masterKeyForBackup(where.config);
      const { data, configFile } = where;
      const request = { data, configFile, target: resolve(target), passphrase, ...(masterKey ? { masterKey } : {}) };
      const report = await backupNow({ ...request, prune, progress: bar() });
      const lacksKey = where.config.storage.encryption !== undefined && !masterKey;
      if (lacksKey) process.stderr.write('the master key is not in this backup: only the service can read it here\n');
      await perform(where, 'note', { event: 'backup', step: 'done', files: report.newFiles, bytes: report.newBytes });
      const gone = report.pruned ? `; ${report.pruned.files} (${bytes(report.pruned.bytes)}) went` : '';
      const said = `${report.snapshot}: ${report.files} files, of them ${report.newFiles} new (${bytes(report.newBytes)})${gone}`;
      print(terminal, options, report, said);
    });

  withJson(program.command('restore'))
    .description('make an archive of a backup in an empty data folder, and verify it')
    .argument('<source>', 'the folder of the backup')
    .option('--snapshot <name>', 'an earlier one than the latest')
    .option('--passphrase-file <file>', `the passphrase of the backup (or ${PASSPHRASE})`)
    .action(async (source: string, { snapshot, ...options }: RestoreOptions) => {
      const where = await locate(options);
      const passphrase = await passphraseOf(options);
      const which = snapshot === undefined ? {} : { snapshot };
      const master = masterKeysOf(where.config, where.data)?.master;
      const here = { data: where.data, ...(master ? { master } : {}) };
      const request = { source: resolve(source), ...here, passphrase, ...which, progress: bar() };
      const restored = await restoreInto(request);
      const { files, bytes: size, configuration } = restored;
      await perform(where, 'note', { event: 'restore', step: 'done', files, bytes: size });
      const verdict = await performLong(where, 'verify', { hash: true });
      const held = configuration
        ? `\nthe configuration of then is ${configuration}: put it where it belongs, then remove it there`
        : '';
      const said = `${files} files (${bytes(size)}) in ${where.data}${held}\n${verifyText(verdict)}`;
      print(terminal, options, { ...restored, ...verdict }, said);
      if (verdict.differences.length > 0) terminal.failed();
    });
}
