import { expect } from 'chai';
import { alarmWords, wordsOf } from '../../../src/base/alarm-words.js';

describe('the words of alarms', () => {
  it('say what is the matter and what to do, in both languages, of the same subject', () => {
    for (const [code, { what, next }] of Object.entries(alarmWords)) {
      for (const { pl, en } of [what, next]) {
        expect(pl.trim(), code).to.have.length.above(10);
        expect(en.trim(), code).to.have.length.above(10);
        expect(pl, code).to.not.equal(en);
      }
      expect(what.pl.includes('{}'), `${code}: its subject in both or in none`).to.equal(what.en.includes('{}'));
      for (const { pl, en } of [next]) for (const text of [pl, en]) expect(text, code).to.match(/[.]$/);
    }
  });
  it('name what it is about', () => {
    expect(wordsOf({ code: 'HANDSET_UNINFORMED', subject: '201' })?.what.pl).to.equal(
      'Osoba, która używa aparatu 201, nie została poinformowana o nagrywaniu',
    );
  });
  it('are none for a code of another version', () => {
    expect(wordsOf({ code: 'toString', subject: 'x' })).to.equal(undefined);
    expect(wordsOf({ code: 'NEVER_HEARD_OF', subject: 'x' })).to.equal(undefined);
  });
});
