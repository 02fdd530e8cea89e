import { expect } from 'chai';
import { Admission, type AdmissionRules } from '../../../src/sip/transport/admission.js';
import { SourceRates } from '../../../src/sip/transport/source-rates.js';
import { VirtualClock } from '../../support/virtual-clock.js';
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

  it('takes who must show a certificate only by one with its name', () => {
    const admission = new Admission({ certified: [{ networks: ['192.0.2.0/28'], names: ['sip.provider.example'] }] });
    const from = (remoteAddress: string, ...dns: string[]): boolean =>
      admission.admits(request('INVITE'), {
        remoteAddress,
        ...(dns.length > 0 ? { identities: { sip: [], dns, addresses: [] } } : {}),
      });
    expect(from('192.0.2.1')).to.equal(false);
    expect(from('192.0.2.1', 'other.example')).to.equal(false);
    expect(from('192.0.2.1', 'sip.provider.example')).to.equal(true);
    expect(from('192.0.2.99')).to.equal(true);
    expect(admission.counters.strangers).to.equal(2);
    const within = request('BYE', 'sip:x@y', '<sip:x@y>;tag=1');
    expect(admission.admits(within, { remoteAddress: '192.0.2.1' }), 'its dialogs go on').to.equal(true);
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

  it('keeps each source to its rate, but not providers, ACKs and responses', () => {
    const clock = new VirtualClock();
    const rules = { rate: { perSecond: 10, burst: 5 }, unlimited: ['192.0.2.0/28'] };
    const wall = new Admission(rules, clock);
    const passed = (remoteAddress: string, message = request('INVITE'), times = 20): number =>
      [...Array(times).keys()].filter(() => wall.admits(message, { remoteAddress })).length;
    expect(passed('203.0.113.1')).to.equal(5);
    expect(passed('203.0.113.2'), 'another source').to.equal(5);
    expect(passed('192.0.2.1'), 'a provider').to.equal(20);
    expect(passed('203.0.113.1', request('ACK', 'sip:x@y', '<sip:x@y>;tag=1')), 'ACK').to.equal(20);
    expect(passed('203.0.113.1', response), 'response').to.equal(20);
    clock.advance(300);
    expect(passed('203.0.113.1')).to.equal(3);
    expect(wall.counters).to.deep.equal({ strangers: 0, banned: 0, tooMany: 47 });
  });

  it('lets emergency calls of known sources pass bans and rates, and nobody else by them', () => {
    const clock = new VirtualClock();
    const rules: AdmissionRules = {
      callers: ['192.0.2.1'],
      banned: ['192.0.2.1', '203.0.113.1'],
      rate: { perSecond: 1, burst: 1 },
      urgent: ['112', '0112'],
    };
    const wall = new Admission(rules, clock);
    for (let n = 0; n < 9; n++)
      expect(wall.admits(request('INVITE', 'sip:112@h'), { remoteAddress: '192.0.2.1' })).to.equal(true);
    expect(wall.admits(request('INVITE', 'sip:0112@h'), { remoteAddress: '192.0.2.1' })).to.equal(true);
    expect(wall.admits(request('INVITE', 'sip:113@h'), { remoteAddress: '192.0.2.1' })).to.equal(false);
    expect(wall.admits(request('REGISTER', 'sip:112@h'), { remoteAddress: '192.0.2.1' })).to.equal(false);
    expect(wall.admits(request('INVITE', 'sip:112@h'), { remoteAddress: '203.0.113.1' })).to.equal(false);
  });

  it('takes single callers in and out', () => {
    const wall = new Admission({ callers: ['192.0.2.0/28'] });
    const admits = (remoteAddress: string): boolean => wall.admits(request('INVITE'), { remoteAddress });
    wall.change({ address: '203.0.113.1', known: true });
    expect(admits('203.0.113.1')).to.equal(true);
    wall.change({ address: '203.0.113.1', known: false });
    expect(admits('203.0.113.1')).to.equal(false);
    expect(admits('192.0.2.1')).to.equal(true);
  });

  it('remembers a bounded number of sources, and forgets those that are quiet', () => {
    const clock = new VirtualClock();
    const rates = new SourceRates(clock);
    rates.set({ perSecond: 10, burst: 100 });
    for (let n = 0; n < 50_000; n++) {
      rates.take(`10.0.${n >> 8}.${n & 255}`);
      if (n % 10 === 0) clock.advance(0.1);
    }
    expect(rates.remembered).to.be.at.most(20_001);
    clock.advance(60_000);
    rates.take('192.0.2.1');
    rates.take('192.0.2.2');
    expect(rates.remembered).to.equal(2);
  });
});
