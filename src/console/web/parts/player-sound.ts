/** The sound of the player: each side with its own loudness, what was heard as the server is told it, what the browser has. */
import { post } from '../api.js';

/** Playing longer than this is told in between, so that little is lost with the browser. */
const TELL_S = 15;

/** Left and right channel, each with its own loudness. */
export class Mixer {
  readonly #context = new AudioContext();
  readonly #gains: readonly GainNode[];

  constructor(audio: HTMLAudioElement) {
    const splitter = this.#context.createChannelSplitter(2);
    this.#context.createMediaElementSource(audio).connect(splitter);
    this.#gains = [0, 1].map((channel) => {
      const gain = this.#context.createGain();
      splitter.connect(gain, channel);
      gain.connect(this.#context.destination);
      return gain;
    });
  }

  resume = (): Promise<void> => this.#context.resume();
  close = (): Promise<void> => this.#context.close();
  set(channel: 0 | 1, loudness: number): void {
    const gain = this.#gains[channel];
    if (gain) gain.gain.value = loudness;
  }
}

const playing = new Set<Heard>();
const telling = new Set<Promise<unknown>>();

/** Resolves when the server has been told of all that was played until now: its protocol ends with the session. */
export async function allIsTold(): Promise<void> {
  for (const one of playing) one.stop();
  await Promise.all(telling);
}

/** Stretches that were played are told to the server. */
export class Heard {
  #from: number | undefined;
  #last = 0;

  constructor(private readonly grant: string) {}

  /** The place that is being played, seconds. */
  at(seconds: number): void {
    this.#from ??= seconds;
    // A jump: what was before it is a stretch of its own.
    if (Math.abs(seconds - this.#last) > 2 && this.#last > this.#from) {
      this.stop();
      this.#from = seconds;
    }
    this.#last = seconds;
    if (seconds - this.#from >= TELL_S) {
      this.stop();
      this.#from = seconds;
    }
    playing.add(this);
  }

  stop(): void {
    const [from, to] = [this.#from, this.#last];
    this.#from = undefined;
    playing.delete(this);
    if (from === undefined || to <= from) return;
    const told = post(`/recordings/${this.grant}/heard`, { from, to }).catch(() => undefined); // the server knows what it sent
    telling.add(told);
    void told.then(() => telling.delete(told));
  }
}

/** Another jump, or the end of the page, came before the sound. */
export const isInterrupted = (error: unknown): boolean => error instanceof DOMException && error.name === 'AbortError';

/** Whether the browser has the sound at this second of what it loads. */
export function isThere({ buffered }: HTMLAudioElement, second: number): boolean {
  for (let n = 0; n < buffered.length; n++)
    if (buffered.start(n) <= second && second < buffered.end(n) - 0.2) return true;
  return false;
}
