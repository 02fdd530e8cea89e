/** A menu whose key comes as tones in the sound. */
import { expect } from 'chai';
import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { Baresip } from '../support/e2e/baresip.js';
import { Capture } from '../support/e2e/capture.js';
import { officeConfig, sharedHalina } from '../support/e2e/halina.js';
import { expectBothTalk } from '../support/e2e/likeness.js';
import { address, needsNamespace } from '../support/e2e/network.js';
import { handset, outsideCall, outsideSound, shortNotice } from '../support/e2e/office.js';
import { keptCall } from '../support/e2e/office-day.js';
import { keep, run, stopAll } from '../support/e2e/process.js';
import { Scenario } from '../support/e2e/scenario.js';
import { voice } from '../support/e2e/voices.js';
import { Wire } from '../support/e2e/wire.js';

/** A caller's sound as A-law: `seconds` of nothing, the key 1 as its two tones, a second of nothing, then the voice. */
async function voiceAfterKey(seconds: number): Promise<string> {
  const sound = join(await mkdtemp(join(tmpdir(), 'halina-key-')), 'key.al');
  const shape = ['-r', '8000', '-c', '1', '-t', 'al', sound, 'synth', '0.2'];
  await run('sox', ['-n', ...shape, 'sine', '697', 'sine', '1209', 'remix', '1,2', 'gain', '-n', '-9']);
  const silence = (length: number): Buffer => Buffer.alloc(8_000 * length, 0xd5);
  const [key, words] = await Promise.all([sound, (await voice('caller')).alaw].map((file) => readFile(file)));
  if (!key || !words) throw new Error('no sound was made');
  await writeFile(sound, Buffer.concat([silence(seconds), key, silence(1), words]));
  return sound;
}

describe('a menu', function () {
  this.timeout(180_000);
  before(needsNamespace);
  const shared = sharedHalina(async () =>
    officeConfig({
      notice: { folder: await shortNotice() },
      routes: [{ name: 'menu', numbers: ['+48227836000'], to: { menu: 'main' } }],
      menus: [{ name: 'main', say: 'menu', keys: { '1': { handsets: ['201'] } }, otherwise: { hangUp: true } }],
    }),
  );
  let first: Baresip;
  before(async () => {
    first = await handset(0);
    keep(first.process);
  });
  afterEach(stopAll);

  it('a caller whose telephone knows no events of keys presses 1, which is two tones in its sound', async () => {
    const capture = await Capture.start();
    await outsideSound({ audio: await voiceAfterKey(3) });
    const caller = await outsideCall(Scenario.caller({ keys: false }).isHungUpOn());
    await first.event('CALL_ESTABLISHED');
    await wait(4_500);
    await first.command('hangup');
    await caller.done();
    const { recording, entry } = await keptCall(shared());
    const wire = new Wire(await capture.stop());
    expect(
      shared()
        .log()
        .filter(({ msg }) => msg === 'a key was pressed in a menu'),
    ).to.have.length(1);
    expect(new Set(wire.fromCaller.map(({ payloadType }) => payloadType)), 'what the caller sent').to.deep.equal(new Set([8])); // prettier-ignore
    expect(entry.parts.map(({ kind, extension }) => [kind, extension])).to.deep.equal([['talk', '201']]);
    const from = wire.answeredBy(address.handset(0));
    const truth = { outside: wire.fromCaller, employee: wire.fromHandset, from };
    expectBothTalk(recording, truth, 1.5, recording.seconds - 0.5);
  });
});
