import { expect } from 'chai';
import { Office } from '../../support/calls/office.js';
import { response } from '../../support/calls/scripted-sip.js';

describe('dialogs that a crash has left up', () => {
  it('are ended with a BYE far above the last known CSeq', async () => {
    const office = new Office();
    const saved = {
      callId: 'old@192.0.2.1',
      localUri: 'sip:halina@192.0.2.1',
      localTag: 'ours',
      remoteUri: 'sip:+48601234567@192.0.2.10',
      remoteTag: 'theirs',
      remoteTarget: 'sip:peer@192.0.2.10:5070',
      routeSet: ['<sip:192.0.2.10;lr>', '<sip:192.0.2.11;lr>'],
      localCSeq: 7,
      nextHop: 'sip:192.0.2.10:5060;transport=udp',
    };
    office.sip.answer = ({ headers }) =>
      headers?.['Call-ID'] === 'gone' ? Promise.reject(new Error('no such peer')) : Promise.resolve(response(481));
    await office.calls.endDialogsAfterCrash([saved, { ...saved, callId: 'gone' }]);
    expect(office.sip.requests).to.have.length(2);
    expect(office.sip.requests[0]).to.deep.equal({
      method: 'BYE',
      uri: 'sip:peer@192.0.2.10:5070',
      nextHop: 'sip:192.0.2.10:5060;transport=udp',
      headers: {
        Reason: 'Q.850;cause=41;text="Temporary failure"',
        From: '<sip:halina@192.0.2.1>;tag=ours',
        To: '<sip:+48601234567@192.0.2.10>;tag=theirs',
        'Call-ID': 'old@192.0.2.1',
        CSeq: '107 BYE',
        Route: ['<sip:192.0.2.10;lr>', '<sip:192.0.2.11;lr>'],
      },
    });
  });
});
