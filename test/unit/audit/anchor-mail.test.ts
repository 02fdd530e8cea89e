import { expect } from 'chai';
import { mailPlace } from '../../../src/audit/anchor-mail.js';
import { VirtualClock } from '../../support/virtual-clock.js';

const HOUR = 3_600_000;

describe('anchors by mail', () => {
  let clock: VirtualClock;
  let sent: string[];
  let broken: boolean;
  const open = () =>
    mailPlace({
      to: ['iod@urzad.example'],
      clock,
      send: (line) => (broken ? Promise.reject(new Error('no server')) : Promise.resolve(void sent.push(line))),
    });
  beforeEach(() => {
    clock = new VirtualClock();
    sent = [];
    broken = false;
  });

  it('go out at most once an hour; the newest of those held back follows', async () => {
    const place = open();
    for (const line of ['1', '2', '3']) await place.send(line);
    expect(sent).to.deep.equal(['1']);
    clock.advance(HOUR - 1);
    expect(sent).to.deep.equal(['1']);
    clock.advance(1);
    expect(sent).to.deep.equal(['1', '3']);
  });

  it('that cannot be sent say so, and the next one goes out at once', async () => {
    broken = true;
    const place = open();
    const error = await place.send('1').catch((thrown: unknown) => thrown);
    expect(error).to.be.instanceOf(Error);
    broken = false;
    await place.send('2');
    expect(sent).to.deep.equal(['2']);
  });

  it('that are held back go out at the end', async () => {
    const place = open();
    await place.send('1');
    await place.send('2');
    await place.close?.();
    expect(sent).to.deep.equal(['1', '2']);
    clock.advance(2 * HOUR);
    expect(sent).to.deep.equal(['1', '2']);
  });
});
