/** Handsets that watch one another, over the wire: drachtio-srf, the embedded server, scripted telephones. */
import { expect } from 'chai';
import type { Directory } from '../../../../src/calls/application.js';
import { Presence } from '../../../../src/calls/presence/presence.js';
import { silentLog } from '../../../../src/base/log.js';
import { parseNameAddress } from '../../../../src/sip/message/headers.js';
import { parseUri } from '../../../../src/sip/message/uri.js';
import { office } from '../../../support/calls/config.js';
import { openLine, type Line } from '../../../support/calls/line.js';
import type { RawMessage } from '../../../support/sip/raw-message.js';
import type { RawPeer, Sent } from '../../../support/sip/raw-peer.js';
import { VirtualClock } from '../../../support/virtual-clock.js';

const binding = { extension: '202' } as never;
/** Whoever names himself in From is believed, but 666; 202 is registered. */
const handsets: Directory = {
  targets: (extension) => (extension === '202' ? [{ binding, uri: 'sip:202@10.0.0.9', nextHop: 'sip:10.0.0.9' }] : []),
  unreachable: () => {},
  hasFlow: () => true,
  hasAddress: () => true,
  authenticate(request) {
    const user = parseUri(parseNameAddress(request.header('From') ?? '')?.uri ?? '')?.user;
    if (user !== '666') return user;
    void request.respond(401);
    return undefined;
  },
};

describe('handsets that watch one another', () => {
  let clock: VirtualClock;
  let line: Line;
  let presence: Presence;
  let peer: RawPeer;

  const open = async (changes: Parameters<typeof office>[0] = {}): Promise<void> => {
    clock = new VirtualClock();
    presence = new Presence({ config: office(changes), handsets, clock, log: silentLog });
    line = await openLine({ subscribe: (request) => presence.subscribe(request), lost: () => presence.lost() });
    peer = await line.stand.peer();
  };
  afterEach(() => line.close());

  const ask = (extension: string, event: string, changes: object = {}, expires = 600): Sent => {
    const uri = `sip:${extension}@halina.example`;
    const from = '<sip:201@halina.example>';
    return peer.request('SUBSCRIBE', {
      uri,
      from,
      to: `<${uri}>`,
      extra: [`Event: ${event}`, `Expires: ${expires}`],
      ...changes,
    });
  };
  const granted = async (sent: Sent): Promise<RawMessage> => {
    const answer = await peer.expectFinal(sent);
    expect(answer.status, answer.startLine).to.equal(200);
    return answer;
  };
  const told = async (): Promise<RawMessage> => {
    const notify = await peer.expectRequest('NOTIFY');
    peer.answer(notify, 200, { contact: false });
    return notify;
  };
  const lamp = (notify: RawMessage): string =>
    [/version="(\d+)"/, /direction="(\w+)"/, /<state>(\w+)/].map((one) => one.exec(notify.body)?.[1] ?? '-').join(' ');

  it('hear of the state now and of each change, with versions that count on', async () => {
    await open();
    const answer = await granted(ask('202', 'dialog'));
    expect(answer.header('Expires')).to.equal('600');
    const first = await told();
    expect(first.header('Subscription-State')).to.equal('active;expires=600');
    expect(first.header('Event')).to.equal('dialog');
    expect(first.header('Content-Type')).to.equal('application/dialog-info+xml');
    expect(first.body).to.contain('state="full" entity="sip:202@halina.example"');
    expect(lamp(first)).to.equal('0 - -');
    const use = presence.lines.begin('202', 'recipient', '+48601234567');
    expect(lamp(await told())).to.equal('1 recipient trying');
    use.early();
    const ringing = await told();
    expect(lamp(ringing)).to.equal('2 recipient early');
    expect(ringing.body, 'who calls is not for others').not.to.contain('48601234567');
    use.confirmed();
    expect(lamp(await told())).to.equal('3 recipient confirmed');
    use.ended('over');
    expect(lamp(await told())).to.equal('4 recipient terminated');
  });

  it('get fewer messages while one is under way, and the last state always', async () => {
    await open();
    await granted(ask('202', 'dialog'));
    const slow = await peer.expectRequest('NOTIFY');
    const use = presence.lines.begin('202', 'recipient', '');
    use.early();
    use.confirmed();
    peer.answer(slow, 200, { contact: false });
    expect(lamp(await told())).to.equal('1 recipient confirmed');
  });

  it('see with which extension another speaks, and outside numbers only where the office says so', async () => {
    await open({ presence: { parties: 'all' } });
    presence.lines.begin('202', 'recipient', '+48601234567').early();
    await granted(ask('202', 'dialog'));
    expect((await told()).body).to.contain('<identity>sip:%2B48601234567@halina.example</identity>');
    presence.configure(office({ presence: { parties: 'none' } }));
    presence.lines.begin('202', 'initiator', '203');
    expect((await told()).body).not.to.contain('<identity>');
    presence.configure(office());
    presence.lines.begin('202', 'initiator', '203');
    expect((await told()).body)
      .to.contain('<identity>sip:203@halina.example</identity>')
      .and.not.to.contain('48601234567');
  });

  it('ask again in time, end by themselves, and are told when their time is over', async () => {
    await open();
    const sent = ask('202', 'dialog', {}, 60);
    const answer = await granted(sent);
    await told();
    clock.advance(50_000);
    const own = { from: '<sip:201@halina.example>', to: '<sip:202@halina.example>' };
    const again = peer.within(sent, answer, 'SUBSCRIBE', 2, { ...own, extra: ['Event: dialog', 'Expires: 60'] });
    expect((await peer.expectFinal(again)).status).to.equal(200);
    expect((await told()).header('Subscription-State')).to.equal('active;expires=60');
    clock.advance(59_000);
    expect(presence.subscriptions).to.equal(1);
    clock.advance(2000);
    expect((await told()).header('Subscription-State')).to.equal('terminated;reason=timeout');
    expect(presence.subscriptions).to.equal(0);
    const second = ask('202', 'dialog');
    const standing = await granted(second);
    await told();
    const end = peer.within(second, standing, 'SUBSCRIBE', 2, { ...own, extra: ['Event: dialog', 'Expires: 0'] });
    expect((await peer.expectFinal(end)).status).to.equal(200);
    expect((await told()).header('Subscription-State')).to.equal('terminated;reason=timeout');
    expect([presence.subscriptions, clock.pendingTimers]).to.deep.equal([0, 0]);
  });

  it('that answer 481 are told no more', async () => {
    await open();
    await granted(ask('202', 'dialog'));
    peer.answer(await peer.expectRequest('NOTIFY'), 481, { contact: false });
    await peer.expectFinal(ask('999', 'dialog')); // What came before it has been read when this is answered.
    expect(presence.subscriptions).to.equal(0);
  });

  it('see who is there and who is on the phone', async () => {
    await open();
    await granted(ask('202', 'presence'));
    expect((await told()).body)
      .to.contain('<basic>open</basic>')
      .and.not.to.contain('on-the-phone');
    presence.lines.begin('202', 'initiator', '1');
    expect((await told()).body).to.contain('<rpid:on-the-phone/>');
    await granted(ask('203', 'presence'));
    expect((await told()).body).to.contain('<basic>closed</basic>');
  });

  it('hear of their own missed calls, not of others’', async () => {
    await open();
    await granted(ask('201', 'message-summary'));
    const none = await told();
    expect(none.body).to.contain('Messages-Waiting: no\r\n').and.to.contain('Voice-Message: 0/0 (0/0)');
    expect(none.header('Content-Type')).to.equal('application/simple-message-summary');
    presence.lines.begin('201', 'recipient', '').ended('unanswered');
    const lit = await told();
    expect(lit.body).to.match(
      /^Messages-Waiting: yes\r\nMessage-Account: sip:201@halina.example\r\nVoice-Message: 1\/0/,
    );
    presence.lines.begin('201', 'initiator', '');
    expect((await told()).body).to.contain('Messages-Waiting: no');
    expect((await peer.expectFinal(ask('202', 'message-summary'))).status).to.equal(403);
  });

  it('may ask once', async () => {
    await open();
    await granted(ask('202', 'presence', {}, 0));
    expect((await told()).header('Subscription-State')).to.equal('terminated;reason=timeout');
    expect([presence.subscriptions, clock.pendingTimers]).to.deep.equal([0, 0]);
  });

  const refusals: readonly [what: string, status: number, extension: string, event: string, changes: object, number][] =
    [
      ['by strangers', 401, '202', 'dialog', { from: '<sip:666@x.example>' }, 600],
      ['for an extension that is not there', 404, '299', 'dialog', {}, 600],
      ['for an event that we do not have', 489, '202', 'refer', {}, 600],
      ['too often', 423, '202', 'dialog', {}, 10],
      [
        'with a document that we do not have',
        406,
        '202',
        'dialog',
        { extra: ['Event: dialog', 'Accept: text/html'] },
        600,
      ],
      ['without a sense', 400, '202', 'dialog', { extra: ['Event: dialog', 'Expires: soon'] }, 600],
    ];
  for (const [what, status, extension, event, changes, expires] of refusals)
    it(`are refused ${what}`, async () => {
      await open();
      const answer = await peer.expectFinal(ask(extension, event, changes, expires));
      expect(answer.status).to.equal(status);
      expect(presence.subscriptions).to.equal(0);
    });

  it('have a limit each', async () => {
    await open({ presence: { subscriptions: 2 } });
    for (const event of ['dialog', 'presence']) {
      await granted(ask('202', event));
      await told();
    }
    const over = await peer.expectFinal(ask('203', 'dialog'));
    expect([over.status, over.header('Retry-After')]).to.deep.equal([503, '600']);
    const other = ask('203', 'dialog', { from: '<sip:202@halina.example>' });
    await granted(other);
    await told();
  });

  it('may not touch the subscription of another', async () => {
    await open();
    const sent = ask('202', 'dialog');
    const answer = await granted(sent);
    await told();
    const stolen = { from: '<sip:203@halina.example>', extra: ['Event: dialog', 'Expires: 0'] };
    expect((await peer.expectFinal(peer.within(sent, answer, 'SUBSCRIBE', 2, stolen))).status).to.equal(481);
    expect(presence.subscriptions).to.equal(1);
  });

  it('are told when the watched handset is taken away', async () => {
    await open();
    await granted(ask('203', 'dialog'));
    await told();
    presence.configure(office({ handsets: [{ extension: '201', password: 'x' }, { extension: '202', password: 'x' }], routes: [] })); // prettier-ignore
    expect((await told()).header('Subscription-State')).to.equal('terminated;reason=noresource');
  });
});
