/**
 * Which encoder recordings are made with here: the first of those wanted that works, tried once, beside the program and
 * not in it, since what is broken may take it down.
 */
import type { Clock } from '../base/clock.js';
import { startHand } from './encoder-hand.js';
import type { EncoderName } from './mp3/encoder.js';
import { CANDIDATES, LAST_RESORT } from './mp3/encoders.js';
import type { EncoderFamily } from './mp3/encoders.js';

export type ProbeResult =
  | { readonly works: true; readonly version: string }
  | { readonly works: false; readonly why: string };

export interface EncoderChoice {
  readonly name: EncoderName;
  /** Takes over where native code fails with a recording; the same where `name` is none. */
  readonly portable: EncoderName;
  /** Those that would have come first, and why they do not work here. */
  readonly passedOver: readonly { readonly name: EncoderName; readonly why: string }[];
}

const PATIENCE_MS = 30_000;

/** Never rejects. `probe`: another, for tests. */
export async function chooseEncoder(
  family: EncoderFamily,
  clock: Clock,
  probe: typeof probeEncoder = probeEncoder,
): Promise<EncoderChoice> {
  const passedOver: EncoderChoice['passedOver'][number][] = [];
  const candidates = CANDIDATES[family];
  for (const [n, name] of candidates.entries()) {
    const result = await probe(name, clock);
    if (result.works) return { name, portable: await portableOf(candidates.slice(n), clock, probe), passedOver };
    passedOver.push({ name, why: result.why });
  }
  return { name: LAST_RESORT, portable: LAST_RESORT, passedOver };
}

async function portableOf(
  [first, ...others]: readonly EncoderName[],
  clock: Clock,
  probe: typeof probeEncoder,
): Promise<EncoderName> {
  if (first !== undefined && first !== 'native') return first;
  for (const name of others) if ((await probe(name, clock)).works) return name;
  return LAST_RESORT;
}

/** Never rejects. Native code in a process of its own, others in a thread. `code`: another worker's, for tests. */
export async function probeEncoder(name: EncoderName, clock: Clock, code?: URL): Promise<ProbeResult> {
  const kind = name === 'native' ? 'process' : 'thread';
  let end = (): Promise<void> => Promise.resolve();
  // The first word counts: one that is ended is gone too.
  const result = await new Promise<ProbeResult>((resolve) => {
    const hand = startHand(kind, {
      niceness: 0,
      onMessage: (message) => {
        if (message.type !== 'probed') return;
        const { version, failure } = message;
        resolve(failure === undefined ? { works: true, version } : { works: false, why: failure });
      },
      onGone: (how) => resolve({ works: false, why: `the ${kind} that tried it is gone: ${how}` }),
      ...(code ? { code } : {}),
    });
    const timer = clock.setTimer(PATIENCE_MS, () => resolve({ works: false, why: 'it gave no answer' }));
    end = () => {
      timer.cancel();
      return hand.end();
    };
    hand.post({ type: 'probe', encoder: name });
  });
  await end();
  return result;
}
