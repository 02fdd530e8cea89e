/** A call between a plain outside party and a telephone on a host of its own whose sound is encrypted. */
import { expect } from 'chai';
import { Capture, rtpOf } from './capture.js';
import { decode } from './decoded.js';
import type { FarHost } from './far-host.js';
import type { Halina } from './halina.js';
import { expectBothTalk } from './likeness.js';
import { find, slice } from './sound.js';
import { soundOf } from './truth.js';
import { voice } from './voices.js';
import { Wire } from './wire.js';

/** The provider's wire and the telephone's. */
export const bothWires = async (host: FarHost): Promise<Capture[]> =>
  Promise.all([Capture.start(), Capture.start('udp', { device: host.device, towards: host.address })]);

/** Recorded as it was said, and nothing of it is on the telephone's wire. `from`: when the recording began. */
export async function expectEncryptedCall(
  halina: Halina,
  host: FarHost,
  wires: readonly Capture[],
  from: (outside: Wire, inside: Wire) => number,
): Promise<void> {
  const stored = (await halina.logged('recording kept')) as unknown as { path: string; callId: string };
  const [outside = [], inside = []] = await Promise.all(wires.map((one) => one.stop()));
  const { entry } = await halina.record(stored.callId);
  expect(entry.media?.inside?.encryption).to.match(/^(AES|AEAD)_/);
  expect(entry.media?.outside?.encryption).to.equal(undefined);
  const recording = await decode(stored.path);
  const wire = new Wire(outside);
  // What the telephone said, as the provider got it in clear.
  const truth = { outside: wire.fromCaller, employee: wire.toCaller, from: from(wire, new Wire(inside)) };
  const end = recording.seconds - 0.5;
  expectBothTalk(recording, truth, end - 4, end);
  const said = (await decode((await voice('employee')).wav)).left;
  const part = slice(recording.right, end - 2, end);
  expect(find(part, said, 8 * 8000, 8 * 8000).correlation, 'what its file says').to.be.at.least(0.9);

  for (const [way, of] of [
    ['from', recording.right],
    ['to', recording.left],
  ] as const) {
    const packets = rtpOf(inside).filter((one) => one[way] === host.address && one.payloadType === 8);
    expect(packets.length, `packets ${way} the telephone`).to.be.above(250);
    const noise = soundOf(packets, truth.from, truth.from + recording.seconds);
    const heard = find(slice(of, end - 2, end), noise, noise.length >> 1, noise.length >> 1).correlation;
    expect(heard, `on the wire ${way} the telephone`).to.be.below(0.2);
  }
  expect(halina.process.output()).not.to.match(/ice-pwd|PRIVATE/);
}
