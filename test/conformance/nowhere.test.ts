/** Requests with nowhere to go: Contacts that cannot be read or resolved, in timers and towards the application. */
import { expect } from 'chai';
import { agree, callIn, callOut, incoming, later, LOCAL, served } from '../support/drachtio/calls.js';
import { ask, type Request } from '../support/drachtio/srf.js';
import type { DnsResolver } from '../../src/sip/dns/resolver.js';
import { Stand } from '../support/drachtio/stand.js';
import { sdp } from '../support/sip/raw-message.js';

const noName: DnsResolver = { query: () => Promise.reject(new Error('SERVFAIL')) };
const RELIABLE = { headers: { Require: '100rel' }, body: LOCAL };

describe('a peer whose Contact leads nowhere', () => {
  let stand: Stand;
  beforeEach(async () => (stand = await Stand.open({ dns: noName })));
  afterEach(() => stand.close());

  const CONTACTS = [
    'sip:x@127.0.0.1:99999',
    'sips:x@127.0.0.1',
    'mailto:x@example.com',
    'sip:x@127.0.0.1;transport=carrier-pigeon',
    'sip:x@[2001:db8::1]',
  ];

  for (const contact of CONTACTS)
    it(`${contact}: a session refresh that is due ends the call, and nothing else`, async () => {
      const { dialog, client } = await callIn(stand, {
        contact: `<${contact}>`,
        extra: ['Supported: timer', 'Session-Expires: 90;refresher=uas'],
      });
      const ended = later<Request>();
      dialog.on('destroy', (bye) => ended.keep(bye));
      stand.clock.advance(45_000);
      expect((await ended.value).get('Reason')).to.contain('Session timer expired');
      expect(stand.server.load.dialogs).to.equal(0);
      client.srf.options((_, reply) => reply.send(200));
      await client.routed();
      const other = await stand.peer();
      other.request('OPTIONS');
      await other.expectResponse(200);
    });

  it('that cannot be resolved is tried again while the session lasts, then the call ends', async () => {
    let tries = 0;
    await stand.stopServer();
    const counted: DnsResolver = {
      query: (name, type) => {
        if (type === 'A') tries++;
        return noName.query(name, type);
      },
    };
    await stand.startServer({ dns: counted });
    const { dialog } = await callIn(stand, {
      contact: '<sip:x@gone.example.com>',
      extra: ['Supported: timer', 'Session-Expires: 90;refresher=uas'],
    });
    const ended = later<Request>();
    dialog.on('destroy', (bye) => ended.keep(bye));
    stand.clock.advance(45_000);
    for (let seconds = 45; seconds < 90; seconds += 10) {
      await new Promise((resolve) => setImmediate(resolve));
      expect(stand.server.load.dialogs).to.equal(seconds < 85 ? 1 : 0);
      stand.clock.advance(10_000);
    }
    expect(tries).to.equal(5); // The BYE follows the last refresh at once, and is not asked for again.
    await ended.value;
    expect(stand.server.load.dialogs).to.equal(0);
  });

  it('does not end the retransmission of what goes to it otherwise', async () => {
    const { peer, reply, client } = await incoming(stand, { contact: '<sip:x@nowhere.example.com>', extra: ['Supported: 100rel'] }); // prettier-ignore
    reply.send(183, RELIABLE);
    await peer.expectResponse(183);
    await served(client, 'RSeq:');
    stand.clock.advance(500);
    await peer.expectResponse(183);
  });

  it('gets no BYE, but its call is over for the application', async () => {
    const { dialog, client } = await callIn(stand, { contact: '<sip:x@gone.example.com>' });
    await dialog.destroy();
    expect(stand.server.load.dialogs).to.equal(0);
    await served(client, '503 DNS Error');
  });

  it('after an answer of its own is acknowledged nowhere: the application is told', async () => {
    const call = await callOut(stand);
    call.peer.asCallee(call.invite, 'INVITE', 1, { contact: '<sip:x@gone.example.com>', body: sdp(40_010, 'sendrecv', 2) }); // prettier-ignore
    await call.peer.expectResponse(200, 'INVITE');
    call.peer.asCallee(call.invite, 'ACK', 1);
    const answered = await call.dialog.request({ method: 'INFO' });
    expect(answered.status).to.equal(503);
  });
});

describe('a request of the application to a host that cannot be resolved', () => {
  let stand: Stand;
  beforeEach(async () => (stand = await Stand.open({ dns: noName })));
  afterEach(() => stand.close());

  it('gets a 503 as from the network, after its echo', async () => {
    const client = await stand.application();
    const response = await ask(client.srf, 'sip:100@gone.example.com', { method: 'OPTIONS' });
    expect([response.status, response.reason, response.source]).to.deep.equal([503, 'DNS Error', 'network']);
    const server = client.wire.frames.filter(({ sender }) => sender === 'server').map(({ text }) => text);
    const echo = server.findIndex((text) => text.includes('OPTIONS sip:100@gone.example.com'));
    expect(echo).to.be.greaterThan(0);
    expect(server.findIndex((text) => text.includes('503 DNS Error'))).to.be.greaterThan(echo);
  });

  it('gets it for an INVITE too, and the call is over', async () => {
    const client = await stand.application();
    const failure = await client.srf.createUAC('sip:100@gone.example.com', { localSdp: LOCAL }).catch((error) => error);
    expect(failure).to.include({ status: 503 });
    expect(stand.server.load.dialogs).to.equal(0);
  });

  it('also as the name of a next hop; and a host that is no name stays an error of the application', async () => {
    const client = await stand.application();
    const response = await ask(client.srf, 'sip:100@127.0.0.1:9', { method: 'OPTIONS', proxy: 'sip:gone.example.com' });
    expect(response.status).to.equal(503);
    const failure = await ask(client.srf, 'sip:nonsense', { method: 'OPTIONS' }).catch((error) => error);
    expect(String(failure)).to.contain('invalid request-uri');
  });
});

describe('addresses that the application gives', () => {
  let stand: Stand;
  beforeEach(async () => (stand = await Stand.open()));
  afterEach(() => stand.close());

  it('keep a host that only begins like localhost, and a user of that name', async () => {
    const client = await stand.application();
    const peer = await stand.peer();
    const headers = {
      From: '<sip:x@localhost.example>',
      To: '<sip:localhost@peer.example>',
      Contact: '<sip:x@localhost.example:5070>',
      'P-Asserted-Identity': '<sip:x@localhost-2:5060>',
    };
    void ask(client.srf, peer.uri('100'), { method: 'OPTIONS', headers });
    const request = await agree(peer, 'OPTIONS');
    expect(request.header('From')).to.match(/^<sip:x@localhost\.example>;tag=/);
    expect(request.header('To')).to.equal('<sip:localhost@peer.example>');
    expect(request.header('Contact')).to.equal('<sip:x@localhost.example:5070>');
    expect(request.header('P-Asserted-Identity')).to.equal('<sip:x@localhost-2:5060>');
  });

  it('have our address for localhost, with a port or without', async () => {
    const client = await stand.application();
    const peer = await stand.peer();
    const ours = `127.0.0.1:${stand.sipPort}`;
    void ask(client.srf, peer.uri('100'), {
      method: 'OPTIONS',
      headers: { From: '<sip:x@localhost>', Contact: '<sip:localhost:5060;transport=udp>' },
    });
    const request = await agree(peer, 'OPTIONS');
    expect(request.header('From')).to.contain(`<sip:x@${ours}>`);
    expect(request.header('Contact')).to.equal(`<sip:${ours};transport=udp>`);
  });
});

describe('an application that listens at a port that does not exist', () => {
  it('is no application: 503, and the server goes on', async () => {
    const stand = await Stand.open({ routes: [{ to: { host: '127.0.0.1', port: 99_999 } }] });
    try {
      const peer = await stand.peer();
      peer.request('OPTIONS');
      await peer.expectResponse(503);
    } finally {
      await stand.close();
    }
  });
});
