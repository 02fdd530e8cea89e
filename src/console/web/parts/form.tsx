/** A form that does one thing: its fields, what went wrong, and the button that sends it. */
import type { ComponentChildren, JSX } from 'preact';
import { useDoing } from '../use.js';
import { ProblemNote } from './basics.js';

interface ActionFormProps {
  /** Nothing can be sent again until this is over. */
  readonly send: () => Promise<unknown>;
  readonly button: string;
  readonly tone?: 'main' | 'danger' | 'plain';
  /** What is missing that no field can tell: nothing can be sent, and it is said why. */
  readonly missing?: string | undefined;
  /** Said while it runs. */
  readonly waiting?: string;
  readonly id?: string;
  readonly children?: ComponentChildren;
}

export function ActionForm({
  send,
  button,
  tone = 'main',
  missing,
  waiting,
  id,
  children,
}: ActionFormProps): JSX.Element {
  const { busy, problem, run } = useDoing();
  const submit = (event: Event): void => {
    event.preventDefault();
    void run(send);
  };
  return (
    <form onSubmit={submit} {...(id ? { id } : {})}>
      {children}
      <ProblemNote problem={problem} />
      {waiting === undefined ? null : <p role="status">{busy ? waiting : ''}</p>}
      {missing === undefined ? null : <p class="soft small">{missing}</p>}
      <p>
        <button type="submit" class={tone === 'plain' ? '' : tone} disabled={busy || missing !== undefined}>
          {button}
        </button>
      </p>
    </form>
  );
}
