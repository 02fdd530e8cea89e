/** Several applications on one server: who gets what, whose a dialog is, and what becomes of it when its owner dies. */
import { expect } from 'chai';
import type { ApplicationRoute } from '../../src/sip/drachtio/application-routes.js';
import { callIn, later, LOCAL, served } from '../support/drachtio/calls.js';
import type { Dialog, Reply, Request } from '../support/drachtio/srf.js';
import { Stand, type Client } from '../support/drachtio/stand.js';
import { sdp } from '../support/sip/raw-message.js';
import type { RawPeer } from '../support/sip/raw-peer.js';

/** Applications that answer OPTIONS with their own name. */
async function named(stand: Stand, name: string, tags: readonly string[] = []): Promise<Client> {
  const client = await stand.application(tags);
  client.srf.options((_, reply) => reply.send(200, { headers: { 'X-Name': name } }));
  await client.routed();
  return client;
}

async function ask(peer: RawPeer, user = '100'): Promise<string> {
  const [, port = ''] = /127\.0\.0\.1:(\d+)/.exec(peer.request('OPTIONS').uri) ?? [];
  await peer.expectResponse(200, 'OPTIONS');
  peer.request('OPTIONS', { uri: `sip:${user}@127.0.0.1:${port}` });
  return (await peer.expectResponse(200, 'OPTIONS')).header('X-Name');
}

/** The name of who answered each of so many requests. */
async function askOften(peer: RawPeer, times: number): Promise<string[]> {
  const names: string[] = [];
  for (let asked = 0; asked < times; asked++) {
    peer.request('OPTIONS');
    names.push((await peer.expectResponse(200, 'OPTIONS')).header('X-Name'));
  }
  return names;
}

describe('several applications on one server', () => {
  let stand: Stand;
  beforeEach(async () => (stand = await Stand.open()));
  afterEach(() => stand.close());

  it('get new requests in turn, and only of the methods that they routed', async () => {
    for (const name of ['a', 'b', 'c']) await named(stand, name);
    const other = await stand.application();
    other.srf.invite((_, reply) => reply.send(486));
    await other.routed();
    const peer = await stand.peer();
    const names = await askOften(peer, 6);
    expect(names.slice(0, 3).toSorted()).to.deep.equal(['a', 'b', 'c']);
    expect(names.slice(3)).to.deep.equal(names.slice(0, 3));
    for (let calls = 0; calls < 3; calls++) {
      peer.request('INVITE', { body: sdp() });
      await peer.expectResponse(486);
    }
  });

  it('get nothing any more when they are gone, or unrouted the method', async () => {
    const [first] = [await named(stand, 'a'), await named(stand, 'b')];
    await first.wire.close();
    const peer = await stand.peer();
    // Its end is seen at some moment: from there on in both turns the other one answers.
    for (let inTurn = 0; inTurn < 2;) {
      const answer = await peer.expectFinal(peer.request('OPTIONS'));
      inTurn = answer.header('X-Name') === 'b' ? inTurn + 1 : 0;
    }
    expect(await askOften(peer, 4)).to.deep.equal(['b', 'b', 'b', 'b']);
  });

  it('keep their dialogs: what comes within one goes to its owner, and to nobody else', async () => {
    const clients = [await stand.application(), await stand.application()];
    const owners: { client: Client; dialog: Dialog; infos: string[] }[] = [];
    for (const client of clients)
      client.srf.invite((request, reply) => {
        void client.srf.createUAS(request, reply, { localSdp: LOCAL }).then((dialog) => {
          const infos: string[] = [];
          owners.push({ client, dialog, infos });
          dialog.on('info', (info, answer) => {
            infos.push(info.body ?? '');
            answer.send(200);
          });
        });
      });
    for (const client of clients) await client.routed();
    const peer = await stand.peer();
    const calls = [];
    for (let made = 0; made < 4; made++) {
      const sent = peer.request('INVITE', { body: sdp() });
      const ok = await peer.expectResponse(200, 'INVITE');
      peer.ack(sent, ok);
      calls.push({ sent, ok });
    }
    for (const { sent, ok } of calls) {
      peer.within(sent, ok, 'INFO', 2, { body: sent.callId, contentType: 'text/plain' });
      await peer.expectResponse(200, 'INFO');
    }
    expect(owners).to.have.length(4);
    for (const client of clients) expect(owners.filter((one) => one.client === client)).to.have.length(2);
    for (const { dialog, infos } of owners) expect(infos).to.deep.equal([dialog.sip.callId]);
  });
});

describe('routes of the server to applications', () => {
  const ROUTES: readonly ApplicationRoute[] = [
    { user: '112', to: { tag: 'emergency' } },
    { user: '8*', to: { tag: 'office' } },
    { methods: ['register'], to: { tag: 'registrar' } },
  ];
  let stand: Stand;
  beforeEach(async () => (stand = await Stand.open({ routes: ROUTES })));
  afterEach(() => stand.close());

  it('lead by user, whole or its beginning, to the tag that they name; the rest goes to any', async () => {
    await named(stand, 'e', ['emergency', 'x']);
    await named(stand, 'o', ['office']);
    const peer = await stand.peer();
    for (const [user, name] of [
      ['112', 'e'],
      ['801', 'o'],
      ['8', 'o'],
    ] as const)
      // prettier-ignore
      for (let times = 0; times < 3; times++) expect(await ask(peer, user)).to.equal(name);
    const rest = await askOften(peer, 4);
    expect(new Set(rest)).to.deep.equal(new Set(['e', 'o']));
  });

  it('answer 503 where nobody bears the tag, although others want the method', async () => {
    const office = await stand.application(['office']);
    office.srf.register((_, reply) => reply.send(200));
    await office.routed();
    const peer = await stand.peer();
    peer.request('REGISTER');
    await peer.expectResponse(503);
  });
});

describe('an application that dies with calls up', () => {
  let stand: Stand;
  beforeEach(async () => (stand = await Stand.open({ applicationGrace: 10_000 })));
  afterEach(() => stand.close());

  /** Waits until the server has seen that a connection is gone. */
  /** Dies, and the server has noticed: what it had for the application is then refused. */
  async function gone(client: Client): Promise<void> {
    client.srf.publish(() => undefined);
    await client.routed();
    await client.wire.close();
    const peer = await stand.peer();
    peer.request('PUBLISH');
    await peer.expectResponse(503);
  }

  it('leaves them up for a while, then each gets its BYE', async () => {
    const { client, peer } = await callIn(stand);
    await gone(client);
    stand.clock.advance(9999);
    expect(peer.heard.some(({ method }) => method === 'BYE')).to.equal(false);
    stand.clock.advance(1);
    const bye = await peer.expectRequest('BYE');
    expect(bye.header('Reason')).to.contain('Application gone');
    expect(stand.server.load.dialogs).to.equal(0);
  });

  it('has its calls taken over by one with the same tags, which gets their requests', async () => {
    const { client, peer, sent, ok } = await callIn(stand);
    const heir = await stand.application();
    const stranger = await stand.application(['other']);
    await gone(client);
    peer.within(sent, ok, 'INFO', 2, { body: 'x', contentType: 'text/plain' });
    await served(heir, '\r\nINFO ');
    stand.clock.advance(20_000);
    expect(peer.heard.some(({ method }) => method === 'BYE')).to.equal(false);
    expect(stranger.wire.frames.some(({ text }) => text.includes('\r\nINFO '))).to.equal(false);
  });

  it('may come back in time itself, and end its call', async () => {
    const { client, peer, dialog } = await callIn(stand);
    await gone(client);
    const again = await stand.application();
    const answered = new Promise((resolve) => {
      const bye = { method: 'BYE', stackDialogId: dialog.id } as { method: string };
      again.srf.request('sip:placeholder', bye, (error) => resolve(error));
    });
    peer.answer(await peer.expectRequest('BYE'), 200, { contact: false });
    expect(await answered).to.equal(null);
    stand.clock.advance(20_000);
    expect(peer.heard.filter(({ method }) => method === 'BYE')).to.have.length(1);
  });

  it('while nobody came back: a BYE of the peer is taken, all else is to come again', async () => {
    const { client, peer, sent, ok } = await callIn(stand);
    await gone(client);
    peer.within(sent, ok, 'INFO', 2);
    expect((await peer.expectResponse(503)).header('Retry-After')).to.match(/^\d+$/);
    peer.within(sent, ok, 'BYE', 3);
    await peer.expectResponse(200, 'BYE');
    expect(stand.server.load.dialogs).to.equal(0);
  });

  it('has what it had not answered refused with 503, and what it called cancelled', async () => {
    const client = await stand.application();
    const came = later<{ request: Request; reply: Reply }>();
    client.srf.invite((request, reply) => came.keep({ request, reply }));
    await client.routed();
    const [caller, callee] = [await stand.peer(), await stand.peer()];
    caller.request('INVITE', { body: sdp() });
    (await came.value).reply.send(180);
    await caller.expectResponse(180);
    client.srf.createUAC(callee.uri('201'), { localSdp: LOCAL }).catch(() => {});
    const invite = await callee.expectRequest('INVITE');
    callee.answer(invite, 180);
    await served(client, 'SIP/2.0 180');
    await client.wire.close();
    await caller.expectResponse(503);
    await callee.expectRequest('CANCEL');
    callee.answer(invite, 487, { contact: false });
    await callee.expectRequest('ACK');
    expect(stand.server.load.dialogs).to.equal(0);
  });

  it('has a 200 that crosses its death acknowledged and ended', async () => {
    const client = await stand.application();
    const callee = await stand.peer();
    client.srf.createUAC(callee.uri('201'), { localSdp: LOCAL }).catch(() => {});
    const invite = await callee.expectRequest('INVITE');
    await gone(client);
    callee.answer(invite, 200, { body: sdp() });
    await callee.expectRequest('ACK');
    await callee.expectRequest('BYE');
    expect(stand.server.load.dialogs).to.equal(0);
  });
});
