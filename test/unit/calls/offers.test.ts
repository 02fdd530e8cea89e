import { expect } from 'chai';
import { HalinaError } from '../../../src/base/errors.js';
import { silentLog } from '../../../src/base/log.js';
import { Offers, type OffersOptions } from '../../../src/calls/call/offers.js';
import { settled } from '../../support/calls/office.js';
import { FakeDialog, sdpOf } from '../../support/calls/scripted-sip.js';
import { VirtualClock } from '../../support/virtual-clock.js';

function scene(changes: Partial<OffersOptions<string>> = {}, role: 'uac' | 'uas' = 'uac') {
  const clock = new VirtualClock();
  const dialog = new FakeDialog(role, '');
  dialog.answerBody = sdpOf('answer');
  const taken: string[] = [];
  let dead = 0;
  const offers = new Offers<string>({
    dialog,
    clock,
    log: silentLog,
    agreed: 'a',
    offer: (wish) => `offer ${wish}`,
    take: (sdp) => taken.push(sdp),
    dead: () => dead++,
    ...changes,
  });
  return { clock, dialog, offers, taken, sent: () => dialog.requests.map(({ body }) => body), dead: () => dead };
}

/** A final response that comes when the test says so. */
function later(): { readonly answer: Promise<number>; readonly give: (status: number) => void } {
  let give: (status: number) => void = () => {};
  const answer = new Promise<number>((resolve) => (give = resolve));
  return { answer, give };
}

describe('offers of ours within a dialog', () => {
  it('go out as re-INVITE, and their answer is taken', async () => {
    const { dialog, offers, taken } = scene();
    offers.want('b');
    await settled();
    expect(dialog.requests).to.deep.equal([{ method: 'INVITE', body: 'offer b' }]);
    expect(taken).to.deep.equal([sdpOf('answer')]);
  });

  it('of what holds already are not made', async () => {
    const { offers, sent } = scene();
    offers.want('a');
    await settled();
    offers.want('b');
    await settled();
    offers.want('b');
    await settled();
    expect(sent()).to.deep.equal(['offer b']);
  });

  it('go one at a time; of what was wanted meanwhile only the last counts', async () => {
    const { dialog, offers, sent } = scene();
    const first = later();
    dialog.answers = [first.answer];
    offers.want('b');
    offers.want('c');
    offers.want('d');
    await settled();
    expect(sent()).to.deep.equal(['offer b']);
    expect(offers.isOpen).to.equal(true);
    first.give(200);
    await settled();
    expect(sent()).to.deep.equal(['offer b', 'offer d']);
    expect(offers.isOpen).to.equal(false);
  });

  it('that are not wanted any more when the one before is answered are not made', async () => {
    const { dialog, offers, sent } = scene();
    const first = later();
    dialog.answers = [first.answer];
    offers.want('b');
    offers.want('c');
    offers.want('b');
    first.give(200);
    await settled();
    expect(sent()).to.deep.equal(['offer b']);
  });

  // RFC 3261 § 14.1
  for (const [role, chance, delayMs] of [
    ['uac', 0, 2_100],
    ['uac', 0.999, 4_000],
    ['uas', 0, 0],
    ['uas', 0.999, 2_000],
  ] as const)
    it(`that cross the peer's (491) are made again, as ${role} after ${delayMs} ms at chance ${chance}`, async () => {
      const { clock, dialog, offers, sent } = scene({ random: () => chance }, role);
      dialog.answers = [491];
      offers.want('b');
      await settled();
      expect(offers.isOpen, 'an offer of the peer may come in the meantime').to.equal(false);
      if (delayMs > 0) clock.advance(delayMs - 1);
      await settled();
      expect(sent()).to.have.length(1);
      clock.advance(1);
      await settled();
      expect(sent()).to.deep.equal(['offer b', 'offer b']);
    });

  it('that wait after a 491 are made of what is wanted by then', async () => {
    const { clock, dialog, offers, sent } = scene();
    dialog.answers = [491];
    offers.want('b');
    await settled();
    offers.want('c');
    clock.advance(4_000);
    await settled();
    expect(sent()).to.deep.equal(['offer b', 'offer c']);
    dialog.answers = [491];
    offers.want('b');
    await settled();
    offers.want('c');
    clock.advance(4_000);
    await settled();
    expect(sent(), 'back to what holds: nothing to offer').to.have.length(3);
  });

  it('are given up after ten crossings', async () => {
    const { clock, dialog, offers, sent } = scene();
    dialog.answers = Array<number>(20).fill(491);
    offers.want('b');
    for (let i = 0; i < 20; i++) {
      await settled();
      clock.advance(4_000);
    }
    expect(sent()).to.have.length(11);
    expect(clock.pendingTimers).to.equal(0);
  });

  for (const status of [408, 481])
    it(`that get ${status} say that the dialog is gone`, async () => {
      const { dialog, offers, sent, dead } = scene();
      dialog.answers = [status];
      offers.want('b');
      await settled();
      offers.want('c');
      await settled();
      expect(dead()).to.equal(1);
      expect(sent()).to.have.length(1);
    });

  it('that are refused, are not sent, or get an answer of no use leave the next its chance', async () => {
    const { dialog, offers, sent, dead } = scene({
      take: () => {
        throw new HalinaError('SDP_NOT_ACCEPTABLE', 'scripted');
      },
    });
    dialog.answers = [488, new HalinaError('SIP_NOT_SENT', 'scripted')];
    for (const wish of ['b', 'c', 'd']) {
      offers.want(wish);
      await settled();
    }
    expect(sent()).to.deep.equal(['offer b', 'offer c', 'offer d']);
    expect(dead()).to.equal(0);
  });

  it('are not made, and no timer is left, once the dialog has ended', async () => {
    const { clock, dialog, offers, sent } = scene();
    dialog.answers = [491];
    offers.want('b');
    await settled();
    offers.close();
    offers.want('c');
    await settled();
    expect(clock.pendingTimers).to.equal(0);
    expect(sent()).to.have.length(1);
  });

  it('that are answered after the end take nothing', async () => {
    const { dialog, offers, taken } = scene();
    const answer = later();
    dialog.answers = [answer.answer];
    offers.want('b');
    offers.close();
    answer.give(200);
    await settled();
    expect(taken).to.have.length(0);
  });
});
