/** Sends a range of a recording at the pace of its grant, and says what was sent. */
import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import type { RecordingReader } from '../../archive/reader.js';
import type { Clock } from '../../base/clock.js';
import type { ByteRange } from './range.js';
import type { Grant } from './grants.js';

const CHUNK = 16_384;

/** Bytes that went out. Ends when all did, the listener has gone, or the grant ends. */
export async function sendPaced(
  response: ServerResponse,
  reader: RecordingReader,
  { from, to }: ByteRange,
  grant: Grant,
  clock: Clock,
): Promise<number> {
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  const stop = AbortSignal.any([grant.ended, gone.signal]);
  const pace = grant.pace.range(clock.monotonic(), from);
  let at = from;
  while (at <= to && !stop.aborted) {
    const { bytes, waitMs } = pace.take(Math.min(CHUNK, to - at + 1), clock.monotonic());
    if (bytes === 0) {
      await pause(waitMs, clock, stop);
      continue;
    }
    const chunk = await reader.read(at, bytes);
    if (chunk.length === 0) break;
    at += chunk.length;
    if (!response.write(chunk)) await drained(response, stop);
  }
  if (at > to && !stop.aborted) response.end();
  else response.destroy();
  return at - from;
}

/** Resolves when the listener has taken what was written, or `stop` says that there is no more to send. */
async function drained(response: ServerResponse, stop: AbortSignal): Promise<void> {
  try {
    await once(response, 'drain', { signal: stop });
  } catch (error) {
    if (!stop.aborted) throw error;
  }
}

function pause(ms: number, clock: Clock, stop: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      timer.cancel();
      stop.removeEventListener('abort', done);
      resolve();
    };
    const timer = clock.setTimer(ms, done);
    stop.addEventListener('abort', done);
  });
}
