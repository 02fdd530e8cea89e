/**
 * The player: both channels' picture, who speaks when, the keyboard, speed, loudness of each side, and the listener's name
 * over it all. It tells the server what was heard.
 */
import type { JSX } from 'preact';
import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import { post } from '../api.js';
import { length, say, when } from '../language.js';
import { useMe } from '../me.js';

export interface Granted {
  readonly grant: string;
  readonly durationMs: number;
  readonly waveform?: { readonly outside: readonly number[]; readonly inside: readonly number[] };
}

const STEP_S = 5;
/** Playing longer than this is told in between, so that little is lost with the browser. */
const TELL_S = 15;

/** Left and right channel, each with its own loudness. */
class Mixer {
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

/** Stretches that were played are told to the server. */
class Heard {
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
  }

  stop(): void {
    const [from, to] = [this.#from, this.#last];
    this.#from = undefined;
    if (from === undefined || to <= from) return;
    void post(`/recordings/${this.grant}/heard`, { from, to }).catch(() => undefined); // the server knows what it sent
  }
}

/** Another jump, or the end of the page, came before the sound. */
const isInterrupted = (error: unknown): boolean => error instanceof DOMException && error.name === 'AbortError';

/** Whether the browser has the sound at this second of what it loads. */
function isThere({ buffered }: HTMLAudioElement, second: number): boolean {
  for (let n = 0; n < buffered.length; n++)
    if (buffered.start(n) <= second && second < buffered.end(n) - 0.2) return true;
  return false;
}

interface PlayerProps {
  readonly granted: Granted;
  readonly title: string;
  /** Of its heading: below that of the section it stands in. */
  readonly level?: 2 | 3;
}

export function Player({ granted, title, level = 2 }: PlayerProps): JSX.Element {
  const audio = useRef<HTMLAudioElement>(null);
  const play = useRef<HTMLButtonElement>(null);
  // Where the button that opened the recording was, one goes on with a key.
  useEffect(() => play.current?.focus(), []);
  const mixer = useRef<Mixer | undefined>(undefined);
  const [heard] = useState(() => new Heard(granted.grant));
  const [playing, setPlaying] = useState(false);
  const [at, setAt] = useState(0);
  const [failed, setFailed] = useState(false);
  const [speed, setSpeed] = useState(1);
  const all = granted.durationMs / 1000;
  const source = `/api/v1/recordings/${granted.grant}`;
  /** Second of the recording at which what the browser has begins. */
  const base = useRef(0);

  // It takes a while to come up: now, not at the click.
  useEffect(() => {
    if (audio.current) mixer.current = new Mixer(audio.current);
    return () => {
      heard.stop();
      void mixer.current?.close();
    };
  }, [heard]);

  const toggle = useCallback(() => {
    const element = audio.current;
    if (!element) return;
    void mixer.current?.resume();
    if (element.paused) void element.play().catch((error: unknown) => setFailed(!isInterrupted(error)));
    else element.pause();
  }, []);
  const seek = useCallback(
    (seconds: number) => {
      const element = audio.current;
      if (!element) return;
      heard.stop();
      const to = Math.max(0, Math.min(all, seconds));
      setAt(to);
      if (isThere(element, to - base.current)) return void (element.currentTime = to - base.current);
      const wasPlaying = !element.paused;
      base.current = to;
      element.src = `${source}?from=${to.toFixed(2)}`;
      if (wasPlaying) void element.play().catch((error: unknown) => setFailed(!isInterrupted(error)));
    },
    [all, heard, source],
  );
  const keys = (event: KeyboardEvent): void => {
    const jump: Readonly<Record<string, number>> = { ArrowLeft: at - STEP_S, ArrowRight: at + STEP_S, PageDown: at + 60, PageUp: at - 60, Home: 0, End: all }; // prettier-ignore
    const to = jump[event.key];
    if (event.key === ' ' || event.key === 'k') toggle();
    else if (to === undefined) return;
    else seek(to);
    event.preventDefault();
  };
  const chooseSpeed = (value: number): void => {
    setSpeed(value);
    if (!audio.current) return;
    audio.current.playbackRate = value;
    audio.current.defaultPlaybackRate = value; // after a jump too
  };
  return (
    <section class="player card" aria-label={say('Odtwarzacz', 'Player')}>
      {level === 2 ? <h2>{title}</h2> : <h3>{title}</h3>}
      <audio
        ref={audio}
        src={source}
        preload="auto"
        onPlay={() => setPlaying(true)}
        onPause={() => {
          setPlaying(false);
          heard.stop();
        }}
        onEnded={() => heard.stop()}
        onError={() => setFailed(true)}
        onTimeUpdate={(event) => {
          const second = base.current + event.currentTarget.currentTime;
          setAt(second);
          if (!event.currentTarget.paused) heard.at(second);
        }}
      />
      {failed ? (
        <p class="note bad" role="alert">
          {say(
            'Odtwarzanie zostało przerwane: uprawnienie wygasło albo serwer nie odpowiada. Wróć do rozmowy i podaj cel jeszcze raz.',
            'Playing was interrupted: the grant is over or the server does not answer. Go back to the call and state the purpose again.',
          )}
        </p>
      ) : null}
      <div class="stage">
        <Picture granted={granted} at={at} seek={seek} keys={keys} />
        <Watermark />
      </div>
      <p class="between small soft">
        <span>{say('góra: rozmówca, dół: pracownik', 'above: outside party, below: employee')}</span>
        <span class="numbers">
          {length(at * 1000)} / {length(granted.durationMs)}
        </span>
      </p>
      <div class="row">
        <button ref={play} type="button" class="main" onClick={toggle}>
          {playing ? say('Zatrzymaj', 'Pause') : say('Odtwórz', 'Play')}
        </button>
        <button type="button" onClick={() => seek(at - STEP_S)}>
          {say('5 s wstecz', '5 s back')}
        </button>
        <button type="button" onClick={() => seek(at + STEP_S)}>
          {say('5 s dalej', '5 s on')}
        </button>
        <label class="row">
          {say('Tempo', 'Speed')}
          <select value={String(speed)} onChange={(event) => chooseSpeed(Number(event.currentTarget.value))}>
            {[0.75, 1, 1.25, 1.5, 2].map((one) => (
              <option key={one} value={String(one)}>
                {one}×
              </option>
            ))}
          </select>
        </label>
      </div>
      <div class="columns">
        <Loudness
          name={say('Głośność rozmówcy', 'Loudness of the outside party')}
          set={(value) => mixer.current?.set(0, value)}
        />
        <Loudness
          name={say('Głośność pracownika', 'Loudness of the employee')}
          set={(value) => mixer.current?.set(1, value)}
        />
      </div>
      <p class="small soft">
        {say(
          'Klawisze na wykresie: spacja, strzałki (5 s), Page Up i Page Down (minuta), Home, End.',
          'Keys on the picture: space, arrows (5 s), Page Up and Page Down (a minute), Home, End.',
        )}
      </p>
    </section>
  );
}

function Loudness({ name, set }: { name: string; set: (value: number) => void }): JSX.Element {
  const [value, setValue] = useState(1);
  return (
    <label>
      {name}
      <input
        type="range"
        min="0"
        max="2"
        step="0.1"
        value={String(value)}
        aria-valuetext={`${Math.round(value * 100)}%`}
        onInput={(event) => {
          const next = Number(event.currentTarget.value);
          setValue(next);
          set(next);
        }}
      />
    </label>
  );
}

interface PictureProps {
  readonly granted: Granted;
  readonly at: number;
  readonly seek: (seconds: number) => void;
  readonly keys: (event: KeyboardEvent) => void;
}

function Picture({ granted, at, seek, keys }: PictureProps): JSX.Element {
  const canvas = useRef<HTMLCanvasElement>(null);
  const all = granted.durationMs / 1000;
  useEffect(() => {
    if (canvas.current) draw(canvas.current, granted.waveform, all > 0 ? at / all : 0);
  });
  return (
    <canvas
      ref={canvas}
      tabIndex={0}
      role="slider"
      aria-label={say('Miejsce w nagraniu', 'Place in the recording')}
      aria-valuemin={0}
      aria-valuemax={Math.round(all)}
      aria-valuenow={Math.round(at)}
      aria-valuetext={`${length(at * 1000)} ${say('z', 'of')} ${length(granted.durationMs)}`}
      onKeyDown={keys}
      onClick={(event) => {
        const { left, width } = event.currentTarget.getBoundingClientRect();
        seek(((event.clientX - left) / width) * all);
      }}
    />
  );
}

function draw(canvas: HTMLCanvasElement, waveform: Granted['waveform'], played: number): void {
  const { width, height } = canvas.getBoundingClientRect();
  const dense = window.devicePixelRatio || 1;
  canvas.width = width * dense;
  canvas.height = height * dense;
  const pen = canvas.getContext('2d');
  if (!pen) return;
  const style = getComputedStyle(canvas);
  pen.scale(dense, dense);
  for (const [index, peaks] of [waveform?.outside ?? [], waveform?.inside ?? []].entries()) {
    const middle = height * (index === 0 ? 0.25 : 0.75);
    for (let x = 0; x < width; x++) {
      const [first, last] = [
        Math.floor((x * peaks.length) / width),
        Math.max(1, Math.floor(((x + 1) * peaks.length) / width)),
      ];
      const loud = Math.max(0, ...peaks.slice(first, Math.max(last, first + 1))) / 255;
      const tall = Math.max(1, loud * height * 0.46);
      pen.fillStyle = style.color;
      pen.globalAlpha = x / width <= played ? 1 : 0.35;
      pen.fillRect(x, middle - tall / 2, 1, tall);
    }
  }
  pen.globalAlpha = 1;
  pen.fillStyle = style.color;
  pen.fillRect(Math.min(width - 2, played * width), 0, 2, height);
}

function Watermark(): JSX.Element {
  const { me } = useMe();
  const [since] = useState(Date.now);
  const text = `${me.name} · ${when(since)}`;
  return (
    <div class="watermark" aria-hidden="true">
      {Array.from({ length: 6 }, (_, index) => (
        <span key={index}>{text}</span>
      ))}
    </div>
  );
}
