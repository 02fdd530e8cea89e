/** Before somebody is logged out for want of use they are warned, and any key or click puts it off. */
import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { ApiProblem, get, LEFT, watchAnswers } from '../api.js';
import { LAST_MS, next, overAt, type Watch } from '../idle.js';
import { length, say } from '../language.js';
import { Dialog, Note } from './basics.js';
import type { Left } from '../../sessions/session-store.js';

const TICK_MS = 1000;
/** What somebody does who is there. */
const signs = ['keydown', 'input', 'pointerdown', 'click', 'wheel'] as const;
/** So often the server is asked while one is warned, milliseconds: the person may be in another window. */
const ASK_MS = 5000;

export function StayLoggedIn(): JSX.Element {
  const watch = useRef<Watch>(undefined);
  const [now, setNow] = useState(Date.now);
  const [warned, setWarned] = useState(false);
  useEffect(() => keep(watch, setNow, setWarned), []);
  const { current } = watch;
  const left = current ? current.endsAt - now : Infinity;
  return (
    <>
      <div role="status" class="no-print">
        {left < LAST_MS ? <LastMinutes /> : null}
      </div>
      {warned && current ? <Warning leftMs={Math.max(0, overAt(current) - now)} /> : null}
    </>
  );
}

/** Watches until the function that it gives is called. */
function keep(
  watch: { current: Watch | undefined },
  setNow: (now: number) => void,
  setWarned: (warned: boolean) => void,
): () => void {
  let busy = false;
  let askedAt = 0;
  const change = (more: Partial<Watch>): void => {
    if (watch.current) watch.current = { ...watch.current, ...more };
  };
  /** The server knows best: other windows are in the same session. */
  const ask = async (): Promise<void> => {
    // It counts from here: what was answered before a machine sleeps is read when it wakes.
    const asked = (askedAt = Date.now());
    const { idleMs, leftMs, endsInMs } = await get<Left>(LEFT);
    const { touchedAt } = watch.current ?? { touchedAt: 0 };
    watch.current = { answeredAt: asked + leftMs - idleMs, touchedAt, idleMs, endsAt: asked + endsInMs };
  };
  const step = async (): Promise<void> => {
    const now = Date.now();
    const { current } = watch;
    setNow(now);
    if (!current) return ask();
    const wanted = next(now, current);
    if (wanted === 'renew') await get('/me');
    if (wanted === 'over' || (wanted === 'warn' && now - askedAt >= ASK_MS)) await ask();
    setWarned(watch.current !== undefined && next(Date.now(), watch.current) === 'warn');
  };
  const look = (): void => {
    if (busy) return;
    busy = true;
    void step()
      .catch((error: unknown) => {
        // A server that is away is told of elsewhere; who is logged out is on another page by now.
        if (!(error instanceof ApiProblem)) throw error;
      })
      .finally(() => (busy = false));
  };
  const touched = (): void => {
    const { current } = watch;
    change({ touchedAt: Date.now() });
    if (current && next(Date.now(), current) === 'warn') look();
  };
  const ignore = watchAnswers((asked) => change({ answeredAt: Math.max(asked, watch.current?.answeredAt ?? 0) }));
  for (const sign of signs) addEventListener(sign, touched, { capture: true, passive: true });
  const timer = setInterval(look, TICK_MS);
  look();
  return () => {
    clearInterval(timer);
    ignore();
    for (const sign of signs) removeEventListener(sign, touched, { capture: true });
  };
}

function Warning({ leftMs }: { leftMs: number }): JSX.Element {
  // Where the keyboard was it is again afterwards; drawn first, before the window takes it.
  const [before] = useState(() => document.activeElement);
  useEffect(() => () => void (before instanceof HTMLElement && before.focus()), [before]);
  return (
    <Dialog title={say('Czy nadal tu jesteś?', 'Are you still here?')} close={() => {}} urgent>
      <p>
        {say(
          'Od dłuższego czasu nikt nic tu nie robi, więc za chwilę nastąpi wylogowanie. To, czego nie zapisano, przepadnie. Aby pracować dalej, naciśnij dowolny klawisz albo kliknij.',
          'Nobody has done anything here for some time, so you will be logged out. What was not saved will be lost. To go on press any key, or click.',
        )}
      </p>
      <p role="timer">
        {say('Pozostało', 'Left')} {length(leftMs)}
      </p>
      {/* Any click is the sign that one is there. */}
      <button type="button" class="main">
        {say('Pracuję dalej', 'Go on')}
      </button>
    </Dialog>
  );
}

const LastMinutes = (): JSX.Element => (
  <Note tone="warn" title={say('Za kilka minut nastąpi wylogowanie', 'You will be logged out in a few minutes')}>
    {say(
      'Ta sesja trwa najdłużej, jak można. Zapisz to, co robisz, i zaloguj się ponownie.',
      'This session lasts as long as one may. Save what you do, and log in again.',
    )}
  </Note>
);
