/** What goes over the wire, and when: every timer of RFC 3261 table 4 and RFC 6026 on a virtual clock. */
import { expect } from 'chai';
import { Arrangement, request, started } from '../../../support/sip/transactions.js';

describe('the timers of an INVITE client transaction', () => {
  it('A doubles without bound until B gives up after 64*T1, over UDP', async () => {
    const { clock, transport, heard, layer } = await started('INVITE');
    clock.advance(60_000);
    expect(transport.log).to.deep.equal([
      '0 INVITE', '500 INVITE', '1500 INVITE', '3500 INVITE', '7500 INVITE', '15500 INVITE', '31500 INVITE',
    ]); // prettier-ignore
    expect(heard).to.deep.equal(['32000 timeout']);
    expect([layer.size, clock.pendingTimers]).to.deep.equal([0, 0]);
  });

  it('only B runs over TCP', async () => {
    const { clock, transport, heard } = await started('INVITE', 'tcp');
    clock.advance(60_000);
    expect(transport.log).to.deep.equal(['0 INVITE']);
    expect(heard).to.deep.equal(['32000 timeout']);
  });

  it('neither runs after a provisional response: it may ring for ever', async () => {
    const { arrangement, transaction, clock, transport } = await started('INVITE');
    clock.advance(600);
    arrangement.answer(transaction, 180);
    clock.advance(3_600_000);
    expect(transport.log).to.deep.equal(['0 INVITE', '500 INVITE']);
    expect(transaction.state).to.equal('proceeding');
  });

  for (const [protocol, last] of [
    ['udp', 32_000],
    ['tcp', 0],
  ] as const)
    // prettier-ignore
    it(`D keeps the refused transaction for ${last} ms over ${protocol}: the refusal again gets its ACK again`, async () => {
      const { arrangement, transaction, clock, transport, layer } = await started('INVITE', protocol);
      arrangement.answer(transaction, 486);
      arrangement.answer(transaction, 486);
      const again = protocol === 'udp' ? ['0 ACK'] : [];
      expect(transport.log).to.deep.equal(['0 INVITE', '0 ACK', ...again]);
      clock.advance(last - 1);
      expect(layer.size).to.equal(protocol === 'udp' ? 1 : 0);
      clock.advance(1);
      expect([layer.size, clock.pendingTimers]).to.deep.equal([0, 0]);
    });

  it('M keeps the accepted transaction for 64*T1, on any transport, for the 2xx of other forks', async () => {
    for (const protocol of ['udp', 'tcp'] as const) {
      const { arrangement, transaction, clock, heard, layer } = await started('INVITE', protocol);
      arrangement.answer(transaction, 200);
      clock.advance(31_999);
      arrangement.answer(transaction, 200);
      clock.advance(1);
      arrangement.answer(transaction, 200);
      expect(heard).to.deep.equal(['0 200', '31999 200', 'stray 200']);
      expect(layer.size).to.equal(0);
    }
  });

  it('a failure of the transport is told at once', async () => {
    const arrangement = new Arrangement('tcp');
    arrangement.transport.failing = true;
    await arrangement.send('INVITE');
    await new Promise(setImmediate);
    expect(arrangement.heard).to.deep.equal(['0 unreachable']);
  });

  it('an ICMP error ends what waits for a first answer, and no other', async () => {
    const { arrangement, heard } = await started('INVITE');
    const ringing = await arrangement.send('INVITE');
    arrangement.answer(ringing, 180);
    arrangement.layer.unreachable({ protocol: 'udp', address: '192.0.2.9', port: 5090 });
    expect(heard).to.deep.equal(['0 180', '0 unreachable']);
    expect(ringing.state).to.equal('proceeding');
  });
});

describe('the timers of a non-INVITE client transaction', () => {
  it('E doubles up to T2 until F gives up after 64*T1, over UDP', async () => {
    const { clock, transport, heard } = await started('OPTIONS');
    clock.advance(60_000);
    const times = [0, 500, 1500, 3500, 7500, 11_500, 15_500, 19_500, 23_500, 27_500, 31_500];
    expect(transport.log).to.deep.equal(times.map((at) => `${at} OPTIONS`));
    expect(heard).to.deep.equal(['32000 timeout']);
  });

  it('E goes on at T2 after a provisional response, F runs on', async () => {
    const { arrangement, transaction, clock, transport, heard } = await started('OPTIONS');
    arrangement.answer(transaction, 100);
    clock.advance(60_000);
    const times = [0, 4000, 8000, 12_000, 16_000, 20_000, 24_000, 28_000];
    expect(transport.log.slice(0, 8)).to.deep.equal(times.map((at) => `${at} OPTIONS`));
    expect(heard).to.deep.equal(['0 100', '32000 timeout']);
  });

  it('only F runs over TCP', async () => {
    const { clock, transport, heard } = await started('OPTIONS', 'tcp');
    clock.advance(60_000);
    expect(transport.log).to.deep.equal(['0 OPTIONS']);
    expect(heard).to.deep.equal(['32000 timeout']);
  });

  it('K keeps it for T4 over UDP, to absorb the response again, and for no time over TCP', async () => {
    for (const [protocol, size] of [['udp', 1], ['tcp', 0]] as const) {
      const { arrangement, transaction, clock, heard, layer } = await started('OPTIONS', protocol);
      arrangement.answer(transaction, 200);
      expect(layer.size).to.equal(size);
      clock.advance(4999);
      if (protocol === 'udp') arrangement.answer(transaction, 200);
      clock.advance(1);
      expect(heard).to.deep.equal(['0 200']);
      expect([layer.size, clock.pendingTimers]).to.deep.equal([0, 0]);
    } // prettier-ignore
  });
});

describe('the timers of an INVITE server transaction', () => {
  it('G repeats a refusal up to T2 until H gives up after 64*T1, over UDP', () => {
    const arrangement = new Arrangement();
    arrangement.take(request('INVITE')).refuse(486);
    arrangement.clock.advance(60_000);
    const times = [0, 500, 1500, 3500, 7500, 11_500, 15_500, 19_500, 23_500, 27_500, 31_500];
    expect(arrangement.transport.log).to.deep.equal(times.map((at) => `${at} 486`));
    expect([arrangement.layer.size, arrangement.clock.pendingTimers]).to.deep.equal([0, 0]);
  });

  it('only H runs over TCP', () => {
    const arrangement = new Arrangement('tcp');
    arrangement.take(request('INVITE')).refuse(486);
    arrangement.clock.advance(31_999);
    expect([arrangement.transport.log, arrangement.layer.size]).to.deep.equal([['0 486'], 1]);
    arrangement.clock.advance(1);
    expect(arrangement.layer.size).to.equal(0);
  });

  it('the ACK ends G and H; I absorbs further ACKs for T4 over UDP, for no time over TCP', () => {
    for (const [protocol, size] of [['udp', 1], ['tcp', 0]] as const) {
      const arrangement = new Arrangement(protocol);
      arrangement.take(request('INVITE')).refuse(486);
      arrangement.clock.advance(100);
      arrangement.receive(request('ACK'));
      if (protocol === 'udp') arrangement.receive(request('ACK'));
      arrangement.clock.advance(4999);
      expect([arrangement.transport.log, arrangement.layer.size]).to.deep.equal([['0 486'], size]);
      arrangement.clock.advance(1);
      expect([arrangement.layer.size, arrangement.clock.pendingTimers]).to.deep.equal([0, 0]);
      expect(arrangement.acks).to.deep.equal([]);
    } // prettier-ignore
  });

  it('L keeps the accepted transaction for 64*T1: INVITEs that come again are absorbed', () => {
    const arrangement = new Arrangement();
    arrangement.take(request('INVITE')).refuse(200);
    arrangement.clock.advance(31_999);
    arrangement.receive(request('INVITE'));
    expect(arrangement.transport.log).to.deep.equal(['0 200']);
    expect(arrangement.requests).to.have.length(1);
    arrangement.clock.advance(1);
    expect(arrangement.layer.size).to.equal(0);
  });
});

describe('the timer of a non-INVITE server transaction', () => {
  it('J answers the request again for 64*T1 over UDP, for no time over TCP', () => {
    for (const [protocol, size] of [['udp', 1], ['tcp', 0]] as const) {
      const arrangement = new Arrangement(protocol);
      arrangement.take(request('OPTIONS')).refuse(200);
      expect(arrangement.layer.size).to.equal(size);
      arrangement.clock.advance(31_999);
      if (protocol === 'udp') arrangement.receive(request('OPTIONS'));
      arrangement.clock.advance(1);
      expect(arrangement.transport.log).to.deep.equal(protocol === 'udp' ? ['0 200', '31999 200'] : ['0 200']);
      expect([arrangement.layer.size, arrangement.clock.pendingTimers]).to.deep.equal([0, 0]);
    } // prettier-ignore
  });
});
