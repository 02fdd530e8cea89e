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
      trunk: 'provider',
      number: '+48601234567',
      record: 'always',
      callerId: '+48227836000',
      emergency: false,
    });
  });

  it("shows the handset's own number where it has one, and none where nobody has", () => {
    expect(routing.outbound('202', '0601234567')).to.include({ callerId: '+48227836002' });
    expect(many.outbound('201', '004930901820')).to.include({ trunk: 'mobile', callerId: undefined });
  });

  it('takes the longest prefix', () => {
    expect(many.outbound('201', '601234567')).to.include({ trunk: 'provider', number: '+48601234567' });
    expect(many.outbound('201', '0048601234567')).to.include({ trunk: 'mobile', record: 'never' });
    expect(many.outbound('201', '9601234567')).to.include({ trunk: 'mobile', number: '+48601234567' });
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

  it('to 112 goes out from every handset, with the prefix or without', () => {
    for (const dialled of ['112', '0112', '999', 'sip:112@10.0.0.1'])
      expect(routing.outbound('203', dialled)).to.include({ kind: 'external', trunk: 'provider', emergency: true });
    expect(many.outbound('203', '998'), 'a prefix that it begins with').to.include({ number: '998' });
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
