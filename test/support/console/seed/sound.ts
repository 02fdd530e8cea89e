/** A real recording of a short talk: the voices of the demonstration, in turn, through the recorder. */
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

async function talk(): Promise<{ caller: Float32Array; employee: Float32Array; seconds: number }> {
  const voice = async (who: string): Promise<Float32Array> =>
    (await decodeAudio(join(demo, `${who}.wav`), { rate: RATE })).channels[0] ?? new Float32Array();
  const voices = { caller: await voice('caller'), employee: await voice('employee') };
  const seconds = turns.reduce((sum, [, from, to]) => sum + to - from + BREATH, 0);
  const both = { caller: new Float32Array(seconds * RATE), employee: new Float32Array(seconds * RATE) };
  let at = 0;
  for (const [who, from, to] of turns) {
    both[who].set(voices[who].subarray(from * RATE, to * RATE), Math.round(at * RATE));
    at += to - from + BREATH;
  }
  return { ...both, seconds };
}

export async function realRecording(): Promise<{ readonly bytes: Buffer; readonly durationMs: number }> {
  const folder = mkdtempSync(join(tmpdir(), 'halina-seed-'));
  try {
    const { caller, employee, seconds } = await talk();
    const [spool, output] = [join(folder, 'call.pcap'), join(folder, 'call.mp3')];
    const records = [
      ...rtpOf({ leg: 'outside', sound: caller }),
      ...rtpOf({ leg: 'inside', sound: employee, seed: 2 }),
    ];
    writeFileSync(spool, spoolBytes(callRecords(records, Math.round(seconds * 1000))));
    const { durationMs } = await encodeSpool(spool, output, { kbps: 32, encoder: 'wasm' });
    return { bytes: readFileSync(output), durationMs };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
