import { expect } from 'chai';
import { RegisteringHandset, scene } from '../../support/calls/registering.js';

const INSTANCE = '<urn:uuid:00000000-0000-1000-8000-AABBCCDDEEFF>';
const browser = { protocol: 'ws', address: '192.0.2.77', port: 41_000 } as const;
const contact = (host: string, id = '1'): string =>
  `<sip:201@${host}.invalid;transport=ws>;+sip.instance="${INSTANCE}";reg-id=${id}`;

describe('a registration with a Path (RFC 3327)', () => {
  const PATH = '<sip:edge.example;lr>, <sip:inner.example;lr>';

  it('is called by the proxy that it came from, along the Path', () => {
    const { registrar } = scene();
    const phone = new RegisteringHandset(registrar, '201', {
      source: { protocol: 'tcp', address: '192.0.2.60', port: 5060 },
    });
    const answer = phone.register({ Contact: '<sip:201@10.0.0.7:5062>', Path: PATH, Supported: 'path' });
    expect(answer.answer?.status).to.equal(200);
    expect(answer.answerHeader('Path')).to.equal('<sip:edge.example;lr>,<sip:inner.example;lr>');
    const [target] = registrar.targets('201');
    expect(target?.uri).to.equal('sip:201@10.0.0.7:5062');
    expect(target?.nextHop).to.equal('sip:192.0.2.60:5060;transport=tcp');
    expect(target?.headers?.Route).to.deep.equal(['<sip:edge.example;lr>', '<sip:inner.example;lr>']);
  });

  it('is not told the Path where it does not know what that is, and refused where it cannot be used', () => {
    const { registrar } = scene();
    const phone = new RegisteringHandset(registrar, '201');
    expect(phone.register({ Path: PATH }).answerHeader('Path')).to.equal(undefined);
    for (const bad of [
      'nonsense',
      '<sip:strict.example>',
      '<sip:a;lr>'.padEnd(1100, 'x'),
      Array(6).fill('<sip:a.example;lr>').join(','),
    ])
      expect(phone.register({ Path: bad }).answer?.status, bad.slice(0, 30)).to.equal(400);
  });
});

describe('a registration of a flow (RFC 5626)', () => {
  it('takes the place of the one before it, however its contact is called now', () => {
    const { registrar, changes } = scene();
    const first = new RegisteringHandset(registrar, '201', { source: browser });
    const answer = first.register({ Contact: contact('aaaa'), Supported: 'path, outbound' });
    expect(answer.answer?.status).to.equal(200);
    expect(answer.answerHeader('Require')).to.equal('outbound');
    expect(answer.answerHeader('Contact')).to.match(/;\+sip\.instance="<urn:uuid:[^"]+>";reg-id=1/);
    // The page was loaded again: another connection, another random host, the same instance.
    const again = new RegisteringHandset(registrar, '201', { source: { ...browser, port: 41_001 } });
    again.register({ Contact: contact('bbbb'), 'Call-ID': 'again' });
    expect(registrar.targets('201').map(({ nextHop }) => nextHop)).to.deep.equal(['sip:192.0.2.77:41001;transport=ws']);
    expect(changes).to.deep.equal([
      'added sip:201@aaaa.invalid;transport=ws',
      'refreshed sip:201@bbbb.invalid;transport=ws',
    ]);
  });

  it('stands beside another flow of the same device, and beside other devices', () => {
    const { registrar } = scene();
    new RegisteringHandset(registrar, '201', { source: browser }).register({ Contact: contact('aaaa') });
    new RegisteringHandset(registrar, '201', { source: browser }).register({
      Contact: contact('bbbb', '2'),
      'Call-ID': 'two',
    });
    const other = contact('cccc').replace('AABBCCDDEEFF', 'AABBCCDDEE00');
    new RegisteringHandset(registrar, '201', { source: browser }).register({ Contact: other, 'Call-ID': 'three' });
    expect(registrar.targets('201')).to.have.length(3);
  });

  it('is a contact like any other without one of the two, or with nonsense in them', () => {
    const { registrar } = scene();
    for (const [index, parameters] of [
      '',
      ';reg-id=1',
      `;+sip.instance="${INSTANCE}"`,
      `;+sip.instance="${INSTANCE}";reg-id=0`,
    ].entries()) {
      const phone = new RegisteringHandset(registrar, '202', { source: browser });
      const answer = phone.register({
        Contact: `<sip:202@h${index}.invalid>${parameters}`,
        Supported: 'outbound',
        'Call-ID': `${index}`,
      });
      expect(answer.answerHeader('Require'), parameters).to.equal(undefined);
    }
    expect(registrar.targets('202')).to.have.length(4);
  });

  it('may require what the registrar can do, and nothing else', () => {
    const { registrar } = scene();
    const phone = new RegisteringHandset(registrar, '201');
    expect(phone.register({ Require: 'outbound, path' }).answer?.status).to.equal(200);
    const refused = phone.send({ Require: 'outbound, gruu' });
    expect([refused.answer?.status, refused.answerHeader('Unsupported')]).to.deep.equal([420, 'gruu']);
  });
});
