/** `halina hold`, `restrict`, `release` and `erase` against a program that runs. */
import { expect } from 'chai';
import { userInfo } from 'node:os';
import type { Control, Reply } from '../../../src/app/control-api.js';
import { runCommand } from '../../../src/cli/command-line.js';
import { runningControl } from '../../support/fake-control.js';

const id = '01M85W5ESADGKV2504Y5Q745TP';
const guard: Reply<'hold'> = {
  id: 'a1b2c3d4',
  effect: 'hold',
  kind: 'authority',
  by: 'cli:root',
  reason: 'case 7',
  at: 1,
  until: Date.UTC(2026, 11, 30, 23),
};
const { username, uid } = userInfo();
const me = { by: `cli:${username}`, uid };

async function halina(answers: Partial<Control>, args: readonly string[]) {
  const control = await runningControl(answers);
  const [printed, complained]: [string[], string[]] = [[], []];
  const terminal = {
    print: (text: string) => void printed.push(text),
    complain: (text: string) => void complained.push(text),
  };
  try {
    const status = await runCommand([...args, '--config', control.config, '--data', control.data], terminal);
    const asked = control.asked.map(({ command, request }) => [command, request]);
    return { status, printed: printed.join('\n'), complained: complained.join('\n'), asked };
  } finally {
    await control.close();
  }
}

describe('holds at the command line', () => {
  const hold = (): Promise<typeof guard> => Promise.resolve(guard);

  it('are placed with who, why and until when', async () => {
    const options = ['--reason', 'case 7', '--kind', 'authority', '--until', '2026-12-31', '--reference', 'OR.7'];
    const { asked, printed } = await halina({ hold }, ['hold', id, ...options]);
    const wish = { kind: 'authority', reason: 'case 7', reference: 'OR.7', until: Date.UTC(2026, 11, 30, 23) };
    expect(asked).to.deep.equal([['hold', { id, effect: 'hold', ...wish, ...me }]]);
    expect(printed).to.equal('hold a1b2c3d4 (authority) by cli:root: case 7, until 2026-12-31 00:00:00');
    const restricted = await halina({ hold }, ['restrict', id, '--reason', 'contested']);
    expect(restricted.asked[0]?.[1]).to.include({ effect: 'restriction', kind: 'administrator' });
  });

  it('are listed, and released with a reason', async () => {
    const held = { calls: [{ id, startedAt: 0, state: 'recorded', guards: [guard] }] };
    const listed = await halina({ held: () => Promise.resolve(held) }, ['hold']);
    expect(listed.printed).to.match(new RegExp(`^call .*\n${id}  1970-01-01 01:00:00  recorded   hold a1b2c3d4`));
    const { asked } = await halina({ release: hold }, ['release', id, '--reason', 'answered']);
    expect(asked).to.deep.equal([['release', { id, reason: 'answered', ...me }]]);
    expect((await halina({ release: hold }, ['release', id])).status).to.equal(2);
  });
});

describe('erasure at the command line', () => {
  it('asks for a reason and a second person, and says when it waits for the Secretary', async () => {
    const erase = (): Promise<Reply<'erase'>> => Promise.resolve({});
    const whole = ['erase', id, '--reason', 'a court', '--confirmed-by', 'sekretarz', '--basis', 'art. 17 GDPR'];
    const { asked, printed } = await halina({ erase }, whole);
    const wish = { askedBy: me.by, confirmedBy: 'sekretarz', reason: 'a court', basis: 'art. 17 GDPR', uid };
    expect(asked).to.deep.equal([['erase', { id, ...wish }]]);
    expect(printed).to.include('is erased');
    expect((await halina({ erase }, ['erase', id])).status).to.equal(2);
    const waits = (): Promise<Reply<'erase'>> => Promise.resolve({ pending: 'a1' });
    const second = await halina({ erase: waits }, ['erase', id, '--reason', 'a court']);
    expect(second.asked).to.deep.equal([['erase', { id, askedBy: me.by, reason: 'a court', uid }]]);
    expect(second.printed).to.include('waits for the Secretary').and.not.include('is erased');
  });
});
