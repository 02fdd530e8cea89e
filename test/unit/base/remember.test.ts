import { expect } from 'chai';
import { remember } from '../../../src/base/remember.js';

describe('what was found out of texts', () => {
  it('is found out once for each, and forgotten when there are too many', () => {
    const asked: string[] = [];
    const of = remember((text) => {
      asked.push(text);
      return text.length;
    }, 2);
    expect(['a', 'bb', 'a', 'bb'].map(of)).to.deep.equal([1, 2, 1, 2]);
    expect(asked).to.deep.equal(['a', 'bb']);
    expect(of('ccc')).to.equal(3);
    expect(of('a')).to.equal(1);
    expect(asked).to.deep.equal(['a', 'bb', 'ccc', 'a']);
  });

  it('is not kept of long texts', () => {
    let times = 0;
    const of = remember(() => ++times);
    const long = 'x'.repeat(65);
    expect([of(long), of(long)]).to.deep.equal([1, 2]);
  });
});
