/** Registrar and trunk registration over the wire: drachtio-srf, the embedded server, scripted handsets and providers. */
import { expect } from 'chai';
import { DigestClient } from '../../../src/calls/digest/client.js';
import { Registrar } from '../../../src/calls/registrar/registrar.js';
import { Trunks } from '../../../src/calls/trunks/trunks.js';
import type { SipPort } from '../../../src/calls/sip-port.js';
import { office } from '../../support/calls/config.js';
import { later, openLine, type Line } from '../../support/calls/line.js';
import { MemoryBindings } from '../../support/calls/memory-bindings.js';
import type { RawMessage } from '../../support/sip/raw-message.js';
import { sdp } from '../../support/sip/raw-message.js';
import type { RawPeer, Sent } from '../../support/sip/raw-peer.js';
import { until } from '../../support/until.js';
import { VirtualClock } from '../../support/virtual-clock.js';

describe('handsets on the wire', () => {
  const clock = new VirtualClock();
  let line: Line;
  let registrar: Registrar;
  let changes: string[];
  let proved: { value: Promise<string | undefined>; give: (extension: string | undefined) => void };

  beforeEach(async () => {
    changes = [];
    proved = later();
    line = await openLine((port) => {
      const sip: Pick<SipPort, 'request'> = { request: (options) => port().request(options) };
      registrar = new Registrar({
        clock,
        sip,
        store: new MemoryBindings(),
        password: (extension) => (extension === '201' ? 'secret-201' : undefined),
        onChange: (change) => changes.push(change),
      });
      return {
        register: (request) => registrar.register(request),
        invite: (invite) => {
          const extension = registrar.authenticate(invite);
          if (extension === undefined) return;
          proved.give(extension);
          void invite.respond(404);
        },
      };
    });
  });
  afterEach(async () => {
    await registrar.close();
    await line.close();
  });

  const digest = new DigestClient({ username: '201', password: 'secret-201' });
  /** Header lines and URI of a handset's request, with an answer to `challenged` if there is one. */
  function options(peer: RawPeer, method: string, challenged?: RawMessage, changes: object = {}): Parameters<RawPeer['request']>[1] {
    const uri = method === 'INVITE' ? 'sip:0601234567@127.0.0.1' : 'sip:127.0.0.1';
    const challenge = { status: 401, header: () => challenged?.headers('WWW-Authenticate').join(', ') };
    const answer = challenged && digest.answer(challenge, { method, uri });
    const own = '<sip:201@127.0.0.1>';
    const extra = ['User-Agent: Desk Phone', 'Expires: 300', ...(answer ? [`Authorization: ${answer.value}`] : [])];
    return { uri, from: own, to: method === 'INVITE' ? `<${uri}>` : own, contact: `<${peer.uri('201')}>`, extra, ...changes };
  } // prettier-ignore

  async function register(peer: RawPeer, changes: object = {}): Promise<RawMessage> {
    const first = peer.request('REGISTER', options(peer, 'REGISTER', undefined, changes));
    const challenged = await peer.expectFinal(first);
    const { callId, fromTag } = first;
    const second = peer.request('REGISTER', { ...options(peer, 'REGISTER', challenged, changes), callId, fromTag, cseq: 2 }); // prettier-ignore
    return peer.expectFinal(second);
  }

  it('get two challenges as two lines, SHA-256 first, and their binding', async () => {
    const peer = await line.stand.peer();
    const first = peer.request('REGISTER', options(peer, 'REGISTER'));
    const challenged = await peer.expectFinal(first);
    expect(challenged.startLine).to.equal('SIP/2.0 401 Unauthorized');
    const lines = challenged.headers('WWW-Authenticate');
    expect(lines.map((value) => /algorithm=([A-Z0-9-]+)/.exec(value)?.[1])).to.deep.equal(['SHA-256', 'MD5']);
    const granted = await register(peer);
    expect(granted.status).to.equal(200);
    expect(granted.header('Contact')).to.equal(`<${peer.uri('201')}>;expires=300`);
    expect(registrar.hasFlow({ protocol: 'udp', address: '127.0.0.1', port: peer.port })).to.equal(true);
  });

  it('may have several contacts, listed in one answer', async () => {
    const peer = await line.stand.peer();
    const contact = `<${peer.uri('201')}>, <sip:201@127.0.0.1:7>;expires=600`;
    const granted = await register(peer, { contact });
    expect(granted.headers('Contact').join(', ')).to.equal(`<sip:201@127.0.0.1:7>;expires=600, <${peer.uri('201')}>;expires=300`); // prettier-ignore
  });

  it('are called along the connection on which they registered', async () => {
    const peer = await line.stand.peer('tcp');
    // Behind NAT: the contact leads nowhere.
    await register(peer, { contact: '<sip:201@10.255.255.1:5060;transport=tcp>' });
    const [target] = registrar.targets('201');
    if (!target) throw new Error('not bound');
    const calling = line.port.invite({ uri: target.uri, nextHop: target.nextHop, sdp: sdp() });
    const invite = await peer.expectRequest('INVITE');
    expect(invite.requestUri).to.equal('sip:201@10.255.255.1:5060;transport=tcp');
    peer.answer(invite, 486, { contact: false });
    await calling.dialog.catch(() => undefined);
  });

  it('behind NAT are asked by OPTIONS, and their answer counts', async () => {
    const peer = await line.stand.peer();
    await register(peer, { contact: '<sip:201@10.255.255.1:5060>' });
    for (let round = 0; round < 2; round++) {
      clock.advance(25_000);
      const asked = await peer.expectRequest('OPTIONS');
      expect(asked.requestUri).to.equal('sip:201@10.255.255.1:5060');
      peer.answer(asked, 405, { contact: false });
      await until('a timer of the call', () => clock.pendingTimers > 1);
    }
    expect(registrar.bindings('201')).to.have.length(1);
    expect(changes).to.deep.equal(['added']);
  });

  it('over TCP are no longer there when they have closed their connection', async () => {
    const peer = await line.stand.peer('tcp');
    await register(peer);
    await peer.close();
    clock.advance(25_000);
    await until('the handset counts as unreachable', () => changes.includes('unreachable'));
    expect(registrar.all()).to.deep.equal([]);
  });

  it('prove themselves for a call, too', async () => {
    const peer = await line.stand.peer();
    const call = (challenged?: RawMessage): Sent =>
      peer.request('INVITE', { ...options(peer, 'INVITE', challenged), body: sdp(), cseq: challenged ? 2 : 1 });
    const first = call();
    const challenged = await peer.expectFinal(first);
    expect(challenged.status).to.equal(401);
    peer.ackFailure(first, challenged);
    call(challenged);
    expect(await proved.value).to.equal('201');
  });
});

describe('a provider on the wire', () => {
  it('gets REGISTER with the digest, with our Contact, again in time, and the end of it', async () => {
    const line = await openLine();
    const provider = await line.stand.peer();
    const clock = new VirtualClock();
    const config = office({
      trunks: [{ name: 'p', proxy: `sip:${provider.address}`, register: { username: '4822', password: 'geheim' } }],
      outbound: {},
    });
    const states: string[] = [];
    const registered = later<void>();
    const trunks = new Trunks({
      trunks: config.trunks,
      sip: line.port,
      clock,
      secret: String,
      onRegistration: (trunk, state) => {
        states.push(`${trunk} ${state.kind}`);
        if (state.kind === 'registered') registered.give();
      },
    });
    await trunks.start();
    const first = await provider.expectRequest('REGISTER');
    provider.answer(first, 401, { contact: false, extra: ['WWW-Authenticate: Digest realm="p", nonce="n", algorithm=MD5, qop="auth"'] }); // prettier-ignore
    const second = await provider.expectRequest('REGISTER');
    expect(second.header('Authorization')).to.contain('username="4822"').and.contain(`uri="sip:${provider.address}"`);
    expect(second.header('Call-ID')).to.equal(first.header('Call-ID'));
    expect(second.tag('From')).to.equal(first.tag('From'));
    expect(second.cseq).to.equal(2);
    const contact = second.header('Contact');
    expect(contact).to.match(new RegExp(`^<sip:4822@127.0.0.1:${line.stand.sipPort};line=[0-9a-f]{24}>$`));
    provider.answer(second, 200, { contact: false, extra: [`Contact: ${contact};expires=100`] });
    await registered.value;
    clock.advance(80_000);
    const again = await provider.expectRequest('REGISTER');
    provider.answer(again, 200, { contact: false, extra: [`Contact: ${contact};expires=100`] });
    const closing = trunks.close();
    const goodbye = await provider.expect((message) => message.header('Expires') === '0', 'the end');
    provider.answer(goodbye, 200, { contact: false });
    await closing;
    expect(states.slice(0, 2)).to.deep.equal(['p registering', 'p registered']);
    expect(states.at(-1)).to.equal('p stopped');
    await line.close();
  });
});
