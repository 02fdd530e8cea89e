import { expect } from 'chai';
import fc from 'fast-check';
import { Routing } from '../../../src/calls/routing/routing.js';
import type { ConfigInput } from '../../../src/config/schema.js';
import { office } from '../../support/calls/config.js';

type Routes = NonNullable<ConfigInput['routes']>;

describe('an inbound call', () => {
  const routed = (routes: Routes, trunk: string, dialled: string): string => {
    const found = new Routing(office({ routes })).inbound(trunk, dialled);
    return found.kind === 'route' ? found.route.name : found.reason;
  };
  const route = (name: string, numbers: string[], trunks?: string[]): Routes[number] => ({
    name,
    numbers,
    handsets: ['201'],
    ...(trunks ? { trunks } : {}),
  });

  it('finds its route by the number, however either was written', () => {
    const routing = new Routing(office());
    for (const dialled of ['sip:227836002@10.0.0.1', '+48227836002', '0048227836002', 'tel:+48-22-783-60-02']) {
      const found = routing.inbound('provider', dialled);
      expect(found).to.include({ kind: 'route', dialled: '+48227836002' });
      expect(found.kind === 'route' && found.route.record).to.equal('never');
    }
  });

  it('of a number that no route has is refused with 404', () => {
    expect(new Routing(office()).inbound('provider', '+48227836999')).to.deep.equal({
      kind: 'refused',
      status: 404,
      reason: 'no-route',
    });
  });

  it('takes an exact number before a prefix, a longer prefix before a shorter, and * last', () => {
    const routes = [
      route('same', ['+48227836012*']),
      route('every', ['*']),
      route('tens', ['+482278360*']),
      route('ones', ['+4822783601*']),
      route('one', ['+48227836012']),
    ];
    expect(routed(routes, 'provider', '+48227836012')).to.equal('one');
    expect(routed(routes, 'provider', '+48227836013')).to.equal('ones');
    expect(routed(routes, 'provider', '+48227836023')).to.equal('tens');
    expect(routed(routes, 'provider', '+48601234567')).to.equal('every');
    expect(routed(routes, 'provider', 'sip:anonymous@x'), 'a call to no number').to.equal('every');
  });

  it('takes a route of its trunk before one of all trunks, and never one of another trunk', () => {
    const routes = [
      route('any', ['+48227836000']),
      route('mobile', ['+48227836000'], ['mobile']),
      route('other', ['*'], ['mobile']),
    ];
    expect(routed(routes, 'mobile', '+48227836000')).to.equal('mobile');
    expect(routed(routes, 'provider', '+48227836000')).to.equal('any');
    expect(routed(routes, 'provider', '+48227836001')).to.equal('no-route');
  });

  it('takes the first of equal routes', () => {
    expect(routed([route('first', ['*']), route('second', ['*'])], 'provider', '5')).to.equal('first');
  });
});

describe('a call of a handset', () => {
  const routing = new Routing(office());
  const many = new Routing(
    office({
      outbound: {
        routes: [
          { prefix: '', trunk: 'provider' },
          { prefix: '00', trunk: 'mobile', record: 'never' },
          { prefix: '9', strip: 1, trunk: 'mobile' },
        ],
      },
    }),
  );

  it('to another extension stays inside', () => {
    expect(routing.outbound('202', 'sip:201@10.0.0.1')).to.deep.equal({
      kind: 'internal',
      extension: '201',
      displayName: 'Sekretariat',
    });
  });

  it('outside loses its prefix and gets E.164', () => {
    expect(routing.outbound('201', 'sip:0601234567@10.0.0.1')).to.deep.equal({
      kind: 'external',
      trunks: ['provider'],
      number: '+48601234567',
      record: 'always',
      callerId: undefined,
      withheld: false,
      emergency: false,
      foreign: false,
    });
  });

  it("shows the handset's own number where it has one, and none where nobody has", () => {
    expect(routing.outbound('202', '0601234567')).to.include({ callerId: '+48227836002' });
    expect(many.outbound('201', '0048601234567')).to.deep.include({ trunks: ['mobile'], callerId: undefined });
  });

  it('takes the longest prefix', () => {
    expect(many.outbound('201', '601234567')).to.deep.include({ trunks: ['provider'], number: '+48601234567' });
    expect(many.outbound('201', '0048601234567')).to.deep.include({ trunks: ['mobile'], record: 'never' });
    expect(many.outbound('201', '9601234567')).to.deep.include({ trunks: ['mobile'], number: '+48601234567' });
  });

  it('to an extension that is none is refused, and does not go to the provider', () => {
    const refusal = { kind: 'refused', status: 404, reason: 'unknown-extension' };
    expect(routing.outbound('201', '299')).to.deep.equal(refusal);
    expect(many.outbound('201', '299')).to.deep.equal(refusal);
    expect(many.outbound('201', '116123'), 'a service number').to.include({ kind: 'external', number: '116123' });
  });

  it('is refused where it may not, cannot, or leads nowhere', () => {
    expect(routing.outbound('203', '0601234567')).to.include({ status: 403, reason: 'not-allowed' });
    expect(routing.outbound('999', '0601234567')).to.include({ status: 403, reason: 'unknown-handset' });
    expect(routing.outbound('201', '0')).to.include({ status: 484, reason: 'incomplete' });
    expect(routing.outbound('201', '201')).to.include({ status: 486, reason: 'own-extension' });
    expect(routing.outbound('201', '601234567')).to.include({ status: 404, reason: 'no-route' });
    expect(routing.outbound('201', '0*31#601234567')).to.include({ status: 404, reason: 'not-a-number' });
    expect(routing.outbound('201', 'sip:anna@10.0.0.1')).to.include({ status: 404, reason: 'not-a-number' });
  });

  it('to 112 and the like goes out from every handset, with the prefix or without, by any trunk there is', () => {
    for (const dialled of ['112', '0112', '999', '997', '986', 'sip:112@10.0.0.1', 'tel:112;phone-context=+48'])
      expect(routing.outbound('203', dialled), dialled).to.deep.include({
        kind: 'external',
        trunks: ['provider', 'mobile'],
        emergency: true,
        record: 'always',
        withheld: false,
      });
    expect(many.outbound('203', '998'), 'a prefix that it begins with').to.include({ number: '998' });
    expect(routing.outbound('203', '0112')).to.include({ number: '112' });
    expect(many.outbound('203', '9112')).to.include({ number: '112' });
    expect(routing.emergencyKeys()).to.include.members(['112', '0112', '994', '0994']);
  });

  it('to 112 is that, whatever the office calls its handsets and its routes', () => {
    const odd = new Routing(
      office({
        handsets: [
          { extension: '112', password: 'x' },
          { extension: '201', password: 'x', withhold: true, callerId: '+48601000000' },
        ],
        routes: [{ name: 'office', numbers: ['*'], handsets: ['112'] }],
        emergency: { numbers: ['555'], callerId: '22 783 60 00', trunks: ['mobile'] },
        outbound: { routes: [{ prefix: '11', trunk: 'provider', record: 'never' }] },
      }),
    );
    for (const number of ['112', '555'])
      expect(odd.outbound('201', number)).to.deep.include({
        emergency: true,
        number,
        trunks: ['mobile'],
        callerId: '+48227836000',
        withheld: false,
        record: 'always',
      });
  });

  const barred: [string, string, string][] = [
    ['premium', '0700123456', 'premium-barred'],
    ['premium, dialled from abroad', '00048700123456', 'premium-barred'],
    ['audiotele', '0300123456', 'premium-barred'],
    ['enquiries', '0118912', 'premium-barred'],
    ['Germany', '0004930901820', 'foreign-barred'],
    ['a satellite', '0008816123456789', 'foreign-barred'],
    ['the premium of before, 0-700', '00700123456', 'not-a-number'],
    ['what is no number', '0999999999999', 'not-a-number'],
  ];
  for (const [what, dialled, reason] of barred)
    it(`to ${what} is barred unless its class allows it`, () => {
      expect(routing.outbound('201', dialled)).to.include({ kind: 'refused', reason });
    });

  it('abroad and to premium numbers goes out where the class of the handset allows it', () => {
    const classes = [
      { name: 'travel', foreign: ['+49', '+420'] },
      { name: 'all', foreign: true, premium: true },
    ];
    const classed = new Routing(
      office({
        handsets: [
          { extension: '201', password: 'x', class: 'travel' },
          { extension: '202', password: 'x', class: 'all' },
        ],
        outbound: { routes: [{ prefix: '0', strip: 1, trunk: 'provider' }], classes },
      }),
    );
    expect(classed.outbound('201', '0004930901820')).to.include({ number: '+4930901820', foreign: true });
    expect(classed.outbound('201', '00033140205050')).to.include({ reason: 'foreign-barred' });
    expect(classed.outbound('201', '0700123456')).to.include({ reason: 'premium-barred' });
    expect(classed.outbound('202', '00033140205050')).to.include({ foreign: true });
    expect(classed.outbound('202', '0700123456')).to.include({ number: '+48700123456', foreign: false });
  });

  it('tries the trunks of its route as they are listed, or by their weights', () => {
    const trunks = [
      { trunk: 'provider', weight: 3 },
      { trunk: 'mobile', weight: 1 },
    ];
    const routes = (order: 'listed' | 'weighted') => office({ outbound: { routes: [{ prefix: '0', strip: 1, trunks, order }] } }); // prettier-ignore
    const listed = new Routing(routes('listed')).outbound('201', '0601234567');
    expect(listed).to.deep.include({ trunks: ['provider', 'mobile'] });
    let drawn = 0;
    const weighted = new Routing(routes('weighted'), () => (drawn++ % 100) / 100);
    const first = { provider: 0, mobile: 0 };
    for (let n = 0; n < 1000; n++) {
      const found = weighted.outbound('201', '0601234567');
      if (found.kind !== 'external') throw new Error('not external');
      expect([...found.trunks].sort()).to.deep.equal(['mobile', 'provider']);
      first[found.trunks[0] as keyof typeof first]++;
      drawn = n;
    }
    expect(first.provider).to.be.within(730, 770);
  });

  it('whatever is dialled, only telephone keys reach a trunk', () => {
    const text = fc.oneof(
      fc.string(),
      fc.string({ unit: fc.constantFrom(...Array.from('0123456789+*#$`;|&<>%\r\n')) }),
    );
    fc.assert(
      fc.property(text, fc.constantFrom('0', '00', '9', ''), (rest, prefix) => {
        for (const one of [routing, many]) {
          const found = one.outbound('201', prefix + rest);
          if (found.kind === 'external') expect(found.number).to.match(/^\+?\d{1,40}$/);
          if (found.kind === 'internal') expect(['201', '202', '203']).to.include(found.extension);
          if (found.kind === 'refused') expect(found.status).to.be.within(400, 499);
        }
      }),
    );
  });
});
