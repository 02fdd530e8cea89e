import { expect } from 'chai';
import { header } from '../../../../src/sip/message/fields.js';
import { makeResponse } from '../../../../src/sip/message/make.js';
import { responseDestination } from '../../../../src/sip/transport/layer.js';
import type { Destination, Face, Protocol } from '../../../../src/sip/transport/types.js';
import { freePort } from '../../../support/ports.js';
import { TcpListener, TcpPeer, UdpPeer } from '../../../support/sip/peers.js';
import { rejected, sipRequest, Station } from '../../../support/sip/station.js';
import { requestText, sipText } from '../../../support/sip/text.js';
import { VirtualClock } from '../../../support/virtual-clock.js';

const to = (port: number, protocol: Protocol = 'udp'): Destination => ({ protocol, address: '127.0.0.1', port });

const request = sipRequest;

describe('the transport layer', () => {
  let station: Station;
  let peer: UdpPeer;
  const more: { close(): unknown }[] = [];
  const later = <T extends { close(): unknown }>(closable: T): T => {
    more.push(closable);
    return closable;
  };

  beforeEach(async () => {
    station = await Station.open();
    peer = await UdpPeer.open();
  });

  afterEach(async () => {
    for (const one of more.splice(0)) await one.close();
    await peer.close();
    await station.layer.close();
  });

  describe('over UDP', () => {
    it('takes a request with its flow, and brings the answer back by rport', async () => {
      const coming = station.message();
      peer.send(requestText({ via: 'SIP/2.0/UDP 127.0.0.1:1;branch=z9hG4bKa;rport' }), station.port);
      const { message, flow } = await coming;
      expect(flow).to.deep.equal({
        protocol: 'udp',
        remoteAddress: '127.0.0.1',
        remotePort: peer.port,
        localAddress: '127.0.0.1',
        localPort: station.port,
        face: 'local',
      });
      if (message.kind !== 'request') return expect.fail();
      const response = makeResponse(message, 200, '', 'tag');
      await station.layer.send(response, responseDestination(response, flow));
      expect(await peer.next()).to.match(/^SIP\/2\.0 200 OK\r\nVia: .*rport=\d+/);
    });

    it('tells of a refused port with the branch that was refused', async () => {
      const port = await freePort();
      const gone = station.unreachable();
      await station.layer.send(request({ via: 'SIP/2.0/UDP 127.0.0.1:9;branch=z9hG4bKlost' }), to(port));
      const [destination, branch] = await gone;
      expect(destination).to.deep.equal({ ...to(port), face: 'local' });
      expect(branch).to.equal('z9hG4bKlost');
      expect(station.layer.counters.unreachable).to.equal(1);
    });

    it('delivers to others what is sent right after to a port that refuses', async () => {
      const port = await freePort();
      const heard = Promise.all(Array.from({ length: 20 }, () => peer.next()));
      for (let n = 0; n < 20; n++) {
        await station.layer.send(request(), to(port));
        await station.layer.send(request({ callId: `other-${n}` }), to(peer.port));
      }
      expect((await heard).map((text) => /Call-ID: (\S+)/.exec(text)?.[1])).to.deep.equal(
        Array.from({ length: 20 }, (_, n) => `other-${n}`),
      );
    });

    it('answers what cannot be read but can be answered, drops the rest, counts both', async () => {
      peer.send(requestText({ length: 99, cseq: '7 OPTIONS' }), station.port);
      const answer = await peer.next();
      expect(answer).to.match(/^SIP\/2\.0 400 Bad Request\r\n/);
      expect(answer).to.match(/\r\nTo: <sip:halina@127\.0\.0\.1>;tag=\w+\r\n/);
      expect(answer).to.include('\r\nCSeq: 7 OPTIONS\r\n').and.to.include('the body is shorter than Content-Length');
      peer.send(requestText().replace('SIP/2.0\r\n', 'SIP/7.0\r\n'), station.port);
      expect(await peer.next()).to.match(/^SIP\/2\.0 505 /);
      for (const dropped of [
        'garbage',
        requestText({ method: 'ACK', length: 99 }),
        sipText(['SIP/2.0 200 OK', 'CSeq: x']),
      ])
        peer.send(dropped, station.port);
      peer.send('\r\n\r\n', station.port);
      const coming = station.message();
      peer.send(requestText(), station.port);
      await coming;
      expect(station.layer.counters).to.include({ refused: 2, dropped: 3, pings: 1, messages: 1 });
    });

    it('does not answer what cannot be read from whom it may not answer', async () => {
      peer.send(requestText({ length: 99, callId: 'stranger' }), station.port);
      peer.send(requestText({ length: 99, callId: 'friend' }), station.port);
      expect(await peer.next()).to.include('Call-ID: friend');
      expect(station.layer.counters).to.include({ refused: 1, dropped: 1 });
    });

    it('gives the same refusal to the same request', async () => {
      peer.send(requestText({ length: 99 }), station.port);
      const first = await peer.next();
      peer.send(requestText({ length: 99 }), station.port);
      expect(await peer.next()).to.equal(first);
    });

    it('drops a response whose Via is not ours', async () => {
      const response = (host: string): string =>
        requestText({ via: `SIP/2.0/UDP ${host};branch=z9hG4bK1` }).replace(/^.*\r\n/, 'SIP/2.0 200 OK\r\n');
      peer.send(response('192.0.2.77:5060'), station.port);
      const coming = station.message();
      peer.send(response(`127.0.0.1:${station.port}`), station.port);
      await coming;
      expect(station.received).to.have.length(1);
      expect(station.layer.counters.dropped).to.equal(1);
    });

    it('refuses to send what no datagram holds', async () => {
      const large = request({ body: 'x'.repeat(70_000) });
      expect(await rejected(station.layer.send(large, to(peer.port)))).to.equal('TOO_LARGE');
    });

    it('stays up when a handler throws', async () => {
      station.once('message', () => {
        throw new Error('a mistake above');
      });
      peer.send(requestText(), station.port);
      const coming = new Promise<void>((resolve) =>
        station.on('message', () => station.received.length === 2 && resolve()),
      );
      peer.send(requestText(), station.port);
      await coming;
    });
  });

  describe('over TCP', () => {
    it('answers on the connection of the request, ping and pong beside it', async () => {
      const tcp = later(await TcpPeer.connect(station.port));
      const coming = station.message();
      tcp.send(`\r\n\r\n${requestText({ via: 'SIP/2.0/TCP 127.0.0.1:1;branch=z9hG4bKa' })}`);
      expect(await tcp.next()).to.equal('\r\n');
      const { message, flow } = await coming;
      if (message.kind !== 'request') return expect.fail();
      const response = makeResponse(message, 200);
      await station.layer.send(response, responseDestination(response, flow));
      expect(await tcp.next()).to.match(/^SIP\/2\.0 200 OK/);
      expect(station.layer.counters.pings).to.equal(1);
    });

    it('answers on a new connection to sent-by when the first is gone', async () => {
      const listener = later(await TcpListener.open());
      const tcp = await TcpPeer.connect(station.port);
      const coming = station.message();
      tcp.send(requestText({ via: `SIP/2.0/TCP 127.0.0.1:${listener.port};branch=z9hG4bKa` }));
      const { message, flow } = await coming;
      if (message.kind !== 'request') return expect.fail();
      const gone = station.unreachable();
      tcp.close();
      await gone;
      const response = makeResponse(message, 200);
      await station.layer.send(response, responseDestination(response, flow));
      expect(await later(await listener.next()).next()).to.match(/^SIP\/2\.0 200 OK/);
    });

    it('opens one connection for many messages at once, and uses it again', async () => {
      const listener = later(await TcpListener.open());
      await Promise.all(Array.from({ length: 5 }, () => station.layer.send(request(), to(listener.port, 'tcp'))));
      const connection = later(await listener.next());
      let text = '';
      while (text.split('OPTIONS sip:').length < 6) text += await connection.next();
      await station.layer.send(request({ callId: 'sixth' }), to(listener.port, 'tcp'));
      expect(await connection.next()).to.include('sixth');
      expect(listener.waiting).to.equal(0);
    });

    it('sends requests over a connection that the peer opened and named an alias for', async () => {
      const tcp = later(await TcpPeer.connect(station.port));
      const coming = station.message();
      tcp.send(requestText({ via: 'SIP/2.0/TCP 127.0.0.1:5999;branch=z9hG4bKa;alias' }));
      await coming;
      await station.layer.send(request({ callId: 'by-alias' }), to(5999, 'tcp'));
      expect(await tcp.next()).to.include('by-alias');
    });

    it('refuses a message without Content-Length, and closes', async () => {
      const tcp = await TcpPeer.connect(station.port);
      tcp.send(requestText({ unmeasured: true }));
      expect(await tcp.next()).to.match(/^SIP\/2\.0 400 [^]*no Content-Length/);
      await tcp.closed;
    });

    it('refuses a body and a head that are too large, and closes', async () => {
      const one = await TcpPeer.connect(station.port);
      one.send(requestText({ length: 10_000_000 }));
      expect(await one.next()).to.match(/^SIP\/2\.0 413 /);
      await one.closed;
      const other = await TcpPeer.connect(station.port);
      other.send(requestText({ more: Array.from({ length: 200 }, (_, n) => `X-${n}: ${'y'.repeat(300)}`) }));
      expect(await other.next()).to.match(/^SIP\/2\.0 513 /);
      await other.closed;
    });

    it('answers a mistake whose end is known, and reads on', async () => {
      const tcp = later(await TcpPeer.connect(station.port));
      const coming = station.message();
      tcp.send(requestText({ cseq: '1 INVITE' }) + requestText({ callId: 'next' }));
      expect(await tcp.next()).to.match(/^SIP\/2\.0 400 /);
      expect(header((await coming).message, 'call-id')).to.equal('next');
    });

    it('says when nothing listens', async () => {
      expect(await rejected(station.layer.send(request(), to(await freePort(), 'tcp')))).to.equal('REFUSED');
    });
  });

  describe('on a clock that is turned by hand', () => {
    let clock: VirtualClock;
    let other: Station;

    beforeEach(async () => {
      clock = new VirtualClock();
      other = await Station.open(
        { streams: { idle: 60_000, messageTimeout: 10_000, perSource: 2, unsent: 100_000 } },
        clock,
      );
    });

    afterEach(() => other.layer.close());

    it('closes a connection that stood idle, but not one that did not', async () => {
      const tcp = await TcpPeer.connect(other.port);
      const coming = other.message();
      tcp.send(requestText());
      await coming;
      clock.advance(59_000);
      tcp.send('\r\n\r\n');
      expect(await tcp.next()).to.equal('\r\n');
      clock.advance(59_000);
      tcp.send('\r\n\r\n');
      expect(await tcp.next()).to.equal('\r\n');
      clock.advance(61_000);
      await tcp.closed;
    });

    it('closes a connection whose message does not come to an end, however it trickles', async () => {
      const [tcp, witness] = [await TcpPeer.connect(other.port), later(await TcpPeer.connect(other.port))];
      tcp.send('\r\n\r\nOPT');
      expect(await tcp.next()).to.equal('\r\n');
      clock.advance(9000);
      tcp.send('IONS');
      // What a later connection's ping is answered after, was read before.
      witness.send('\r\n\r\n');
      await witness.next();
      clock.advance(1001);
      await tcp.closed;
    });

    it('does not take a single empty line for the beginning of a message', async () => {
      const tcp = later(await TcpPeer.connect(other.port));
      tcp.send('\r\n\r\n\r\n');
      expect(await tcp.next()).to.equal('\r\n');
      clock.advance(30_000);
      const coming = other.message();
      tcp.send(requestText());
      await coming;
    });

    it('refuses more connections of one source than it may have', async () => {
      const [one, two] = [later(await TcpPeer.connect(other.port)), later(await TcpPeer.connect(other.port))];
      for (const kept of [one, two]) {
        kept.send('\r\n\r\n');
        expect(await kept.next()).to.equal('\r\n');
      }
      await (
        await TcpPeer.connect(other.port)
      ).closed;
      expect(other.layer.counters.connectionsRefused).to.equal(1);
    });

    it('gives up a connection that cannot be made in time', async () => {
      const listener = later(await TcpListener.open());
      const sending = rejected(other.layer.send(request(), to(listener.port, 'tcp')));
      clock.advance(4001); // before the system could say that the connection is there
      expect(await sending).to.equal('TIMEOUT');
    });

    it('closes a connection whose peer does not read', async () => {
      const listener = later(await TcpListener.open());
      await other.layer.send(request(), to(listener.port, 'tcp'));
      const deaf = await listener.next();
      deaf.pause();
      const body = 'x'.repeat(50_000);
      const sends = Array.from({ length: 400 }, () =>
        rejected(other.layer.send(request({ body }), to(listener.port, 'tcp'))),
      );
      expect(await Promise.any(sends)).to.equal('CLOSED');
      deaf.close();
    });
  });

  describe('on connections that it opened (RFC 5626 § 4.4.1)', () => {
    let clock: VirtualClock;
    let other: Station;
    let far: TcpPeer;
    let listener: TcpListener;

    beforeEach(async () => {
      clock = new VirtualClock();
      // The first ping comes after 80 to 100 s, the second after 220 to 260.
      other = await Station.open({ streams: { ping: 100_000, pong: 60_000 } }, clock);
      listener = later(await TcpListener.open());
      await other.layer.send(request(), to(listener.port, 'tcp'));
      far = await listener.next();
      await far.next();
    });

    afterEach(() => other.layer.close());

    const pong = async (): Promise<void> => {
      const coming = other.message();
      far.send(`\r\n${requestText()}`);
      await coming;
    };

    it('sends pings, and takes their answers for what they are', async () => {
      for (const pause of [100_000, 160_000]) {
        clock.advance(pause);
        expect(await far.next()).to.equal('\r\n\r\n');
        await pong();
      }
      // Two pongs in a row are no ping of the peer.
      expect(other.layer.counters.pings).to.equal(0);
      clock.advance(60_001);
      await pong();
    });

    it('gives one up that answered pings before and does no more', async () => {
      clock.advance(100_000);
      expect(await far.next()).to.equal('\r\n\r\n');
      await pong();
      clock.advance(160_000);
      expect(await far.next()).to.equal('\r\n\r\n');
      const gone = other.unreachable();
      clock.advance(60_001);
      expect((await gone)[0]).to.deep.include({ protocol: 'tcp', port: listener.port });
    });

    it('keeps one whose peer never answered any: not everyone knows pings', async () => {
      for (const pause of [100_000, 160_000]) {
        clock.advance(pause);
        expect(await far.next()).to.equal('\r\n\r\n');
      }
      clock.advance(60_001);
      const coming = other.message();
      far.send(requestText());
      await coming;
    });

    it('holds it longer than from one registration to the next, and not for ever', async () => {
      clock.advance(3_600_000);
      const coming = other.message();
      far.send(requestText());
      await coming;
      clock.advance(7_200_001);
      await far.closed;
    });
  });

  describe('between UDP and TCP', () => {
    const large = request({ body: 'x'.repeat(1300) });

    it('keeps to UDP for a large request where nothing is known of the peer', () => {
      expect(station.layer.protocolFor(large, to(peer.port))).to.equal('udp');
    });

    it('takes TCP for it after the peer took a connection, until one fails', async () => {
      const listener = await TcpListener.open();
      const { port } = listener;
      await station.layer.send(request(), to(port, 'tcp'));
      expect(station.layer.protocolFor(large, to(port))).to.equal('tcp');
      expect(station.layer.protocolFor(request(), to(port))).to.equal('udp');
      const gone = station.unreachable();
      (await listener.next()).close();
      await gone;
      await listener.close();
      expect(station.layer.protocolFor(large, to(port))).to.equal('tcp');
      await rejected(station.layer.send(large, to(port, 'tcp')));
      expect(station.layer.protocolFor(large, to(port))).to.equal('udp');
    });

    it('takes TCP for it where the configuration says so', async () => {
      const knowing = later((await Station.open({ tcpPeers: ['127.0.0.0/8', '192.0.2.1'] })).layer);
      expect(knowing.protocolFor(large, to(5060))).to.equal('tcp');
      expect(knowing.protocolFor(request(), to(5060))).to.equal('udp');
      expect(knowing.protocolFor(large, { ...to(5060), address: '192.0.2.2' })).to.equal('udp');
    });
  });

  describe('with its faces', () => {
    it('sends by the face that fits, and says what it has not', async () => {
      const faces: Face[] = [
        { name: 'one', address: '127.0.0.2', port: 0, transports: ['udp'] },
        { name: 'two', address: '127.0.0.3', port: 0, transports: ['udp'], externalAddress: '198.51.100.1' },
      ];
      const layer = later((await Station.open({ faces })).layer);
      expect(layer.sentBy(to(1)).host).to.equal('127.0.0.2');
      expect(layer.sentBy({ ...to(1), face: 'two' })).to.deep.equal({ host: '127.0.0.3', port: layer.faces[1]?.port });
      expect(layer.sentBy({ ...to(1), address: '203.0.113.5', face: 'two' }).host).to.equal('198.51.100.1');
      expect(await rejected(layer.send(request(), to(1, 'tcp')))).to.equal('NO_TRANSPORT');
      expect(await rejected(layer.send(request(), { ...to(1), address: '::1' }))).to.equal('NO_TRANSPORT');
    });

    it('names the face whose port is taken, and leaves nothing open', async () => {
      const taken = { name: 'second', address: '127.0.0.1', port: station.port, transports: ['udp'] } as const;
      const free = { name: 'first', address: '127.0.0.1', port: await freePort(), transports: ['udp'] } as const;
      const opening = Station.open({ faces: [free, taken] });
      expect(await rejected(opening)).to.equal('SIP_PORT_TAKEN');
      later((await Station.open({ faces: [free] })).layer);
    });

    it('works over IPv6 too, ICMP included', async function () {
      const faces: Face[] = [{ name: 'six', address: '::1', port: 0, transports: ['udp', 'tcp'] }];
      const six = await Station.open({ faces }).catch(() => undefined);
      if (!six) return this.skip();
      later(six.layer);
      const far = later(await UdpPeer.open('::1'));
      const coming = six.message();
      far.send(requestText({ via: 'SIP/2.0/UDP [::1]:9;rport;branch=z9hG4bK6' }), six.port);
      const { message, flow } = await coming;
      if (message.kind !== 'request') return expect.fail();
      const response = makeResponse(message, 200);
      await six.layer.send(response, responseDestination(response, flow));
      expect(await far.next()).to.match(/^SIP\/2\.0 200/);
      const port = await freePort();
      const gone = six.unreachable();
      await six.layer.send(request(), { protocol: 'udp', address: '::1', port });
      expect((await gone)[0]).to.deep.include({ address: '::1', port });
    });
  });
});
