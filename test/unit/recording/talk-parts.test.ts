import { expect } from 'chai';
import { TalkParts } from '../../../src/recording/talk-parts.js';

describe('who talked, by the marks of a spool', () => {
  it('are the parties from the beginning on, with the waiting in between', () => {
    const talk = new TalkParts();
    talk.mark({ type: 'party', party: { extension: '200' } }, 500);
    talk.mark({ type: 'begin' }, 1_000);
    talk.mark({ type: 'party', party: { extension: '201', why: 'answered' } }, 1_000);
    talk.mark({ type: 'hold', leg: 'inside' }, 5_000);
    talk.mark({ type: 'apart' }, 6_000);
    talk.mark({ type: 'party', party: { number: '+48501502503', why: 'transferred' } }, 9_500);
    expect(talk.found).to.deep.equal({
      beganAt: 1_000,
      parts: [
        { kind: 'talk', extension: '201', why: 'answered', from: 0, to: 5_000 },
        { kind: 'ringing', from: 5_000, to: 8_500 },
        { kind: 'talk', number: '+48501502503', why: 'transferred', from: 8_500 },
      ],
    });
  });

  it('are nothing where the spool does not name anyone', () => {
    const talk = new TalkParts();
    talk.mark({ type: 'begin' }, 1_000);
    expect(talk.found).to.equal(undefined);
  });
});
