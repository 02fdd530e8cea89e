/** `halina key` and `halina spool` against a program that runs. */
import { expect } from 'chai';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import type { Control } from '../../../src/app/control-api.js';
import { runCommand } from '../../../src/cli/command-line.js';
import { readMasterKey } from '../../../src/config/encryption.js';
import { NodeFileStore } from '../../../src/journal/node-files.js';
import { Backup } from '../../../src/ops/backup/take-backup.js';
import { KeyStore } from '../../../src/vault/keystore.js';
import { MasterKey } from '../../../src/vault/master-key.js';
import { runningControl } from '../../support/fake-control.js';

const id = '01M85W5ESADGKV2504Y5Q745TP';
const { uid } = userInfo();

async function halina(answers: Partial<Control>, args: readonly string[]) {
  const control = await runningControl(answers);
  const [printed, complained]: [string[], string[]] = [[], []];
  const terminal = {
    print: (text: string) => void printed.push(text),
    complain: (text: string) => void complained.push(text),
  };
  try {
    const status = await runCommand([...args, '--config', control.config, '--data', control.data], terminal);
    return { status, printed: printed.join('\n'), complained: complained.join('\n'), asked: control.asked };
  } finally {
    await control.close();
  }
}

describe('keys at the command line', () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'halina-key-'))));
  afterEach(() => rmSync(folder, { recursive: true }));

  it('are told by number and name, never by what they are', async () => {
    const state = { sealing: true, masterKey: 'ab'.repeat(8), epoch: 3, keys: 12, left: 2 };
    const { printed } = await halina({ keys: () => Promise.resolve(state) }, ['key']);
    expect(printed).to.equal(
      'new recordings are sealed\nmaster key abababababababab, epoch 3, 12 keys, 2 of what is gone, to be destroyed',
    );
    const none = await halina({ keys: () => Promise.resolve({ sealing: false, keys: 0, left: 0 }) }, ['key']);
    expect(none.printed).to.include('storage.encryption is not set');
  });

  it('are made in a file that only its owner can read, and never over another', async () => {
    const file = join(folder, 'master.key');
    const made = await halina({}, ['key', 'new', file]);
    expect(made.status).to.equal(0);
    expect(statSync(file).mode & 0o777).to.equal(0o600);
    expect(made.printed)
      .to.include(new MasterKey(readMasterKey({ file })).id)
      .and.to.include('Keep a copy');
    expect(made.printed).not.to.include(readFileSync(file, 'utf8').trim());
    const again = await halina({}, ['key', 'new', file]);
    expect(again.status).to.equal(1);
    expect(again.complained).to.include('is there already');
  });

  it('are taken from a backup, opened by its passphrase, and handed to the program', async () => {
    const [secret, target] = [randomBytes(32), join(folder, 'backup')];
    const files = new NodeFileStore();
    const store = await KeyStore.open({ files, folder: join(folder, 'data/keys'), master: new MasterKey(secret) });
    const key = await store.make('recording', id);
    await store.close();
    const about = { files, data: join(folder, 'data'), target, masterKey: secret, cost: 10, now: () => 0 };
    await Backup.take({ ...about, passphrase: 'słowo', progress: () => {} });
    const words = join(folder, 'words');
    writeFileSync(words, 'słowo\n');
    const args = ['key', 'restore', target, '--passphrase-file', words];
    const all = await halina({ takeKeys: () => Promise.resolve({ taken: 1, missing: 0 }) }, args);
    expect(all.printed).to.equal('1 key taken');
    const { kind, owner, keyId } = key;
    const handed = { kind, owner, keyId, key: Buffer.from(key.key).toString('base64') };
    expect(all.asked).to.deep.equal([{ command: 'takeKeys', request: { keys: [handed] } }]);
    const some = await halina({ takeKeys: () => Promise.resolve({ taken: 0, missing: 2 }) }, args);
    expect(some.status).to.equal(1);
    expect(some.printed).to.include('without a key still: 2 sealed recordings');
    writeFileSync(words, 'another\n');
    expect((await halina({}, args)).complained).to.include('the passphrase is not the one of this backup');
  });

  it('show a spool piece by piece, into a file of one’s own, with the reason', async () => {
    const pieces = [Buffer.alloc(600, 1), Buffer.alloc(20, 2)];
    const at = (offset: number): Buffer => Buffer.concat(pieces).subarray(offset, offset + 600);
    const spool: Control['spool'] = ({ offset }) =>
      Promise.resolve({ data: at(offset).toString('base64'), sealed: true, complete: true });
    const out = join(folder, 'call.pcap');
    const { asked, printed } = await halina({ spool }, ['spool', 'show', id, '--reason', 'a fault', '--out', out]);
    expect(readFileSync(out).equals(Buffer.concat(pieces))).to.equal(true);
    expect(statSync(out).mode & 0o777).to.equal(0o600);
    expect(asked.map(({ request }) => request)).to.deep.equal(
      [0, 600, 620].map((offset) => ({ id, offset, reason: 'a fault', uid })),
    );
    expect(printed).to.equal(`${out}: 620 bytes`);
    expect((await halina({ spool }, ['spool', 'show', id])).status).to.equal(2); // without a reason
  });
});
