/**
 * What a provider sees of the office: scripted handsets and a scripted provider at the running program, through every
 * kind of call, and nothing of the inside in any message to the provider: no address, name, extension, tag or Call-ID.
 */
import { expect } from 'chai';
import { hostname } from 'node:os';
import { WireHandset } from '../support/calls/doors.js';
import { Halina, officeConfig } from '../support/e2e/halina.js';
import { address, needsNamespace } from '../support/e2e/network.js';
import { shortNotice } from '../support/e2e/office.js';
import { stopAll } from '../support/e2e/process.js';
import { sdp, type RawMessage } from '../support/sip/raw-message.js';
import { RawPeer, type RequestOptions, type Sent } from '../support/sip/raw-peer.js';

const FIRST = '74201';
const SECOND = '74202';
/** The extensions and the handsets' port by themselves: in the middle of a random identifier or port any digits may stand. */
const NUMBERS = [...[FIRST, SECOND].map((number) => new RegExp(`(?<![0-9a-f])${number}(?![0-9a-f])`)), /:5071(?!\d)/];
const NAME = 'Jan Tajny';
const GIVEN_UP = 'given-up@phone';
const sdpOf = (host: string, port: number, direction?: string): string =>
  sdp(port, direction).replaceAll('127.0.0.1', host);
const faxOf = (host: string): string =>
  `${sdpOf(host, 9_300).split('m=')[0] ?? ''}m=image 9302 udptl t38\r\na=T38FaxVersion:0\r\na=T38VendorInfo:${host}\r\n`;

/** Headers in which a handset can say much of itself and its network. */
const talkative = (host: string, extension: string): string[] => [
  `P-Asserted-Identity: "${NAME}" <sip:${extension}@${host}>`,
  `P-Preferred-Identity: "${NAME}" <sip:${extension}@${host}>`,
  `Remote-Party-ID: "${NAME}" <sip:${extension}@${host}>;party=calling`,
  `Diversion: <sip:${extension}@${host}>;reason=unconditional`,
  `History-Info: <sip:${extension}@${host}>;index=1`,
  `Referred-By: <sip:${extension}@${host}>`,
  `Call-Info: <http://${host}/photo.jpg>;purpose=icon`,
  `Alert-Info: <http://${host}/ring.wav>`,
  `Reply-To: <sip:${extension}@${host}>`,
  `Organization: Desk Phone at ${host}`,
  `Subject: ${NAME} at ${host}`,
  `Warning: 399 ${host} "${NAME}"`,
  `X-Inside: ${host}`,
];
const reason = (host: string): string => `Reason: SIP;cause=200;text="${NAME} at ${host}"`;

async function until(what: string, isTrue: () => boolean): Promise<void> {
  for (const end = Date.now() + 20_000; !isTrue();) {
    if (Date.now() > end) throw new Error(`waited in vain: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** A peer that answers by itself what needs no thought. */
function serve(peer: RawPeer, host: string, port: number): () => void {
  const closed = new AbortController();
  const methods = new Set(['BYE', 'NOTIFY', 'INFO', 'OPTIONS', 'REGISTER', 'UPDATE', 'CANCEL']);
  const isNext = (message: RawMessage): boolean =>
    methods.has(message.method ?? '') || (message.method === 'INVITE' && message.tag('To') !== undefined);
  const answer = (message: RawMessage): void => {
    if (message.method === 'REGISTER')
      return peer.answer(message, 200, { contact: false, extra: [`Contact: ${message.header('Contact')};expires=60`] });
    if (message.method !== 'INVITE') return peer.answer(message, 200);
    if (message.body.includes('m=image')) return peer.answer(message, 488, { extra: talkative(host, FIRST) });
    return peer.answer(message, 200, { body: sdpOf(host, port) });
  };
  void (async () => {
    while (!closed.signal.aborted) await peer.expect(isNext, 'anything').then(answer, () => undefined);
  })();
  return () => closed.abort();
}

describe('what a provider sees of the office', function () {
  this.timeout(170_000);
  before(needsNamespace);
  const peers: RawPeer[] = [];
  const closing: (() => void)[] = [];
  afterEach(async () => {
    for (const close of closing) close();
    await Promise.all(peers.map((peer) => peer.close()));
    await stopAll();
  });

  let provider: RawPeer;
  let first: WireHandset;
  let second: WireHandset;

  const number = `sip:48227836000@${address.trunkFace}`;
  /** A call from outside to a number, answered by Halina. */
  async function comes(uri = number, options: RequestOptions = {}): Promise<{ sent: Sent; answer: RawMessage }> {
    const sent = provider.request('INVITE', { uri, to: `<${uri}>`, body: sdpOf(address.provider, 9_400), ...options });
    const answer = await provider.expectFinal(sent);
    provider.ack(sent, answer);
    return { sent, answer };
  }
  /** The handset rings, and answers. */
  async function takes({ peer, extension }: WireHandset, host: string): Promise<RawMessage> {
    const rung = await peer.expect((one) => one.method === 'INVITE' && one.tag('To') === undefined, 'a call');
    const extra = talkative(host, extension);
    peer.answer(rung, 180, { extra });
    peer.answer(rung, 200, { extra, body: sdpOf(host, 9_200) });
    await peer.expectRequest('ACK');
    return rung;
  }
  /** The provider's callee rings with sound of its own, and answers. */
  async function answersOutside(): Promise<RawMessage> {
    const invite = await provider.expect((one) => one.method === 'INVITE' && one.tag('To') === undefined, 'a call');
    provider.answer(invite, 183, { body: sdpOf(address.provider, 9_402) });
    provider.answer(invite, 200, { body: sdpOf(address.provider, 9_402) });
    await provider.expectRequest('ACK');
    return invite;
  }
  const says = async ({ peer, extension }: WireHandset, rung: RawMessage, method: string, cseq: number, more = {}) => {
    const host = peer.address.split(':')[0] ?? '';
    const contact = `<${peer.uri(extension)}>`;
    const sent = peer.asCallee(rung, method, cseq, { contact, extra: talkative(host, extension), ...more });
    const final = await peer.expectFinal(sent);
    if (method === 'INVITE' && final.status === 200) peer.ack(sent, final);
    if (method === 'INVITE' && final.status !== 200) peer.ackFailure(sent, final);
    return final.status;
  };

  async function inboundFlows(halina: Halina): Promise<void> {
    const host = address.handset(0);
    const { sent, answer } = await comes();
    const rung = await takes(first, host);
    await halina.loggedTimes('call connected', 1);
    expect(await says(first, rung, 'INVITE', 1, { body: sdpOf(host, 9_200, 'sendonly') })).to.equal(200);
    expect(await says(first, rung, 'INVITE', 2, { body: sdpOf(host, 9_200) })).to.equal(200);
    expect(await says(first, rung, 'INVITE', 3, { body: faxOf(host) })).to.equal(488);
    expect(await says(first, rung, 'UPDATE', 4, { body: sdpOf(host, 9_204) })).to.equal(200);
    const info = { contentType: 'application/dtmf-relay', body: `Signal=5\r\nDuration=160\r\nX: ${host}` };
    expect(await says(first, rung, 'INFO', 5, info)).to.equal(200);
    let cseq = 2;
    for (const method of ['OPTIONS', 'INFO', 'MESSAGE', 'UPDATE', 'REFER', 'SUBSCRIBE', 'NOTIFY', 'PUBLISH']) {
      const extra = [`Refer-To: <sip:${FIRST}@${address.officeFace}>`, 'Event: dialog'];
      await provider.expectFinal(provider.within(sent, answer, method, cseq++, { extra }));
    }
    // Sent on within the house, and from there to the outside: from trunk to trunk.
    const inward = [`Refer-To: <sip:${SECOND}@${address.officeFace}>`, ...talkative(host, FIRST)];
    expect(await says(first, rung, 'REFER', 6, { extra: inward })).to.equal(202);
    const again = await takes(second, address.handset(1));
    await halina.loggedTimes('another party talks', 1);
    const outward = [`Refer-To: <sip:0601234567@${address.officeFace}>`, ...talkative(address.handset(1), SECOND)];
    expect(await says(second, again, 'REFER', 1, { extra: outward })).to.equal(202);
    await answersOutside();
    await halina.loggedTimes('another party talks', 2);
    await provider.expectFinal(provider.within(sent, answer, 'BYE', cseq));
    await halina.loggedTimes('call ended', 1);
  }

  async function outboundFlows(halina: Halina): Promise<void> {
    const host = address.handset(0);
    const extra = talkative(host, FIRST);
    const uri = `sip:0601234567@${address.officeFace}`;
    const asked = first.ask('INVITE', uri, { extra, body: sdpOf(host, 9_200) });
    await answersOutside();
    const answer = await asked;
    expect(answer.status).to.equal(200);
    await halina.loggedTimes('call connected', 2);
    const { callId, fromTag } = sentOf(answer);
    const within = { callId, fromTag, toTag: answer.tag('To'), uri: answer.contact, extra };
    for (const [n, method] of ['INFO', 'UPDATE', 'OPTIONS'].entries())
      await first.peer.expectFinal(first.peer.request(method, { ...within, cseq: 10 + n }));
    await first.peer.expectFinal(first.peer.request('BYE', { ...within, cseq: 20, extra: [reason(host), ...extra] }));
    await halina.loggedTimes('call ended', 2);

    // Given up while it rings, and refused by the provider.
    const given = first.ask('INVITE', uri, {
      callId: GIVEN_UP,
      extra: [...extra, 'Privacy: id'],
      body: sdpOf(host, 9_200),
    });
    const ringing = await provider.expect((one) => one.method === 'INVITE' && one.tag('To') === undefined, 'a call');
    provider.answer(ringing, 180);
    const invite = await until180(first.peer);
    first.peer.request('CANCEL', { ...invite, contact: null, extra: [reason(host)] });
    await until('a CANCEL', () => provider.heard.some(({ method }) => method === 'CANCEL'));
    provider.answer(ringing, 487);
    await Promise.all([given, first.peer.expectResponse(487, 'INVITE')]);
    await halina.loggedTimes('call ended', 3);
  }

  /** The INVITE that is answered 180 just now. */
  async function until180(peer: RawPeer): Promise<Pick<Sent, 'callId' | 'fromTag' | 'cseq' | 'branch' | 'uri'>> {
    const isIt = (one: RawMessage): boolean =>
      one.header('Call-ID') === GIVEN_UP && [180, 183].includes(one.status ?? 0);
    const rings = await peer.expect(isIt, 'ringing');
    const uri = `sip:0601234567@${address.officeFace}`;
    return { ...sentOf(rings), cseq: rings.cseq, branch: rings.branch, uri };
  }

  async function otherwise(halina: Halina): Promise<void> {
    // Nobody takes it: busy, and a redirect to a place of the inside.
    for (const [status, to] of [
      [486, FIRST],
      [302, SECOND],
    ] as const) {
      const { sent, answer } = await comes();
      const rung = await first.peer.expect((one) => one.method === 'INVITE' && one.tag('To') === undefined, 'a call');
      const contact = `Contact: <sip:${to}@${address.handset(1)}:5071>`;
      first.peer.answer(rung, status, { contact: false, extra: [contact, ...talkative(address.handset(0), FIRST)] });
      if (status === 302) await takes(second, address.handset(1));
      await provider.expectFinal(provider.within(sent, answer, 'BYE', 2, { extra: ['Reason: Q.850;cause=16'] }));
    }
    // Forwarded outside by a handset's code.
    const code = `sip:*21*0601234567%23@${address.officeFace}`;
    const coded = await second.ask('INVITE', code, { body: sdpOf(address.handset(1), 9_202) });
    expect(coded.status).to.equal(200);
    await halina.logged('what a code did');
    const dialog = { ...sentOf(coded), toTag: coded.tag('To'), uri: coded.contact };
    await second.peer.expectFinal(second.peer.request('BYE', { ...dialog, cseq: 20 }));
    const { sent, answer } = await comes(`sip:48227836002@${address.trunkFace}`);
    const forwarded = await answersOutside();
    expect(forwarded.text).to.match(/^Diversion: .*48227836002/m);
    await provider.expectFinal(provider.within(sent, answer, 'BYE', 2));
    // What comes to nothing.
    const at = address.trunkFace;
    const refused: readonly [string, RequestOptions][] = [
      ['INVITE', { uri: `sip:48229999999@${at}`, body: sdpOf(address.provider, 9_400) }],
      ['INVITE', { uri: number, body: 'nonsense' }],
      ['INVITE', { uri: number, body: sdpOf(address.provider, 9_400), extra: ['Require: nonsense'] }],
      ['INVITE', { uri: number, body: sdpOf(address.provider, 0) }],
      ['INVITE', { uri: number, maxForwards: 0, body: sdpOf(address.provider, 9_400) }],
      ['BYE', { uri: number, toTag: 'nothing' }],
      ['OPTIONS', { uri: `sip:${at}` }],
      ...(['REGISTER', 'MESSAGE', 'SUBSCRIBE', 'PUBLISH', 'REFER', 'NOTIFY'].map(
        (method) => [method, { uri: number, to: `<${number}>` }] as const,
      ) as [string, RequestOptions][]),
    ];
    for (const [method, options] of refused) {
      const one = provider.request(method, options);
      const final = await provider.expectFinal(one);
      if (method === 'INVITE') provider.ackFailure(one, final);
    }
  }

  it('is nothing: no address, name, extension, tag or Call-ID of the inside in any message', async () => {
    const [trunk] = officeConfig().trunks ?? [];
    if (!trunk) throw new Error('the office has no trunk');
    provider = await RawPeer.open(5060, 'udp', address.provider, 5060, address.trunkFace);
    peers.push(provider);
    closing.push(serve(provider, address.provider, 9_400));
    const halina = await Halina.start(
      officeConfig({
        notice: { folder: await shortNotice() },
        trunks: [
          {
            ...trunk,
            register: { username: 'office-account', password: 'secret' },
            health: { every: '2s' },
            diversion: 'both',
            tellHold: true,
          },
        ],
        handsets: [FIRST, SECOND].map((extension) => ({
          extension,
          password: `secret-${extension}`,
          displayName: NAME,
        })),
        routes: [
          { name: 'office', numbers: ['+48227836000'], handsets: [FIRST], ring: '20s' },
          { name: 'second', numbers: ['+48227836002'], handsets: [SECOND], ring: '20s' },
        ],
      }),
    );
    const handset = async (n: number, extension: string): Promise<WireHandset> => {
      const host = address.handset(n);
      const peer = await RawPeer.open(5060, 'udp', host, 5071, address.officeFace);
      peers.push(peer);
      closing.push(serve(peer, host, 9_200));
      const phone = new WireHandset(peer, extension, `secret-${extension}`, address.officeFace);
      expect((await phone.register()).status).to.equal(200);
      return phone;
    };
    first = await handset(0, FIRST);
    second = await handset(1, SECOND);
    await until('OPTIONS', () => provider.heard.some(({ method }) => method === 'OPTIONS'));

    await inboundFlows(halina);
    await outboundFlows(halina);
    await otherwise(halina);
    expect(await halina.stop()).to.equal(0);

    // Of the office the provider may see what it gave to it itself: our face, the account, the numbers.
    const told = provider.heard;
    const kindOf = (one: RawMessage): string => one.method ?? `${one.status} ${one.header('CSeq').split(' ')[1]}`;
    const seen = new Set(told.map(kindOf));
    expect([...seen], 'what means nothing here').to.include('405 MESSAGE');
    for (const kind of [
      'REGISTER',
      'OPTIONS',
      'INVITE',
      'ACK',
      'BYE',
      'CANCEL',
      '200 INVITE',
      '403 REFER',
      '404 INVITE',
    ])
      expect([...seen], 'messages to the provider').to.include(kind);
    const inside = [first.peer, second.peer].flatMap(({ heard }) => heard);
    const marks = inside.flatMap((one) => [
      one.header('Call-ID'),
      one.branch,
      one.tag('From') ?? '',
      one.tag('To') ?? '',
    ]);
    const own = new Set(told.flatMap((one) => (one.status === undefined ? [] : [one.tag('From') ?? ''])));
    const secrets = [
      ...new Set(marks.filter((mark) => mark.length > 4 && !own.has(mark))),
      '10.78.',
      '127.0.0.',
      'localhost',
      NAME,
      'Desk Phone',
      'drachtio',
      'X-Inside',
    ];
    const found = told.flatMap(({ text }) => {
      const within = [
        ...secrets.filter((secret) => text.includes(secret)),
        ...NUMBERS.filter((number) => number.test(text)),
      ];
      // As a word: a short name may stand in the middle of a nonce by chance.
      if (text.split(/[^\w+/.-]+/).includes(hostname())) within.push(hostname());
      return within.map((secret) => `${secret} in ${text}`);
    });
    expect(found).to.deep.equal([]);
  });
});

/** What names the dialog in a response to a request of one's own. */
const sentOf = (response: RawMessage): Pick<Sent, 'callId' | 'fromTag'> => ({
  callId: response.header('Call-ID'),
  fromTag: response.tag('From') ?? '',
});
