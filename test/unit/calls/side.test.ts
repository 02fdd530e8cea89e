/** One answered party, by itself: what is wanted of it, and what it tells. */
import { expect } from 'chai';
import { newCallId } from '../../../src/base/call-id.js';
import { silentLog } from '../../../src/base/log.js';
import { Side, type SideEvent } from '../../../src/calls/call/side.js';
import { FakeEngine } from '../../support/calls/fake-media.js';
import { settled } from '../../support/calls/office.js';
import { FakeDialog } from '../../support/calls/scripted-sip.js';
import { VirtualClock } from '../../support/virtual-clock.js';

async function party() {
  const clock = new VirtualClock();
  const address = { local: '192.0.2.1', advertised: '192.0.2.1' };
  const options = { id: newCallId(clock.now()), addresses: { outside: address, inside: address } };
  const session = await new FakeEngine(clock).openSession(options);
  const dialog = new FakeDialog('uac', '');
  const events: SideEvent['type'][] = [];
  const tell = ({ type }: SideEvent): void => void events.push(type);
  const side = new Side({ dialog, leg: 'outside', peer: session.peer('outside'), clock, log: silentLog, tell });
  return { dialog, side, events, offers: () => dialog.requests.map(({ body }) => body) };
}

describe('an answered party', () => {
  it('is told of a hold and of its end, and once only', async () => {
    const { side, dialog, offers } = await party();
    dialog.answerBody = 'v=0 answer';
    side.tellHold(false);
    side.tellHold(true);
    await settled();
    side.tellHold(true);
    side.tellHold(false);
    await settled();
    expect(offers()).to.deep.equal(['v=0 offer outside sendonly', 'v=0 offer outside']);
  });

  it('that has left is asked for nothing, also where nothing was before', async () => {
    const { side, dialog, events, offers } = await party();
    dialog.hangUp();
    side.tellHold(true);
    await settled();
    expect(events).to.deep.equal(['left']);
    expect(offers()).to.deep.equal([]);
  });

  it('whose dialog another call has is asked for nothing', async () => {
    const { side, offers } = await party();
    side.surrender(() => undefined);
    side.tellHold(true);
    await settled();
    expect(offers()).to.deep.equal([]);
  });

  it('that was called has our ACK already', async () => {
    const { side } = await party();
    await side.acknowledged;
  });
});
