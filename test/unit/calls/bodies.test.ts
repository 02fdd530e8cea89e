import { expect } from 'chai';
import { bodyRefusal, sessionIn } from '../../../src/calls/bodies.js';
import { Office } from '../../support/calls/office.js';
import { sdpOf } from '../../support/calls/scripted-sip.js';

const lines = (...all: string[]): string => all.join('\r\n');
const SDP = 'v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\n';
const isup = (disposition: string): string[] => [
  '--b',
  'Content-Type: application/isup',
  disposition,
  '',
  '\u0001\u0002',
];
const session = ['--b', 'Content-Type: application/SDP', '', SDP];
const MIXED = 'multipart/mixed; boundary="b"';

describe('the session description in a body', () => {
  it('is all of it where it is not in parts', () => {
    for (const type of [undefined, 'application/sdp', 'text/plain']) expect(sessionIn(type, SDP)).to.equal(SDP);
  });

  it('is the part that says so, whatever stands around and beside it', () => {
    const optional = isup('Content-Disposition: signal;\r\n handling=optional');
    for (const parts of [
      [...session, '--b--', ''],
      ['preamble', ...optional, ...session, '--b--', 'epilogue'],
      [...session, ...optional, '--b--'],
      ['--b', '', 'no headers', ...session], // cut off
    ])
      expect(sessionIn(MIXED, lines(...parts))).to.equal(SDP);
    expect(sessionIn('Multipart/Mixed;boundary=b', lines(...session, '--b--'))).to.equal(SDP);
  });

  it('is the last of alternatives, the first of what is mixed', () => {
    const two = lines('--b', 'content-type:application/sdp', '', 'v=0 one', '--b', 'content-type:application/sdp', '', 'v=0 two', '--b--'); // prettier-ignore
    expect(sessionIn(MIXED, two)).to.equal('v=0 one');
    expect(sessionIn('multipart/alternative; boundary=b', two)).to.equal('v=0 two');
  });

  it('is not looked for beside what must be understood, nor where there is none', () => {
    const required = lines(...isup('Content-Disposition: signal; handling=required'), ...session, '--b--');
    expect(sessionIn(MIXED, required)).to.equal(required);
    const other = lines(...isup('Content-Disposition: signal;handling=optional'), '--b--');
    expect(sessionIn(MIXED, other)).to.equal(other);
    expect(sessionIn('multipart/mixed', lines(...session, '--b--'))).to.match(/^--b/);
  });
});

describe('a body that cannot be read', () => {
  const refusal = (headers: Record<string, string>, body = SDP) =>
    bodyRefusal({ body, header: (name) => headers[name] });

  it('is refused with what could be', () => {
    expect(refusal({ 'Content-Type': 'text/plain' })).to.deep.equal({
      status: 415,
      options: { headers: { Accept: 'application/sdp' } },
    });
    expect(refusal({ 'Content-Type': MIXED }, '--b…')?.status).to.equal(415);
    expect(refusal({ 'Content-Type': 'application/sdp', 'Content-Encoding': 'gzip' })).to.deep.equal({
      status: 415,
      options: { headers: { 'Accept-Encoding': 'identity' } },
    });
    expect(refusal({ Accept: 'text/html, application/isup' }, '')?.status).to.equal(406);
  });

  it('is not what can be', () => {
    for (const headers of [
      {},
      { 'Content-Type': 'application/SDP; charset=utf-8', 'Content-Encoding': 'identity' },
      { 'Content-Type': MIXED },
      { Accept: 'text/html, application/*;q=0.5' },
      { Accept: 'application/sdp;level=1' },
    ])
      expect(refusal(headers)).to.equal(undefined);
    expect(refusal({ 'Content-Type': 'text/plain' }, '')).to.equal(undefined);
  });

  it('ends an INVITE before anything is opened for it, and leaves a call as it was', async () => {
    const office = new Office();
    const refused = await office.dials('201', '202', 'hello', { 'Content-Type': 'text/plain' });
    expect(refused.final).to.deep.include({ status: 415, headers: { Accept: 'application/sdp' } });
    expect(office.media.sessions).to.have.length(0);
    const caller = await office.dials('201', '202');
    await office.answer('202');
    const again = caller.dialog?.peer('INVITE', sdpOf('x'), { 'Content-Type': 'text/plain' });
    expect(again?.final?.status).to.equal(415);
    expect(office.calls.calls.map(({ state }) => state)).to.deep.equal(['talking']);
  });
});
