/** What tests of an office's own ways share: handsets that dial codes, prompts as they are heard, and a call's recording. */
import { expect } from 'chai';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { CallRecord } from '../../../src/archive/lifecycle.js';
import type { Baresip } from './baresip.js';
import type { RtpSeen } from './capture.js';
import { decode, type Decoded } from './decoded.js';
import type { Halina } from './halina.js';
import { address } from './network.js';
import { run } from './process.js';
import { find } from './sound.js';
import { soundOf } from './truth.js';

const prompts = resolve(import.meta.dirname, '../../../../prompts');

/** Dials a code and hears what it did; `times`: how many codes were dialled with this one, in the test. */
export async function dialsCode(halina: Halina, phone: Baresip, keys: string, times: number): Promise<void> {
  await phone.command('dial', `sip:${encodeURIComponent(keys)}@${address.officeFace}`);
  await halina.loggedTimes('what a code did', times);
  await phone.event('CALL_CLOSED');
  phone.forget();
}

/** A prompt of the product (`pl/closed`) is among these packets. `by`: who heard it, for the message. */
export async function expectHeard(packets: readonly RtpSeen[], name: string, by = 'the caller'): Promise<void> {
  const said = `${await mkdtemp(join(tmpdir(), 'halina-prompt-'))}/said.wav`;
  await run('ffmpeg', ['-v', 'error', '-i', join(prompts, `${name}.wav`), '-ar', '8000', said]);
  const { left } = await decode(said);
  const [first, last] = [packets[0]?.time ?? 0, packets.at(-1)?.time ?? 0];
  const heard = soundOf(packets, first, last + 0.1);
  const middle = heard.length >> 1;
  expect(find(left, heard, middle, middle).correlation, `${name}, as ${by} heard it`).to.be.at.least(0.9);
}

export type Kept = { readonly recording: Decoded; readonly entry: CallRecord['entry'] };

/** The nth recording of the page, from 1. */
export async function keptCall(halina: Halina, n = 1): Promise<Kept> {
  const line = (await halina.loggedTimes('recording kept', n))[n - 1];
  const { path, callId } = line as unknown as { path: string; callId: string };
  return { recording: await decode(path), entry: (await halina.record(callId)).entry };
}
