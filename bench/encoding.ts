/**
 * How fast spools become recordings: `npm run bench:encoding -- --seconds 150 --rounds 5`.
 *
 * One spool of a conversation with jitter, loss and drift, one of a call that is all silence. In each round every encoder
 * makes both, in turn, in this thread, and its CPU time counts (`xRealtime`: seconds of the call in one second of CPU); the
 * work before the encoder is measured alone as well (`dejitter`), and so is LAME by itself at some of its qualities. The yardstick is ffmpeg's LAME at the same bitrate, from ready PCM and without tags. At last the pool, with the
 * fastest encoder: as many at a time as there are cores, two calls each, by the wall clock. `sustainedCalls`: calls that one
 * core encodes as fast as they are made (`bench:capacity` has the same with relaying and recording). It ends within three minutes, with fewer rounds where they take too long.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { silentLog } from '../src/base/log.js';
import { NodeFileStore } from '../src/journal/node-files.js';
import { SoundFiles } from '../src/vault/sound-files.js';
import { encodeSpool } from '../src/recording/encode-spool.js';
import { EncoderPool } from '../src/recording/encoder-pool.js';
import { ENCODER_NAMES } from '../src/recording/mp3/encoder.js';
import type { EncoderName } from '../src/recording/mp3/encoder.js';
import { PagedFile } from '../src/recording/paged-file.js';
import { planRecording } from '../src/recording/plan.js';
import { indexSpool } from '../src/recording/spool-index.js';
import { Channel } from '../src/recording/timeline/channel.js';
import { callEntry, callRecords, spoolBytes } from '../test/support/spool-maker.js';
import { KBPS, cpuSpeed, talkSpool } from './lib/encoder-speed.js';
import { report, spread } from './lib/figures.js';
import { machineName, machineTime, stealPct } from './lib/machine.js';

/** Above this share of stolen time a round says nothing. */
const MAX_STEAL_PCT = 5;
const BLOCK = 36_864;
const WARM_RUNS = 6;
/** No round is begun later, milliseconds. */
const LAST_ROUND_MS = 140_000;

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '150' },
    rounds: { type: 'string', default: '5' },
    json: { type: 'boolean', default: false },
  },
});
const seconds = Number(values.seconds);
const wantedRounds = Number(values.rounds);
const cores = availableParallelism();
const folder = mkdtempSync(join(tmpdir(), 'halina-bench-encoding-'));
const path = (name: string): string => join(folder, name);

function makeSpools(): void {
  writeFileSync(path('talk.pcap'), talkSpool(seconds));
  writeFileSync(path('silence.pcap'), spoolBytes(callRecords([], seconds * 1000)));
}

const encode = (encoder: EncoderName, spool: string): Promise<number> =>
  cpuSpeed(seconds, () => encodeSpool(path(spool), path('out.mp3'), { kbps: KBPS, encoder }));

async function dejitter(): Promise<void> {
  const file = await new SoundFiles(new NodeFileStore()).openSpool(path('talk.pcap'), { salvage: true });
  const pages = new PagedFile(file);
  const index = await indexSpool(file, pages);
  const plan = planRecording(index, { kbps: KBPS, encoder: 'wasm' });
  const channels = [
    new Channel(index.packets.outside, plan.outside, plan.mutes, pages),
    new Channel(index.packets.inside, plan.inside, plan.mutes, pages),
  ];
  for (let from = 0; from < plan.samples; from += BLOCK) {
    const to = Math.min(plan.samples, from + BLOCK);
    for (const channel of channels) channel.want(from, to);
    await pages.fetch();
    for (const channel of channels) channel.render(from, to);
  }
  await file.close();
}

/** LAME alone at a quality of its own, by ffmpeg's account of its CPU time. */
function ffmpegSpeed(quality = 3): number {
  const args = ['-y', '-benchmark', '-f', 's16le', '-ar', '8000', '-ac', '2', '-i', path('talk.pcm')];
  const { stderr } = spawnSync('ffmpeg', [
    ...args,
    '-c:a',
    'libmp3lame',
    '-b:a',
    `${KBPS}k`,
    '-compression_level',
    String(quality),
    path('ffmpeg.mp3'),
  ]);
  const [, user = '', system = ''] = /utime=([\d.]+)s stime=([\d.]+)s/.exec(stderr.toString()) ?? [];
  return seconds / (Number(user) + Number(system));
}

async function poolSpeed(): Promise<number> {
  const pool = new EncoderPool({ workers: cores, kbps: KBPS, log: silentLog });
  const jobs = Array.from({ length: 2 * cores }, (_, n) => ({
    id: String(n),
    spoolPath: path('talk.pcap'),
    outputPath: path(`pool-${n}.mp3`),
    entry: callEntry(),
  }));
  const began = performance.now();
  await Promise.all(jobs.map((job) => pool.encode(job)));
  const tookMs = performance.now() - began;
  await pool.close();
  return (jobs.length * seconds * 1000) / tookMs;
}

interface Round {
  readonly talk: Readonly<Record<EncoderName, number>>;
  readonly silence: Readonly<Record<EncoderName, number>>;
  readonly dejitter: number;
  readonly ffmpeg: number;
  readonly quality5: number;
  readonly quality7: number;
  readonly pool: number;
  readonly steal: number;
}

async function each(spool: string): Promise<Record<EncoderName, number>> {
  const speeds = { lamejs: 0, wasm: 0, native: 0, halina: 0 };
  for (const name of ENCODER_NAMES) speeds[name] = await encode(name, spool);
  return speeds;
}

async function round(): Promise<Round> {
  const machine = machineTime();
  const figures = {
    talk: await each('talk.pcap'),
    silence: await each('silence.pcap'),
    dejitter: await cpuSpeed(seconds, dejitter),
    ffmpeg: ffmpegSpeed(),
    quality5: ffmpegSpeed(5),
    quality7: ffmpegSpeed(7),
    pool: await poolSpeed(),
  };
  return { ...figures, steal: stealPct(machine) };
}

const rounds: Round[] = [];
let disturbed = 0;
try {
  makeSpools();
  const { bytes } = await encodeSpool(path('talk.pcap'), path('out.mp3'), { kbps: KBPS, encoder: 'wasm' });
  execFileSync('ffmpeg', ['-v', 'error', '-y', '-i', path('out.mp3'), '-f', 's16le', path('talk.pcm')]);
  // V8 compiles in these what is used most.
  for (let run = 0; run < WARM_RUNS; run++) await encode('halina', 'talk.pcap');
  await round();
  while (rounds.length < wantedRounds && disturbed <= wantedRounds && performance.now() < LAST_ROUND_MS) {
    const one = await round();
    if (one.steal > MAX_STEAL_PCT) disturbed++;
    else rounds.push(one);
  }
  const of = (figure: (one: Round) => number) => spread(rounds.map(figure));
  report(
    'encoding: seconds of a call in one second of CPU (pool: of the clock)',
    {
      'halina.xRealtime': of((r) => r.talk.halina),
      'native.xRealtime': of((r) => r.talk.native),
      'wasm.xRealtime': of((r) => r.talk.wasm),
      'lamejs.xRealtime': of((r) => r.talk.lamejs),
      'halina.silence.xRealtime': of((r) => r.silence.halina),
      'native.silence.xRealtime': of((r) => r.silence.native),
      'wasm.silence.xRealtime': of((r) => r.silence.wasm),
      'lamejs.silence.xRealtime': of((r) => r.silence.lamejs),
      'dejitter.xRealtime': of((r) => r.dejitter),
      'ffmpeg.xRealtime': of((r) => r.ffmpeg),
      'ffmpeg.quality5.xRealtime': of((r) => r.quality5),
      'ffmpeg.quality7.xRealtime': of((r) => r.quality7),
      halinaToLamejsRatio: of((r) => r.talk.halina / r.talk.lamejs),
      nativeToLamejsRatio: of((r) => r.talk.native / r.talk.lamejs),
      wasmToLamejsRatio: of((r) => r.talk.wasm / r.talk.lamejs),
      sustainedCalls: of((r) => r.talk.halina),
      'pool.xRealtime': of((r) => r.pool),
      stealPct: of((r) => r.steal),
    },
    {
      bench: 'encoding',
      machine: machineName(),
      seconds,
      kbps: KBPS,
      threads: cores,
      bytes,
      spoolBytes: statSync(path('talk.pcap')).size,
      disturbedRounds: disturbed,
    },
  );
  if (rounds.length < wantedRounds) process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true });
}
