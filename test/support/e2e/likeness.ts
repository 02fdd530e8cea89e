/** A recording held against the captured packets, part by part: the bounds of the issue in words. */
import { expect } from 'chai';
import type { RtpSeen } from './capture.js';
import type { Decoded } from './decoded.js';
import { find, level, slice } from './sound.js';
import { soundOf } from './truth.js';

/** What a digital silence may have: MP3 leaves no more than this of nothing, dB. */
const SILENCE = -70;

export interface Truth {
  readonly outside: readonly RtpSeen[];
  readonly employee: readonly RtpSeen[];
  /** When the recording begins, seconds since 1970. */
  readonly from: number;
}

/**
 * From `fromS` to `toS` (of the recording) both parties are recorded as they spoke: correlation at least 0.95, channels within
 * 20 ms of one another. Gives how much later than in truth the outside party is heard, in ms: parts of one recording are
 * in step where that is the same.
 */
export function expectBothTalk(recording: Decoded, truth: Truth, fromS: number, toS: number): number {
  const outside = soundOf(truth.outside, truth.from, truth.from + toS + 1);
  const employee = soundOf(truth.employee, truth.from, truth.from + toS + 1);
  const at = Math.round(fromS * 8000);
  const left = find(slice(outside, fromS, toS), recording.left, at, 800);
  const right = find(slice(employee, fromS, toS), recording.right, at, 800);
  const where = `from ${fromS.toFixed(2)} to ${toS.toFixed(2)} s`;
  expect(left.correlation, `outside party ${where}`).to.be.at.least(0.95);
  expect(right.correlation, `employee ${where}`).to.be.at.least(0.95);
  expect(Math.abs(left.lag - right.lag) / 8, `ms between the channels ${where}`).to.be.at.most(20);
  return left.lag / 8;
}

/** The parts (from and to, seconds) are all recorded as spoken and in step with one another. */
export function expectInStep(recording: Decoded, truth: Truth, parts: readonly (readonly [number, number])[]): void {
  const delays = parts.map(([from, to]) => expectBothTalk(recording, truth, from, to));
  expect(Math.max(...delays) - Math.min(...delays), `ms between the parts (${delays.join(', ')})`).to.be.at.most(20);
}

/** From `fromS` to `toS` nothing is heard in either channel. */
export function expectSilence(recording: Decoded, fromS: number, toS: number): void {
  const where = `from ${fromS.toFixed(2)} to ${toS.toFixed(2)} s`;
  expect(level(slice(recording.left, fromS, toS)), `outside party ${where}`).to.be.below(SILENCE);
  expect(level(slice(recording.right, fromS, toS)), `employee ${where}`).to.be.below(SILENCE);
}
