/** `npx halina demo` as a newcomer runs it, beside a program that has the usual ports. */
import { expect } from 'chai';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { configSchema } from '../../src/config/schema.js';
import { decode } from '../support/e2e/decoded.js';
import { halinaCommand, officeConfig } from '../support/e2e/halina.js';
import { needsNamespace } from '../support/e2e/network.js';
import { run } from '../support/e2e/process.js';
import { level } from '../support/e2e/sound.js';

describe('halina demo', function () {
  this.timeout(180_000);
  before(needsNamespace);

  it('ends with the path of a recording of both, and complains of nothing', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'halina-demo-'));
    const { port } = configSchema.parse(officeConfig()).console;
    const taken = net.createServer().listen(port, '127.0.0.1');
    await once(taken, 'listening');
    try {
      const said = await run(process.execPath, [...halinaCommand, 'demo', '--data', folder]);
      const lines = said.trim().split('\n');
      expect(
        lines.filter((line) => /"level":[45]0|alarm/.test(line)),
        'complaints',
      ).to.deep.equal([]);
      const recording = await decode(lines.at(-1) ?? '');
      expect(recording.seconds).to.be.within(10, 20);
      for (const side of ['left', 'right'] as const) expect(level(recording[side]), side).to.be.greaterThan(-40);
    } finally {
      taken.close();
      await rm(folder, { recursive: true, force: true });
    }
  });
});
