import { expect } from 'chai';
import { CommandKeys } from '../../../src/console/web/command-keys.js';

/** Keys in order: 1, 2, 3… */
function counted(): CommandKeys {
  let n = 0;
  return new CommandKeys(() => String(++n));
}

describe('the key of a command', () => {
  it('is another one each time where the server says that it is done', () => {
    const keys = counted();
    for (const key of ['1', '2', '3']) {
      expect(keys.keyOf('POST /requests {}')).to.equal(key);
      keys.done(key);
    }
  });

  it('stays where no answer came, so that what is sent again is not done twice', () => {
    const keys = counted();
    expect([keys.keyOf('POST /requests {}'), keys.keyOf('POST /requests {}')]).to.deep.equal(['1', '1']);
  });

  it('is another one once another command has gone: that it is on, is off and is to be on again are three', () => {
    const keys = counted();
    const sent = ['on', 'off', 'on'].map((body) => keys.keyOf(`PUT /holds/1 ${body}`));
    expect(sent).to.deep.equal(['1', '2', '3']);
  });

  it('is not let go because another command is done', () => {
    const keys = counted();
    keys.keyOf('POST /a {}');
    const second = keys.keyOf('POST /b {}');
    keys.done('1');
    expect(keys.keyOf('POST /b {}')).to.equal(second);
  });
});
