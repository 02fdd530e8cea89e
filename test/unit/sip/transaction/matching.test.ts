/** Which transaction a message belongs to: RFC 3261 §§ 17.1.3, 17.2.3, 9.2, 8.2.2.2, 16.3. */
import { expect } from 'chai';
import { Arrangement, request, started } from '../../../support/sip/transactions.js';
import type { SipRequest } from '../../../../src/sip/message/message.js';

describe('the matching of messages to transactions', () => {
  it('takes a request again by branch, sent-by and method, and answers it as before', () => {
    const arrangement = new Arrangement();
    arrangement.take(request('OPTIONS')).refuse(404);
    arrangement.receive(request('OPTIONS'));
    expect(arrangement.requests).to.have.length(1);
    expect(arrangement.transport.log).to.deep.equal(['0 404', '0 404']);
  });

  it('tells requests apart that have the same branch but another sent-by', () => {
    const arrangement = new Arrangement();
    arrangement.take(request('OPTIONS'));
    arrangement.take(request('OPTIONS', { via: 'SIP/2.0/UDP 192.0.2.77;branch=z9hG4bKtest', callId: 'other' }));
    expect(arrangement.requests).to.have.length(2);
  });

  it('knows RFC 2543 peers, whose branches say nothing, by what the request says', () => {
    const arrangement = new Arrangement();
    const via = 'SIP/2.0/UDP 192.0.2.9;branch=1';
    arrangement.take(request('INVITE', { via })).refuse(486);
    arrangement.receive(request('INVITE', { via }));
    arrangement.receive(request('ACK', { via, cseq: '1 ACK' }));
    arrangement.take(request('INVITE', { via, cseq: '2 INVITE' }));
    expect(arrangement.transport.log).to.deep.equal(['0 486', '0 486']);
    expect([arrangement.requests.length, arrangement.acks.length]).to.deep.equal([2, 0]);
  });

  it('refuses a request that came by two ways the second time (482)', () => {
    const arrangement = new Arrangement();
    arrangement.take(request('INVITE'));
    arrangement.receive(request('INVITE', { via: 'SIP/2.0/UDP 192.0.2.9;branch=z9hG4bKotherway' }));
    expect(arrangement.requests).to.have.length(1);
    expect(arrangement.transport.log).to.deep.equal(['0 482']);
  });

  it('refuses a request whose CSeq names another method (400)', () => {
    const arrangement = new Arrangement();
    arrangement.receive(request('OPTIONS', { cseq: '1 INVITE' }));
    expect(arrangement.requests).to.have.length(0);
    expect(arrangement.transport.log).to.deep.equal(['0 400']);
  });

  it('finds the INVITE that a CANCEL means', () => {
    const arrangement = new Arrangement();
    const invite = arrangement.take(request('INVITE'));
    expect(arrangement.layer.inviteOf(request('CANCEL'))).to.equal(invite);
    expect(arrangement.layer.inviteOf(request('CANCEL', { via: 'SIP/2.0/UDP 192.0.2.9;branch=z9hG4bKno' }))).to.equal(
      undefined,
    );
  });

  it('hands on the ACK of a 2xx, with a branch of its own or, wrongly, the INVITE’s', () => {
    const arrangement = new Arrangement();
    arrangement.take(request('INVITE')).refuse(200);
    arrangement.receive(request('ACK', { via: 'SIP/2.0/UDP 192.0.2.9;branch=z9hG4bKack' }));
    arrangement.receive(request('ACK'));
    expect(arrangement.acks).to.have.length(2);
  });

  it('sends a CANCEL with the branch of its INVITE, and tells their responses apart', async () => {
    const { arrangement, transaction, transport, heard } = await started('INVITE');
    const cancel: SipRequest = { ...structuredClone(transaction.request), method: 'CANCEL' };
    cancel.fields = cancel.fields.map((field) => (field.name === 'CSeq' ? { name: 'CSeq', value: '1 CANCEL' } : field));
    const sent = arrangement.layer.cancel(transaction, cancel, {
      onResponse: (response) => heard.push(`cancel ${response.status}`),
      onTimeout: () => {},
      onUnreachable: () => {},
    });
    await Promise.resolve();
    const [one, other] = transport.sent.map(({ message }) => message.fields.filter(({ name }) => name === 'Via'));
    expect(other).to.deep.equal(one);
    arrangement.answer(sent, 200);
    arrangement.answer(transaction, 487);
    expect(heard).to.deep.equal(['cancel 200', '0 487']);
  });

  it('knows a request of its own that came back, and takes it for no loop when its Request-URI changed on the way', async () => {
    const { arrangement, transaction } = await started('INVITE');
    const own = transaction.request.fields.find(({ name }) => name === 'Via')?.value ?? '';
    const back = (uri: string): SipRequest =>
      request('INVITE', { via: 'SIP/2.0/UDP 192.0.2.9;branch=z9hG4bKproxy', uri, more: [`Via: ${own}`] });
    expect(arrangement.layer.isLoop(back(transaction.request.uri))).to.equal(true);
    expect(arrangement.layer.isLoop(back('sip:another@192.0.2.1'))).to.equal(false);
  });
});
