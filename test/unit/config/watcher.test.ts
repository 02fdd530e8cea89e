/** Live reload: what is taken over, what waits, and what a broken file does (nothing). */
import { expect } from 'chai';
import { once, EventEmitter } from 'node:events';
import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../../../src/base/clock.js';
import { silentLog, type Log } from '../../../src/base/log.js';
import { loadConfig } from '../../../src/config/load.js';
import type { Config } from '../../../src/config/schema.js';
import { ConfigWatcher } from '../../../src/config/watcher.js';
import { VirtualClock } from '../../support/virtual-clock.js';

describe('a watched configuration', () => {
  let folder = '';
  let file = '';
  let applied: { config: Config; settings: readonly string[] }[] = [];
  let told: string[] = [];
  const clock = new VirtualClock();
  const log: Log = {
    ...silentLog,
    warn: (facts, message) => void told.push(`${message} ${JSON.stringify(facts)}`),
    error: (_facts, message) => void told.push(message),
  };
  let changed = (): void => undefined;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'halina-watch-'));
    file = join(folder, 'halina.yaml');
    await writeFile(file, 'storage: { quota: 20GB, maxAge: 30d }');
    applied = [];
    told = [];
  });
  afterEach(() => rm(folder, { recursive: true }));

  async function watching(): Promise<ConfigWatcher> {
    const config = await loadConfig(file);
    const apply = (next: Config, settings: readonly string[]): void => void applied.push({ config: next, settings });
    return ConfigWatcher.start({ file, config, load: () => loadConfig(file), apply, clock, log }, (_file, listener) => {
      changed = listener;
      return () => undefined;
    });
  }

  it('hands a change on', async () => {
    const watcher = await watching();
    await writeFile(file, 'storage: { quota: 50GB, maxAge: 30d }');
    expect(await watcher.reload()).to.include({ state: 'changed' });
    expect(applied.map(({ config, settings }) => [config.storage.quota, settings])).to.deep.equal([
      [50e9, ['storage.quota']],
    ]);
    expect(watcher.config.storage.quota).to.equal(50e9);
  });

  it('says what waits for a restart, once, and goes on with what was', async () => {
    const watcher = await watching();
    await writeFile(file, 'storage: { quota: 50GB, maxAge: 30d }\nmedia: { engines: 2 }');
    const result = await watcher.reload();
    expect(result).to.deep.include({ applied: ['storage.quota'], waiting: ['media.engines'] });
    expect(watcher.config.media.engines).to.equal(1);
    expect(await watcher.reload()).to.deep.equal({ state: 'unchanged' });
    expect(told).to.have.length(1);
    expect(told[0]).to.contain('next start').and.to.contain('media.engines');
  });

  it('does nothing with a file that has mistakes', async () => {
    const watcher = await watching();
    await writeFile(file, 'storage: { quota: lots, maxAge: 30d }');
    expect(await watcher.reload()).to.include({ state: 'refused' });
    expect(applied).to.deep.equal([]);
    expect(watcher.config.storage.quota).to.equal(20e9);
    expect(told).to.deep.equal(['the changed configuration is not used; what ran before runs on']);
  });

  it('is read once after several quick writes', async () => {
    const watcher = await watching();
    await writeFile(file, 'storage: { quota: 50GB, maxAge: 30d }');
    for (let n = 0; n < 5; n++) {
      changed();
      clock.advance(50);
    }
    expect(applied).to.deep.equal([]);
    clock.advance(200);
    await watcher.close();
    expect(applied).to.have.length(1);
  });

  it('goes on where changes cannot be noticed: by request', async () => {
    const config = await loadConfig(file);
    const options = { file, config, load: () => loadConfig(file), apply: () => undefined, clock, log };
    const watcher = ConfigWatcher.start(options, () => {
      throw new Error('no inotify');
    });
    expect(told[0]).to.contain('SIGHUP');
    expect(await watcher.reload()).to.deep.equal({ state: 'unchanged' });
    await watcher.close();
  });

  it('is noticed on disk when another file takes its place', async () => {
    const seen = new EventEmitter();
    const config = await loadConfig(file);
    const apply = (): void => void seen.emit('applied');
    const watcher = ConfigWatcher.start({
      file,
      config,
      load: () => loadConfig(file),
      apply,
      clock: systemClock,
      log: silentLog,
    });
    try {
      const waiting = once(seen, 'applied');
      await writeFile(`${file}.new`, 'storage: { quota: 50GB, maxAge: 30d }');
      await rename(`${file}.new`, file);
      await waiting;
    } finally {
      await watcher.close();
    }
  });
});
