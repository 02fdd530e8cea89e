import { expect } from 'chai';
import { header, headerValues } from '../../../../src/sip/message/fields.js';
import { branchOf } from '../../../../src/sip/message/headers.js';
import { makeResponse } from '../../../../src/sip/message/make.js';
import type { SipRequest } from '../../../../src/sip/message/message.js';
import type { ClientHandlers, ClientTransaction } from '../../../../src/sip/transaction/client-transaction.js';
import type { Destination, Flow } from '../../../../src/sip/transport/types.js';
import { Arrangement, request } from '../../../support/sip/transactions.js';

const at = (last: number): Destination => ({ protocol: 'udp', address: `192.0.2.${last}`, port: 5060 });

describe('a request that can go to several servers (RFC 3263 § 4.3)', () => {
  let a: Arrangement;
  let failed: string[];
  beforeEach(() => {
    a = new Arrangement();
    failed = a.failed;
  });

  async function send(method = 'INVITE', more: Partial<ClientHandlers> = {}): Promise<ClientTransaction> {
    const unsent = request(method);
    unsent.fields = unsent.fields.filter(({ name }) => name !== 'Via');
    const transaction = a.layer.request(unsent, { ...at(1), others: [at(2), at(3)] }, {
      onResponse: (response) => a.heard.push(`${a.clock.monotonic()} ${response.status}`),
      onTimeout: () => a.heard.push(`${a.clock.monotonic()} timeout`),
      onUnreachable: () => a.heard.push(`${a.clock.monotonic()} unreachable`),
      ...more,
    }); // prettier-ignore
    await settle();
    return transaction;
  }

  const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

  /** What went to each server: `1 INVITE`. */
  const sent = (): string[] =>
    a.transport.sent.map(({ message, destination }) =>
      [destination.address.split('.')[3], message.kind === 'request' ? message.method : message.status].join(' '),
    );
  const requestTo = (last: number): SipRequest => {
    const found = a.transport.sent.find(({ destination }) => destination.address === at(last).address)?.message;
    return found?.kind === 'request' ? found : expect.fail(`nothing went to ${last}`);
  };
  const flow = (last: number): Flow => ({ protocol: 'udp', remoteAddress: at(last).address, remotePort: 5060, localAddress: '192.0.2.100', localPort: 5060, face: 'test' }); // prettier-ignore
  async function answer(last: number, status: number, retryAfter?: string): Promise<void> {
    const response = makeResponse(requestTo(last), status, '', `peer${last}`);
    if (retryAfter) response.fields.push({ name: 'Retry-After', value: retryAfter });
    a.layer.receive(response, flow(last));
    await settle();
  }

  it('goes to the next after 503, with a branch of its own, and the user sees one transaction', async () => {
    const transaction = await send();
    const id = transaction.id;
    await answer(1, 503, '120');
    expect(sent()).to.deep.equal(['1 INVITE', '1 ACK', '2 INVITE']);
    expect(a.heard).to.deep.equal([]);
    expect(failed).to.deep.equal(['192.0.2.1 120000']);
    const [first, second] = [requestTo(1), requestTo(2)];
    expect(branchOf(first)).not.to.equal(branchOf(second));
    expect(headerValues(second, 'via')).to.have.length(1);
    for (const name of ['call-id', 'cseq', 'from', 'to']) expect(header(second, name)).to.equal(header(first, name));
    expect([transaction.id, transaction.destination.address]).to.deep.equal([id, '192.0.2.2']);
    await answer(2, 180);
    await answer(2, 200);
    expect(a.heard).to.deep.equal(['0 180', '0 200']);
  });

  it('acknowledges a 503 again that is repeated meanwhile', async () => {
    await send();
    await answer(1, 503);
    await answer(1, 503);
    expect(sent()).to.deep.equal(['1 INVITE', '1 ACK', '2 INVITE', '1 ACK']);
  });

  it('goes on when a server cannot be reached, and says so when none is left', async () => {
    const transaction = await send('OPTIONS');
    for (const last of [1, 2, 3]) {
      a.layer.unreachable(at(last), branchOf(transaction.request));
      await settle();
    }
    expect(sent()).to.deep.equal(['1 OPTIONS', '2 OPTIONS', '3 OPTIONS']);
    expect(a.heard).to.deep.equal(['0 unreachable']);
    expect(failed).to.have.length(3);
  });

  it('goes on after five seconds without a word, and waits for the last one as long as ever', async () => {
    await send();
    a.clock.advance(5000);
    await settle();
    expect(requestTo(2).method).to.equal('INVITE');
    a.clock.advance(5000);
    await settle();
    expect(requestTo(3).method).to.equal('INVITE');
    a.clock.advance(31_999);
    expect(a.heard).to.deep.equal([]);
    a.clock.advance(2);
    expect(a.heard).to.deep.equal(['42000 timeout']);
  });

  it('stays where a 100 came from', async () => {
    await send();
    await answer(1, 100);
    a.clock.advance(31_000);
    await settle();
    expect(sent().filter((one) => !one.startsWith('1'))).to.deep.equal([]);
  });

  it('passes a 503 on that comes after ringing, and every other refusal', async () => {
    await send();
    await answer(1, 180);
    await answer(1, 503);
    expect(a.heard).to.deep.equal(['0 180', '0 503']);
    const other = new Arrangement();
    a = other;
    await send();
    await answer(1, 486);
    expect(a.heard).to.deep.equal(['0 486']);
  });

  it('passes the last 503 on', async () => {
    await send();
    for (const last of [1, 2, 3]) await answer(last, 503);
    expect(a.heard).to.deep.equal(['0 503']);
  });

  it('does not go on with what was cancelled', async () => {
    await send('INVITE', { mayGoOn: () => false });
    await answer(1, 503);
    expect(a.heard).to.deep.equal(['0 503']);
  });

  it('cancels at a server that was given up and begins to ring', async () => {
    await send();
    a.clock.advance(5000);
    await settle();
    await answer(1, 180);
    await answer(1, 183);
    expect(sent().filter((one) => one === '1 CANCEL')).to.have.length(1);
    expect(a.heard).to.deep.equal([]);
    await answer(1, 487);
    await answer(2, 200);
    expect(a.heard).to.deep.equal(['5000 200']);
  });

  it('takes the answer of one that was given up, and cancels at the other', async () => {
    const transaction = await send();
    a.clock.advance(5000);
    await settle();
    await answer(2, 180);
    await answer(1, 200);
    expect(sent()).to.include('2 CANCEL');
    expect(a.heard).to.deep.equal(['5000 180', '5000 200']);
    expect(transaction.destination.address).to.equal('192.0.2.1');
    // Both answered: the second is another fork, for the user to end.
    await answer(2, 200);
    expect(a.heard).to.deep.equal(['5000 180', '5000 200', '5000 200']);
  });

  it('leaves nothing open', async () => {
    await send();
    await answer(1, 503);
    a.clock.advance(5000);
    await settle();
    await answer(3, 200);
    a.clock.advance(64_000);
    expect(a.layer.size).to.equal(0);
    expect(a.clock.pendingTimers).to.equal(0);
  });
});
