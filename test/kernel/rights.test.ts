/** The rights of the kernel plane: without them the sockets do all, and with them they are laid down after loading. */
import { expect } from 'chai';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { silentLog, type Log } from '../../src/base/log.js';
import { EmbeddedEngine, type EmbeddedEngineOptions } from '../../src/media/session/embedded-engine.js';
import { probeKernelPlane } from '../../src/media/kernel/rights.js';

const probeModule = resolve(import.meta.dirname, '../../src/media/kernel/rights.js');
const options: EmbeddedEngineOptions = {
  ports: { from: 30_000, to: 30_099 },
  portDrainMs: 0,
  engines: 1,
  silenceTimeoutMs: 0,
  plane: 'kernel',
  promptFolders: [],
  budget: { reserve: () => Promise.resolve(true) },
  log: silentLog,
};
const CAP_BPF = 39n;

describe('the rights of the kernel plane', function () {
  it('are there in this test', () => {
    expect(probeKernelPlane()).to.deep.equal({ possible: true });
  });

  it('lack in a process without capabilities: the probe says which call failed, why, and what to do', async () => {
    const script = `import(${JSON.stringify(probeModule)}).then((m) => console.log(JSON.stringify(m.probeKernelPlane())))`;
    const without = spawn('setpriv', ['--bounding-set=-all', '--inh-caps=-all', process.execPath, '-e', script]);
    const chunks: Buffer[] = [];
    without.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
    await once(without, 'close');
    const found = JSON.parse(Buffer.concat(chunks).toString()) as { possible: boolean; why: string; hint: string };
    expect(found.possible).to.equal(false);
    expect(found.why).to.match(/^bpf mapCreate failed with EPERM/);
    expect(found.hint).to.include('CAP_BPF');
  });

  it('are laid down by a media process as soon as its program is loaded', async () => {
    const lines: string[] = [];
    const log: Log = { ...silentLog, info: (facts, message) => void lines.push(`${message} ${JSON.stringify(facts)}`) };
    const engine = await EmbeddedEngine.start({ ...options, log });
    try {
      expect(lines.join('\n')).to.include('"plane":"kernel"');
      const status = await readFile(`/proc/${engine.pids[0]}/status`, 'utf8');
      for (const kind of ['CapEff', 'CapPrm']) {
        const set = BigInt(`0x${new RegExp(`${kind}:\\s*([0-9a-f]+)`).exec(status)?.[1]}`);
        expect((set >> CAP_BPF) & 1n, kind).to.equal(0n);
      }
    } finally {
      await engine.close();
    }
  });

  it('leave nothing behind when a media process is killed: the next one loads its own', async () => {
    let told = (): void => {};
    const died = new Promise<void>((resolve) => (told = resolve));
    const log: Log = {
      ...silentLog,
      error: (_facts, message) => {
        if (message === 'media process died') told();
      },
    };
    const engine = await EmbeddedEngine.start({ ...options, log });
    try {
      process.kill(engine.pids[0] ?? Number.NaN, 'SIGKILL');
      await died;
    } finally {
      await engine.close();
    }
    const next = await EmbeddedEngine.start(options);
    await next.close();
  });
});
