/** What a terminal's Ctrl-C does: the signal reaches every process of the group, not the program alone. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { stringify } from 'yaml';
import { halinaCommand } from '../../support/e2e/halina.js';

const config = {
  sip: {
    faces: [
      { name: 'trunk', address: '127.0.0.71', port: 5071 },
      { name: 'office', address: '127.0.0.71', port: 5072 },
    ],
  },
  trunks: [{ name: 'provider', addresses: ['127.0.0.72'], proxy: 'sip:127.0.0.72', callerId: '+48227836000' }],
  handsets: [{ extension: '201', password: 'secret-201' }],
  routes: [{ name: 'office', numbers: ['+48227836000'], handsets: ['201'] }],
  storage: { quota: '100MB', minFree: '1MB', maxAge: '365d' },
  console: { enabled: false },
};

describe('a signal to the whole process group', function () {
  this.timeout(120_000);
  let folder: string;
  before(async () => (folder = await mkdtemp(join(tmpdir(), 'halina-signals-'))));
  after(() => rm(folder, { recursive: true }));

  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    it(`${signal} ends the program in good order: no part goes before its time`, async () => {
      const file = join(folder, 'halina.yaml');
      await writeFile(file, stringify(config));
      const args = [...halinaCommand, 'start', '--config', file, '--data', join(folder, signal)];
      const child = spawn(process.execPath, args, {
        detached: true,
        stdio: ['ignore', 'pipe', 'inherit'],
        env: { ...process.env, NODE_ENV: 'production' },
      });
      let log = '';
      for await (const chunk of child.stdout.setEncoding('utf8')) {
        if (!log.includes('"msg":"ready"') && `${log}${chunk}`.includes('"msg":"ready"'))
          process.kill(-(child.pid ?? 0), signal);
        log += chunk;
      }
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
      expect(child.exitCode ?? child.signalCode, log).to.equal(0);
      const complaints = log.split('\n').filter((line) => /"level":[45]0/.test(line));
      expect(complaints).to.deep.equal([]);
      expect(log).to.contain('"msg":"stopped"');
    });
});
