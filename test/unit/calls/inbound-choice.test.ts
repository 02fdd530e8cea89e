import { expect } from 'chai';
import { PROMPT_MS } from '../../support/calls/fake-media.js';
import { Office, settled } from '../../support/calls/office.js';

const choiceOf = (choice: 'opt-out' | 'opt-in', changes: object = {}) => ({ notice: { choice, ...changes } });

async function asked(office: Office) {
  const caller = await office.callerCalls();
  caller.dialog?.ack();
  await settled();
  return caller;
}

const press = (office: Office, digit: string, leg: 'outside' | 'inside' = 'outside'): void =>
  office.session.emit('dtmf', { leg, digit, source: 'rtp' });

describe('the choice with the notice', () => {
  it('opt-out: without a key the call is recorded, and the evidence says that none was pressed', async () => {
    const office = new Office(choiceOf('opt-out'));
    const caller = await asked(office);
    expect(office.session.done).to.include.members(['play outside notice-opt-out', 'listen outside on']);
    await office.pass(PROMPT_MS);
    await office.pass(4_999);
    expect(office.sip.invites).to.have.length(0);
    await office.pass(1);
    expect(office.sip.invites).to.have.length(1);
    expect(office.session.done).to.include('listen outside off');
    await office.answer('201');
    caller.dialog?.hangUp();
    await settled();
    expect(office.entry.notice?.choice).to.deep.equal({ mode: 'opt-out', recorded: true });
    expect(office.entry.record).to.deep.equal({ wanted: true });
  });

  it('opt-out: after the key the call goes on at once, unrecorded from its first packet', async () => {
    const office = new Office(choiceOf('opt-out'));
    const caller = await asked(office);
    await office.pass(PROMPT_MS + 1_000);
    press(office, '9');
    await settled();
    expect(office.sip.invites).to.have.length(1);
    await office.answer('201');
    caller.dialog?.hangUp();
    await settled();
    expect(office.session.spool).to.equal(undefined);
    expect(office.entry.notice?.choice).to.deep.equal({ mode: 'opt-out', key: '9', recorded: false });
    expect(office.entry.record).to.deep.equal({ wanted: false, why: 'choice' });
  });

  it('opt-in: only with the key is the call recorded', async () => {
    for (const [key, record] of [
      ['1', { wanted: true }],
      [undefined, { wanted: false, why: 'choice' }],
    ] as const) {
      const office = new Office(choiceOf('opt-in'));
      const caller = await asked(office);
      expect(office.session.done).to.include('play outside notice-opt-in');
      if (key) press(office, key);
      await office.pass(PROMPT_MS);
      if (!key) await office.pass(5_000);
      await office.answer('201');
      caller.dialog?.hangUp();
      await settled();
      expect(office.entry.record).to.deep.equal(record);
    }
  });

  it('a key pressed while the notice plays counts, and the notice is played to its end all the same', async () => {
    const office = new Office(choiceOf('opt-out'));
    await asked(office);
    await office.pass(1_000);
    press(office, '9');
    await settled();
    expect(office.sip.invites).to.have.length(0);
    await office.pass(PROMPT_MS - 1_000);
    expect(office.sip.invites).to.have.length(1);
  });

  it('other keys, and keys of nobody in particular, choose nothing', async () => {
    const office = new Office(choiceOf('opt-out'));
    await asked(office);
    press(office, '5');
    press(office, '9', 'inside');
    await office.pass(PROMPT_MS);
    expect(office.sip.invites).to.have.length(0);
  });

  it('the key may be another, and may come in INFO', async () => {
    const office = new Office(choiceOf('opt-out', { key: '0' }));
    const caller = await asked(office);
    const info = caller.dialog?.peer('INFO', 'Signal=0\r\nDuration=200\r\n', {
      'Content-Type': 'application/dtmf-relay',
    });
    await office.pass(PROMPT_MS);
    expect(info?.final?.status).to.equal(200);
    expect(office.sip.invites).to.have.length(1);
  });
});
