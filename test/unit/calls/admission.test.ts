import { expect } from 'chai';
import { AdmissionList, type AdmissionListOptions } from '../../../src/calls/admission.js';
import { answerOptions } from '../../../src/calls/options.js';
import type { AdmissionRules } from '../../../src/sip/transport/admission.js';
import { FakeRequest } from '../../support/calls/fake-request.js';
import { VirtualClock } from '../../support/virtual-clock.js';

describe('whom the SIP server is to let in', () => {
  function scene(unknownTrunk: AdmissionListOptions['unknownTrunk'] = 'drop') {
    const clock = new VirtualClock();
    const published: AdmissionRules[] = [];
    const handsets = ['192.0.2.51', '192.0.2.50', '192.0.2.51'];
    const list = new AdmissionList({
      unknownTrunk,
      trunks: { doors: () => ({ networks: ['203.0.113.0/29'], lines: ['abc'] }) },
      registrar: { all: () => handsets.map((sourceAddress) => ({ sourceAddress })) },
      clock,
      publish: (rules) => published.push(rules),
    });
    return { clock, published, handsets, list };
  }

  it('are the providers and the handsets that are registered', () => {
    const { list, published, handsets } = scene();
    list.update();
    list.update();
    expect(published, 'what is not new is not said again').to.deep.equal([
      { callers: ['192.0.2.50', '192.0.2.51', '203.0.113.0/29'], lines: ['abc'], banned: [] },
    ]);
    handsets.pop();
    handsets.shift();
    list.update();
    expect(published[1]?.callers).to.deep.equal(['192.0.2.50', '203.0.113.0/29']);
  });

  it('is everyone where strangers are to be refused', () => {
    expect(scene('reject').list.rules().callers).to.equal(undefined);
  });

  it('is nobody who is banned, until the ban ends', () => {
    const { list, published, clock } = scene();
    list.ban('198.51.100.9', 60_000);
    clock.advance(30_000);
    list.ban('198.51.100.9', 60_000);
    expect(published.at(-1)?.banned).to.deep.equal(['198.51.100.9']);
    clock.advance(59_999);
    expect(published.at(-1)?.banned).to.deep.equal(['198.51.100.9']);
    clock.advance(1);
    expect(published.at(-1)?.banned).to.deep.equal([]);
    list.ban('198.51.100.9', 60_000);
    list.close();
    expect(clock.pendingTimers).to.equal(0);
  });
});

describe('OPTIONS outside a dialog', () => {
  it('are answered to whom we know, and to nobody else', () => {
    const ask = (address: string): FakeRequest => {
      const request = new FakeRequest('OPTIONS', 'sip:halina', {}, { address });
      answerOptions(request, (one) => one === '192.0.2.50');
      return request;
    };
    expect(ask('192.0.2.50').answer).to.include({ status: 200 });
    expect(ask('192.0.2.50').answerHeader('Allow')).to.contain('INVITE');
    const stranger = ask('192.0.2.51');
    expect([stranger.answers, stranger.abandoned]).to.deep.equal([[], true]);
  });
});
