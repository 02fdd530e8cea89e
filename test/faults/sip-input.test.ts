/**
 * Bad input in SIP, item by item, over UDP and TCP, at a server with a call up: each gets the answer that the RFCs ask for or
 * none, the server answers the next request, and the call goes on.
 */
import { expect } from 'chai';
import { openDoors, PROVIDER, type Doors } from '../support/calls/doors.js';
import { callIn, type CallIn } from '../support/drachtio/calls.js';
import { Stand } from '../support/drachtio/stand.js';
import { TcpPeer, UdpPeer } from '../support/sip/peers.js';
import { sdp } from '../support/sip/raw-message.js';

/** A status; `nothing`: no answer, and the next request is read; `closed`: no answer, and a stream ends. */
type Outcome = number | 'nothing' | 'closed';

interface Item {
  readonly name: string;
  readonly bytes: string | Buffer;
  readonly udp: Outcome;
  /** Where it differs. */
  readonly tcp?: Outcome;
}

let counter = 0;

interface Parts {
  readonly start?: string;
  /** Header names to leave out. */
  readonly without?: readonly string[];
  readonly extra?: readonly string[];
  readonly body?: string;
  readonly length?: number | string;
  readonly end?: string;
}

/** A whole OPTIONS, but for what an item is about. */
function message({
  start = 'OPTIONS sip:x@127.0.0.1 SIP/2.0',
  without = [],
  extra = [],
  body = '',
  length,
  end = '\r\n',
}: Parts): string {
  const id = ++counter;
  const method = start.split(' ')[0] ?? '';
  const usual = [
    `Via: SIP/2.0/UDP 127.0.0.1;branch=z9hG4bKitem${id};rport`,
    'Max-Forwards: 70',
    `From: <sip:peer@127.0.0.1>;tag=item${id}`,
    'To: <sip:x@127.0.0.1>',
    `Call-ID: item${id}@peer`,
    `CSeq: 1 ${method}`,
  ].filter((line) => !without.some((name) => line.startsWith(`${name}:`)));
  const lines = [start, ...usual, ...extra, `Content-Length: ${length ?? Buffer.byteLength(body)}`];
  return [...lines, '', body].join(end);
}

const instead = (name: string, value: string): string => message({ without: [name], extra: [`${name}: ${value}`] });
const many = (count: number, line: (index: number) => string): string[] =>
  Array.from({ length: count }, (_, i) => line(i));
const random = (length: number): Buffer => Buffer.from(Array.from({ length }, (_, i) => (i * 167 + (i >> 3) * 91 + 13) % 251)); // prettier-ignore

const ITEMS: readonly Item[] = [
  // Garbage.
  { name: 'bytes without a meaning', bytes: random(1400), udp: 'nothing' },
  { name: '60 KB of them', bytes: random(60_000), udp: 'nothing', tcp: 'closed' },
  { name: 'zero bytes', bytes: Buffer.alloc(500), udp: 'nothing' },
  { name: 'a request of HTTP', bytes: 'GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n', udp: 'nothing', tcp: 'closed' },
  { name: 'a TLS hello', bytes: Buffer.from('1603010200010001fc0303', 'hex'), udp: 'nothing', tcp: 'nothing' },
  { name: 'empty lines', bytes: '\r\n'.repeat(300), udp: 'nothing' },
  { name: 'a start line alone', bytes: 'OPTIONS sip:x@127.0.0.1 SIP/2.0\r\n\r\n', udp: 'nothing', tcp: 'closed' },
  { name: 'a frame of the application protocol', bytes: '12#a|sip|b|c\r\n\r\n', udp: 'nothing', tcp: 'closed' },
  // Truncated.
  { name: 'no empty line at the end', bytes: message({}).slice(0, -2), udp: 400, tcp: 'nothing' },
  { name: 'a header that breaks off', bytes: message({}).slice(0, 180), udp: 400, tcp: 'nothing' },
  { name: 'a body shorter than its length', bytes: message({ body: 'v=0', length: 300 }), udp: 400, tcp: 'nothing' },
  // Too long.
  { name: 'a Request-URI of 10 KB', bytes: message({ start: `OPTIONS sip:${'x'.repeat(10_000)}@127.0.0.1 SIP/2.0` }), udp: 414 },
  { name: 'a header of 10 KB', bytes: message({ extra: [`Subject: ${'x'.repeat(10_000)}`] }), udp: 513 },
  { name: 'a head of 40 KB', bytes: message({ extra: many(10, (i) => `X-${i}: ${'x'.repeat(4000)}`) }), udp: 513 },
  { name: '300 headers', bytes: message({ extra: many(300, (i) => `X-${i}: y`) }), udp: 513 },
  { name: '1000 Vias in one header', bytes: message({ extra: [`Via: ${many(200, (i) => `SIP/2.0/UDP h${i}`).join(', ')}`] }), udp: 200 }, // prettier-ignore
  { name: 'a display name of 8 KB', bytes: instead('From', `"${'x'.repeat(8000)}" <sip:a@b>;tag=1`), udp: 200 },
  // Deep.
  { name: 'comments 2000 deep', bytes: message({ extra: [`User-Agent: x ${'('.repeat(2000)}${')'.repeat(2000)}`] }), udp: 200 },
  { name: 'brackets 3000 deep in a URI', bytes: instead('Contact', `${'<'.repeat(3000)}sip:a@b${'>'.repeat(3000)}`), udp: 400 },
  { name: 'a quotation that never ends', bytes: instead('To', `"${'\\'.repeat(999)} <sip:a@b>`), udp: 400 },
  { name: '1500 parameters', bytes: instead('To', `<sip:a@b>${many(1500, (i) => `;p${i}`).join('')}`), udp: 200 },
  // Contradictory or wrong.
  ...['Via', 'From', 'To', 'Call-ID', 'CSeq'].map((name) => ({
    name: `no ${name}`,
    bytes: message({ without: [name] }),
    udp: name === 'Via' ? ('nothing' as const) : 400,
  })),
  { name: 'two Call-IDs', bytes: message({ extra: ['Call-ID: other@peer'] }), udp: 400 },
  { name: 'two Content-Lengths', bytes: message({ extra: ['Content-Length: 0'] }), udp: 400, tcp: 400 },
  { name: 'a Content-Length that is no number', bytes: message({ length: '-1' }), udp: 400, tcp: 400 },
  { name: 'a CSeq beyond 2**32', bytes: instead('CSeq', '99999999999 OPTIONS'), udp: 400 },
  { name: 'a CSeq of another method', bytes: instead('CSeq', '1 INVITE'), udp: 400 },
  { name: 'a Max-Forwards of 999', bytes: instead('Max-Forwards', '999'), udp: 400 },
  { name: 'no hops left', bytes: message({ start: 'MESSAGE sip:x@127.0.0.1 SIP/2.0', without: ['Max-Forwards'], extra: ['Max-Forwards: 0'] }), udp: 483 }, // prettier-ignore
  { name: 'SIP/3.0', bytes: message({ start: 'OPTIONS sip:x@127.0.0.1 SIP/3.0' }), udp: 505 },
  { name: 'a method that nobody knows', bytes: message({ start: 'DANCE sip:x@127.0.0.1 SIP/2.0' }), udp: 405 },
  { name: 'a scheme that nobody knows', bytes: message({ start: 'OPTIONS soap:x SIP/2.0' }), udp: 416 },
  { name: 'a Request-URI in brackets', bytes: message({ start: 'OPTIONS <sip:x@127.0.0.1> SIP/2.0' }), udp: 400 },
  { name: 'spaces in the request line', bytes: message({ start: 'OPTIONS  sip:x@127.0.0.1  SIP/2.0' }), udp: 400 },
  { name: 'a carriage return in a header', bytes: message({ extra: ['Subject: a\rInjected: b'] }), udp: 400 },
  { name: 'a Contact that is none', bytes: instead('Contact', '<<>>'), udp: 400 },
  { name: 'an extension that nobody has', bytes: message({ extra: ['Require: mind-reading'] }), udp: 420 },
  { name: 'a NUL in a display name', bytes: instead('From', '"a\0b" <sip:a@b>;tag=1'), udp: 200 },
  { name: 'bytes that are no UTF-8', bytes: Buffer.from(message({ extra: ['Subject: \xff\xfe\xc3'] }), 'latin1'), udp: 200 },
  { name: 'lines that end in LF alone', bytes: message({ end: '\n' }), udp: 200 },
  // What is never answered.
  { name: 'an ACK that is wrong', bytes: message({ start: 'ACK sip:x@127.0.0.1 SIP/2.0', without: ['CSeq'] }), udp: 'nothing' },
  { name: 'an ACK to no call', bytes: message({ start: 'ACK sip:x@127.0.0.1 SIP/2.0' }), udp: 'nothing' },
  { name: 'a response to nothing', bytes: message({ start: 'SIP/2.0 200 OK', without: ['CSeq'], extra: ['CSeq: 1 OPTIONS'] }), udp: 'nothing' }, // prettier-ignore
  { name: 'a response that is wrong', bytes: message({ start: 'SIP/2.0 200 OK' }), udp: 'nothing' },
  { name: 'a status of 999', bytes: message({ start: 'SIP/2.0 999 What' }), udp: 'nothing' },
  // What belongs to no call.
  ...['BYE', 'UPDATE', 'PRACK', 'CANCEL'].map((method) => ({
    name: `a ${method} to no call`,
    bytes: message({ start: `${method} sip:x@127.0.0.1 SIP/2.0` }),
    udp: 481,
  })),
  { name: 'an INVITE within no call', bytes: message({ start: 'INVITE sip:x@127.0.0.1 SIP/2.0', without: ['To'], extra: ['To: <sip:x@y>;tag=none'] }), udp: 481 }, // prettier-ignore
]; // prettier-ignore

/** The same as a request of its own: what came before by another way would be a repetition. */
const anew = (bytes: string | Buffer): Buffer =>
  Buffer.from(
    Buffer.from(bytes)
      .toString('latin1')
      .replaceAll(/item(\d+)/g, 'again$1'),
    'latin1',
  );

const statusOf = (text: string): number => Number(/^SIP\/2\.0 (\d{3})/.exec(text)?.[1]);

describe('bad input in SIP', () => {
  let stand: Stand;
  let call: CallIn;
  let cseq = 1;

  before(async () => {
    stand = await Stand.open();
    call = await callIn(stand);
    call.dialog.on('info', (_, reply) => reply.send(200));
    call.client.srf.options((_, reply) => reply.send(200));
    await call.client.routed();
  });
  after(() => stand.close());
  afterEach(async () => {
    call.peer.within(call.sent, call.ok, 'INFO', ++cseq);
    await call.peer.expectResponse(200, 'INFO');
    expect(stand.server.load.dialogs, 'dialogs').to.equal(1);
  });

  /** The statuses that came before the answer to a request that is right. */
  async function overUdp(bytes: string | Buffer): Promise<number[]> {
    const peer = await UdpPeer.open();
    peer.send(bytes, stand.sipPort);
    peer.send(message({ without: ['Call-ID'], extra: ['Call-ID: probe'] }), stand.sipPort);
    const statuses: number[] = [];
    for (;;) {
      const text = await peer.next();
      if (text.includes('Call-ID: probe')) break;
      if (text.startsWith('SIP/2.0')) statuses.push(statusOf(text));
    }
    await peer.close();
    return statuses;
  }

  async function overTcp(bytes: string | Buffer, outcome: Outcome): Promise<void> {
    const peer = await TcpPeer.connect(stand.sipPort);
    peer.send(bytes);
    if (typeof outcome === 'number') {
      let heard = '';
      while (!heard.includes('\r\n\r\n')) heard += await peer.next();
      expect(statusOf(heard.trimStart())).to.equal(outcome);
    } else if (outcome === 'closed') await peer.closed;
    else {
      // What is not finished is not waited for for ever; an empty line is answered by another.
      stand.clock.advance(30_000);
    }
    peer.close();
    expect(await overUdp(''), 'afterwards').to.deep.equal([]);
  }

  for (const { name, bytes, udp, tcp = udp } of ITEMS) {
    it(`${name}: ${udp} over UDP`, async () => {
      expect(await overUdp(bytes)).to.deep.equal(typeof udp === 'number' ? [udp] : []);
    });
    it(`${name}: ${tcp} over TCP`, () => overTcp(anew(bytes), tcp));
  }

  it('a body of 300 KB over TCP: 413', () => overTcp(message({ body: 'x'.repeat(300_000) }), 413));

  it('a request cut after every byte over UDP: 400 where it can be answered, else nothing', async () => {
    const whole = message({ body: 'v=0\r\n' });
    const peer = await UdpPeer.open();
    for (let length = 1; length < whole.length; length++) peer.send(whole.slice(0, length), stand.sipPort);
    peer.send(message({ without: ['Call-ID'], extra: ['Call-ID: probe'] }), stand.sipPort);
    const statuses = new Set<number>();
    for (let text = await peer.next(); !text.includes('Call-ID: probe'); text = await peer.next())
      statuses.add(statusOf(text));
    await peer.close();
    expect([...statuses]).to.deep.equal([400]);
  });

  it('a request that comes byte by byte over TCP: is taken', async () => {
    const peer = await TcpPeer.connect(stand.sipPort);
    for (const byte of Buffer.from(message({}))) peer.send(Buffer.from([byte]));
    expect(statusOf(await peer.next())).to.equal(200);
    peer.close();
  });

  it('a request that never ends over TCP: the connection is closed after half a minute', async () => {
    const peer = await TcpPeer.connect(stand.sipPort);
    peer.send('OPTIONS sip:x@127.0.0.1 SIP/2.0\r\nVia: ');
    await overUdp('');
    stand.clock.advance(30_000);
    await peer.closed;
  });

  it('more connections from one address than it may have: the 65th is closed at once', async () => {
    const peers = await Promise.all(many(64, () => '').map(() => TcpPeer.connect(stand.sipPort)));
    const [first] = peers;
    first?.send(message({}));
    expect(statusOf((await first?.next()) ?? '')).to.equal(200);
    const over = await TcpPeer.connect(stand.sipPort);
    await over.closed;
    for (const peer of peers) peer.close();
    await Promise.all(peers.map((peer) => peer.closed));
  });

  it('answers that a Via would lead to somebody else: go to where the request came from', async () => {
    const [victim, peer] = [await UdpPeer.open(), await UdpPeer.open()];
    const via = `Via: SIP/2.0/UDP 192.0.2.7:${victim.port};received=127.0.0.1;branch=z9hG4bKelse;rport=${victim.port}`;
    peer.send(message({ without: ['Via'], extra: [via] }), stand.sipPort);
    expect(statusOf(await peer.next())).to.equal(200);
    await victim.close();
    await peer.close();
  });

  it('a stranger who knows the Call-ID but not the tags: 481; one who guesses the next CSeq low: 500', async () => {
    const { peer, sent, ok } = call;
    peer.request('BYE', { callId: sent.callId, fromTag: 'guess', toTag: 'guess', cseq: 99 });
    await peer.expectResponse(481, 'BYE');
    peer.within(sent, ok, 'BYE', 0);
    await peer.expectResponse(500, 'BYE');
  });

  it('2000 requests at once that nobody asked for: each is answered, none is kept', async () => {
    const peer = await UdpPeer.open();
    let answered = 0;
    for (let burst = 0; burst < 20; burst++) {
      for (let i = 0; i < 100; i++) peer.send(message({ start: 'BYE sip:x@127.0.0.1 SIP/2.0' }), stand.sipPort);
      for (let i = 0; i < 100; i++) if (statusOf(await peer.next()) === 481) answered++;
    }
    await peer.close();
    expect(answered).to.equal(2000);
    stand.clock.advance(32_000);
    expect(stand.server.load.transactions).to.equal(0);
  });
});

describe('numbers with characters that mean something to a shell, to Redis, or to SIP', () => {
  let doors: Doors;
  beforeEach(async () => (doors = await openDoors()));
  afterEach(() => doors.close());

  const NUMBERS = [
    ';rm%20-rf%20/', '%60reboot%60', '$(reboot)', '%7C%7C%20true', "';--", '*', '?', '{calls}', '%0d%0aSET%20a%20b', '../../etc/passwd',
    '%00', '%5C%22', '+48*227836000', '__proto__', 'constructor', '%F0%9F%98%80',
  ]; // prettier-ignore

  for (const number of NUMBERS)
    it(`${number}: dialled by the provider: refused as a number that is not here, and nothing else happens`, async () => {
      const provider = await doors.peer(PROVIDER);
      const sent = provider.request('INVITE', { uri: `sip:${number}@127.0.0.1`, body: sdp(), from: `<sip:${number}@127.0.0.2>` }); // prettier-ignore
      const { status } = await provider.expectFinal(sent);
      expect(status).to.equal(404);
      expect(doors.calls.calls).to.have.length(0);
    });

  it('as the number of a caller: the call is taken, and withheld or shown as it was written', async () => {
    for (const number of NUMBERS) {
      const provider = await doors.peer(PROVIDER);
      const sent = provider.request('INVITE', { uri: 'sip:+48227836000@127.0.0.1', body: sdp(), from: `<sip:${number}@127.0.0.2>` }); // prettier-ignore
      const ok = await provider.expectResponse(200, 'INVITE');
      provider.ack(sent, ok);
      const bye = provider.within(sent, ok, 'BYE', 2);
      expect((await provider.expectFinal(bye)).status).to.equal(200);
    }
  });
});
