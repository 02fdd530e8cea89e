/** What is said of keys before anything starts. */
import { expect } from 'chai';
import { checkKeystore, masterKeysOf, openVault } from '../../../src/app/vault.js';
import { HalinaError } from '../../../src/base/errors.js';
import { newCallId } from '../../../src/base/call-id.js';
import { silentLog } from '../../../src/base/log.js';
import { parseConfig } from '../../../src/config/load.js';
import type { Config } from '../../../src/config/schema.js';
import { MemoryFiles } from '../../support/memory-files.js';

const [first, second] = ['1', '2'].map((digit) => digit.repeat(64));
const configOf = (encryption: string): Config => parseConfig(`storage: { maxAge: 30d${encryption} }`, 'halina.yaml');
const withKey = (name: string, more = ''): Config => configOf(`, encryption: { key: { env: ${name} }${more} }`);
const refusal = (work: Promise<unknown>): Promise<HalinaError> =>
  work.then(
    () => Promise.reject(new Error('it was taken')),
    (error: unknown) =>
      error instanceof HalinaError ? error : Promise.reject(error instanceof Error ? error : new Error(String(error))),
  );

describe('the keys of a data folder', () => {
  before(() => Object.assign(process.env, { HALINA_TEST_KEY_1: first, HALINA_TEST_KEY_2: second }));
  after(() => {
    delete process.env['HALINA_TEST_KEY_1'];
    delete process.env['HALINA_TEST_KEY_2'];
  });

  const open = (files: MemoryFiles, config: Config) => openVault(config, '/data', files, silentLog);

  it('are not there where nothing is configured', async () => {
    const files = new MemoryFiles();
    const vault = await open(files, configOf(''));
    expect([vault.seals, vault.keys]).to.deep.equal([false, undefined]);
    expect(files.paths()).to.deep.equal([]);
  });

  it('are refused under another master key or none, by name, and nothing of them is changed', async () => {
    const files = new MemoryFiles();
    const vault = await open(files, withKey('HALINA_TEST_KEY_1'));
    await vault.newKey('recording', newCallId(1));
    const before = files.content('/data/keys/sealed.keys');
    const wrong = await refusal(open(files, withKey('HALINA_TEST_KEY_2')));
    expect(wrong.code).to.equal('KEYSTORE_MASTER');
    expect(wrong.message).to.include(vault.keys?.masterId);
    const none = await refusal(open(files, configOf('')));
    expect(none.code).to.equal('MASTER_KEY_MISSING');
    expect(none.message).to.include('1 sealed files');
    const check = await refusal(checkKeystore(files, masterKeysOf(withKey('HALINA_TEST_KEY_2'), '/data'), '/data'));
    expect(check.code).to.equal('KEYSTORE_MASTER');
    expect(files.content('/data/keys/sealed.keys')).to.deep.equal(before);
  });

  it('go under the next master key by previousKey, once', async () => {
    const files = new MemoryFiles();
    const key = await (await open(files, withKey('HALINA_TEST_KEY_1'))).newKey('recording', newCallId(1));
    const both = await open(files, withKey('HALINA_TEST_KEY_2', ', previousKey: { env: HALINA_TEST_KEY_1 }'));
    expect(both.keys?.rotatedFrom).to.be.a('string');
    const again = await open(files, withKey('HALINA_TEST_KEY_2', ', previousKey: { env: HALINA_TEST_KEY_1 }'));
    expect(again.keys?.rotatedFrom).to.equal(undefined);
    const alone = await open(files, withKey('HALINA_TEST_KEY_2', ', enabled: false'));
    expect(alone.seals).to.equal(false);
    expect(key && Buffer.from(alone.keys?.keyOf(key)?.key ?? []).equals(key.key)).to.equal(true);
  });

  it('do not stand in the data folder', () => {
    const config = configOf(', encryption: { key: { file: /data/keys/master.key } }');
    expect(() => masterKeysOf(config, '/data')).to.throw(HalinaError, 'stands in the data folder');
  });
});
