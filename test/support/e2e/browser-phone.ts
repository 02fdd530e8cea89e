/**
 * A telephone in a page of Chromium: sip.js over WebSocket, and the browser's own WebRTC (DTLS-SRTP, ICE, Opus). It says what
 * stands in a WAV, for want of a microphone, and keeps what it hears.
 */
import { once } from 'node:events';
import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import http from 'node:http';
import type net from 'node:net';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, normalize } from 'node:path';
import { chromium, type Browser, type Page } from 'playwright-core';

/** What runs in the page. The sound is taken and given as it is: what Chromium does to please ears makes it hard to compare. */
const PHONE = `
import { Inviter, Registerer, UserAgent } from '/sip.js/index.js';
const until = (thing, ...wanted) => new Promise((resolve) => {
  thing.stateChange.addListener((state) => { if (wanted.includes(state)) resolve(state); });
});
const options = { sessionDescriptionHandlerOptions: { iceGatheringTimeout: 2000, constraints: {
  audio: { echoCancellation: false, noiseSuppression: false, autoGainControl: false }, video: false } } };
let agent, session, recorder;
const chunks = [];
function keep(connection) {
  const stream = new MediaStream(connection.getReceivers().map(({ track }) => track));
  const player = new Audio();
  player.srcObject = stream;
  player.play();
  recorder = new MediaRecorder(stream, { mimeType: 'audio/webm;codecs=opus', audioBitsPerSecond: 128000 });
  recorder.ondataavailable = ({ data }) => chunks.push(data);
  recorder.start(500);
}
async function established(one) {
  session = one;
  const state = await until(one, 'Established', 'Terminated');
  if (state === 'Established') keep(one.sessionDescriptionHandler.peerConnection);
  return state;
}
window.phone = {
  async register({ server, domain, extension, password }) {
    agent = new UserAgent({
      uri: UserAgent.makeURI('sip:' + extension + '@' + domain),
      transportOptions: { server },
      authorizationUsername: extension,
      authorizationPassword: password,
      logLevel: 'warn',
      sessionDescriptionHandlerFactoryOptions: { peerConnectionConfiguration: { iceServers: [] } },
      delegate: { onInvite: (invitation) => window.phone.onInvite?.(invitation) },
    });
    await agent.start();
    const registerer = new Registerer(agent);
    const done = until(registerer, 'Registered', 'Terminated');
    await registerer.register();
    return done;
  },
  async call(target) {
    const inviter = new Inviter(agent, UserAgent.makeURI(target), options);
    const done = established(inviter);
    await inviter.invite();
    return done;
  },
  async consult(target) {
    const first = session;
    const state = await window.phone.call(target);
    window.phone.transfer = async () => {
      const done = until(first, 'Terminated');
      await first.refer(session);
      return done;
    };
    return state;
  },
  async hangUp() {
    const done = until(session, 'Terminated');
    await session.bye();
    return done;
  },
  prepareToAnswer() {
    window.phone.answered = new Promise((resolve) => {
      window.phone.onInvite = async (invitation) => {
        const done = established(invitation);
        window.phone.ended = until(invitation, 'Terminated');
        await invitation.accept(options);
        resolve(await done);
      };
    });
  },
  async connected() {
    const { peerConnection } = session.sessionDescriptionHandler;
    while (peerConnection.connectionState !== 'connected')
      await new Promise((resolve) => peerConnection.addEventListener('connectionstatechange', resolve, { once: true }));
    return peerConnection.connectionState;
  },
  async heard() {
    const stopped = new Promise((resolve) => { recorder.onstop = resolve; });
    if (recorder.state !== 'inactive') { recorder.stop(); await stopped; }
    const bytes = new Uint8Array(await new Blob(chunks.splice(0)).arrayBuffer());
    let text = '';
    for (let at = 0; at < bytes.length; at += 8192) text += String.fromCharCode(...bytes.subarray(at, at + 8192));
    return btoa(text);
  },
};
`;

export interface Account {
  /** `ws://…` or `wss://…`. */
  readonly server: string;
  readonly domain: string;
  readonly extension: string;
  readonly password: string;
}

const FLAGS = '--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync --use-fake-ui-for-media-stream --use-fake-device-for-media-stream --autoplay-policy=no-user-gesture-required'; // prettier-ignore

export class BrowserPhone {
  private constructor(
    private readonly browser: Browser,
    private readonly tab: Page,
    private readonly server: http.Server,
    /** Where its page comes from. */
    readonly origin: string,
  ) {}

  /** @param audio WAV that it says, again and again */
  static async open(audio: string): Promise<BrowserPhone> {
    const server = await pageServer();
    const origin = `http://127.0.0.1:${(server.address() as net.AddressInfo).port}`;
    const args = [...FLAGS.split(' '), `--use-file-for-fake-audio-capture=${audio}`];
    const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args });
    return new BrowserPhone(browser, await pageOf(browser, origin), server, origin);
  }

  /** Another telephone in the same browser, which goes with it. */
  async second(): Promise<BrowserPhone> {
    return new BrowserPhone(this.browser, await pageOf(this.browser, this.origin), this.server, this.origin);
  }

  /** The state in which each of these ends: `Registered`, `Established`, `Terminated`. */
  register(account: Account): Promise<string> {
    return this.tab.evaluate(`phone.register(${JSON.stringify(account)})`);
  }

  call(target: string): Promise<string> {
    return this.tab.evaluate(`phone.call(${JSON.stringify(target)})`);
  }

  /** Calls someone beside the call that it has, which `transfer` then leaves to him (RFC 3891). */
  consult(target: string): Promise<string> {
    return this.tab.evaluate(`phone.consult(${JSON.stringify(target)})`);
  }

  transfer(): Promise<string> {
    return this.tab.evaluate('phone.transfer()');
  }

  hangUp(): Promise<string> {
    return this.tab.evaluate('phone.hangUp()');
  }

  /** Resolves when ICE and DTLS have come to their end: sound can pass. */
  connected(): Promise<string> {
    return this.tab.evaluate('phone.connected()');
  }

  /** Answers the next call, from now on. */
  async prepareToAnswer(): Promise<{ readonly answered: Promise<string>; readonly ended: () => Promise<string> }> {
    await this.tab.evaluate('phone.prepareToAnswer()');
    return { answered: this.tab.evaluate('phone.answered'), ended: () => this.tab.evaluate('phone.ended') };
  }

  /** A file with what it heard in its last call. */
  async heard(): Promise<string> {
    const file = join(await mkdtemp(join(tmpdir(), 'halina-page-')), 'heard.webm');
    await writeFile(file, Buffer.from(await this.tab.evaluate<string>('phone.heard()'), 'base64'));
    return file;
  }

  async close(): Promise<void> {
    await this.browser.close();
    this.server.close();
  }
}

async function pageOf(browser: Browser, origin: string): Promise<Page> {
  const tab = await browser.newPage();
  await tab.goto(origin);
  await tab.waitForFunction('window.phone !== undefined');
  return tab;
}

async function pageServer(): Promise<http.Server> {
  const library = dirname(createRequire(import.meta.url).resolve('sip.js'));
  const server = http.createServer((request, response) => {
    const path = normalize(request.url ?? '/').replace(/^\/+/, '');
    const script = (text: string | Buffer): unknown => response.setHeader('Content-Type', 'text/javascript').end(text);
    if (path === '')
      response.setHeader('Content-Type', 'text/html').end('<!doctype html><script type="module" src="/phone.js"></script>'); // prettier-ignore
    else if (path === 'phone.js') script(PHONE);
    else readFile(join(library, path.replace(/^sip\.js\//, ''))).then(script, () => response.writeHead(404).end());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}
