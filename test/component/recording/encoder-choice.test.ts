/** Which encoder makes recordings, where the one wanted is there and where it is not. */
import { expect } from 'chai';
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { encoderFound } from '../../../src/app/check-media.js';
import { encoderText } from '../../../src/app/encoding.js';
import { systemClock } from '../../../src/base/clock.js';
import type { Config } from '../../../src/config/schema.js';
import { chooseEncoder } from '../../../src/recording/encoder-probe.js';
import type { EncoderChoice, ProbeResult } from '../../../src/recording/encoder-probe.js';
import type { EncoderName } from '../../../src/recording/mp3/encoder.js';
import type { EncodedRecording } from '../../../src/recording/encode-spool.js';
import { align, decodeAudio, speechLike, stereo } from '../../support/audio.js';
import { callEntry, callRecords, rtpOf, spoolBytes } from '../../support/spool-maker.js';

/** Where only these work. */
const having =
  (...names: EncoderName[]) =>
  (name: EncoderName): Promise<ProbeResult> =>
    Promise.resolve(names.includes(name) ? { works: true, version: '' } : { works: false, why: 'no such thing' });

describe('the choice of an encoder', () => {
  it('is ours where it works, and LAME in WebAssembly or in JavaScript where not', async () => {
    const choose = (...names: EncoderName[]): Promise<EncoderChoice> =>
      chooseEncoder('halina', systemClock, having(...names));
    expect(await choose('halina', 'wasm')).to.deep.equal({ name: 'halina', portable: 'halina', passedOver: [] });
    const passedOver = ['halina', 'wasm'].map((name) => ({ name, why: 'no such thing' }));
    expect(await choose('wasm')).to.deep.equal({ name: 'wasm', portable: 'wasm', passedOver: passedOver.slice(0, 1) });
    expect(await choose()).to.deep.equal({ name: 'lamejs', portable: 'lamejs', passedOver });
  });

  it("is the system's LAME where that is wanted and works, with another that takes over where it fails", async () => {
    expect(await chooseEncoder('lame', systemClock)).to.deep.equal({
      name: 'native',
      portable: 'wasm',
      passedOver: [],
    });
    const bare = await chooseEncoder('lame', systemClock, having('native'));
    expect(bare).to.include({ name: 'native', portable: 'lamejs' });
    expect(await chooseEncoder('lame', systemClock, having('wasm'))).to.include({ name: 'wasm', portable: 'wasm' });
  });

  it('is said in words, and `halina check` says when it is not the one wanted', async () => {
    const config = { recording: { encoder: 'lame' } } as Config;
    const without = await encoderFound(config, (family, clock) => chooseEncoder(family, clock, having('wasm')));
    expect(without).to.deep.equal([
      {
        level: 'warning',
        message: "recordings are made by LAME in WebAssembly; the system's LAME does not work here: no such thing",
        hint: 'on Debian and Ubuntu: sudo apt-get install libmp3lame0; or leave out recording.encoder',
      },
    ]);
    expect(await encoderFound(config, () => chooseEncoder('lame', systemClock, having('native')))).to.deep.equal([]);
  });
});

const from = (file: string): string => JSON.stringify(new URL(`../../../src/${file}.js`, import.meta.url).href);
/** A program that chooses, and encodes a spool with what it chose. */
const program = `
import { chooseEncoder } from ${from('recording/encoder-probe')};
import { EncoderPool } from ${from('recording/encoder-pool')};
import { systemClock } from ${from('base/clock')};
import { silentLog } from ${from('base/log')};
const [spoolPath, outputPath, entry] = process.argv.slice(2);
const choice = await chooseEncoder('halina', systemClock);
const pool = new EncoderPool({ workers: 1, kbps: 32, choose: () => Promise.resolve(choice), log: silentLog });
const recording = await pool.encode({ id: 'call', spoolPath, outputPath, entry: JSON.parse(entry) });
await pool.close();
process.stdout.write(JSON.stringify({ choice, recording }));`;

describe('a processor that does not take four numbers at a time', () => {
  let folder = '';
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'halina-choice-'));
  });
  after(() => rmSync(folder, { recursive: true }));

  it('makes recordings with LAME all the same, and says why', async function () {
    // V8 then believes the processor to be one that lacks SSE4.1, without which it has no SIMD in WebAssembly.
    if (process.arch !== 'x64') return this.skip();
    const [spoolPath, outputPath] = [join(folder, 'call.pcap'), join(folder, 'call.mp3')];
    const sound = speechLike(10, 1);
    writeFileSync(spoolPath, spoolBytes(callRecords(rtpOf({ leg: 'inside', sound, fastPpm: 200 }), 10_000)));
    const code = join(folder, 'program.mjs');
    writeFileSync(code, program);
    const args = ['--no-enable-sse4-1', code, spoolPath, outputPath, JSON.stringify(callEntry())];
    const { stdout } = await promisify(execFile)(process.execPath, args);
    const { choice, recording } = JSON.parse(stdout) as { choice: EncoderChoice; recording: EncodedRecording };
    expect(choice).to.include({ name: 'wasm', portable: 'wasm' });
    expect(encoderText(choice)).to.match(/^recordings are made by LAME in WebAssembly; our own encoder .*SIMD/);
    expect(recording).to.include({ durationMs: 10_000 });
    expect(recording.facts.encoder).to.equal('wasm');
    const { right } = stereo(await decodeAudio(outputPath));
    expect(align(sound, right).correlation).to.be.above(0.9);
  });
});
