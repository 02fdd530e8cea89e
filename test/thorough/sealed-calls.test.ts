// Runs alone: kills all processes in the middle of calls.
import { expect } from 'chai';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { Reply } from '../../src/app/control-api.js';
import { readSpool } from '../../src/spool/pcap-reader.js';
import { isSealed } from '../../src/vault/format.js';
import { crowd } from '../support/e2e/crowd.js';
import { decode } from '../support/e2e/decoded.js';
import { Halina, halinaCommand, officeConfig } from '../support/e2e/halina.js';
import { needsNamespace } from '../support/e2e/network.js';
import { shortNotice } from '../support/e2e/office.js';
import { run, stopAll } from '../support/e2e/process.js';
import { level, slice } from '../support/e2e/sound.js';

const CALLS = 3;
const DIFFERENCES = { differences: [] };

describe('the sound on the disk is sealed', function () {
  this.timeout(180_000);
  let folder: string;
  before(needsNamespace);
  beforeEach(async () => (folder = await mkdtemp(join(tmpdir(), 'halina-sealed-'))));
  afterEach(async () => {
    await stopAll();
    await rm(folder, { recursive: true });
  });

  /** The packets of a call that runs, and that its spool on the disk has none of them. */
  async function expectSealedSpool(halina: Halina, id: string): Promise<void> {
    const pcap = join(folder, 'shown.pcap');
    await halina.cli('spool', 'show', id, '--out', pcap, '--reason', 'a fault is looked for');
    const { records } = readSpool(await readFile(pcap));
    const stored = await readFile(join(halina.data, 'spool', `${id}.pcap`));
    expect(isSealed(stored)).to.equal(true);
    for (const leg of ['outside', 'inside'] as const) {
      const packets = records.flatMap((record) => (record.kind === 'rtp' && record.leg === leg ? [record.rtp] : []));
      expect(packets.length, leg).to.be.above(50);
      for (const rtp of packets) expect(stored.includes(Buffer.from(rtp).subarray(12))).to.equal(false);
    }
    const { lines } = await halina.cli<Reply<'audit'>>('audit', '--event', 'spool');
    expect(lines.map(({ object, personal }) => [object?.id, personal['reason']])).to.deep.equal([
      [id, 'a fault is looked for'],
    ]);
  }

  /** The recording as whoever gets a sealed export of it hears it. */
  async function expectHeard(halina: Halina, id: string, path: string): Promise<void> {
    expect(isSealed(await readFile(path))).to.equal(true);
    const zip = join(folder, `${id}.zip`);
    await halina.cli('export', id, '--out', zip, '--reference', 'X.1', '--recipient', 'a court');
    await run('unzip', ['-q', '-d', folder, zip, `recording-${id}.mp3`]);
    const { left, right, seconds } = await decode(join(folder, `recording-${id}.mp3`));
    expect(seconds).to.be.above(2);
    expect(level(slice(left, 1, seconds - 0.2)), 'the outside party').to.be.above(-30);
    expect(level(slice(right, 1, seconds - 0.2)), 'the employee').to.be.above(-30);
  }

  it('while calls run, after they are killed, and as recordings, which are heard all the same', async () => {
    const file = join(folder, 'master.key');
    await run('node', [...halinaCommand, 'key', 'new', file]);
    const storage = { quota: '1GB', minFree: '1MB', maxAge: '365d', encryption: { key: { file } } };
    const config = officeConfig({ notice: { folder: await shortNotice() }, storage });
    const first = await Halina.start(config);
    await crowd({ calls: CALLS, rate: 10, talkMs: 120_000 });
    const connected = await first.loggedTimes('call connected', CALLS);
    const lastConnect = Math.max(...connected.map((line) => Date.parse(String(line['time']))));
    await wait(lastConnect + 5000 - Date.now());
    await expectSealedSpool(first, String(connected[0]?.['callId']));
    await first.kill();

    const second = await Halina.start(config, { data: first.data });
    const kept = await second.loggedTimes('recording kept', CALLS, 60_000);
    for (const line of kept) await expectHeard(second, String(line['callId']), String(line['path']));
    expect(await second.cli('verify')).to.deep.include(DIFFERENCES);
    const keys = await second.cli<Reply<'keys'>>('key');
    expect(keys).to.include({ sealing: true, keys: CALLS });
    expect(await second.stop()).to.equal(0);
  });
});
