import { expect } from 'chai';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import { systemClock } from '../../../src/base/clock.js';
import { silentLog } from '../../../src/base/log.js';
import type { Log } from '../../../src/base/log.js';
import { EncoderPool } from '../../../src/recording/encoder-pool.js';
import type { EncodeJob } from '../../../src/recording/encoder-pool.js';
import { probeEncoder } from '../../../src/recording/encoder-probe.js';
import { speechLike } from '../../support/audio.js';
import { EPOCH_MS, callEntry, callRecords, rtpOf, spoolBytes } from '../../support/spool-maker.js';
import { VirtualClock } from '../../support/virtual-clock.js';

const NATIVE = { name: 'native', portable: 'halina' } as const;

/** A worker, thread or process, that does what the name of the spool says. */
const actor = `
import { parentPort } from 'node:worker_threads';
const tell = (message) => (parentPort ? parentPort.postMessage(message) : process.send(message));
const facts = { encoder: process.argv[2] };
const done = () => tell({ type: 'done', recording: { durationMs: 1, bytes: 2, sha256: '', facts } });
const failed = (code) => tell({ type: 'failed', failure: { code, message: code, hint: 'a hint' } });
(parentPort ?? process).on('message', ({ type, job }) => {
  if (type === 'probe') process.kill(process.pid, 'SIGSEGV');
  if (type !== 'encode' && type !== 'cancel') return;
  if (job?.encoder === 'native' && job.spoolPath === 'native-fault') return process.kill(process.pid, 'SIGSEGV');
  if (job?.encoder === 'native' && job.spoolPath === 'native-error') return failed('MP3_ENCODER');
  if (type === 'cancel') return failed('ENCODE_CANCELLED');
  if (job.spoolPath === 'crash') throw new Error('out of luck');
  if (job.spoolPath === 'exit') process.exit(7);
  if (job.spoolPath === 'fail') return failed('EIO');
  tell({ type: 'progress', doneMs: 1000, totalMs: 4000 });
  if (job.spoolPath !== 'hold') done();
});`;

describe('the pool of encoders', function () {
  let folder: string;
  let workerUrl: URL;
  const pools: EncoderPool[] = [];

  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'halina-pool-'));
    writeFileSync(join(folder, 'actor.mjs'), actor);
    workerUrl = pathToFileURL(join(folder, 'actor.mjs'));
  });
  afterEach(async () => {
    await Promise.all(pools.splice(0).map((pool) => pool.close()));
  });
  after(() => rmSync(folder, { recursive: true }));

  interface Wanted {
    workers?: number;
    log?: Log;
    clock?: VirtualClock;
    real?: boolean;
    native?: boolean;
  }
  function pool(options: Wanted = {}): EncoderPool {
    const { workers = 1, log = silentLog, clock = new VirtualClock(), real = false, native = false } = options;
    const ways = { ...(real ? {} : { workerUrl }), ...(native ? { choose: () => Promise.resolve(NATIVE) } : {}) };
    const made = new EncoderPool({ workers, kbps: 32, log, clock, ...ways });
    pools.push(made);
    return made;
  }

  /** A job that begins `age` ms after the epoch and does what `spoolPath` says. */
  const job = (id: string, spoolPath: string, age = 0, more: Partial<EncodeJob> = {}): EncodeJob => ({
    id,
    spoolPath,
    outputPath: 'unused',
    entry: callEntry({ startedAt: EPOCH_MS + age }),
    ...more,
  });

  const failure = (promise: Promise<unknown>): Promise<unknown> =>
    promise.then(
      () => 'no error',
      (e: unknown) => e,
    );

  /** A job that is at work until it is cancelled. */
  async function held(using: EncoderPool, id = 'held'): Promise<{ end: () => Promise<unknown> }> {
    const cancel = new AbortController();
    let outcome: Promise<unknown> = Promise.resolve();
    await new Promise<void>((resolve) => {
      const more = { signal: cancel.signal, onProgress: () => resolve() };
      outcome = failure(using.encode(job(id, 'hold', 0, more)));
    });
    const end = (): Promise<unknown> => {
      cancel.abort();
      return outcome;
    };
    return { end };
  }

  it('encodes a spool in a thread', async () => {
    const spoolPath = join(folder, 'call.pcap');
    const outputPath = join(folder, 'call.mp3');
    writeFileSync(spoolPath, spoolBytes(callRecords(rtpOf({ leg: 'inside', sound: speechLike(2, 1) }), 2000)));
    const using = pool({ real: true });
    const recording = await using.encode(job('call', spoolPath, 0, { outputPath }));
    const bytes = readFileSync(outputPath);
    expect(recording).to.include({ durationMs: 2000, bytes: bytes.length });
    expect(recording.sha256).to.equal(createHash('sha256').update(bytes).digest('hex'));
    expect(recording.facts.encoder).to.equal('halina');
    expect(bytes.length).to.be.at.most(using.expectedBytes(2000));
  });

  it("encodes it with the system's LAME, in a process of its own", async () => {
    expect(await probeEncoder('native', systemClock)).to.deep.equal({ works: true, version: 'LAME3.100' });
    const spoolPath = join(folder, 'native.pcap');
    const outputPath = join(folder, 'native.mp3');
    writeFileSync(spoolPath, spoolBytes(callRecords(rtpOf({ leg: 'inside', sound: speechLike(2, 1) }), 2000)));
    const using = pool({ real: true, native: true });
    const recording = await using.encode(job('call', spoolPath, 0, { outputPath }));
    expect(recording).to.include({ durationMs: 2000, bytes: readFileSync(outputPath).length });
    expect(recording.facts.encoder).to.equal('native');
    expect(recording.bytes).to.be.at.most(using.expectedBytes(2000));
  });

  it('does not use it where trying it kills the process that tries', async () => {
    const probe = await probeEncoder('native', systemClock, workerUrl);
    expect(probe.works).to.equal(false);
    expect(probe).to.have.property('why').that.includes('SIGSEGV');
  });

  it('makes a recording without native code where that fails, and does not try it for ever', async () => {
    const errors: string[] = [];
    const log: Log = { ...silentLog, error: (_facts: object, text?: string) => errors.push(text ?? '') };
    const using = pool({ log, native: true });
    expect(await using.encode(job('1', 'native-fault', 1))).to.include({ durationMs: 1 });
    expect(await using.encode(job('2', 'native-error', 2))).to.include({ durationMs: 1 });
    expect(await using.encode(job('3', 'ok', 3))).to.include({ durationMs: 1 });
    expect(await using.encode(job('4', 'native-fault', 4))).to.include({ durationMs: 1 });
    expect(await using.encode(job('5', 'native-fault', 5))).to.include({ durationMs: 1 });
    expect(errors).to.deep.equal([
      'libmp3lame failed: this recording is made without',
      'libmp3lame failed: this recording is made without',
      'libmp3lame failed too often: it is not used any more',
    ]);
  });

  it('gives way less the more urgent it is, with others who replace those that may not be raised', async () => {
    const using = pool();
    const nicenessOf = async (id: string): Promise<string> => (await using.encode(job(id, 'ok'))).facts.encoder;
    expect(await nicenessOf('1')).to.equal('10');
    using.setUrgency('behind');
    expect(await nicenessOf('2')).to.equal('5');
    const working = await held(using);
    using.setUrgency('pressing');
    await working.end();
    expect(await nicenessOf('3')).to.equal('0');
  });

  it('passes on why a spool can not be encoded, and leaves nothing behind', async () => {
    const spoolPath = join(folder, 'empty.pcap');
    const outputPath = join(folder, 'empty.mp3');
    writeFileSync(spoolPath, '');
    const using = pool({ real: true });
    expect(await failure(using.encode(job('call', spoolPath, 0, { outputPath })))).to.include({
      code: 'SPOOL_UNREADABLE',
    });
    expect(await failure(using.encode(job('call', join(folder, 'none.pcap'), 0, { outputPath })))).to.include({
      code: 'ENOENT',
    });
    expect(readdirSync(folder).filter((name) => name.startsWith('empty.mp3'))).to.deep.equal([]);
  });

  it('takes the oldest call first, and before it the one that somebody wants to hear', async () => {
    const using = pool();
    const first = await held(using);
    const order: string[] = [];
    const all = ['new', 'old', 'wanted', 'oldest'].map(async (id, n) => {
      await using.encode(job(id, 'ok', [300, 200, 400, 100][n]));
      order.push(id);
    });
    using.hurry('wanted');
    expect(using.waiting).to.equal(4);
    await first.end();
    await Promise.all(all);
    expect(order).to.deep.equal(['wanted', 'oldest', 'old', 'new']);
  });

  it('works on as many at a time as it has workers', async () => {
    const using = pool({ workers: 2 });
    const both = [await held(using, 'a'), await held(using, 'b')];
    const third = using.encode(job('c', 'ok'));
    expect(using.waiting).to.equal(1);
    await both[1]?.end();
    expect(await third).to.include({ durationMs: 1 });
    await both[0]?.end();
  });

  it('fails the job of a worker that dies, and goes on with a new one', async () => {
    const using = pool();
    const [crash, exit, next] = await Promise.all([
      failure(using.encode(job('1', 'crash', 1))),
      failure(using.encode(job('2', 'exit', 2))),
      using.encode(job('3', 'ok', 3)),
    ]);
    expect(crash).to.include({ code: 'ENCODER_CRASHED' }).and.property('message').to.include('out of luck');
    expect(exit).to.include({ code: 'ENCODER_CRASHED' }).and.property('message').to.include('status 7');
    expect(next).to.include({ durationMs: 1 });
  });

  it('keeps code and hint of a failure', async () => {
    expect(await failure(pool().encode(job('1', 'fail')))).to.include({ code: 'EIO', hint: 'a hint' });
  });

  it('cancels what waits, what is at work, and what comes after it was closed', async () => {
    const using = pool();
    const working = await held(using);
    const cancel = new AbortController();
    const waiting = failure(using.encode(job('waiting', 'ok', 1, { signal: cancel.signal })));
    cancel.abort();
    expect(await waiting).to.include({ code: 'ENCODE_CANCELLED' });
    const other = failure(using.encode(job('other', 'ok', 2)));
    await using.close();
    expect(await other).to.include({ code: 'ENCODE_CANCELLED' });
    expect(await working.end()).to.include({ code: 'ENCODE_CANCELLED' });
    expect(await failure(using.encode(job('late', 'ok')))).to.include({ code: 'ENCODE_CANCELLED' });
  });

  it('stops a long encoding where it is, and removes what it had written', async () => {
    const spoolPath = join(folder, 'long.pcap');
    const outputPath = join(folder, 'long.mp3');
    writeFileSync(spoolPath, spoolBytes(callRecords(rtpOf({ leg: 'inside', sound: speechLike(60, 1) }), 60_000)));
    const using = pool({ real: true });
    const cancel = new AbortController();
    const more = { outputPath, signal: cancel.signal, onProgress: () => cancel.abort() };
    expect(await failure(using.encode(job('long', spoolPath, 0, more)))).to.include({ code: 'ENCODE_CANCELLED' });
    expect([existsSync(outputPath), existsSync(`${outputPath}.part`)]).to.deep.equal([false, false]);
  });

  it('says how far a long encoding is', async () => {
    const clock = new VirtualClock();
    const lines: object[] = [];
    const log: Log = { ...silentLog, info: (facts) => lines.push(facts) };
    const using = pool({ clock, log });
    // Time passes between the job's beginning and the worker's first word.
    const outcome = using.encode(job('long', 'ok'));
    clock.advance(10_000);
    await outcome;
    expect(lines).to.deep.equal([{ callId: 'long', percent: 25, totalMs: 4000 }]);
  });

  it('works below the priority of the other threads', async function () {
    if (process.platform !== 'linux') return this.skip();
    const source = `
      import { getPriority } from 'node:os';
      import { parentPort } from 'node:worker_threads';
      const { setThreadNiceness } = await import(${JSON.stringify(new URL('../../../src/recording/thread-priority.js', import.meta.url).href)});
      parentPort.postMessage(getPriority(setThreadNiceness(10)));`;
    writeFileSync(join(folder, 'nice.mjs'), source);
    const { getPriority } = await import('node:os');
    const before = getPriority();
    const worker = new Worker(pathToFileURL(join(folder, 'nice.mjs')));
    const niceness = await new Promise((resolve, reject) => worker.once('message', resolve).once('error', reject));
    await worker.terminate();
    expect(niceness).to.equal(10);
    expect(getPriority()).to.equal(before);
  });
});
