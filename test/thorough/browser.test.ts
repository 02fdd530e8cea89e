/** A telephone in a browser, signalling over WebSocket (RFC 7118) and sound over DTLS-SRTP: talks, and is recorded. */
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { Capture } from '../support/e2e/capture.js';
import { decode } from '../support/e2e/decoded.js';
import { BrowserPhone } from '../support/e2e/browser-phone.js';
import { Halina, officeConfig } from '../support/e2e/halina.js';
import { address, needsNamespace } from '../support/e2e/network.js';
import { handset, outsideCall, outsideSound, shortNotice } from '../support/e2e/office.js';
import { run, stopAll } from '../support/e2e/process.js';
import { find, level, slice } from '../support/e2e/sound.js';
import { voice } from '../support/e2e/voices.js';

const RATE = 8000;
/** Seconds that are compared, and within how many from the beginning they were said: calls are shorter. */
const PART = 0.5;
const MOST_SAID = 45;

/** A channel of any sound file. */
async function soundOf(file: string, channel = 0): Promise<Float32Array> {
  const wav = `${await mkdtemp(join(tmpdir(), 'halina-sound-'))}/${channel}.wav`;
  await run('ffmpeg', ['-v', 'error', '-i', file, '-af', `pan=mono|c0=c${channel}`, '-ar', String(RATE), wav]);
  return (await decode(wav)).left;
}

/** The loudest parts of a sound from 2 s on, which are speech. */
function loudParts(sound: Float32Array): Float32Array[] {
  const count = Math.max(1, Math.floor((sound.length / RATE - 3) / PART));
  const parts = [...Array(count).keys()].map((n) => slice(sound, 2 + n * PART, 2 + (n + 1) * PART, RATE));
  return parts.toSorted((a, b) => level(b) - level(a)).slice(0, 4);
}

/** At half the rate: speech is found by what is below 2 kHz of it, four times as quickly. */
const halved = (sound: Float32Array): Float32Array =>
  Float32Array.from({ length: sound.length >> 1 }, (_, n) => ((sound[2 * n] ?? 0) + (sound[2 * n + 1] ?? 0)) / 2);

/**
 * How like one of the loudest parts of what was heard is to what it is most like in what was said at first. One is enough:
 * a browser that has no time drops what it should say and makes up what it should hear.
 */
function likeness(heard: Float32Array, said: Float32Array): number {
  const first = slice(said, 0, MOST_SAID, RATE);
  const middle = first.length >> 2;
  const likeliest = (part: Float32Array): number => {
    const { lag } = find(halved(part), halved(first), middle, middle);
    return find(part, first, 2 * (middle + lag), 4).correlation;
  };
  return Math.max(...loudParts(heard).map(likeliest));
}

describe('a telephone in a browser', function () {
  this.timeout(180_000);
  let phone: BrowserPhone | undefined;
  before(needsNamespace);
  afterEach(async () => {
    await phone?.close();
    await stopAll();
  });

  const at = (extension: string): string => `sip:${extension}@${address.officeFace}`;
  const account = (extension: string) => ({
    domain: address.officeFace,
    extension,
    password: `secret-${extension}`,
    server: `ws://${address.officeFace}:5066`,
  });

  const begin = async (): Promise<{ halina: Halina; page: BrowserPhone; said: Float32Array }> => {
    const { wav } = await voice('employee', 16);
    const page = (phone = await BrowserPhone.open(wav));
    const office = officeConfig({ notice: { folder: await shortNotice() } });
    const [trunkFace, officeFace] = office.sip?.faces ?? [];
    if (!trunkFace || !officeFace) return expect.fail();
    const face = { ...officeFace, transports: ['udp' as const, 'ws' as const], origins: [page.origin] };
    const halina = await Halina.start({ ...office, sip: { faces: [trunkFace, face] } });
    expect(await page.register(account('201'))).to.equal('Registered');
    const once = await soundOf(wav);
    const said = Float32Array.from({ length: 2 * once.length }, (_, n) => once[n % once.length] ?? 0); // it goes round
    return { halina, page, said };
  };

  it('is called from outside: both hear one another, both are recorded, nothing on the wire is in clear', async () => {
    const { halina, page, said } = await begin();
    const { answered, ended } = await page.prepareToAnswer();
    const capture = await Capture.start();
    await outsideSound();
    const caller = await outsideCall('caller-hangs-up', { talk: 9_000 });
    expect(await answered).to.equal('Established');
    expect(await page.connected()).to.equal('connected');
    await caller.done();
    expect(await ended()).to.equal('Terminated');
    const stored = (await halina.logged('recording kept')) as unknown as { path: string; callId: string };
    await capture.stop();
    const { entry } = await halina.record(stored.callId);
    expect(entry.media?.inside?.encryption).to.equal('AES_CM_128_HMAC_SHA1_80');
    const callers = await soundOf((await voice('caller')).wav);
    expect(likeness(await soundOf(stored.path, 1), said), 'the page, recorded').to.be.at.least(0.85);
    expect(likeness(await soundOf(stored.path, 0), callers), 'the caller, recorded').to.be.at.least(0.85);
    expect(likeness(await soundOf(await page.heard()), callers), 'the caller, in the page').to.be.at.least(0.8);
    expect(await halina.stop()).to.equal(0);
    expect(halina.process.output()).not.to.match(/ice-pwd|PRIVATE/);
  });

  it('calls a handset, and is called by one', async () => {
    const { halina, page, said } = await begin();
    const desk = await handset(1);
    const calling = page.call(at('202'));
    await desk.event('CALL_ESTABLISHED');
    expect(await calling).to.equal('Established');
    expect(await page.connected()).to.equal('connected');
    await new Promise((resolve) => setTimeout(resolve, 5_000)); // they talk
    expect(await page.hangUp()).to.equal('Terminated');
    await desk.event('CALL_CLOSED');
    const desks = await soundOf((await voice('employee')).wav);
    expect(likeness(await soundOf(await page.heard()), desks), 'the desk, in the page').to.be.at.least(0.8);

    // The other way: over the connection that the page has open.
    const { answered, ended } = await page.prepareToAnswer();
    await desk.command('dial', at('201'));
    await desk.event('CALL_ESTABLISHED');
    expect(await answered).to.equal('Established');
    expect(await page.connected()).to.equal('connected');
    await desk.command('hangup');
    expect(await ended()).to.equal('Terminated');
    await desk.stop();
    const [heard = ''] = await desk.recordings('dec');
    expect(likeness(await soundOf(heard), said), 'the page, at the desk').to.be.at.least(0.8);
    expect(await halina.stop()).to.equal(0);
  });

  it('takes a call that another browser leaves to it: it follows to another place, with keys of its own', async () => {
    const { halina, page } = await begin();
    const other = await page.second();
    expect(await other.register(account('202'))).to.equal('Registered');
    const first = await page.prepareToAnswer();
    await outsideSound();
    const caller = await outsideCall('caller-waits', { wait: 60_000 });
    expect(await first.answered).to.equal('Established');
    const second = await other.prepareToAnswer();
    expect(await page.consult(at('202'))).to.equal('Established');
    expect(await second.answered).to.equal('Established');
    expect(await other.connected()).to.equal('connected');
    expect(await page.transfer()).to.equal('Terminated');
    await new Promise((resolve) => setTimeout(resolve, 5_000)); // the caller is heard there
    const heard = await soundOf(await other.heard());
    expect(await other.hangUp()).to.equal('Terminated');
    await caller.done();
    const stored = (await halina.logged('recording kept')) as unknown as { callId: string };
    const { entry } = await halina.record(stored.callId);
    expect(entry.parts.filter(({ kind }) => kind === 'talk').map(({ extension }) => extension)).to.deep.equal(['201', '202']); // prettier-ignore
    const callers = await soundOf((await voice('caller')).wav);
    expect(likeness(heard.subarray(-5 * RATE), callers), 'the caller, in the other browser').to.be.at.least(0.8);
    expect(await halina.stop()).to.equal(0);
  });
});
