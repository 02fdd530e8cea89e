import { readFile } from 'node:fs/promises';
import { expect } from 'chai';
import { aLawToLinear } from '../../src/codecs/g711.js';
import { decode } from '../support/e2e/decoded.js';
import { Halina, officeConfig } from '../support/e2e/halina.js';
import { address, needsNamespace } from '../support/e2e/network.js';
import { CALLER, OFFICE, shortNotice } from '../support/e2e/office.js';
import { stopAll } from '../support/e2e/process.js';
import { find, slice } from '../support/e2e/sound.js';
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

describe('an office whose provider and handsets speak IPv6', function () {
  this.timeout(120_000);
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
    const part = (sound: Float32Array): Float32Array => slice(sound, 4, 6);
    const left = find(part(recording.left), outside.sound, 4 * 8000 + since, 4000);
    const right = find(part(recording.right), employee.sound, 4 * 8000, 4000);
    expect(left.correlation, 'outside party').to.be.at.least(0.95);
    expect(right.correlation, 'employee').to.be.at.least(0.95);
    for (const { heard } of sources) expect(heard, 'packets that reached a party').to.be.greaterThan(400);
    expect(await halina.stop()).to.equal(0);
  });
});
