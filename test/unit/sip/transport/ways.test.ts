import { expect } from 'chai';
import type { Face } from '../../../../src/sip/transport/types.js';
import { Ways } from '../../../../src/sip/transport/ways.js';
import { VirtualClock } from '../../../support/virtual-clock.js';

describe('the way to a peer', () => {
  const face: Face = { name: 'all', address: '0.0.0.0', port: 5060, transports: ['udp'] };
  const six: Face = { name: 'six', address: '2001:db8::1', port: 5060, transports: ['udp'] };
  const two: Face = { name: 'two', address: '10.1.7.7', port: 5062, transports: ['udp'] };
  const make = () => {
    const clock = new VirtualClock();
    let own = ['10.1.2.3/16'];
    let read = 0;
    const ways = new Ways([face, six, two], clock, () => {
      read++;
      return own;
    });
    return { clock, ways, move: (networks: string[]) => void (own = networks), reads: () => read };
  };

  it('is found once and kept', () => {
    const { ways, reads } = make();
    const way = ways.to({ protocol: 'udp', address: '10.1.9.9' });
    expect(way).to.deep.include({ face, advertised: '10.1.2.3' });
    expect(ways.to({ protocol: 'udp', address: '10.1.9.9' })).to.equal(way);
    expect(ways.isOurs('10.1.2.3')).to.equal(true);
    expect(reads()).to.equal(1);
  });

  it('is found anew when this machine moves to another network', () => {
    const { clock, ways, move } = make();
    ways.to({ protocol: 'udp', address: '10.1.9.9' });
    move(['10.1.2.4/16']);
    clock.advance(10_001);
    expect(ways.to({ protocol: 'udp', address: '10.1.9.9' })?.advertised).to.equal('10.1.2.4');
    expect([ways.isOurs('10.1.2.3'), ways.isOurs('10.1.2.4')]).to.deep.equal([false, true]);
  });

  it('differs by protocol, address and the face that is named', () => {
    const { ways } = make();
    const address = '2001:db8::9';
    expect(ways.to({ protocol: 'udp', address })?.face.name).to.equal('six');
    expect(ways.to({ protocol: 'tcp', address })).to.equal(undefined);
    expect(ways.to({ protocol: 'udp', address: '10.1.9.9' })?.face.name).to.equal('all');
    expect(ways.to({ protocol: 'udp', address: '10.1.9.9', face: 'two' })?.face.name).to.equal('two');
  });

  it('stays right past the number of peers that are kept', () => {
    const { ways } = make();
    for (let n = 0; n < 5_000; n++)
      expect(ways.to({ protocol: 'udp', address: `10.1.${128 + (n >> 8)}.${n & 255}` })?.advertised).to.equal(
        '10.1.2.3',
      );
  });
});
