import { expect } from 'chai';
import { silentLog } from '../../../../src/base/log.js';
import { LocateError, Locator } from '../../../../src/sip/drachtio/locator.js';
import type { Destination, Face, Protocol } from '../../../../src/sip/transport/types.js';
import { LogLines } from '../../../support/log-lines.js';
import { naptr, srv, Zone } from '../../../support/sip/zone.js';
import { VirtualClock } from '../../../support/virtual-clock.js';

const ALL: readonly Protocol[] = ['udp', 'tcp', 'tls'];
const four = (transports = ALL): Face => ({ name: 'four', address: '192.0.2.1', port: 5060, transports });
const six: Face = { name: 'six', address: '2001:db8::1', port: 5060, transports: ALL };

function locatorOf(
  zone: Zone,
  faces: readonly Face[] = [four()],
  clock = new VirtualClock(),
  log = silentLog,
): Locator {
  return new Locator(
    clock,
    log,
    () => faces,
    zone,
    { longest: 3_600_000, stale: 86_400_000 },
    () => 0,
  );
}

/** All places of a destination in order: `tcp 192.0.2.5:5060`. */
const places = (to: Destination): string[] =>
  [to, ...(to.others ?? [])].map(({ protocol, address, port }) => `${protocol} ${address}:${port}`);

const located = async (zone: Zone, uri: string, faces?: readonly Face[]): Promise<string[]> =>
  places(await locatorOf(zone, faces).locate(uri));

async function failure(located: () => Destination | Promise<Destination>): Promise<LocateError> {
  try {
    await located();
  } catch (error) {
    if (error instanceof LocateError) return error;
    throw error;
  }
  return expect.fail('it was located');
}

const provider = new Zone({
  'provider.example': {
    NAPTR: [
      naptr(20, 10, 'SIP+D2U', '_sip._udp.provider.example'),
      naptr(10, 20, 'SIP+D2T', '_sip._tcp.provider.example'),
      naptr(10, 10, 'SIPS+D2T', '_sips._tcp.provider.example'),
      naptr(5, 10, 'E2U+sip', 'enum.example'),
    ],
    A: ['198.51.100.99'],
  },
  '_sip._udp.provider.example': { SRV: [srv(10, 0, 5060, 'a.provider.example')] },
  '_sip._tcp.provider.example': {
    SRV: [srv(10, 0, 5070, 'a.provider.example'), srv(20, 0, 5070, 'b.provider.example')],
  },
  '_sips._tcp.provider.example': { SRV: [srv(10, 0, 5061, 'a.provider.example')] },
  'a.provider.example': { A: ['198.51.100.1'], AAAA: ['2001:db8:1::1'] },
  'b.provider.example': { A: ['198.51.100.2'] },
  'plain.example': { A: ['203.0.113.7'] },
  '_sip._udp.srv.example': { SRV: [srv(1, 0, 5080, 'plain.example')] },
  '_sips._tcp.srv.example': { SRV: [srv(1, 0, 5081, 'plain.example')] },
});

describe('where a URI leads (RFC 3263)', () => {
  it('is at once where it is an address, by the scheme and the transport that it names (§§ 4.1, 4.2)', () => {
    const zone = new Zone({});
    const at = (uri: string): string[] => places(locatorOf(zone, [four(), six]).locate(uri) as Destination);
    expect(at('sip:192.0.2.9')).to.deep.equal(['udp 192.0.2.9:5060']);
    expect(at('sip:192.0.2.9:5070;transport=tcp')).to.deep.equal(['tcp 192.0.2.9:5070']);
    expect(at('sips:[2001:db8::9]')).to.deep.equal(['tls 2001:db8::9:5061']);
    expect(at('sips:192.0.2.9;transport=tcp')).to.deep.equal(['tls 192.0.2.9:5061']);
    expect(at('sip:x@other.example;maddr=192.0.2.8')).to.deep.equal(['udp 192.0.2.8:5060']);
    expect(zone.asked).to.deep.equal([]);
  });

  it('follows NAPTR by order and preference, and what this machine can do', async () => {
    expect(await located(provider, 'sip:provider.example')).to.deep.equal([
      'tls 198.51.100.1:5061',
      'tcp 198.51.100.1:5070',
      'tcp 198.51.100.2:5070',
      'udp 198.51.100.1:5060',
    ]);
    expect(await located(provider, 'sip:provider.example', [four(['udp'])])).to.deep.equal(['udp 198.51.100.1:5060']);
    expect(await located(provider, 'sips:provider.example')).to.deep.equal(['tls 198.51.100.1:5061']);
  });

  it('takes the SRV records of the transport that is named', async () => {
    expect(await located(provider, 'sip:provider.example;transport=tcp')).to.deep.equal([
      'tcp 198.51.100.1:5070',
      'tcp 198.51.100.2:5070',
    ]);
    expect(await located(provider, 'sip:srv.example;transport=tls')).to.deep.equal(['tls 203.0.113.7:5081']);
  });

  it('without NAPTR takes the SRV records that there are', async () => {
    expect(await located(provider, 'sip:srv.example')).to.deep.equal(['udp 203.0.113.7:5080', 'tls 203.0.113.7:5081']);
  });

  it('with a port, or without any SRV, takes the addresses of the name itself', async () => {
    expect(await located(provider, 'sip:provider.example:5090')).to.deep.equal(['udp 198.51.100.99:5090']);
    expect(await located(provider, 'sip:plain.example')).to.deep.equal(['udp 203.0.113.7:5060']);
    expect(await located(provider, 'sips:plain.example')).to.deep.equal(['tls 203.0.113.7:5061']);
  });

  it('asks for the families that the faces have, IPv4 first', async () => {
    const both = await located(provider, 'sip:a.provider.example:5060', [four(), six]);
    expect(both).to.deep.equal(['udp 198.51.100.1:5060', 'udp 2001:db8:1::1:5060']);
    expect(await located(provider, 'sip:a.provider.example:5060', [six])).to.deep.equal(['udp 2001:db8:1::1:5060']);
  });

  it('names the domain of the URI, not the server, as whom TLS must prove (RFC 5922 § 7.3)', async () => {
    const to = await locatorOf(provider).locate('sips:provider.example');
    expect(to.serverName).to.equal('provider.example');
    expect((await locatorOf(provider).locate('sip:plain.example')).serverName).to.equal(undefined);
  });

  it('knows at once what it was asked before', async () => {
    const clock = new VirtualClock();
    const zone = new Zone(provider.names);
    const locator = locatorOf(zone, [four()], clock);
    await locator.locate('sip:provider.example');
    const asked = zone.asked.length;
    expect(locator.locate('sip:provider.example')).not.to.be.instanceOf(Promise);
    expect(zone.asked).to.have.length(asked);
    clock.advance(301_000);
    expect(locator.locate('sip:provider.example')).to.be.instanceOf(Promise);
  });

  it('puts a server that has failed last, for a while', async () => {
    const clock = new VirtualClock();
    const locator = locatorOf(provider, [four(['tcp'])], clock);
    const to = await locator.locate('sip:provider.example');
    locator.avoid(to);
    const now = async (): Promise<string[]> => places(await locator.locate('sip:provider.example'));
    expect(await now()).to.deep.equal(['tcp 198.51.100.2:5070', 'tcp 198.51.100.1:5070']);
    clock.advance(60_001);
    expect(await now()).to.deep.equal(['tcp 198.51.100.1:5070', 'tcp 198.51.100.2:5070']);
    locator.avoid(to, 120_000);
    clock.advance(119_000);
    expect((await now())[0]).to.equal('tcp 198.51.100.2:5070');
  });

  describe('and a provider that answers nonsense', () => {
    const odd = new Zone({
      'bad.example': { NAPTR: [{ order: 1, preference: 1, flags: 'u', service: 'SIP+D2U', replacement: 'x' }, naptr(1, 1, 'SIP+D2U', '.')], A: ['203.0.113.1'] },
      '_sip._udp.bad.example': { SRV: [srv(1, 1, 0, 'zero.example'), srv(1, 1, 5060, ''), srv(2, 1, 5066, '203.0.113.2'), srv(3, 1, 5060, 'nobody.example')] },
      '_sip._udp.none.example': { SRV: [srv(0, 0, 0, '.')] },
      'none.example': { A: ['203.0.113.3'] },
    }); // prettier-ignore

    it('leaves out what leads nowhere', async () => {
      expect(await located(odd, 'sip:bad.example')).to.deep.equal(['udp 203.0.113.2:5066']);
    });

    it('believes it that there is no service', async () => {
      const { code, message } = await failure(() => locatorOf(odd).locate('sip:none.example'));
      expect(code).to.equal('DNS');
      expect(message).to.equal('none.example offers no SIP: its SRV records name no server');
    });

    it('does without records that its DNS does not understand', async () => {
      const zone = new Zone(provider.names);
      const deaf = {
        query: (name: string, type: 'A') => {
          if (['NAPTR', 'SRV'].includes(type))
            return Promise.reject(Object.assign(new Error('no'), { code: 'ENOTIMP' }));
          return zone.query(name, type);
        },
      };
      expect(await located(deaf as unknown as Zone, 'sip:plain.example')).to.deep.equal(['udp 203.0.113.7:5060']);
    });

    it('says what is wrong with a name that is none', async () => {
      const { code, message, hint } = await failure(() => locatorOf(odd).locate('sip:gone.example'));
      expect(code).to.equal('DNS');
      expect(message).to.equal('gone.example cannot be resolved: there is no such name, or it has no address');
      expect(hint).to.include('dig gone.example');
      expect((await failure(() => locatorOf(odd).locate('sip:nonsense'))).code).to.equal('INVALID_URI');
      expect((await failure(() => locatorOf(odd).locate('sip:x@y;transport=sctp'))).code).to.equal('NO_TRANSPORT');
      expect((await failure(() => locatorOf(odd, [four(['udp'])]).locate('sips:192.0.2.1'))).code).to.equal(
        'NO_TRANSPORT',
      );
      expect((await failure(() => locatorOf(odd).locate('sips:192.0.2.1;transport=udp'))).code).to.equal(
        'NO_TRANSPORT',
      );
    });
  });

  describe('when DNS is gone', () => {
    it('uses what it knew, at once, says so once, asks again now and then, and says when it is back', async () => {
      const [clock, log, zone] = [new VirtualClock(), new LogLines(), new Zone(provider.names)];
      const locator = locatorOf(zone, [four(['udp'])], clock, log);
      const where = async (): Promise<string[]> => places(await locator.locate('sip:plain.example:5060'));
      await where();
      zone.broken = 'ETIMEOUT';
      clock.advance(301_000);
      expect(await where()).to.deep.equal(['udp 203.0.113.7:5060']);
      expect(log.of('warn')).to.deep.equal(['DNS gives no answer; the last one is used']);
      const asked = zone.asked.length;
      expect(locator.locate('sip:plain.example:5060')).not.to.be.instanceOf(Promise);
      expect(zone.asked).to.have.length(asked);
      clock.advance(30_001);
      expect(locator.locate('sip:plain.example:5060')).not.to.be.instanceOf(Promise);
      expect(zone.asked).to.have.length(asked + 1);
      zone.broken = undefined;
      zone.names = { 'plain.example': { A: ['203.0.113.8'] } };
      clock.advance(30_001);
      await where();
      await new Promise((resolve) => setImmediate(resolve));
      expect(await where()).to.deep.equal(['udp 203.0.113.8:5060']);
      expect(log.of('warn')).to.have.length(1);
      expect(log.of('info')).to.deep.equal(['DNS answers again']);
    });

    it('gives up after the time that is configured', async () => {
      const [clock, zone] = [new VirtualClock(), new Zone(provider.names)];
      const locator = locatorOf(zone, [four(['udp'])], clock);
      await locator.locate('sip:plain.example:5060');
      zone.broken = 'ECONNREFUSED';
      clock.advance(86_400_000);
      await locator.locate('sip:plain.example:5060');
      clock.advance(400_000);
      const { code, message } = await failure(() => locator.locate('sip:plain.example:5060'));
      expect(code).to.equal('DNS');
      expect(message).to.include('ECONNREFUSED');
    });

    it('does not take the name itself for its servers because DNS is silent about those', async () => {
      const zone = new Zone(provider.names);
      const silent = {
        query: (name: string, type: 'A') =>
          type === 'A'
            ? zone.query(name, type)
            : Promise.reject(Object.assign(new Error('slow'), { code: 'ETIMEOUT' })),
      };
      const { code } = await failure(() => locatorOf(silent as unknown as Zone).locate('sip:provider.example'));
      expect(code).to.equal('DNS');
    });

    it('does not ask again at once for what it never knew', async () => {
      const [clock, zone] = [new VirtualClock(), new Zone({})];
      zone.broken = 'ESERVFAIL';
      const locator = locatorOf(zone, [four(['udp'])], clock);
      await failure(() => locator.locate('sip:new.example:5060'));
      const asked = zone.asked.length;
      await failure(() => locator.locate('sip:new.example:5060'));
      expect(zone.asked).to.have.length(asked);
      clock.advance(5_001);
      await failure(() => locator.locate('sip:new.example:5060'));
      expect(zone.asked).to.have.length(asked + 1);
    });
  });
});
