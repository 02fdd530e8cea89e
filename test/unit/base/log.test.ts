/** The log: one event a line, with the call's id, readable where a person reads it, and never a secret. */
import { expect } from 'chai';
import { createLog, type Log } from '../../../src/base/log.js';

function logged(pretty: boolean, act: (log: Log) => void): string[] {
  let text = '';
  const destination = { write: (chunk: string) => void (text += chunk) };
  act(createLog({ level: 'info', pretty, name: 'halina', destination }));
  return text.trimEnd().split('\n');
}

describe('the log', () => {
  it('is one JSON object a line, with time, process and the facts of its child', () => {
    const [line = '', ...more] = logged(false, (log) =>
      log.child({ callId: '01ABC' }).info({ reason: 'two\nlines' }, 'call ended'),
    );
    expect(more).to.deep.equal([]);
    const event = JSON.parse(line) as Record<string, unknown>;
    expect(event).to.include({
      level: 30,
      process: 'halina',
      callId: '01ABC',
      reason: 'two\nlines',
      msg: 'call ended',
    });
    expect(event['time']).to.match(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  });

  it('is one readable line an event for a person', () => {
    const lines = logged(true, (log) => log.child({ callId: '01ABC' }).warn({ forMs: 5 }, 'silence'));
    expect(lines).to.have.length(1);
    expect(lines[0]).to.match(/^\[\d\d:\d\d:\d\d\.\d{3}\] WARN: halina: silence \{"callId":"01ABC","forMs":5\}$/);
  });

  it('leaves out what is below its level', () => {
    expect(logged(false, (log) => log.debug({}, 'not said'))).to.deep.equal(['']);
  });

  it('never holds a secret', () => {
    const lines = logged(false, (log) =>
      log
        .child({ trunk: { password: 'hunter2' }, secret: 'hunter2' })
        .info({ password: 'hunter2', trunk: { secret: 'hunter2', authorization: 'Digest hunter2' } }, 'x'),
    );
    expect(lines.join()).to.not.contain('hunter2');
  });
});
