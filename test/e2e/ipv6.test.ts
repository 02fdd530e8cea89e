import { readFile } from 'node:fs/promises';
import { expect } from 'chai';
import { aLawToLinear } from '../../src/codecs/g711.js';
import { decode } from '../support/e2e/decoded.js';
import { Halina, officeConfig } from '../support/e2e/halina.js';
import { address, needsNamespace } from '../support/e2e/network.js';
import { CALLER, OFFICE, shortNotice } from '../support/e2e/office.js';
import { stopAll } from '../support/e2e/process.js';
import { REACH } from '../support/e2e/likeness.js';
import { find, level, slice } from '../support/e2e/sound.js';
import { SoundSource } from '../support/e2e/sound-source.js';
import { sipp } from '../support/e2e/sipp.js';
import { voice } from '../support/e2e/voices.js';

const six = address.six;
const sources: SoundSource[] = [];

/** A party's media port, speaking with one of the voices, and what it says. */
async function speak(at: string, port: number, who: 'caller' | 'employee') {
  const { alaw } = await voice(who);
  const source = await SoundSource.open(at, port, alaw);
  sources.push(source);
  const sound = Float32Array.from(await readFile(alaw), (byte) => (aLawToLinear[byte] ?? 0) / 32768);
  return { source, sound };
}

/**
 * How like what was said the recording is from 3 to 7 s, in windows of 0.4 s; the source is `ahead` samples further. In longer
 * ones a source that is late now and then, on a machine at work, is not in step with itself.
 */
function likeness(recording: Float32Array, said: Float32Array, ahead: number): number {
  const windows = [...Array(10).keys()].map((n) => 3 + 0.4 * n);
  const spoken = windows.filter((at) => level(slice(recording, at, at + 0.4)) > -35);
  const found = spoken.map(
    (at) => find(slice(recording, at, at + 0.4), said, Math.round(at * 8000) + ahead, REACH).correlation,
  );
  expect(found.length, 'windows with speech').to.be.greaterThan(3);
  return found.toSorted((a, b) => a - b)[found.length >> 1] ?? 0;
}

describe('an office whose provider and handsets speak IPv6', function () {
  this.timeout(180_000);
  before(needsNamespace);
  afterEach(async () => {
    await Promise.all(sources.splice(0).map((source) => source.close()));
    await stopAll();
  });

  it('takes a call, and both are recorded as they spoke', async () => {
    const config = officeConfig({ notice: { folder: await shortNotice() } });
    const halina = await Halina.start({
      ...config,
      sip: {
        faces: [
          { name: 'trunk', address: [address.trunkFace, six.trunkFace] },
          { name: 'office', address: [address.officeFace, six.officeFace] },
        ],
      },
      trunks: (config.trunks ?? []).map((trunk) => ({
        ...trunk,
        addresses: [six.provider],
        proxy: `sip:[${six.provider}]`,
      })),
    });
    const [outside, employee] = [await speak(six.provider, 9000, 'caller'), await speak(six.handset, 9100, 'employee')];
    const registration = await sipp({
      scenario: 'handset-registers',
      address: six.handset,
      to: `[${six.officeFace}]:5060`,
      fields: ['201;[authentication username=201 password=secret-201]'],
      values: { port: 5060 },
    });
    await registration.done();
    const callee = await sipp({
      scenario: 'callee-hangs-up',
      address: six.handset,
      values: { media: 9100, ring: 300, talk: 9_000, wait: 60_000 },
    });
    const caller = await sipp({
      scenario: 'caller-waits',
      address: six.provider,
      to: `[${six.trunkFace}]:5060`,
      values: { number: OFFICE, caller: CALLER, media: 9000, wait: 60_000 },
    });
    await Promise.all([caller.done(), callee.done()]);
    const { path } = (await halina.logged('recording kept')) as unknown as { path: string };
    const recording = await decode(path);
    // The employee's sound begins with the recording; the caller's has gone on since the notice.
    const since = Math.round((employee.source.begun - outside.source.begun) * 8);
    expect(likeness(recording.left, outside.sound, since), 'outside party').to.be.at.least(0.95);
    expect(likeness(recording.right, employee.sound, 0), 'employee').to.be.at.least(0.95);
    for (const { heard } of sources) expect(heard, 'packets that reached a party').to.be.greaterThan(400);
    expect(await halina.stop()).to.equal(0);
  });
});
