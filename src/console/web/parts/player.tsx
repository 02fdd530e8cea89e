/**
 * The player: both channels' picture, who speaks when, the keyboard, speed, loudness of each side, and the listener's name
 * over it all. It tells the server what was heard.
 */
import type { JSX } from 'preact';
import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import { length, say } from '../language.js';
import { Picture, Watermark, type Granted } from './player-picture.js';
import { Heard, isInterrupted, isThere, Mixer } from './player-sound.js';

export type { Granted } from './player-picture.js';

const STEP_S = 5;

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
