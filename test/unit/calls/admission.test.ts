import { expect } from 'chai';
import { AdmissionList, type AdmissionPolicy } from '../../../src/calls/admission.js';
import { answerOptions } from '../../../src/calls/options.js';
import type { AdmissionRules, CallerChange } from '../../../src/sip/transport/admission.js';
import { FakeRequest } from '../../support/calls/fake-request.js';

describe('whom the SIP server is to let in', () => {
  function scene(unknownTrunk: AdmissionPolicy['unknownTrunk'] = 'drop') {
    const published: AdmissionRules[] = [];
    const changes: CallerChange[] = [];
    const handsets = new Set(['192.0.2.51', '192.0.2.50']);
    const banned: string[] = [];
    const list = new AdmissionList({
      policy: { unknownTrunk, allow: ['192.0.2.99'], rate: { perSecond: 5, burst: 9 }, urgent: ['112'] },
      trunks: { doors: () => ({ networks: ['203.0.113.0/29', '203.0.113.20/32'], lines: ['abc'] }) },
      handsets: { addresses: () => [...handsets], hasAddress: (address) => handsets.has(address) },
      bans: { active: () => banned.map((address) => ({ address })) },
      publish: (rules) => published.push(rules),
      publishChange: (change) => changes.push(change),
    });
    return { published, changes, handsets, banned, list };
  }

  it('are the providers and the handsets that are registered; providers and the allowed may send what they like', () => {
    const { list, published } = scene();
    list.update();
    list.update();
    expect(published, 'what is not new is not said again').to.deep.equal([
      {
        callers: ['192.0.2.50', '192.0.2.51', '203.0.113.0/29', '203.0.113.20/32'],
        lines: ['abc'],
        banned: [],
        rate: { perSecond: 5, burst: 9 },
        unlimited: ['203.0.113.0/29', '203.0.113.20/32', '192.0.2.99'],
        urgent: ['112'],
      },
    ]);
  });

  it('is told of a handset that comes or goes, by itself, and only when its address is new or empty', () => {
    const { list, published, changes, handsets } = scene();
    list.update();
    handsets.add('192.0.2.52');
    list.handsetChanged('192.0.2.52');
    list.handsetChanged('192.0.2.52');
    handsets.delete('192.0.2.50');
    list.handsetChanged('192.0.2.50');
    expect(changes).to.deep.equal([
      { address: '192.0.2.52', known: true },
      { address: '192.0.2.50', known: false },
    ]);
    expect(published).to.have.length(1);
    list.update();
    expect(published[1]?.callers).to.deep.equal(['192.0.2.51', '192.0.2.52', '203.0.113.0/29', '203.0.113.20/32']);
  });

  it("does not shut out a provider's address when the handset there goes", () => {
    const { list, changes, handsets } = scene();
    handsets.add('203.0.113.20');
    list.update();
    handsets.delete('203.0.113.20');
    list.handsetChanged('203.0.113.20');
    expect(changes).to.deep.equal([]);
  });

  it('is everyone where strangers are to be refused', () => {
    expect(scene('reject').list.rules().callers).to.equal(undefined);
  });

  it('is nobody who is banned', () => {
    const { list, published, banned } = scene();
    banned.push('198.51.100.9');
    list.update();
    expect(published.at(-1)?.banned).to.deep.equal(['198.51.100.9']);
  });

  it('follows the configuration', () => {
    const { list, published } = scene();
    list.configure({ unknownTrunk: 'reject' });
    expect(published.at(-1)).to.deep.include({ callers: undefined, urgent: [] });
  });
});

describe('OPTIONS outside a dialog', () => {
  it('are answered to whom we know, and to nobody else', () => {
    const ask = (address: string): FakeRequest => {
      const request = new FakeRequest('OPTIONS', 'sip:halina', {}, { address });
      const roles = { '192.0.2.50': 'trunk', '192.0.2.60': 'handset' } as const;
      answerOptions(request, (one) => roles[one as keyof typeof roles]);
      return request;
    };
    expect(ask('192.0.2.50').answer).to.include({ status: 200 });
    expect(ask('192.0.2.50').answerHeader('Allow')).to.contain('INVITE');
    expect(ask('192.0.2.50').answerHeader('Allow')).to.not.contain('REFER');
    expect(ask('192.0.2.60').answerHeader('Allow')).to.contain('REFER');
    expect(ask('192.0.2.60').answerHeader('Supported')).to.contain('replaces');
    const stranger = ask('192.0.2.51');
    expect([stranger.answers, stranger.abandoned]).to.deep.equal([[], true]);
  });
});
