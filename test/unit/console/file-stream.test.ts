/** A file that is sent to a browser: all of it, and closed whatever the browser does. */
import { once } from 'node:events';
import { buffer } from 'node:stream/consumers';
import { expect } from 'chai';
import { streamOf } from '../../../src/console/frame/file-stream.js';

describe('a file as a stream', () => {
  const whole = Buffer.alloc(600_000, 'abc');
  let closed: number;
  beforeEach(() => (closed = 0));
  const file = (read = (at: number, length: number) => Promise.resolve(whole.subarray(at, at + length))) => ({
    read,
    close: () => Promise.resolve(void (closed += 1)),
  });

  it('comes as it is, up to the length that was said, and is closed at its end', async () => {
    for (const bytes of [whole.length, 300_000, 0]) {
      expect((await buffer(streamOf(file(), bytes))).equals(whole.subarray(0, bytes)), String(bytes)).to.equal(true);
      expect(closed).to.equal(1);
      closed = 0;
    }
  });

  it('is closed when nobody reads any of it', async () => {
    const stream = streamOf(file(), whole.length);
    stream.destroy();
    await once(stream, 'close');
    expect(closed).to.equal(1);
  });

  it('fails as its file does, which is closed', async () => {
    const sent = buffer(
      streamOf(
        file(() => Promise.reject(new Error('EIO'))),
        whole.length,
      ),
    );
    const failure = await sent.then(() => '', (error: Error) => error.message); // prettier-ignore
    expect(failure).to.equal('EIO');
    expect(closed).to.equal(1);
  });
});
