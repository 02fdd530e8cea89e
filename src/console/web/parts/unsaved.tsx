/** What is not saved: the bar that says so and saves, always in sight, and the question before one leaves. */
import type { JSX } from 'preact';
import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { ApiProblem } from '../api.js';
import { say } from '../language.js';
import { guardPage } from '../router.js';
import { Dialog, Note, ProblemNote } from './basics.js';

/** Asks before the page is left, whichever way, while something is not saved. */
export function AskBeforeLeaving({ unsaved }: { unsaved: boolean }): JSX.Element | null {
  const [onwards, setOnwards] = useState<() => void>();
  const unguard = useRef(() => {});
  useLayoutEffect(() => {
    if (!unsaved) return;
    // The browser's own question, when the tab is closed or loaded anew.
    const unloading = (event: BeforeUnloadEvent): void => event.preventDefault();
    window.addEventListener('beforeunload', unloading);
    unguard.current = guardPage((go) => setOnwards(() => go));
    return () => {
      window.removeEventListener('beforeunload', unloading);
      unguard.current();
    };
  }, [unsaved]);
  if (!onwards) return null;
  const stay = (): void => setOnwards(undefined);
  const leave = (): void => {
    unguard.current();
    stay();
    onwards();
  };
  return (
    <Dialog title={say('Masz niezapisane zmiany', 'You have changes that are not saved')} close={stay}>
      <p>{say('Jeśli opuścisz stronę, przepadną.', 'If you leave the page they are lost.')}</p>
      <p class="row end">
        <button type="button" onClick={leave}>
          {say('Opuść bez zapisywania', 'Leave without saving')}
        </button>
        <button type="button" class="main" onClick={stay}>
          {say('Zostań na stronie', 'Stay')}
        </button>
      </p>
    </Dialog>
  );
}

interface BarProps {
  /** How things stand, in words. */
  readonly said: string;
  readonly unsaved: boolean;
  readonly busy: boolean;
  readonly may: boolean;
  readonly problem: ApiProblem | undefined;
  readonly save: () => void;
  readonly undo: () => void;
}

export function SaveBar({ said, unsaved, busy, may, problem, save, undo }: BarProps): JSX.Element {
  return (
    <div class={`save-bar ${unsaved ? 'unsaved' : ''}`} role="group" aria-label={say('Zapisywanie', 'Saving')}>
      <ProblemNote problem={problem} />
      <div class="between">
        <p role="status">{said}</p>
        <p class="row">
          <button type="button" disabled={!unsaved || busy} onClick={undo}>
            {say('Cofnij zmiany', 'Undo the changes')}
          </button>
          <button type="button" class="main" disabled={!unsaved || busy || !may} onClick={save}>
            {say('Zapisz', 'Save')}
          </button>
        </p>
      </div>
    </div>
  );
}

/** In the place of a form whose section was changed as text. */
export const ChangedByHand = (): JSX.Element => (
  <Note>
    {say(
      'Tę część zmieniono niżej, jako tekst. Formularz wróci, gdy zmiany zostaną zapisane albo cofnięte.',
      'This part was changed below, as text. The form comes back when the changes are saved or undone.',
    )}
  </Note>
);
