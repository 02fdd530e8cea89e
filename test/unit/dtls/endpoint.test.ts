/** Two ends of a DTLS handshake, datagrams handed from one to the other. OpenSSL as the other end: test/component/media. */
import { expect } from 'chai';
import { DtlsEndpoint, makeIdentity, type SrtpKeys } from '../../../src/dtls/index.js';

const identity = makeIdentity(Date.now());
const other = makeIdentity(Date.now());

describe('a DTLS handshake', () => {
  const open: DtlsEndpoint[] = [];
  afterEach(() => open.splice(0).forEach((one) => one.close()));
  const pair = (): { client: DtlsEndpoint; server: DtlsEndpoint } => {
    const [client, server] = [new DtlsEndpoint('active', identity), new DtlsEndpoint('passive', other)];
    open.push(client, server);
    return { client, server };
  };
  /** Hands datagrams to and fro until nobody says anything more. */
  const talk = (client: DtlsEndpoint, server: DtlsEndpoint, first: Buffer[]): Buffer[] => {
    const wire: Buffer[] = [];
    let toServer = first;
    while (toServer.length > 0) {
      const toClient = toServer.flatMap((datagram) => server.receive(datagram));
      wire.push(...toServer, ...toClient);
      toServer = toClient.flatMap((datagram) => client.receive(datagram));
    }
    return wire;
  };
  const keysOf = ({ state }: DtlsEndpoint): SrtpKeys => (state.at === 'ready' ? state.keys : expect.fail(state.at));

  it('ends with the same keys on both sides, crossed, and each other’s certificate', () => {
    const { client, server } = pair();
    talk(client, server, client.begin());
    const [ours, theirs] = [keysOf(client), keysOf(server)];
    expect(ours.send).to.deep.equal(theirs.receive);
    expect(ours.receive).to.deep.equal(theirs.send);
    expect(ours.send).not.to.deep.equal(ours.receive);
    expect(ours.send.suite).to.equal('AES_CM_128_HMAC_SHA1_80');
    expect([ours.send.key.length, ours.send.salt.length]).to.deep.equal([16, 14]);
    expect(client.state).to.deep.include({ certificate: other.certificate });
    expect(server.state).to.deep.include({ certificate: identity.certificate });
    expect(client.timeoutMs).to.equal(undefined);
  });

  it('sends no datagram that is too long, and only whole records in each', () => {
    const { client, server } = pair();
    const wire = talk(client, server, client.begin());
    expect(wire.length).to.be.above(3);
    for (const datagram of wire) {
      expect(datagram.length).to.be.at.most(1_200);
      let at = 0;
      while (at < datagram.length) at += 13 + datagram.readUInt16BE(at + 11);
      expect(at).to.equal(datagram.length);
    }
  });

  it('waits a second for an answer, and answers nothing that is no DTLS', () => {
    const { client, server } = pair();
    const flight = client.begin();
    expect(client.timeoutMs).to.be.within(0, 1_000);
    expect(server.timeoutMs).to.equal(undefined);
    for (const junk of [Buffer.alloc(0), Buffer.alloc(400, 0x16), Buffer.from('16fefd00000000000000000004', 'hex')])
      expect(server.receive(junk)).to.deep.equal([]);
    talk(client, server, flight);
    expect(client.state.at).to.equal('ready');
  });

  it('fails at an alert, and says why', () => {
    const { client } = pair();
    client.begin();
    client.receive(Buffer.from('15fefd000000000000000000020228', 'hex')); // fatal: handshake_failure
    expect(client.state).to.deep.include({ at: 'failed' });
    expect(client.state.at === 'failed' && client.state.why).to.match(/handshake failure/);
  });

  it('is harmless once it is closed', () => {
    const { client } = pair();
    client.close();
    client.close();
    expect(client.receive(Buffer.alloc(40, 0x16))).to.deep.equal([]);
    expect(client.expired()).to.deep.equal([]);
    expect(client.timeoutMs).to.equal(undefined);
  });
});
