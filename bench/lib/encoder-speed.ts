/** How fast a recording is made of a spool: what `bench:encoding` measures, and `bench:capacity` adds to the relay's cost. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encodeSpool } from '../../src/recording/encode-spool.js';
import type { EncoderName } from '../../src/recording/mp3/encoder.js';
import { speechLike } from '../../test/support/audio.js';
import { callRecords, rtpOf, spoolBytes } from '../../test/support/spool-maker.js';

export const KBPS = 32;

/** The spool of two who talk without a pause, with jitter, loss and clocks that are 50 ppm fast. */
export function talkSpool(seconds: number): Uint8Array {
  const faults = { jitterMs: 20, loss: 0.005, fastPpm: 50 };
  const legs = [
    ...rtpOf({ leg: 'outside', sound: speechLike(seconds, 1), seed: 1, ...faults }),
    ...rtpOf({ leg: 'inside', sound: speechLike(seconds, 2), seed: 2, ...faults }),
  ];
  return spoolBytes(callRecords(legs, seconds * 1000));
}

/** Seconds of a call in one second of this process's CPU. */
export async function cpuSpeed(seconds: number, work: () => Promise<unknown>): Promise<number> {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return (seconds * 1e6) / (user + system);
}

const SECONDS = 120;
const RUNS = 5;
/** Until V8 has compiled what is used most: a recorder is at work all day. */
const WARM_RUNS = 8;

/** The median of five, warm. */
export async function encoderSpeed(encoder: EncoderName): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'halina-bench-encoder-'));
  try {
    const [spool, output] = [join(folder, 'talk.pcap'), join(folder, 'talk.mp3')];
    writeFileSync(spool, talkSpool(SECONDS));
    const speeds: number[] = [];
    for (let run = 0; run < WARM_RUNS + RUNS; run++) {
      speeds.push(await cpuSpeed(SECONDS, () => encodeSpool(spool, output, { kbps: KBPS, encoder })));
    }
    return speeds.slice(WARM_RUNS).toSorted((a, b) => a - b)[Math.floor(RUNS / 2)] as number;
  } finally {
    rmSync(folder, { recursive: true });
  }
}
