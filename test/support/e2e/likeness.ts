/** A recording held against the captured packets, part by part: the bounds of the issue in words. */
import { expect } from 'chai';
import type { RtpSeen, SipSeen } from './capture.js';
import type { Decoded } from './decoded.js';
import { find, level, slice, type Match } from './sound.js';
import { soundOf } from './truth.js';

/**
 * Samples within which a sound is looked for around the place where it went on the wire. A recording begins when an answer is
 * read, which on a busy machine is later than it went; how late the channels are to one another is what counts, and of its
 * length `expectDuration` asks.
 */
export const REACH = 24_000;

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
  const where = `from ${fromS.toFixed(2)} to ${toS.toFixed(2)} s`;
  const left = expectHeard(slice(outside, fromS, toS), recording.left, fromS, `outside party ${where}`);
  const right = expectHeard(slice(employee, fromS, toS), recording.right, fromS, `employee ${where}`);
  expect(Math.abs(left.lag - right.lag) / 8, `ms between the channels ${where}`).to.be.at.most(20);
  return left.lag / 8;
}

/**
 * A part of the truth is in the recording from about `fromS` on, and where. As a whole; or piece by piece, where a telephone or
 * the way to it came to be some ms later in the midst of it: that the packets alone do not show, and the recording follows.
 */
function expectHeard(spoken: Float32Array, recorded: Float32Array, fromS: number, what: string): Match {
  const whole = find(spoken, recorded, Math.round(fromS * 8000), REACH);
  if (whole.correlation >= 0.95) return whole;
  const pieces = likeness(spoken, recorded, fromS);
  expect(pieces.correlation, `${what} (as a whole ${whole.correlation})`).to.be.at.least(0.95);
  expect(pieces.unlike, `pieces of ${pieces.windows} in which it is not (${what})`).to.be.at.most(Math.max(1, pieces.windows / 10)); // prettier-ignore
  return pieces;
}

/** Seconds of sound by which a recording is laid over the truth. */
const ANCHOR = 2;

/**
 * The truth as it lies under the recording, by what the outside party says `atS` seconds after its beginning: what begins it is
 * an answer that on a busy machine is read later than it went, and nothing on the wire says when. Never before it, and
 * no more than `mostS` later.
 */
export function anchored(recording: Decoded, truth: Truth, atS = 1, mostS = 5): Truth {
  const spoken = slice(recording.left, atS, atS + ANCHOR);
  const wire = soundOf(truth.outside, truth.from, truth.from + atS + ANCHOR + mostS);
  const { correlation, lag } = find(spoken, wire, Math.round(atS * 8000), Math.round(mostS * 8000));
  expect(correlation, `the outside party from ${atS} s on, wherever it was on the wire`).to.be.at.least(0.9);
  expect(lag / 8000, 'seconds from the answer to the beginning of the recording').to.be.within(-0.1, mostS);
  return { ...truth, from: truth.from + lag / 8000 };
}

/** A change of a call, seconds of the recording: it befell after it was asked for and before that was answered. */
export interface Change {
  readonly asked: number;
  readonly done: number;
}

/** What each of these offers changed, by the answers to them. `from`: when the recording began, seconds since 1970. */
export const changesOf = (offers: readonly SipSeen[], answers: readonly SipSeen[], from: number): readonly Change[] =>
  answers.map(({ time }, n) => ({ asked: (offers[n]?.time ?? Number.NaN) - from, done: time - from }));

/**
 * Holds and their ends, by turns: nothing is heard while a hold lasts, and the talks before, between and after are all
 * recorded as spoken and in step with one another.
 */
export function expectHolds(recording: Decoded, truth: Truth, changes: readonly Change[]): void {
  const talks: [number, number][] = [];
  let talksFrom = 0.5;
  for (let n = 0; n + 1 < changes.length; n += 2) {
    const [held, resumed] = changes.slice(n, n + 2) as [Change, Change];
    talks.push([talksFrom, held.asked - 0.2]);
    expectSilence(recording, held.done + 0.15, resumed.asked - 0.15);
    talksFrom = resumed.done + 0.3;
  }
  expectInStep(recording, truth, [...talks, [talksFrom, recording.seconds - 0.5]]);
}

/** The parts (from and to, seconds) are all recorded as spoken and in step with one another. */
export function expectInStep(recording: Decoded, truth: Truth, parts: readonly (readonly [number, number])[]): void {
  const delays = parts.map(([from, to]) => expectBothTalk(recording, truth, from, to));
  expect(Math.max(...delays) - Math.min(...delays), `ms between the parts (${delays.join(', ')})`).to.be.at.most(20);
}

/** Seconds. */
const DURATION = 0.04;

/**
 * The recording is as long as the time between the two messages on the wire that went at `from` and `to`. On a machine that
 * has no time for it a program reads a message late, at the latest when it answers it: so much later than it went may
 * count too, and no more. `since`: where the first message is our own, the time from which on it could have gone.
 */
export function expectDuration(
  seconds: number,
  sip: readonly SipSeen[],
  from: number,
  to: number,
  since: number = from,
): void {
  const [lateAtFirst, lateAtLast] = [answeredAfter(sip, from), answeredAfter(sip, to)];
  const where = `duration (${(to - from).toFixed(3)} s on the wire, read up to ${lateAtFirst} and ${lateAtLast} s late)`;
  expect(seconds, where).to.be.within(to - from - lateAtFirst - DURATION, to - since + lateAtLast + DURATION);
}

/** Seconds until the message that went at this time was answered: a 200 by its ACK, a BYE by its 200. */
function answeredAfter(sip: readonly SipSeen[], at: number): number {
  const message = sip.find(({ time }) => time === at);
  if (!message) throw new Error(`no message went at ${at}`);
  const answer = sip.find(
    (one) =>
      one.time >= at &&
      one.from === message.to &&
      one.to === message.from &&
      ['Call-ID', 'CSeq'].every((name) => fieldOf(one, name) === fieldOf(message, name)),
  );
  if (!answer) throw new Error(`nobody answered ${message.firstLine}`);
  return answer.time - at;
}

/** Its value; of CSeq the number alone, which an ACK shares with what it acknowledges. */
const fieldOf = ({ text }: SipSeen, name: string): string | undefined =>
  new RegExp(String.raw`^${name}: *(\S+)`, 'im').exec(text)?.[1];

/** From `fromS` to `toS` nothing is heard in either channel. */
export function expectSilence(recording: Decoded, fromS: number, toS: number): void {
  const where = `from ${fromS.toFixed(2)} to ${toS.toFixed(2)} s`;
  expect(level(slice(recording.left, fromS, toS)), `outside party ${where}`).to.be.below(SILENCE);
  expect(level(slice(recording.right, fromS, toS)), `employee ${where}`).to.be.below(SILENCE);
}

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0;

/** The sound half a sample later (cubic interpolation). */
function halfSampleOn(sound: Float32Array): Float32Array {
  const at = (n: number): number => sound[n] ?? 0;
  return Float32Array.from(sound, (_, n) => (9 * (at(n) + at(n + 1)) - at(n - 1) - at(n + 2)) / 16);
}

/** Seconds. */
const WINDOW = 0.4;

export interface Likeness extends Match {
  /** Windows with speech, and those of them in which the two are not alike. */
  readonly windows: number;
  readonly unlike: number;
}

/**
 * How like a part of the truth is to the recording from `from` (seconds) on, in windows of 0.4 s: in longer ones a clock that
 * is 200 ppm off shifts them by samples against one another, which is what the recording corrects and the packets do not.
 * Silence says nothing. The lag is in samples; both are the median of the windows.
 */
export function likeness(truth: Float32Array, recording: Float32Array, from: number): Likeness {
  // Where it lies as a whole, since the recording may have begun late; then how like it is, window by window.
  const whole = find(truth, recording, Math.round(from * 8000), REACH).lag;
  const windows = [...Array(Math.round(truth.length / 8000 / WINDOW)).keys()].map((n) => WINDOW * n);
  const spoken = windows.filter((at) => level(slice(truth, at, at + WINDOW)) > -35);
  const matches = spoken.map((at) => {
    const part = slice(truth, at, at + WINDOW);
    const begin = Math.round((from + at) * 8000) + whole;
    const near = Math.max(0, begin - 1000);
    const around = recording.slice(near, begin + part.length + 1000);
    // A resampled sound may lie between the samples of the other: it is looked for there too.
    const [on, off] = [around, halfSampleOn(around)].map((sound) => find(part, sound, begin - near, 800)) as [
      Match,
      Match,
    ];
    return on.correlation > off.correlation ? on : off;
  });
  expect(matches.length, 'windows with speech').to.be.greaterThan(3);
  const [correlation, lag] = [matches.map((one) => one.correlation), matches.map((one) => one.lag)].map(median);
  const unlike = matches.filter((one) => one.correlation < 0.9).length;
  return { correlation: correlation ?? 0, lag: whole + (lag ?? 0), windows: matches.length, unlike };
}
