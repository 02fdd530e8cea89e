/** `halina check`: mistakes of the file with their places, and what is wrong around it. */
import { expect } from 'chai';
import dgram from 'node:dgram';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ClockSync } from '../../../src/base/clock-sync.js';
import { runChecks } from '../../../src/app/check.js';
import { locate } from '../../../src/app/where.js';

describe('halina check', () => {
  let folder = '';
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'halina-check-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  async function check(text: string, clock: ClockSync = 'synchronised'): Promise<string[]> {
    const config = join(folder, 'halina.yaml');
    await writeFile(config, text);
    const where = await locate({ config, data: join(folder, 'data') }, { mayBeBroken: true });
    const report = await runChecks(where, () => clock);
    return report.findings.map(({ level, message }) => `${level}: ${message.replace(folder, '…')}`);
  }

  const whole = (changes = ''): string => `
sip: { faces: [{ name: a, address: 127.0.0.73, port: 5073 }] }
trunks: [{ name: provider, addresses: [127.0.0.2], proxy: "sip:127.0.0.2" }]
handsets: [{ extension: "201", password: x }]
routes: [{ name: all, numbers: ["*"], handsets: ["201"] }]
outbound: { routes: [{ prefix: "0", strip: 1, trunk: provider }] }
storage: { quota: 1MB, minFree: 1MB, maxAge: 30d }
${changes}`;

  it('has nothing to say of what is well, and changes nothing', async () => {
    expect(await check(whole())).to.deep.equal([]);
    expect(await readdir(folder)).to.deep.equal(['halina.yaml']);
  });

  it('says when nobody keeps the clock, and nothing where that cannot be known', async () => {
    expect(await check(whole(), 'unsynchronised')).to.deep.equal([
      'warning: the clock of this machine is not synchronised',
    ]);
    expect(await check(whole(), 'unknown')).to.deep.equal([]);
  });

  it('names every mistake with line and column, missing secrets too', async () => {
    const text = whole('notis: {}').replace('password: x', 'password: { env: HALINA_TEST_NO_SECRET }');
    expect(await check(text)).to.deep.equal([
      'error: …/halina.yaml:4:42: handsets[0].password: the environment variable HALINA_TEST_NO_SECRET is not set',
      'error: …/halina.yaml:8:1: notis: unknown setting — did you mean notice?',
    ]);
  });

  it('says when a port is taken', async () => {
    const socket = dgram.createSocket('udp4').bind(0, '127.0.0.73');
    await once(socket, 'listening');
    const { port } = socket.address();
    const found = await check(whole().replace('5073', String(port)));
    socket.close();
    expect(found).to.deep.equal([`error: udp 127.0.0.73:${port} (face a) is taken`]);
  });

  it('says when an address is not this machine’s', async () => {
    const [first] = await check(whole().replace('address: 127.0.0.73', 'address: 192.0.2.77'));
    expect(first).to.contain('the password of handset 201 is short');
    expect(await check(whole().replace('address: 127.0.0.73', 'address: 192.0.2.77'))).to.include(
      'error: 192.0.2.77 is no address of this machine (face a)',
    );
  });

  it('says when the disk is too small, or too full', async () => {
    expect((await check(whole().replace('quota: 1MB', 'quota: 900000TB'))).join()).to.match(
      /^warning: storage.quota and storage.minFree together are more than the whole disk \(/,
    );
    expect((await check(whole().replace('minFree: 1MB', 'minFree: 900000TB'))).join()).to.match(
      /error: only .* are free on the disk of …, less than storage.minFree/,
    );
  });

  it('looks for every prompt of every language', async () => {
    await mkdir(join(folder, 'own'));
    const announced = whole(`notice: { folder: ${join(folder, 'own')} }`).replace(
      'handsets: ["201"] }]',
      'handsets: ["201"], onBusy: { announce: nowhere } }]',
    );
    expect(await check(announced)).to.deep.equal(['error: the prompt pl/nowhere.wav is missing']);
    expect(await check(whole('notice: { folder: /nonexistent }'))).to.deep.equal([
      'error: notice.folder /nonexistent cannot be read',
    ]);
  });

  it('says what an office would hardly mean', async () => {
    expect(
      await check('sip: { faces: [{ name: a, address: 127.0.0.1, port: 5073 }] }\nstorage: { maxAge: 800d }'),
    ).to.deep.equal([
      'warning: there are no handsets',
      'warning: there is no trunk: no calls from outside',
      'warning: storage.maxAge is above a year',
    ]);
  });
});
