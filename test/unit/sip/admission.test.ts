import { expect } from 'chai';
import { Admission, type AdmissionRules } from '../../../src/sip/transport/admission.js';
import type { SipMessage } from '../../../src/sip/message/message.js';

const request = (method: string, uri = 'sip:100@10.0.0.1', To = '<sip:100@10.0.0.1>'): SipMessage => ({
  kind: 'request',
  method,
  uri,
  fields: [{ name: 'To', value: To }],
  body: Buffer.alloc(0),
});
const response: SipMessage = { kind: 'response', status: 200, reason: 'OK', fields: [], body: Buffer.alloc(0) };

describe('the wall before the transactions', () => {
  const admits = (rules: AdmissionRules, message: SipMessage, remoteAddress: string): boolean =>
    new Admission(rules).admits(message, { remoteAddress });

  it('lets everyone in without rules', () => {
    expect(admits({}, request('INVITE'), '203.0.113.1')).to.equal(true);
  });

  it('lets calls in from known networks and addresses only', () => {
    const rules = { callers: ['192.0.2.0/28', '198.51.100.7', '2001:db8::/32', 'nonsense'] };
    for (const known of ['192.0.2.15', '198.51.100.7', '::ffff:192.0.2.1', '2001:db8::5'])
      expect(admits(rules, request('INVITE'), known), known).to.equal(true);
    for (const method of ['INVITE', 'OPTIONS', 'MESSAGE', 'CANCEL', 'NONSENSE'])
      for (const stranger of ['192.0.2.16', '198.51.100.8', '2001:db9::5', ''])
        expect(admits(rules, request(method), stranger), `${method} ${stranger}`).to.equal(false);
  });

  it('lets responses, requests within dialogs and REGISTER pass', () => {
    const rules = { callers: [] };
    expect(admits(rules, response, '203.0.113.1')).to.equal(true);
    expect(admits(rules, request('REGISTER'), '203.0.113.1')).to.equal(true);
    expect(admits(rules, request('BYE', 'sip:x@y', '<sip:x@y>;tag=1'), '203.0.113.1')).to.equal(true);
    expect(admits(rules, request('INVITE', 'sip:x@y', '<sip:x@y;tag=1>'), '203.0.113.1'), "the URI's own").to.equal(false); // prettier-ignore
  });

  it('opens for a Contact that was given away', () => {
    const rules = { callers: [], lines: ['abc'] };
    expect(admits(rules, request('INVITE', 'sip:x@y;line=abc'), '203.0.113.1')).to.equal(true);
    expect(admits(rules, request('INVITE', 'sip:x@y;line=abd'), '203.0.113.1')).to.equal(false);
    expect(admits(rules, request('INVITE', 'sip:x@y;line'), '203.0.113.1')).to.equal(false);
    expect(admits(rules, request('INVITE', 'sip:x@y'), '203.0.113.1')).to.equal(false);
  });

  it('is closed to who is banned, for everything but responses', () => {
    const rules = { banned: ['203.0.113.1', '2001:DB8:0::1'] };
    for (const message of [request('REGISTER'), request('INVITE'), request('BYE', 'sip:x@y', '<sip:x@y>;tag=1')]) {
      expect(admits(rules, message, '203.0.113.1')).to.equal(false);
      expect(admits(rules, message, '::ffff:203.0.113.1')).to.equal(false);
      expect(admits(rules, message, '2001:db8::1')).to.equal(false);
      expect(admits(rules, message, '203.0.113.2')).to.equal(true);
    }
    expect(admits(rules, response, '203.0.113.1')).to.equal(true);
  });

  it('counts what it leaves unanswered', () => {
    const admission = new Admission({ callers: [] });
    for (let i = 0; i < 3; i++) admission.admits(request('INVITE'), { remoteAddress: '203.0.113.1' });
    admission.admits(request('REGISTER'), { remoteAddress: '203.0.113.1' });
    expect(admission.dropped).to.equal(3);
  });
});
