/** Whose sound is asked to be encrypted: by its setting and by the way of its signalling. */
import { expect } from 'chai';
import type { ConfigInput } from '../../../src/config/schema.js';
import { Office, OFFICE, CALLER, routeTo, settled } from '../../support/calls/office.js';
import { FakeInvite, PROVIDER, sdpOf } from '../../support/calls/scripted-sip.js';

type Handset = NonNullable<ConfigInput['handsets']>[number];
const handsets = (settings: Record<string, Handset['srtp']>): Pick<ConfigInput, 'handsets'> => ({
  handsets: Object.entries(settings).map(([extension, srtp]) => ({ extension, password: 'secret', srtp })),
});
const trunk = (srtp: 'off' | 'allow' | 'require', proxy = `sip:${PROVIDER.address};transport=tls`) => ({
  trunks: [{ name: 'provider', addresses: [PROVIDER.address], proxy, srtp }],
});
const secured = (office: Office): string[] => office.session.done.filter((one) => one.startsWith('secure'));

describe('the sound of a handset', () => {
  for (const [srtp, protocol, expected] of [
    ['allow', 'udp', ['secure outside open']],
    ['allow', 'tls', ['secure outside allow']],
    ['require', 'tls', ['secure outside require']],
    ['require', 'tcp', ['secure outside refuse']],
    ['off', 'tls', []],
    ['allow', 'ws', ['secure outside page']],
    ['require', 'ws', ['secure outside dtls']],
    ['allow', 'wss', ['secure outside page']],
    ['require', 'wss', ['secure outside dtls']],
    ['off', 'ws', []],
    ['dtls', 'udp', ['secure outside dtls']],
    ['dtls', 'tls', ['secure outside dtls']],
  ] as const)
    it(`that calls over ${protocol} with srtp: ${srtp}`, async () => {
      const office = new Office(handsets({ '201': srtp, '202': 'off' }));
      office.protocols.set('201', protocol);
      await office.dials('201', '202');
      expect(secured(office)).to.deep.equal(expected);
    });

  it('is encrypted over an open way where that was asked for', async () => {
    const office = new Office({ ...handsets({ '201': 'require', '202': 'off' }), media: { srtpWithoutTls: true } });
    await office.dials('201', '202');
    expect(secured(office)).to.deep.equal(['secure outside require']);
  });

  it('has an offer of its own where others that ring with it are reached otherwise', async () => {
    const office = new Office({
      ...handsets({ '201': 'allow', '202': 'require', '203': 'allow' }),
      ...routeTo(['201', '202', '203']),
    });
    office.protocols.set('202', 'tls');
    const caller = await office.callerCalls();
    await office.hearNotice(caller);
    const offers = ['201', '202', '203'].map((extension) => office.sip.to(extension).options.sdp);
    expect(offers).to.deep.equal(['v=0 offer inside', 'v=0 offer inside#1', 'v=0 offer inside']);
    expect(secured(office)).to.deep.equal(['secure inside open', 'secure inside#1 require']);
    await office.answer('202');
    expect(office.session.done).to.include('take answer inside#1');
    expect(office.session.bridged).to.equal(true);
  });

  it('that must be encrypted and cannot be does not ring; the others do', async () => {
    const office = new Office({ ...handsets({ '201': 'require', '202': 'allow' }), ...routeTo(['201', '202']) });
    await office.hearNotice(await office.callerCalls());
    expect(office.ringing().map(({ options }) => options.uri)).to.deep.equal(['sip:202@192.0.2.202:5060']);
  });
});

describe('the sound of a provider', () => {
  it('that calls over TLS', async () => {
    const office = new Office(trunk('require'));
    const invite = new FakeInvite(OFFICE, sdpOf('caller'), { From: CALLER }, { ...PROVIDER, protocol: 'tls' });
    await office.callerCalls(invite);
    expect(secured(office)).to.deep.equal(['secure outside require']);
  });

  it('that calls over UDP although its sound must be encrypted', async () => {
    const office = new Office(trunk('require'));
    await office.callerCalls();
    expect(secured(office)).to.deep.equal(['secure outside refuse']);
  });

  it('that is called over TLS', async () => {
    const office = new Office({
      ...trunk('allow'),
      outbound: { routes: [{ prefix: '0', strip: 1, trunk: 'provider' }] },
    });
    await office.dials('201', '0601234567');
    await settled();
    expect(secured(office)).to.deep.equal(['secure inside open', 'secure outside allow']);
  });

  it('is that of the trunk that takes the call in the end', async () => {
    const office = new Office({
      trunks: [
        { name: 'one', addresses: ['192.0.2.10'], proxy: 'sip:192.0.2.10;transport=tls', srtp: 'require' },
        { name: 'two', addresses: ['192.0.2.11'], proxy: 'sip:192.0.2.11' },
      ],
      outbound: { routes: [{ prefix: '0', strip: 1, trunks: ['one', 'two'] }] },
    });
    await office.dials('201', '0601234567');
    office.sip.to('+48601234567').refuse(503);
    await settled();
    expect(office.session.done.filter((one) => /^(secure|offer) outside/.test(one))).to.deep.equal([
      'secure outside require',
      'offer outside',
      'secure outside off',
      'offer outside',
    ]);
  });
});
