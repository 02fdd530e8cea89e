/** A real recording of a short talk: the voices of the demonstration, in turn, through the recorder. */
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { encodeSpool } from '../../../../src/recording/encode-spool.js';
import { decodeAudio, RATE } from '../../audio.js';
import { callRecords, rtpOf, spoolBytes } from '../../spool-maker.js';

const demo = resolve(import.meta.dirname, '../../../../../demo');

/** Turns of the talk: who speaks, from and to which second of the voice, and a breath after it. */
const turns = [
  ['employee', 0, 2.2],
  ['caller', 0, 4.6],
  ['employee', 2.2, 3.4],
  ['caller', 4.6, 7.9],
  ['employee', 3.4, 7.6],
  ['caller', 0, 2.4],
  ['employee', 0, 2.2],
  ['caller', 2.4, 4.4],
  ['employee', 4.8, 7.6],
  ['caller', 4.6, 6.2],
] as const;
const BREATH = 0.45;

/** A stretch in which nobody speaks, seconds. */
type Silence = readonly [from: number, to: number];

async function talk(seconds: number, silence: Silence): Promise<{ caller: Float32Array; employee: Float32Array }> {
  const voice = async (who: string): Promise<Float32Array> =>
    (await decodeAudio(join(demo, `${who}.wav`), { rate: RATE })).channels[0] ?? new Float32Array();
  const voices = { caller: await voice('caller'), employee: await voice('employee') };
  const both = { caller: new Float32Array(seconds * RATE), employee: new Float32Array(seconds * RATE) };
  let at = 0;
  for (let n = 0; ; n++) {
    const [who, from, to] = turns[n % turns.length] ?? turns[0];
    if (at + to - from >= seconds) break;
    both[who].set(voices[who].subarray(from * RATE, to * RATE), Math.round(at * RATE));
    at += to - from + BREATH;
  }
  for (const side of Object.values(both)) side.fill(0, silence[0] * RATE, silence[1] * RATE);
  return both;
}

export interface Sound {
  readonly bytes: Buffer;
  readonly durationMs: number;
  readonly sha256: string;
}

export async function realRecording(seconds: number, silence: Silence = [0, 0]): Promise<Sound> {
  const folder = mkdtempSync(join(tmpdir(), 'halina-seed-'));
  try {
    const { caller, employee } = await talk(seconds, silence);
    const [spool, output] = [join(folder, 'call.pcap'), join(folder, 'call.mp3')];
    const records = [
      ...rtpOf({ leg: 'outside', sound: caller }),
      ...rtpOf({ leg: 'inside', sound: employee, seed: 2 }),
    ];
    writeFileSync(spool, spoolBytes(callRecords(records, seconds * 1000)));
    const { durationMs } = await encodeSpool(spool, output, { kbps: 32, encoder: 'halina' });
    const bytes = readFileSync(output);
    return { bytes, durationMs, sha256: createHash('sha256').update(bytes).digest('hex') };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
