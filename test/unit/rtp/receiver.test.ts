import { expect } from 'chai';
import fc from 'fast-check';
import { type Arrival, StreamReceiver } from '../../../src/rtp/receiver.js';

/** Notes packets 20 ms apart, each arriving on time. */
const note = (receiver: StreamReceiver, sequences: readonly number[], ssrc = 1): Arrival[] =>
  sequences.map((sequence) => receiver.note(ssrc, sequence & 0xffff, (sequence * 160) >>> 0, sequence * 160));

describe('the receiver of a stream', () => {
  it('follows a stream around the end of the numbers', () => {
    const receiver = new StreamReceiver();
    expect(note(receiver, [65_534, 65_535, 65_536, 65_537])).to.deep.equal(['first', 'next', 'next', 'next']);
    expect(receiver).to.include({ received: 4, lost: 0, late: 0, duplicates: 0, jitter: 0 });
    expect(receiver.extendedHighest).to.equal(65_537);
  });

  it('counts what is missing, and takes it back when it comes late', () => {
    const receiver = new StreamReceiver();
    note(receiver, [10, 11, 14]);
    expect(receiver.lost).to.equal(2);
    expect(note(receiver, [12, 12, 13, 15])).to.deep.equal(['late', 'duplicate', 'late', 'next']);
    expect(receiver).to.include({ received: 6, lost: 0, late: 2, duplicates: 1 });
  });

  it('takes what is older than its memory, or than the stream, for a duplicate', () => {
    const receiver = new StreamReceiver();
    note(receiver, [100, 190]);
    expect(note(receiver, [126, 127, 99, 98])).to.deep.equal(['duplicate', 'late', 'duplicate', 'duplicate']);
  });

  it('remembers across 32 packets, and across 64', () => {
    for (const step of [31, 32, 33, 63]) {
      const receiver = new StreamReceiver();
      note(receiver, [100, 101, 101 + step]);
      expect(note(receiver, [101]), `${step} later`).to.deep.equal(['duplicate']);
      expect(note(receiver, [102]), `${step} later`).to.deep.equal(['late']);
    }
  });

  it('waits for a second packet before it follows a jump', () => {
    const receiver = new StreamReceiver();
    note(receiver, [1, 2]);
    expect(note(receiver, [40_000, 3, 50_000, 50_001, 50_002])).to.deep.equal([
      'jump',
      'next',
      'jump',
      'restart',
      'next',
    ]);
    expect(receiver).to.include({ received: 5, lost: 0 });
  });

  it('keeps its sums when another source takes over', () => {
    const receiver = new StreamReceiver();
    note(receiver, [1, 4]);
    expect(note(receiver, [900, 902], 2)).to.deep.equal(['first', 'next']);
    expect(receiver).to.include({ received: 4, lost: 3, ssrc: 2 });
  });

  it('measures jitter as RFC 3550 A.8 does', () => {
    const receiver = new StreamReceiver();
    // Every other packet is 10 ms (80 units) late: |D| = 80 each time, and J approaches 80.
    for (let n = 0; n < 200; n++) receiver.note(1, n, n * 160, n * 160 + (n % 2) * 80);
    expect(receiver.jitter).to.be.closeTo(80, 0.01);
    let expected = 0;
    const short = new StreamReceiver();
    for (let n = 0; n < 4; n++) {
      short.note(1, n, n * 160, n * 160 + (n % 2) * 80);
      if (n > 0) expected += (80 - expected) / 16;
    }
    expect(short.jitter).to.equal(expected);
  });

  it('is not troubled by timestamps that pass their end', () => {
    const receiver = new StreamReceiver();
    for (let n = 0; n < 10; n++) receiver.note(1, n, (0xfffffe00 + n * 160) >>> 0, 7 + n * 160);
    expect(receiver.jitter).to.equal(0);
  });

  it('says the share lost since it was asked last', () => {
    const receiver = new StreamReceiver();
    note(receiver, [1, 2, 3, 5]);
    expect(receiver.takeFractionLost()).to.equal(Math.floor(256 / 5));
    note(receiver, [6, 7]);
    expect(receiver.takeFractionLost()).to.equal(0);
    note(receiver, [9]);
    expect(receiver.takeFractionLost()).to.equal(128);
  });

  it('accounts for every packet, in whatever order they come', () => {
    const shuffled = fc
      .array(fc.tuple(fc.constantFrom('lost', 'once', 'twice'), fc.nat(20)), { minLength: 2, maxLength: 200 })
      .map((fates) => {
        const sent = fates.flatMap(([fate, delay], n) =>
          fate === 'lost' && n !== 0
            ? []
            : fate === 'twice'
              ? [
                  { n, at: n + delay },
                  { n, at: n + delay + 3 },
                ]
              : [{ n, at: n }],
        );
        return sent.sort((a, b) => a.at - b.at || a.n - b.n).map(({ n }) => n);
      })
      .filter((order) => order[0] === 0);
    fc.assert(
      fc.property(shuffled, (order) => {
        const receiver = new StreamReceiver();
        note(receiver, order);
        const distinct = new Set(order).size;
        expect(receiver.received).to.equal(distinct);
        expect(receiver.duplicates).to.equal(order.length - distinct);
        expect(receiver.lost).to.equal(Math.max(...order) + 1 - distinct);
      }),
    );
  });
});
