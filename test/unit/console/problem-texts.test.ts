/** What goes wrong below is told in the reader's language: no English on a Polish page, no Polish on an English one. */
import { expect } from 'chai';
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { HalinaError } from '../../../src/base/errors.js';
import { invalid, problemOf } from '../../../src/console/frame/problem-answers.js';
import { toldByCode } from '../../../src/console/frame/problem-texts.js';

const src = resolve(import.meta.dirname, '../../../../src');
/** Rooms whose errors a person at the console can meet. */
const rooms = ['accounts', 'requests', 'archive'];
/** Met by the program's start and by the command line alone, or ours to mend. */
const elsewhere = new Set([
  'MASTER_KEY_MISSING',
  'ACTIONS_FAILED',
  'ACTION_NOBODY',
  'ARCHIVE_NO_SPOOL',
  'EXPORT_KEY',
  'INDEX_AWAY',
  'INDEX_EMPTIED',
]);
for (const code of ['INDEX_NONE', 'REDIS_MISSING', 'REDIS_NOT_STARTED', 'REDIS_TOO_OLD']) elsewhere.add(code);

function codesOf(room: string): [code: string, isPolish: boolean][] {
  const names = readdirSync(join(src, room), { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.ts'),
  );
  const sources = names.map((name) => readFileSync(join(src, room, name), 'utf8'));
  const codes = sources.flatMap((text) =>
    [...text.matchAll(/new HalinaError\(\s*'([A-Z_]+)'/g)].map(([, code = '']) => code),
  );
  return [...new Set(codes)].map((code) => [code, room !== 'archive']);
}

describe('problems of the rooms below', () => {
  it('are each in the table, with words in the language that the room does not speak', () => {
    const all = rooms.flatMap(codesOf).filter(([code]) => !elsewhere.has(code));
    expect(all.length).to.be.greaterThan(40);
    const English = new Set(['PAPER_FAILED', 'BUSY']);
    for (const [code, isPolish] of all) {
      const told = toldByCode.get(code);
      expect(told, `${code} would be told as a failure of ours`).to.not.equal(undefined);
      if (code === 'AUDIT_FAILED') continue;
      const missing = isPolish && !English.has(code) ? told?.en : told?.pl;
      expect(missing, `${code} in ${isPolish ? 'English' : 'Polish'}`).to.be.a('string');
    }
  });
  it('are sentences, in the language of the reader', () => {
    const held = problemOf(new HalinaError('ARCHIVE_HELD', 'call 01ABC is held: by a request'));
    expect(held?.body('pl')).to.include({ status: 409 });
    expect(held?.body('pl').detail).to.match(/^To nagranie jest zabezpieczone\./);
    expect(held?.body('en').detail).to.equal('Call 01ABC is held: by a request.');
    const taken = problemOf(new HalinaError('LOGIN_TAKEN', 'konto anna już istnieje'));
    expect(taken?.body('pl')).to.include({ status: 422, detail: 'Konto anna już istnieje.' });
    expect(taken?.body('en').detail).to.match(/^There is an account/);
  });
  it('of a field name it as the pages do, with the rule that it breaks', () => {
    const schema = z.strictObject({
      reference: z.string().min(3),
      present: z.array(z.string()).min(1),
      at: z.number(),
    });
    const { error } = schema.safeParse({ reference: 'x', present: [], at: 'now', more: 1 });
    if (!error) throw new Error('nothing is wrong');
    expect(invalid(error).body('pl').detail).to.equal(
      'Popraw: znak sprawy (za krótkie, najmniej znaków: 3), osoby obecne (wskaż co najmniej jedną pozycję), dzień i godzina (brakuje albo jest czymś innym, niż powinno), – (nieznane: more).',
    );
    expect(invalid(error).body('en').detail).to.contain('case number (too short, at least 3 characters)');
  });
});
