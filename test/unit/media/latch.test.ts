import { expect } from 'chai';
import { Latch } from '../../../src/media/session/plane/latch.js';

const SDP = { address: '198.51.100.5', port: 4000 };
const PRIVATE = { address: '192.168.1.20', port: 4000 };

/** A stream of packets from one source, 20 ms apart; gives which of them were taken. */
function stream(latch: Latch, address: string, port: number, packets = 8, from = 0): boolean[] {
  return Array.from({ length: packets }, (_, n) => latch.accept(address, port, 1, (n + 7) & 0xffff, from + n * 20));
}
const firstTaken = (taken: readonly boolean[]): number => taken.indexOf(true);

describe('the latch', () => {
  it('takes nothing before there is a description of the peer', () => {
    const latch = new Latch();
    expect(firstTaken(stream(latch, SDP.address, SDP.port))).to.equal(-1);
    expect(latch.destination).to.equal(undefined);
  });

  it('sends to the signalled address before anything came', () => {
    const latch = new Latch();
    latch.arm(SDP, undefined);
    expect(latch.destination).to.deep.equal(SDP);
    expect(latch.source).to.equal(undefined);
  });

  it('takes the first packet of the signalled address and port', () => {
    const latch = new Latch();
    latch.arm(SDP, undefined);
    expect(firstTaken(stream(latch, SDP.address, SDP.port))).to.equal(0);
  });

  it('takes another port of the signalled host with its second packet, and sends there', () => {
    const latch = new Latch();
    latch.arm(SDP, undefined);
    expect(firstTaken(stream(latch, SDP.address, 5123))).to.equal(1);
    expect(latch.destination).to.deep.equal({ address: SDP.address, port: 5123 });
  });

  it('takes the host that signals, behind NAT, with its second packet', () => {
    const latch = new Latch();
    latch.arm(PRIVATE, '203.0.113.9');
    expect(firstTaken(stream(latch, '203.0.113.9', 61_000))).to.equal(1);
  });

  it('takes a stranger for a private address, when five packets came in a row', () => {
    const latch = new Latch();
    latch.arm(PRIVATE, undefined);
    expect(firstTaken(stream(latch, '203.0.113.77', 61_000))).to.equal(4);
  });

  it('does not take a stranger’s burst', () => {
    const latch = new Latch();
    latch.arm(PRIVATE, undefined);
    for (let n = 0; n < 20; n++) expect(latch.accept('203.0.113.77', 61_000, 1, n, 1)).to.equal(false);
  });

  it('never takes a stranger where the signalled address is public, or is where the signalling comes from', () => {
    const open = new Latch();
    open.arm(SDP, '203.0.113.9');
    expect(firstTaken(stream(open, '203.0.113.77', 61_000, 50))).to.equal(-1);
    const local = new Latch();
    local.arm(PRIVATE, PRIVATE.address);
    expect(firstTaken(stream(local, '192.168.1.99', 61_000, 50))).to.equal(-1);
  });

  it('takes nothing in a row that is not: gaps, repetitions, other streams begin the count anew', () => {
    for (const sequences of [
      [1, 3, 5, 7, 9, 11],
      [1, 1, 1, 1, 1, 1],
    ]) {
      const latch = new Latch();
      latch.arm(SDP, undefined);
      expect(sequences.some((sequence, n) => latch.accept(SDP.address, 5000, 1, sequence, n * 20))).to.equal(false);
    }
    const latch = new Latch();
    latch.arm(SDP, undefined);
    expect([1, 2, 3].some((ssrc, n) => latch.accept(SDP.address, 5000, ssrc, n, n * 20))).to.equal(false);
  });

  it('is not kept from the peer by strangers who send in between', () => {
    const latch = new Latch();
    latch.arm(PRIVATE, '203.0.113.9');
    expect(latch.accept('203.0.113.9', 61_000, 1, 1, 0)).to.equal(false);
    for (let n = 0; n < 4; n++) expect(latch.accept('203.0.113.77', 9, 9, n, 20 + n)).to.equal(false);
    expect(latch.accept('203.0.113.9', 61_000, 1, 2, 30)).to.equal(true);
  });

  it('goes around the end of the sequence numbers', () => {
    const latch = new Latch();
    latch.arm(SDP, undefined);
    expect([65_535, 0].map((sequence) => latch.accept(SDP.address, 5000, 1, sequence, 0))).to.deep.equal([false, true]);
  });

  it('drops everything else once it has latched, however long and good a stream it is', () => {
    const latch = new Latch();
    latch.arm(SDP, undefined);
    stream(latch, SDP.address, 5123);
    expect(firstTaken(stream(latch, SDP.address, SDP.port, 500))).to.equal(-1);
    expect(firstTaken(stream(latch, '203.0.113.77', 5123, 500))).to.equal(-1);
    expect(latch.source).to.deep.equal({ address: SDP.address, port: 5123 });
  });

  it('is armed anew by a new description: of another address', () => {
    const latch = new Latch();
    latch.arm(SDP, undefined);
    stream(latch, SDP.address, SDP.port);
    const next = { address: '198.51.100.6', port: 4100 };
    latch.arm(next, undefined);
    expect(latch.destination).to.deep.equal(next);
    expect(firstTaken(stream(latch, SDP.address, SDP.port))).to.equal(-1);
    expect(firstTaken(stream(latch, next.address, next.port))).to.equal(0);
  });

  it('goes on sending to who was latched where a description repeats its address, and takes him at once', () => {
    const latch = new Latch();
    latch.arm(PRIVATE, '203.0.113.9');
    stream(latch, '203.0.113.9', 61_000);
    latch.arm(PRIVATE, '203.0.113.9');
    latch.arm(PRIVATE, '203.0.113.9');
    expect(latch.source).to.equal(undefined);
    expect(latch.destination).to.deep.equal({ address: '203.0.113.9', port: 61_000 });
    expect(firstTaken(stream(latch, '203.0.113.9', 61_000))).to.equal(0);
  });

  it('follows a peer whose NAT gave it another port when it resumed', () => {
    const latch = new Latch();
    latch.arm(PRIVATE, '203.0.113.9');
    stream(latch, '203.0.113.9', 61_000);
    latch.arm(PRIVATE, '203.0.113.9');
    expect(firstTaken(stream(latch, '203.0.113.9', 62_000))).to.equal(1);
    expect(latch.destination).to.deep.equal({ address: '203.0.113.9', port: 62_000 });
  });

  it('stays as it is through a hold that names no address', () => {
    const latch = new Latch();
    latch.arm(SDP, undefined);
    stream(latch, SDP.address, SDP.port);
    latch.arm(undefined, undefined);
    expect(latch.source).to.deep.equal(SDP);
  });
});
