/** Proxying for an application (RFC 3261 § 16), beyond the recorded conversation: one target after another, several at once. */
import { expect } from 'chai';
import { later } from '../support/drachtio/calls.js';
import type { ProxyOptions } from '../support/drachtio/srf.js';
import { Stand } from '../support/drachtio/stand.js';
import { sdp } from '../support/sip/raw-message.js';
import type { RawPeer, Sent } from '../support/sip/raw-peer.js';

interface Result {
  readonly connected: boolean;
  readonly finalStatus?: number;
  readonly responses: readonly { readonly port: number; readonly msgs: readonly { readonly status: number }[] }[];
}

let stand: Stand;
let caller: RawPeer;
let callees: RawPeer[];
function withPeers(): void {
  beforeEach(async () => {
    stand = await Stand.open();
    caller = await stand.peer();
    callees = [await stand.peer(), await stand.peer(), await stand.peer()];
  });
  afterEach(() => stand.close());
}

const callee = (index: number): RawPeer => callees[index] ?? expect.fail();

/** A call that the application proxies to the first so many peers. */
async function proxied(targets: number, options: ProxyOptions, method: 'invite' | 'message' = 'invite') {
  const client = await stand.application();
  const result = later<Result>();
  client.srf[method]((request) => {
    const uris = callees.slice(0, targets).map((peer, index) => peer.uri(`20${index}`));
    const proxy = async (): Promise<void> =>
      result.keep((await client.srf.proxyRequest(request, uris, options)) as Result);
    void proxy();
  });
  await client.routed();
  const sent = caller.request(method.toUpperCase(), { body: sdp() });
  return { client, sent, result: result.value };
}

/** Waits until the server has handled what this peer sent. */
async function handled(peer: RawPeer): Promise<void> {
  peer.request('DANCE');
  await peer.expectResponse(405);
}

const heard = (peer: RawPeer, method: string): number => peer.heard.filter((one) => one.method === method).length;

async function acknowledge(sent: Sent, status: number): Promise<void> {
  caller.ackFailure(sent, await caller.expectResponse(status, 'INVITE'));
}

describe('a request that is proxied to one target after the other', () => {
  withPeers();

  it('goes to the next when one refuses, and ends with the first 2xx', async () => {
    const { sent, result } = await proxied(3, {});
    callee(0).answer(await callee(0).expectRequest('INVITE'), 486, { contact: false });
    await callee(0).expectRequest('ACK');
    callee(1).answer(await callee(1).expectRequest('INVITE'), 200, { body: sdp(41_001) });
    const ok = await caller.expectResponse(200);
    expect(ok.body).to.contain('41001');
    expect(ok.headers('Via')).to.have.length(1);
    const done = await result;
    expect([done.connected, done.finalStatus]).to.deep.equal([true, 200]);
    expect(done.responses.flatMap(({ msgs }) => msgs.map(({ status }) => status))).to.deep.equal([486, 200]);
    expect(heard(callee(2), 'INVITE')).to.equal(0);
    // The server is not on the way any more: the ACK goes from one to the other.
    expect(ok.header('Record-Route')).to.equal('');
    expect(sent.uri).to.contain(String(stand.sipPort));
  });

  it('ends with the best refusal when all refuse: a 6xx at once, a 4xx that tells what to do before others', async () => {
    const { sent, result } = await proxied(3, {});
    for (const [index, status] of [486, 401, 503].entries())
      callee(index).answer(await callee(index).expectRequest('INVITE'), status, {
        contact: false,
        extra: status === 401 ? ['WWW-Authenticate: Digest realm="a", nonce="b"'] : [],
      });
    await acknowledge(sent, 401);
    expect((await result).connected).to.equal(false);
  });

  it('asks nobody else after a 6xx', async () => {
    const { sent } = await proxied(2, {});
    callee(0).answer(await callee(0).expectRequest('INVITE'), 603, { contact: false });
    await acknowledge(sent, 603);
    expect(heard(callee(1), 'INVITE')).to.equal(0);
  });

  it('goes on when nothing is heard from a target in the time for its first answer', async () => {
    const { sent } = await proxied(2, { provisionalTimeout: '2s' });
    await callee(0).expectRequest('INVITE');
    stand.clock.advance(2000);
    callee(1).answer(await callee(1).expectRequest('INVITE'), 200, { body: sdp() });
    caller.ack(sent, await caller.expectResponse(200));
  });

  it('cancels a target that rings longer than the time for its final answer, and goes on', async () => {
    const { sent } = await proxied(2, { finalTimeout: '9s' });
    const first = await callee(0).expectRequest('INVITE');
    callee(0).answer(first, 180);
    await caller.expectResponse(180);
    stand.clock.advance(9000);
    callee(0).answer(await callee(0).expectRequest('CANCEL'), 200, { contact: false });
    callee(0).answer(first, 487, { contact: false });
    callee(1).answer(await callee(1).expectRequest('INVITE'), 200, { body: sdp() });
    caller.ack(sent, await caller.expectResponse(200));
  });

  it('goes to where a redirect points, the preferred first, if that is asked for', async () => {
    const { sent } = await proxied(1, { followRedirects: true });
    callee(0).answer(await callee(0).expectRequest('INVITE'), 302, {
      contact: false,
      extra: [`Contact: <${callee(1).uri('x')}>;q=0.2, <${callee(2).uri('y')}>;q=0.7`],
    });
    const second = await callee(2).expectRequest('INVITE');
    expect(second.requestUri).to.equal(callee(2).uri('y'));
    callee(2).answer(second, 404, { contact: false });
    const third = await callee(1).expectRequest('INVITE');
    callee(1).answer(third, 200, { body: sdp() });
    caller.ack(sent, await caller.expectResponse(200));
  });

  it('passes a redirect on where it is not', async () => {
    const { sent } = await proxied(1, {});
    callee(0).answer(await callee(0).expectRequest('INVITE'), 302, {
      contact: false,
      extra: ['Contact: <sip:elsewhere@example.com>'],
    });
    const moved = await caller.expectResponse(302);
    expect(moved.contact).to.equal('sip:elsewhere@example.com');
    caller.ackFailure(sent, moved);
  });

  it('does not run in circles after redirects', async () => {
    const { sent } = await proxied(1, { followRedirects: true });
    const contact = (peer: RawPeer): string[] => [`Contact: <${peer.uri(peer === callee(0) ? '200' : 'x')}>`];
    callee(0).answer(await callee(0).expectRequest('INVITE'), 302, { contact: false, extra: contact(callee(1)) });
    callee(1).answer(await callee(1).expectRequest('INVITE'), 302, { contact: false, extra: contact(callee(0)) });
    await acknowledge(sent, 302);
    expect([heard(callee(0), 'INVITE'), heard(callee(1), 'INVITE')]).to.deep.equal([1, 1]);
  });

  it('counts Max-Forwards down, and a target that cannot be reached is one that failed', async () => {
    const client = await stand.application();
    client.srf.invite((request) => {
      void client.srf.proxyRequest(request, ['sip:x@127.0.0.1:1', callee(0).uri('200')], {});
    });
    await client.routed();
    caller.request('INVITE', { body: sdp(), maxForwards: 12 });
    const invite = await callee(0).expectRequest('INVITE');
    expect(invite.header('Max-Forwards')).to.equal('11');
    callee(0).answer(invite, 200, { body: sdp() });
    await caller.expectResponse(200);
  });
});

describe('a request that is proxied to several targets at once', () => {
  withPeers();
  const ALL = { forking: 'simultaneous' } as const;

  it('is cancelled everywhere else when one answers', async () => {
    const { sent, result } = await proxied(3, ALL);
    const invites = await Promise.all(callees.map((peer) => peer.expectRequest('INVITE')));
    expect(new Set(invites.map((one) => one.branch))).to.have.property('size', 3);
    for (const [index, invite] of invites.entries()) callee(index).answer(invite, 180, { toTag: `t${index}` });
    for (const _ of invites) await caller.expectResponse(180);
    callee(1).answer(invites[1] ?? expect.fail(), 200, { body: sdp(41_001), toTag: 't1' });
    caller.ack(sent, await caller.expectResponse(200));
    for (const index of [0, 2]) {
      callee(index).answer(await callee(index).expectRequest('CANCEL'), 200, { contact: false });
      callee(index).answer(invites[index] ?? expect.fail(), 487, { contact: false, toTag: `t${index}` });
      await callee(index).expectRequest('ACK');
    }
    expect((await result).connected).to.equal(true);
  });

  it('has both answers passed on when two cross: the caller decides (§ 16.7 5)', async () => {
    await proxied(2, ALL);
    const invites = [await callee(0).expectRequest('INVITE'), await callee(1).expectRequest('INVITE')];
    for (const [index, invite] of invites.entries())
      callee(index).answer(invite, 200, { body: sdp(), toTag: `t${index}` });
    const tags = [(await caller.expectResponse(200)).tag('To'), (await caller.expectResponse(200)).tag('To')];
    expect(new Set(tags)).to.deep.equal(new Set(['t0', 't1']));
  });

  it('ends with the best refusal, and with the challenges of all (§ 16.7 7)', async () => {
    const { sent } = await proxied(3, ALL);
    for (const [index, status] of [407, 404, 407].entries())
      callee(index).answer(await callee(index).expectRequest('INVITE'), status, {
        contact: false,
        extra: status === 407 ? [`Proxy-Authenticate: Digest realm="r${index}", nonce="n"`] : [],
      });
    const refused = await caller.expectResponse(407);
    expect(refused.headers('Proxy-Authenticate').join()).to.contain('r0').and.to.contain('r2');
    caller.ackFailure(sent, refused);
  });

  it('has a 6xx of one end the others', async () => {
    const { sent } = await proxied(2, ALL);
    const ringing = await callee(0).expectRequest('INVITE');
    callee(0).answer(ringing, 180);
    await caller.expectResponse(180);
    callee(1).answer(await callee(1).expectRequest('INVITE'), 600, { contact: false });
    callee(0).answer(await callee(0).expectRequest('CANCEL'), 200, { contact: false });
    callee(0).answer(ringing, 487, { contact: false });
    await acknowledge(sent, 600);
  });
});

describe('a caller who gives a proxied call up', () => {
  withPeers();

  it('has it cancelled at every target that answered, and gets 487', async () => {
    const { sent, result } = await proxied(2, { forking: 'simultaneous' });
    const invites = [await callee(0).expectRequest('INVITE'), await callee(1).expectRequest('INVITE')];
    callee(0).answer(invites[0] ?? expect.fail(), 180);
    await caller.expectResponse(180);
    caller.cancel(sent);
    await caller.expectResponse(200, 'CANCEL');
    callee(0).answer(await callee(0).expectRequest('CANCEL'), 200, { contact: false });
    callee(0).answer(invites[0] ?? expect.fail(), 487, { contact: false });
    // The one that said nothing yet gets its CANCEL with its first word (§ 9.1).
    expect(heard(callee(1), 'CANCEL')).to.equal(0);
    callee(1).answer(invites[1] ?? expect.fail(), 180);
    callee(1).answer(await callee(1).expectRequest('CANCEL'), 200, { contact: false });
    callee(1).answer(invites[1] ?? expect.fail(), 487, { contact: false });
    await acknowledge(sent, 487);
    expect(await result).to.include({ connected: false, finalStatus: 487 });
  });

  it('has no further target tried', async () => {
    const { sent } = await proxied(2, {});
    const invite = await callee(0).expectRequest('INVITE');
    callee(0).answer(invite, 180);
    await caller.expectResponse(180);
    caller.cancel(sent);
    callee(0).answer(await callee(0).expectRequest('CANCEL'), 200, { contact: false });
    callee(0).answer(invite, 487, { contact: false });
    await acknowledge(sent, 487);
    expect(heard(callee(1), 'INVITE')).to.equal(0);
  });

  it('gets 487 also where the target never ends its INVITE (64*T1 after the CANCEL)', async () => {
    const { sent } = await proxied(1, {});
    const invite = await callee(0).expectRequest('INVITE');
    callee(0).answer(invite, 180);
    await caller.expectResponse(180);
    caller.cancel(sent);
    await callee(0).expectRequest('CANCEL');
    stand.clock.advance(32_000);
    await acknowledge(sent, 487);
  });
});

describe('a proxy that stays on the way', () => {
  withPeers();

  it('passes on the ACK and every later request of the dialog, in both directions, and nothing after its BYE', async () => {
    const { sent } = await proxied(1, { recordRoute: true });
    const invite = await callee(0).expectRequest('INVITE');
    expect(invite.header('Record-Route')).to.match(/;lr>$/);
    callee(0).answer(invite, 200, { body: sdp() });
    const ok = await caller.expectResponse(200);
    const route = { extra: [`Route: ${ok.header('Record-Route')}`] };
    caller.ack(sent, ok, route);
    expect((await callee(0).expectRequest('ACK')).header('Route')).to.equal('');
    caller.within(sent, ok, 'INFO', 2, route);
    callee(0).answer(await callee(0).expectRequest('INFO'), 200, { contact: false });
    await caller.expectResponse(200, 'INFO');
    callee(0).asCallee(invite, 'INFO', 1, { ...route, contact: null });
    caller.answer(await caller.expectRequest('INFO'), 200, { contact: false });
    await callee(0).expectResponse(200, 'INFO');
    caller.within(sent, ok, 'BYE', 3, route);
    callee(0).answer(await callee(0).expectRequest('BYE'), 200, { contact: false });
    await caller.expectResponse(200, 'BYE');
    caller.within(sent, ok, 'INFO', 4, route);
    await caller.expectResponse(481, 'INFO');
    expect(heard(callee(0), 'INFO')).to.equal(1);
  });

  it('passes nothing on that belongs to no call of its own: no open relay by Route', async () => {
    await stand.application();
    const ours = `<sip:127.0.0.1:${stand.sipPort};lr>`;
    for (const method of ['INFO', 'BYE', 'INVITE'])
      caller.request(method, { uri: callee(0).uri('x'), toTag: 'made-up', extra: [`Route: ${ours}`], body: sdp() });
    for (const method of ['INFO', 'BYE', 'INVITE']) await caller.expectResponse(481, method);
    caller.request('ACK', { uri: callee(0).uri('x'), toTag: 'made-up', extra: [`Route: ${ours}`] });
    await handled(caller);
    expect(callee(0).heard).to.have.length(0);
  });
});

describe('a request other than INVITE that is proxied', () => {
  withPeers();

  it('is answered with what its target says', async () => {
    await proxied(1, {}, 'message');
    callee(0).answer(await callee(0).expectRequest('MESSAGE'), 202, { contact: false });
    await caller.expectResponse(202, 'MESSAGE');
  });

  it('has no 408 passed on: that comes too late (RFC 4320 § 4)', async () => {
    const { result } = await proxied(1, {}, 'message');
    await callee(0).expectRequest('MESSAGE');
    stand.clock.advance(32_000);
    expect((await result).finalStatus).to.equal(408);
    await handled(caller);
    expect(caller.heard.filter(({ status }) => status === 408)).to.have.length(0);
  });
});
