/** The keystore: durable before use, destroyed for good, wrapped anew, its damage named. */
import { randomBytes } from 'node:crypto';
import { expect } from 'chai';
import { newCallId } from '../../../src/base/call-id.js';
import { HalinaError } from '../../../src/base/errors.js';
import { ENTRIES_AT, ENTRY_BYTES } from '../../../src/vault/keystore-format.js';
import { KEYSTORE_NAME, KeyStore } from '../../../src/vault/keystore.js';
import { keystoreOf } from '../../../src/vault/keystore-reading.js';
import { MasterKey } from '../../../src/vault/master-key.js';
import type { SealKey } from '../../../src/vault/seal-key.js';
import { chance } from '../../support/chance.js';
import { MemoryFiles, systemError } from '../../support/memory-files.js';

const FOLDER = '/data/keys';
const PATH = `${FOLDER}/${KEYSTORE_NAME}`;
const master = new MasterKey(randomBytes(32));
const calls = Array.from({ length: 12 }, (_, n) => newCallId(1_700_000_000_000 + n));
const [one = '', two = '', three = ''] = calls;

const open = (files: MemoryFiles, key = master, previous?: MasterKey): Promise<KeyStore> =>
  KeyStore.open({ files, folder: FOLDER, master: key, ...(previous ? { previous } : {}) });

const code = (error: unknown): string => (error instanceof HalinaError ? error.code : String(error));
const same = (a: SealKey | undefined, b: SealKey): boolean => a !== undefined && Buffer.from(a.key).equals(b.key);

describe('the keystore', () => {
  it('has every key that it gave out after a crash at any operation, and its file is as large as it says', async () => {
    for (const power of [false, true]) {
      for (let last = 1, dead = true; dead; last++) {
        const files = new MemoryFiles();
        files.crashBefore(last);
        const given: SealKey[] = [];
        const gone: string[] = [];
        try {
          const store = await open(files);
          for (const owner of [one, two])
            given.push(await store.make('spool', owner), await store.make('recording', owner));
          store.drop(one);
          await store.destroy();
          gone.push(one);
          given.push(await store.make('recording', two)); // takes the place of the one before
        } catch (error) {
          if (!files.dead) throw error;
        }
        ({ dead } = files);
        const after = files.afterCrash(power, chance(last).next);
        const store = await open(after);
        const where = `operation ${last}`;
        expect(after.content(PATH)?.length, where).to.equal(store.bytes);
        expect((await store.check()).damage, where).to.deep.equal([]);
        const latest = new Map(given.map((key) => [`${key.kind} ${key.owner}`, key]));
        for (const key of latest.values()) {
          const found = store.keysOf(key.kind, key.owner);
          if (key.owner === one && (gone.length > 0 || found.length === 0)) continue; // its destruction was under way
          // A key that was made and not acknowledged may have taken its place.
          if (key.kind === 'recording' && key.owner === two && !same(found[0], key)) continue;
          expect(
            found.some((other) => same(other, key)),
            `${where}: ${key.kind}`,
          ).to.equal(true);
        }
        for (const owner of gone) expect(store.has('recording', owner), where).to.equal(false);
      }
    }
  });

  it('gives the same keys after a restart, each only for what it was made for', async () => {
    const files = new MemoryFiles();
    const store = await open(files);
    const keys = await Promise.all(calls.map((owner) => store.make('recording', owner)));
    await store.close();
    const again = await open(files);
    for (const key of keys) {
      expect(same(again.keyOf(key), key)).to.equal(true);
      expect(again.keyOf({ ...key, kind: 'spool' })).to.equal(undefined);
      expect(again.keyOf({ ...key, keyId: '00'.repeat(16) })).to.equal(undefined);
    }
    expect(new Set(keys.map(({ keyId }) => keyId)).size).to.equal(keys.length);
  });

  it('destroys keys for good: nothing in its file opens to them, and the others are under another epoch key', async () => {
    const files = new MemoryFiles();
    const store = await open(files);
    const keep = await store.make('recording', one);
    const lose = await store.make('recording', two);
    const before = Buffer.from(files.content(PATH) as Buffer);
    store.drop(two);
    expect(store.keyOf(lose)).to.equal(undefined);
    expect(store.doomed).to.equal(1);
    expect(await store.destroy()).to.equal(1);
    const after = files.content(PATH) as Buffer;
    expect(after.length).to.equal(ENTRIES_AT + ENTRY_BYTES);
    expect(after.indexOf(Buffer.from(lose.keyId, 'hex'))).to.equal(-1);
    expect(same(store.keyOf(keep), keep)).to.equal(true);
    // An entry of before, put back: it does not open under the new epoch.
    const entryOfLost = before.subarray(ENTRIES_AT + ENTRY_BYTES, ENTRIES_AT + 2 * ENTRY_BYTES);
    files.put(PATH, Buffer.concat([after, entryOfLost]));
    expect((await open(files)).keysOf('recording', two)).to.deep.equal([]);
    expect(files.paths().filter((path) => path.startsWith(FOLDER))).to.deep.equal([PATH]);
  });

  it('gives keys while it is written anew, and keeps them', async () => {
    const files = new MemoryFiles();
    const store = await open(files);
    const many = await Promise.all(Array.from({ length: 600 }, (_, n) => store.make('recording', newCallId(n))));
    for (const { owner } of many.slice(0, 300)) store.drop(owner);
    const destroying = store.destroy();
    const meanwhile = await Promise.all(calls.map((owner) => store.make('spool', owner)));
    store.drop(three);
    await destroying;
    const again = await open(files);
    for (const key of [...many.slice(300), ...meanwhile.filter(({ owner }) => owner !== three)])
      expect(same(again.keyOf(key), key)).to.equal(true);
    expect(again.has('spool', three)).to.equal(store.doomed > 0);
    expect(again.bytes).to.equal(store.bytes);
  });

  it('destroys also what is dropped at any moment while it is written anew', async () => {
    for (let at = 1, dropped = true; dropped; at++) {
      const files = new MemoryFiles();
      const store = await open(files);
      for (const owner of [one, two, three]) await store.make('recording', owner);
      store.drop(one);
      dropped = false;
      const moment = files.operations + at;
      files.onOperation = ({ number }) => {
        if (number !== moment) return;
        store.drop(two);
        dropped = true;
      };
      expect(await store.destroy(), `operation ${at}`).to.equal(1);
      if (!dropped) continue;
      expect(store.has('recording', two), `operation ${at}`).to.equal(false);
      expect(await store.destroy(), `operation ${at}`).to.equal(1);
      expect(
        (await store.check()).names.map(({ owner }) => owner),
        `operation ${at}`,
      ).to.deep.equal([three]);
      expect(store.has('recording', three)).to.equal(true);
    }
  });

  it('goes under another master key without any key changing; the old one opens nothing then', async () => {
    const files = new MemoryFiles();
    const next = new MasterKey(randomBytes(32));
    const key = await (await open(files)).make('recording', one);
    expect(await open(files, next).then(() => 'opened', code)).to.equal('KEYSTORE_MASTER');
    const both = await open(files, next, master);
    expect(both.rotatedFrom).to.equal(master.id);
    expect(same(both.keyOf(key), key)).to.equal(true);
    expect(await open(files).then(() => 'opened', code)).to.equal('KEYSTORE_MASTER');
    const alone = await open(files, next);
    expect(alone.rotatedFrom).to.equal(undefined);
    expect(same(alone.keyOf(key), key)).to.equal(true);
    const said = await keystoreOf(files, PATH, []);
    expect(said).to.deep.equal({ masterId: next.id, epoch: alone.epoch, keys: 1 });
  });

  it('names what is damaged: any flipped byte, at the opening or by a check', async () => {
    const files = new MemoryFiles();
    const store = await open(files);
    for (const owner of [one, two, three]) await store.make('recording', owner);
    const whole = Buffer.from(files.content(PATH) as Buffer);
    for (let at = 0; at < whole.length; at += 7) {
      const changed = Buffer.from(whole);
      changed[at] = (changed[at] ?? 0) ^ 0x10;
      files.put(PATH, changed);
      expect((await store.check()).damage.join(), `byte ${at}`).not.to.equal('');
    }
    const noHeader = Buffer.from(whole);
    noHeader.fill(0, 0, ENTRIES_AT);
    files.put(PATH, noHeader);
    expect(await open(files).then(() => 'opened', code)).to.equal('KEYSTORE_DAMAGED');
    const oneHeader = Buffer.from(whole);
    oneHeader.fill(0, 0, 90);
    files.put(PATH, oneHeader);
    const opened = await open(files);
    expect(opened.damage).to.have.length(1);
    expect(opened.count).to.equal(3);
    const middle = Buffer.from(whole);
    middle.writeUInt8(middle.readUInt8(ENTRIES_AT + ENTRY_BYTES + 50) ^ 1, ENTRIES_AT + ENTRY_BYTES + 50);
    files.put(PATH, middle);
    const rest = await open(files);
    expect(rest.damage).to.have.length(1);
    expect([one, two, three].map((owner) => rest.has('recording', owner))).to.deep.equal([true, false, true]);
  });

  it('goes on after a write that failed: no key is given that is not on the disk', async () => {
    const files = new MemoryFiles();
    const store = await open(files);
    await store.make('recording', one);
    files.onOperation = ({ name }) => {
      if (name === 'sync') throw systemError('EIO');
    };
    expect(
      await store.make('recording', two).then(
        () => 'made',
        () => 'failed',
      ),
    ).to.equal('failed');
    store.drop(one);
    expect(
      await store.destroy().then(
        () => 'done',
        () => 'failed',
      ),
    ).to.equal('failed');
    files.onOperation = ({ name }) => {
      if (name === 'syncFolder') throw systemError('EIO');
    };
    expect(
      await store.destroy().then(
        () => 'done',
        () => 'failed',
      ),
    ).to.equal('failed'); // the new file is in its place
    files.onOperation = () => undefined;
    const key = await store.make('recording', three);
    const again = await open(files);
    expect(same(again.keyOf(key), key)).to.equal(true);
    expect(again.has('recording', two)).to.equal(false);
    expect(again.has('recording', one)).to.equal(false);
    expect((await again.check()).damage).to.deep.equal([]);
  });
});
