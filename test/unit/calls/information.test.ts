import { expect } from 'chai';
import { PROMPT_MS } from '../../support/calls/fake-media.js';
import { Office, settled } from '../../support/calls/office.js';
import { talking } from '../../support/calls/talk.js';

const press = (office: Office, digit: string): void =>
  office.session.emit('dtmf', { leg: 'outside', digit, source: 'rtp' });

async function asked(office: Office) {
  const caller = await office.callerCalls();
  caller.dialog?.ack();
  await settled();
  return caller;
}

describe('the information under art. 13 GDPR', () => {
  it('follows the notice when its key was pressed, and only then are the handsets rung', async () => {
    const office = new Office({ notice: { informationKey: '0' } });
    const caller = await asked(office);
    await office.pass(1_000);
    press(office, '0');
    await office.pass(PROMPT_MS - 1_000);
    expect(office.session.done).to.include('play outside information');
    expect(office.sip.invites).to.have.length(0);
    await office.pass(PROMPT_MS);
    expect(office.sip.invites).to.have.length(1);
    await office.answer('201');
    caller.dialog?.hangUp();
    await settled();
    expect(office.entry.information).to.have.length(1);
    expect(office.entry.information?.[0]).to.include({ prompt: 'information', by: 'outside', framesSent: 150 });
    expect(office.entry.record).to.deep.equal({ wanted: true });
  });

  it('leaves the choice open: its time is waited for after it', async () => {
    const office = new Office({ notice: { choice: 'opt-out', informationKey: '0' } });
    const caller = await asked(office);
    await office.pass(PROMPT_MS + 1_000);
    press(office, '0');
    await settled();
    await office.pass(PROMPT_MS);
    expect(office.sip.invites).to.have.length(0);
    press(office, '9');
    await settled();
    expect(office.sip.invites).to.have.length(1);
    caller.dialog?.hangUp();
    await settled();
    expect(office.entry.notice?.choice).to.deep.equal({ mode: 'opt-out', key: '9', recorded: false });
    expect(office.entry.information).to.have.length(1);
  });

  it('is not played where the key was not pressed, or there is none', async () => {
    for (const notice of [{ informationKey: '0' }, {}]) {
      const office = new Office({ notice });
      await asked(office);
      press(office, '5');
      if (!('informationKey' in notice)) press(office, '0');
      await office.pass(PROMPT_MS);
      expect(office.session.done).not.to.include('play outside information');
      expect(office.sip.invites).to.have.length(1);
    }
  });

  it('is played to the outside party by the employee’s code, with its evidence', async () => {
    const { office, outside } = await talking();
    office.session.emit('code', { leg: 'inside', code: '*4' });
    await office.pass(PROMPT_MS);
    outside.hangUp();
    await settled();
    expect(office.session.done).to.include('play outside information');
    expect(office.session.done).not.to.include('play inside information');
    expect(office.entry.information?.[0]).to.include({ by: 'employee', framesSent: 150, framesTotal: 150 });
    expect(office.entry.quarantine).to.equal(undefined);
  });
});
