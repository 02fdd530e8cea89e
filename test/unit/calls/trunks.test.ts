import { expect } from 'chai';
import fc from 'fast-check';
import type { E164 } from '../../../src/base/brands.js';
import { callerOf, dialledUri } from '../../../src/calls/trunks/identity.js';
import { divertedBy, type SentOn } from '../../../src/calls/trunks/diversion.js';
import { redirectTargets, type OutgoingCall } from '../../../src/calls/trunks/outgoing.js';
import { TrunkSources } from '../../../src/calls/trunks/sources.js';
import { Trunks } from '../../../src/calls/trunks/trunks.js';
import type { ConfigInput } from '../../../src/config/schema.js';
import { office } from '../../support/calls/config.js';
import { FakeRequest } from '../../support/calls/fake-request.js';
import { FakeSip, settled } from '../../support/calls/fake-sip.js';
import { VirtualClock } from '../../support/virtual-clock.js';

type TrunkInput = NonNullable<ConfigInput['trunks']>[number];

function trunks(...inputs: TrunkInput[]): Trunks {
  const config = office({ trunks: inputs, outbound: {} });
  const secret = (value: unknown): string => String(value);
  return new Trunks({ trunks: config.trunks, sip: new FakeSip(), clock: new VirtualClock(), secret });
}

const account = (name: string, username: string): TrunkInput => ({
  name,
  proxy: 'sip:198.51.100.7',
  register: { username, password: 'x' },
});

describe('a request from outside', () => {
  const from = (all: Trunks, address: string, uri = 'sip:+48227836000@10.0.0.1'): string | undefined =>
    all.trunkOf(new FakeRequest('INVITE', uri, {}, { address }))?.name;

  it('belongs to the trunk whose address or network it comes from', () => {
    const all = trunks(
      { name: 'a', proxy: 'sip:192.0.2.1', addresses: ['192.0.2.16/28', '203.0.113.9'] },
      { name: 'b', proxy: 'sip:[2001:db8::1]:5080', addresses: ['2001:db8:7::/48'] },
    );
    expect(from(all, '192.0.2.16')).to.equal('a');
    expect(from(all, '192.0.2.31')).to.equal('a');
    expect(from(all, '203.0.113.9')).to.equal('a');
    expect(from(all, '192.0.2.1'), 'the proxy').to.equal('a');
    expect(from(all, '::ffff:203.0.113.9'), 'IPv4 within IPv6').to.equal('a');
    expect(from(all, '2001:db8:7:1::5')).to.equal('b');
    expect(from(all, '2001:db8::1'), 'the proxy').to.equal('b');
    for (const stranger of ['192.0.2.32', '192.0.2.15', '203.0.113.8', '2001:db8:8::1', 'nonsense', ''])
      expect(from(all, stranger), stranger).to.equal(undefined);
  });

  it('is of the account that it calls where two trunks share an address', () => {
    const all = trunks(account('one', '48221'), account('two', '48222@provider.example'));
    expect(from(all, '198.51.100.7', 'sip:48222@10.0.0.1')).to.equal('two');
    expect(from(all, '198.51.100.7', 'sip:48221@10.0.0.1')).to.equal('one');
    expect(from(all, '198.51.100.7', 'sip:+48227836000@10.0.0.1')).to.equal('one');
  });

  it('to the Contact that we registered is of that trunk, from wherever it comes', () => {
    const all = trunks(account('one', 'u1'), account('two', 'u2'));
    const contact = all.ways(['two'], { number: '+48601234567', callerId: undefined })[0]?.target.headers?.['Contact'];
    const line = /line=([0-9a-f]{24})/.exec(String(contact))?.[1] ?? '';
    expect(from(all, '203.0.113.200', `sip:u2@10.0.0.1:5060;line=${line}`)).to.equal('two');
    expect(from(all, '203.0.113.200', `sip:u2@10.0.0.1:5060;line=${line.replace(/.$/, 'x')}`)).to.equal(undefined);
  });

  it('names the dialled number in To where the provider calls our account', () => {
    const [trunk] = office({ trunks: [account('one', '48221')], outbound: {} }).trunks;
    if (!trunk) throw new Error('no trunk');
    const dialled = (uri: string, To: string): string => dialledUri(new FakeRequest('INVITE', uri, { To }), trunk);
    expect(dialled('sip:48221@10.0.0.1', '<sip:+48227836002@p>')).to.equal('sip:+48227836002@p');
    expect(dialled('sip:10.0.0.1', '<sip:+48227836002@p>')).to.equal('sip:+48227836002@p');
    expect(dialled('sip:+48227836000@10.0.0.1', '<sip:+48227836002@p>')).to.equal('sip:+48227836000@10.0.0.1');
    // A call that was sent on before keeps in To the number that was dialled first.
    expect(dialled('tel:+48227836000', '<sip:+48500600700@p>')).to.equal('tel:+48227836000');
  });
});

describe('host names of trunks', () => {
  const inputs = [{ name: 'a', proxy: 'sip:sip.provider.example', addresses: ['media.provider.example', '192.0.2.9'] }];

  function sources(answers: Record<string, string[] | undefined>): { one: TrunkSources; clock: VirtualClock } {
    const clock = new VirtualClock();
    const resolve = (host: string): Promise<string[]> => {
      const found = answers[host];
      return found ? Promise.resolve(found) : Promise.reject(new Error('SERVFAIL'));
    };
    return {
      one: new TrunkSources({ trunks: office({ trunks: inputs, outbound: {} }).trunks, clock, resolve }),
      clock,
    };
  }
  const known = (one: TrunkSources, address: string): boolean => one.trunksAt(address).length > 0;

  it('are looked up at the start, and again', async () => {
    const answers: Record<string, string[] | undefined> = {
      'sip.provider.example': ['192.0.2.1', '2001:db8::1'],
      'media.provider.example': ['192.0.2.2'],
    };
    const { one, clock } = sources(answers);
    await one.start();
    for (const address of ['192.0.2.1', '192.0.2.2', '192.0.2.9', '2001:db8::1'])
      expect(known(one, address)).to.equal(true);
    answers['sip.provider.example'] = ['192.0.2.77'];
    clock.advance(300_000);
    await settled();
    expect(known(one, '192.0.2.77')).to.equal(true);
    expect(known(one, '192.0.2.1'), 'moved away').to.equal(false);
    one.close();
    expect(clock.pendingTimers).to.equal(0);
  });

  it('stay what they were while the look-up fails, which is tried again soon', async () => {
    const answers: Record<string, string[] | undefined> = { 'sip.provider.example': ['192.0.2.1'] };
    const { one, clock } = sources(answers);
    await one.start();
    expect(known(one, '192.0.2.1')).to.equal(true);
    expect(known(one, '192.0.2.2')).to.equal(false);
    answers['sip.provider.example'] = undefined;
    answers['media.provider.example'] = ['192.0.2.2'];
    clock.advance(30_000);
    await settled();
    expect(known(one, '192.0.2.1')).to.equal(true);
    expect(known(one, '192.0.2.2')).to.equal(true);
    one.close();
  });
});

describe('the caller from outside', () => {
  const caller = (headers: Record<string, string>): ReturnType<typeof callerOf> =>
    callerOf(new FakeRequest('INVITE', 'sip:x@y', headers), 'PL');
  const anonymous = { signalled: '', withheld: true };

  it('is whom From names', () => {
    expect(caller({ From: '"Jan \\"J\\" Kowalski" <sip:601234567@p;user=phone>;tag=1' })).to.deep.equal({
      number: '+48601234567',
      signalled: '601234567',
      displayName: 'Jan "J" Kowalski',
      withheld: false,
    });
  });

  it('is whom the provider asserts, where it does', () => {
    const headers = {
      From: '"Firma" <sip:office@p>;tag=1',
      'P-Asserted-Identity': '<sip:+48223334455@p>, <tel:+48223334455>',
    };
    expect(caller(headers)).to.deep.equal({
      number: '+48223334455',
      signalled: '+48223334455',
      displayName: 'Firma',
      withheld: false,
    });
    expect(caller({ From: '<sip:x@p>', 'P-Asserted-Identity': '<tel:+48-22-333-44-55>' })).to.include({
      number: '+48223334455',
      signalled: '+48-22-333-44-55',
    });
  });

  it('is kept as signalled where that is no number', () => {
    expect(caller({ From: '<sip:alice@p>' })).to.deep.equal({ signalled: 'alice', withheld: false });
    expect(caller({ From: '<sip:112@p>' })).to.deep.equal({ signalled: '112', withheld: false });
  });

  const hidden: Record<string, Record<string, string>> = {
    'an anonymous From': { From: '"Anonymous" <sip:anonymous@anonymous.invalid>;tag=1' },
    'an anonymous user': { From: '<sip:Anonymous@provider.example>;tag=1' },
    'an anonymous From with an asserted number': {
      From: '<sip:anonymous@anonymous.invalid>',
      'P-Asserted-Identity': '<sip:+48601234567@p>',
    },
    'Privacy: id': { From: '<sip:+48601234567@p>', Privacy: 'id' },
    'Privacy: header;critical': { From: '<sip:+48601234567@p>', Privacy: 'header;critical' },
    'an unavailable caller': { From: '<sip:unavailable@p>' },
    'a From without user': { From: '<sip:provider.example>' },
    'no From': {},
    'a From that is nothing': { From: '<<<' },
  };
  for (const [name, headers] of Object.entries(hidden)) {
    it(`is withheld with ${name}, and nothing is kept of it`, () => expect(caller(headers)).to.deep.equal(anonymous));
  }

  it('who asks for no privacy has none', () => {
    expect(caller({ From: '<sip:+48601234567@p>', Privacy: 'none' })).to.include({ withheld: false });
  });

  it('is read without an error, whatever it is, into plain text', () => {
    const text = fc.oneof(fc.string(), fc.string({ unit: fc.constantFrom('<', '>', '"', '\\', 'sip:', '@', '1', ';', '\r\n') })); // prettier-ignore
    fc.assert(
      fc.property(text, text, text, (From, asserted, Privacy) => {
        const read = caller({ From, 'P-Asserted-Identity': asserted, Privacy });
        expect(read.signalled.length).to.be.at.most(64);
        expect(JSON.stringify(read)).not.to.match(/\\[rn]|\\u00[01]/);
      }),
    );
  });
});

describe('a call to the outside', () => {
  const callerId = '+48227836000' as E164;

  /** What an INVITE by the only trunk looks like. */
  function by(trunk: Parameters<typeof trunks>[0], call: Partial<OutgoingCall> = {}, sentOn?: SentOn) {
    const [way] = trunks(trunk).ways([trunk.name], { number: '+48601234567', callerId, ...call }, sentOn);
    if (!way) throw new Error('no way');
    return way.target;
  }
  const plain = { name: 'b', proxy: 'sip:192.0.2.1' };

  it('names the number and us as the trunk wants it', () => {
    const a = { name: 'a', proxy: 'sip:192.0.2.1:5080;transport=tcp', domain: 'ims.example', auth: { username: 'u', password: 'p' } }; // prettier-ignore
    expect(by(a)).to.deep.equal({
      uri: 'sip:+48601234567@ims.example',
      nextHop: 'sip:192.0.2.1:5080;transport=tcp',
      headers: {
        From: '<sip:+48227836000@ims.example>',
        'P-Asserted-Identity': '<sip:+48227836000@ims.example>',
        Contact: undefined,
      },
      credentials: { username: 'u', password: 'p' },
    });
    expect(by({ name: 'b', proxy: 'sip:192.0.2.1:5080' }, { number: '112' }).uri).to.equal('sip:112@192.0.2.1:5080');
  });

  it('without a caller id shows the account, or nobody', () => {
    const registered = by(account('a', 'user name@provider.example'), { number: '112', callerId: undefined });
    expect(registered.headers?.['From']).to.equal('<sip:user%20name@198.51.100.7>');
    expect(registered.headers?.['P-Asserted-Identity']).to.equal(undefined);
    expect(registered.headers?.['Contact']).to.match(/^<sip:user%20name@localhost;line=[0-9a-f]{24}>$/);
    expect(registered.credentials).to.deep.equal({ username: 'user name@provider.example', password: 'x' });
    const nobody = by(plain, { callerId: undefined });
    expect(nobody.headers?.['From']).to.contain('anonymous@anonymous.invalid');
    expect(nobody.credentials).to.equal(undefined);
  });

  it("shows the trunk's own number where the handset has none", () => {
    const shown = by({ ...plain, callerId: '22 783 60 99' }, { callerId: undefined });
    expect(shown.headers?.['From']).to.equal('<sip:+48227836099@192.0.2.1>');
  });

  const forms = [
    { format: 'e164', own: '+48601234567', foreign: '+493090182000' },
    { format: 'digits', own: '48601234567', foreign: '493090182000' },
    { format: 'national', own: '601234567', foreign: '00493090182000' },
  ] as const;
  for (const { format, own, foreign } of forms)
    it(`writes numbers in the form ${format}, with its prefix, but emergency numbers as they are`, () => {
      const trunk = { ...plain, numbers: { format, prefix: '9' }, identity: { format } };
      expect(by(trunk).uri).to.equal(`sip:9${own}@192.0.2.1`);
      expect(by(trunk, { number: '+493090182000' }).uri).to.equal(`sip:9${foreign}@192.0.2.1`);
      expect(by(trunk, { number: '112', emergency: true }).uri).to.equal('sip:112@192.0.2.1');
      const shown = by(trunk, { callerId: own as E164 }).headers?.['From'];
      expect(by(trunk).headers?.['From'], String(shown)).to.equal(
        `<sip:${{ e164: '+48227836000', digits: '48227836000', national: '227836000' }[format]}@192.0.2.1>`,
      );
    });

  it('puts the account into From and the number where the provider looks for it', () => {
    const trunk = { ...account('a', '48221'), identity: { from: 'account' as const, headers: ['P-Preferred-Identity' as const] } }; // prettier-ignore
    const { headers } = by(trunk);
    expect(headers?.['From']).to.equal('<sip:48221@198.51.100.7>');
    expect(headers?.['P-Preferred-Identity']).to.equal('<sip:+48227836000@198.51.100.7>');
    expect(headers).not.to.have.property('P-Asserted-Identity');
  });

  it('that hides its number tells it to the provider alone (RFC 3323, RFC 3325)', () => {
    const { headers } = by(plain, { withheld: true });
    expect(headers).to.include({
      From: '"Anonymous" <sip:anonymous@anonymous.invalid>',
      Privacy: 'id',
      'P-Asserted-Identity': '<sip:+48227836000@192.0.2.1>',
    });
    const untold = by({ ...plain, identity: { headers: [] } }, { withheld: true });
    expect(JSON.stringify(untold)).not.to.contain('227836000');
  });

  it('that was sent on names who did it, as the trunk wants it', () => {
    const senders = [
      { by: '+48227836001' as E164, reason: 'no-answer' as const },
      { by: '+48227836002' as E164, reason: 'unconditional' as const },
    ];
    const styled = (diversion: 'none' | 'diversion' | 'history-info' | 'both') =>
      by({ ...plain, diversion }, {}, { senders }).headers;
    expect(styled('diversion')?.['Diversion']).to.deep.equal([
      '<sip:+48227836002@192.0.2.1>;reason=unconditional;counter=1',
      '<sip:+48227836001@192.0.2.1>;reason=no-answer;counter=1',
    ]);
    expect(styled('history-info')?.['History-Info']).to.deep.equal([
      '<sip:+48227836001@192.0.2.1>;index=1',
      '<sip:+48227836002@192.0.2.1;cause=408>;index=1.1',
      '<sip:+48601234567@192.0.2.1;cause=302>;index=1.1.1',
    ]);
    expect(Object.keys(styled('both') ?? {})).to.include.members(['Diversion', 'History-Info']);
    expect(Object.keys(styled('none') ?? {})).not.to.include.members(['Diversion', 'History-Info']);
  });

  it('that was sent on by somebody without a number names the one that is shown for it', () => {
    const senders = [{ reason: 'user-busy' as const }];
    expect(by(plain, {}, { senders }).headers?.['Diversion']).to.deep.equal([
      '<sip:+48227836000@192.0.2.1>;reason=user-busy;counter=1',
    ]);
    expect(by(plain, { callerId: undefined }, { senders }).headers).not.to.have.property('Diversion');
  });

  describe('that was forwarded from outside shows', () => {
    const shown = (
      identity: NonNullable<Parameters<typeof trunks>[0]['identity']>,
      caller: SentOn['caller'] = { number: '+48501000000', withheld: false },
    ) => {
      const { headers = {} } = by({ ...account('b', '48221'), identity }, {}, { senders: [], caller });
      return [headers['From'], headers['P-Asserted-Identity'], headers['Privacy']];
    };
    const [own, caller] = ['<sip:+48227836000@198.51.100.7>', '<sip:+48501000000@198.51.100.7>'];

    it('the office, where the provider allows nothing else', () => {
      expect(shown({})).to.deep.equal([own, own, undefined]);
    });

    it('whoever called it, and the office to the provider', () => {
      expect(shown({ forwarded: 'caller' })).to.deep.equal([caller, own, undefined]);
      const national = shown({ forwarded: 'caller', format: 'national' });
      expect(national[0]).to.equal('<sip:501000000@198.51.100.7>');
    });

    it('whoever called it beside the account', () => {
      expect(shown({ forwarded: 'caller', from: 'account' })).to.deep.equal([
        '<sip:48221@198.51.100.7>',
        caller,
        undefined,
      ]);
    });

    it('nobody, where the caller hides its number', () => {
      const hidden = shown({ forwarded: 'caller' }, { withheld: true });
      expect(hidden).to.deep.equal(['"Anonymous" <sip:anonymous@anonymous.invalid>', own, 'id']);
      const account = shown({ forwarded: 'caller', from: 'account' }, { withheld: true, number: '+48501000000' });
      expect(JSON.stringify(account)).not.to.contain('501000000');
    });

    it('the office, where the caller has no number that can be shown', () => {
      expect(shown({ forwarded: 'caller' }, { withheld: false })).to.deep.equal([own, own, undefined]);
    });
  });

  it('written here is read the same there', () => {
    const senders = [{ by: '+48227836001' as E164, reason: 'user-busy' as const }];
    for (const diversion of ['diversion', 'history-info'] as const) {
      const headers = Object.entries(by({ ...plain, diversion }, {}, { senders }).headers ?? {});
      const texts = headers.map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : value] as const);
      const message = new FakeRequest('INVITE', 'sip:x', Object.fromEntries(texts) as Record<string, string>);
      expect(divertedBy(message, 'PL'), diversion).to.equal('+48227836001');
    }
    const direct = { 'History-Info': '<sip:+48227836001@a>;index=1, <sip:+48227836001@b>;index=1.1' };
    expect(divertedBy(new FakeRequest('INVITE', 'sip:x', direct), 'PL'), 'only passed through').to.equal(undefined);
    expect(divertedBy(new FakeRequest('INVITE', 'sip:x', { Diversion: '<<' }), 'PL')).to.equal(undefined);
  });

  it('follows a redirect only to where the trunk is, the preferred contact first', () => {
    const [trunk] = office({
      trunks: [{ name: 'a', proxy: 'sip:192.0.2.1', domain: 'ims.example', addresses: ['192.0.2.5'] }],
      outbound: {},
    }).trunks;
    if (!trunk) throw new Error('no trunk');
    const Contact =
      '<sip:1@evil.example>, <sip:2@192.0.2.5;method=BYE?Replaces=x>;q=0.2, <sip:3@ims.example>;q=0.9, <tel:+4>, <<';
    expect(redirectTargets(trunk, new FakeRequest('X', 'sip:x', { Contact }))).to.deep.equal([]);
    const whole = Contact.slice(0, -4);
    expect(redirectTargets(trunk, new FakeRequest('X', 'sip:x', { Contact: whole }))).to.deep.equal([
      'sip:3@ims.example',
      'sip:2@192.0.2.5',
    ]);
    expect(redirectTargets(trunk, new FakeRequest('X', 'sip:x'))).to.deep.equal([]);
  });
});
