/** A telephone in a page of Chromium, with sip.js over WebSocket. It says what it does by its states; it has no sound of its own. */
import { readFile } from 'node:fs/promises';
import http from 'node:http';
import { once } from 'node:events';
import type net from 'node:net';
import { createRequire } from 'node:module';
import { dirname, join, normalize } from 'node:path';
import { chromium, type Browser, type Page } from 'playwright-core';

/** What runs in the page. The SDP is one that any handset could send: DTLS-SRTP is for when the media engine has it. */
const PHONE = `
import { Inviter, Registerer, UserAgent } from '/sip.js/index.js';
const sdp = (address) => ['v=0', 'o=page 1 1 IN IP4 ' + address, 's=-', 'c=IN IP4 ' + address, 't=0 0',
  'm=audio 40000 RTP/AVP 8 101', 'a=rtpmap:8 PCMA/8000', 'a=rtpmap:101 telephone-event/8000', ''].join('\\r\\n');
const until = (thing, ...wanted) => new Promise((resolve) => {
  thing.stateChange.addListener((state) => { if (wanted.includes(state)) resolve(state); });
});
let agent, session;
window.phone = {
  async register({ server, domain, extension, password, media }) {
    const description = { body: sdp(media), contentType: 'application/sdp' };
    agent = new UserAgent({
      uri: UserAgent.makeURI('sip:' + extension + '@' + domain),
      transportOptions: { server },
      authorizationUsername: extension,
      authorizationPassword: password,
      logLevel: 'error',
      sessionDescriptionHandlerFactory: () => ({
        close() {}, sendDtmf: () => false,
        getDescription: async () => description, hasDescription: (type) => type === 'application/sdp',
        setDescription: async () => {}, rollbackDescription: async () => {},
      }),
      delegate: { onInvite: (invitation) => window.phone.onInvite?.(invitation) },
    });
    await agent.start();
    const registerer = new Registerer(agent);
    const done = until(registerer, 'Registered', 'Terminated');
    await registerer.register();
    return done;
  },
  async call(target) {
    session = new Inviter(agent, UserAgent.makeURI(target));
    const done = until(session, 'Established', 'Terminated');
    await session.invite();
    return done;
  },
  async hangUp() {
    const done = until(session, 'Terminated');
    await session.bye();
    return done;
  },
  prepareToAnswer() {
    window.phone.answered = new Promise((resolve) => {
      window.phone.onInvite = async (invitation) => {
        session = invitation;
        const done = until(session, 'Established', 'Terminated');
        window.phone.ended = until(session, 'Terminated');
        await invitation.accept();
        resolve(await done);
      };
    });
  },
};
`;

export interface Account {
  /** `ws://…` or `wss://…`. */
  readonly server: string;
  readonly domain: string;
  readonly extension: string;
  readonly password: string;
  /** Address in its SDP. */
  readonly media: string;
}

const FLAGS = '--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync'; // prettier-ignore

export class BrowserPhone {
  private constructor(
    private readonly browser: Browser,
    private readonly tab: Page,
    private readonly server: http.Server,
    /** Where its page comes from. */
    readonly origin: string,
  ) {}

  static async open(): Promise<BrowserPhone> {
    const server = await pageServer();
    const origin = `http://127.0.0.1:${(server.address() as net.AddressInfo).port}`;
    const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: FLAGS.split(' ') });
    const tab = await browser.newPage();
    await tab.goto(origin);
    await tab.waitForFunction('window.phone !== undefined');
    return new BrowserPhone(browser, tab, server, origin);
  }

  /** The state in which each of these ends: `Registered`, `Established`, `Terminated`. */
  register(account: Account): Promise<string> {
    return this.tab.evaluate(`phone.register(${JSON.stringify(account)})`);
  }

  call(target: string): Promise<string> {
    return this.tab.evaluate(`phone.call(${JSON.stringify(target)})`);
  }

  hangUp(): Promise<string> {
    return this.tab.evaluate('phone.hangUp()');
  }

  /** Answers the next call, from now on. */
  async prepareToAnswer(): Promise<{ readonly answered: Promise<string>; readonly ended: () => Promise<string> }> {
    await this.tab.evaluate('phone.prepareToAnswer()');
    return { answered: this.tab.evaluate('phone.answered'), ended: () => this.tab.evaluate('phone.ended') };
  }

  async close(): Promise<void> {
    await this.browser.close();
    this.server.close();
  }
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
