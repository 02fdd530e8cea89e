/** Offers that cannot be taken, at the running program with a call up: each gets its status, and the call goes on. */
import { expect } from 'chai';
import { Caller } from '../support/e2e/caller.js';
import { crowd } from '../support/e2e/crowd.js';
import { Halina, officeConfig } from '../support/e2e/halina.js';
import { address, needsNamespace } from '../support/e2e/network.js';
import { shortNotice } from '../support/e2e/office.js';
import { stopAll } from '../support/e2e/process.js';

const good = [
  'v=0',
  `o=- 1 1 IN IP4 ${address.provider}`,
  's=-',
  `c=IN IP4 ${address.provider}`,
  't=0 0',
  'm=audio 9800 RTP/AVP 8',
  'a=rtpmap:8 PCMA/8000',
  '',
].join('\r\n');

const offers: readonly (readonly [string, string, number])[] = [
  ['no codec of ours', good.replace('RTP/AVP 8', 'RTP/AVP 18').replace('rtpmap:8 PCMA', 'rtpmap:18 G729'), 488],
  ['no media', good.slice(0, good.indexOf('m=')), 488],
  ['media of another kind only', good.replace('m=audio', 'm=video'), 488],
  ['port 0', good.replace('audio 9800', 'audio 0'), 488],
  ['a broadcast address', good.replaceAll(address.provider, '255.255.255.255'), 488],
  ['a multicast address', good.replaceAll(address.provider, '224.0.0.1'), 488],
  ['an address of another kind of network', good.replaceAll(`IP4 ${address.provider}`, 'IP6 2001:db8::1'), 488],
  ['a host name for an address', good.replaceAll(address.provider, 'media.example'), 488],
  ['garbage', 'this is no SDP', 400],
];

describe('an offer that cannot be taken', function () {
  this.timeout(180_000);
  before(needsNamespace);
  afterEach(stopAll);

  it('gets its status, whatever is wrong with it, and a call in progress does not notice', async () => {
    const halina = await Halina.start(officeConfig({ notice: { folder: await shortNotice() } }));
    const all = await crowd({ calls: 1, rate: 1, talkMs: 12_000 });
    await halina.logged('call connected');
    const provider = await Caller.open(address.provider, address.trunkFace);
    for (const [what, body, status] of offers) {
      const answer = await provider.ask('INVITE', `sip:+48227836000@${address.trunkFace}`, { body, ms: 10_000 });
      expect(answer?.status, what).to.equal(status);
    }
    await provider.close();
    await all.caller.done();
    await halina.logged('recording kept');
    const calls = await halina.calls();
    const [refused, kept] = [calls.filter(({ number }) => number === 'scanner'), calls.at(-1)];
    expect(refused.map(({ recording }) => recording.state)).to.deep.equal(refused.map(() => 'unrecorded'));
    expect(kept?.recording.state).to.equal('recorded');
    expect(await halina.stop()).to.equal(0);
  });
});
