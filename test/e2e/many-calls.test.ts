// Runs alone: fifty calls at once take both cores.
import { expect } from 'chai';
import { crowd, crowdNumber, handsetTone, outsideTone } from '../support/e2e/crowd.js';
import { decode } from '../support/e2e/decoded.js';
import { Halina, officeConfig } from '../support/e2e/halina.js';
import { needsNamespace } from '../support/e2e/network.js';
import { shortNotice } from '../support/e2e/office.js';
import { stopAll } from '../support/e2e/process.js';
import { slice, toneLevel } from '../support/e2e/sound.js';

const CALLS = 50;

/** The tones of a family that are heard in a second, above -40 dB below the strongest. */
function heardIn(second: Float32Array, tones: readonly number[]): number[] {
  const levels = tones.map((hz) => toneLevel(second, hz));
  const top = Math.max(...levels);
  return top < -40 ? [] : tones.filter((_, n) => (levels[n] ?? -200) > top - 40);
}

/** Those that are heard in most seconds from 2 to 7: where a busy machine's tone breaks off, all of its second splatters. */
function heard(sound: Float32Array, tones: readonly number[]): number[] {
  const seconds = [2, 3, 4, 5, 6].map((at) => heardIn(slice(sound, at, at + 1), tones));
  return tones.filter((tone) => seconds.filter((one) => one.includes(tone)).length > seconds.length / 2);
}

describe('fifty calls at once', function () {
  this.timeout(420_000);
  before(needsNamespace);
  afterEach(stopAll);

  it('are recorded each with its own two tones and no other', async () => {
    const halina = await Halina.start(officeConfig({ notice: { folder: await shortNotice() } }));
    const all = await crowd({ calls: CALLS, rate: 5, talkMs: 20_000 });
    await all.caller.done();
    await halina.loggedTimes('recording kept', CALLS, 120_000);
    const stored = (await halina.calls()).map(({ number, recording }) => ({ number, path: recording.path ?? '' }));
    const tones = [...Array(CALLS).keys()];
    const family = [...tones.map(outsideTone), ...tones.map(handsetTone)];
    const handsetTones = new Set<number>();
    for (const line of stored) {
      const caller = tones.find((n) => crowdNumber(n) === line.number) ?? -1;
      const recording = await decode(line.path);
      expect(heard(recording.left, family), `left of ${line.number}`).to.deep.equal([outsideTone(caller)]);
      const inside = heard(recording.right, family);
      expect(inside, `right of ${line.number}`).to.have.length(1);
      handsetTones.add(inside[0] ?? 0);
    }
    expect(handsetTones.size, 'a handset leg of its own for each call').to.equal(CALLS);
    expect(await halina.stop()).to.equal(0);
  });
});
