/** The small parts that every page is made of. */
import type { ComponentChildren, JSX } from 'preact';
import { useEffect, useId, useLayoutEffect, useRef } from 'preact/hooks';
import type { ApiProblem } from '../api.js';
import { say } from '../language.js';
import type { Loaded } from '../use.js';

export type Tone = 'good' | 'warn' | 'bad' | 'live' | undefined;

export const Mark = ({ tone, children }: { tone?: Tone; children: ComponentChildren }): JSX.Element => (
  <span class={`mark ${tone ?? ''}`}>{children}</span>
);

export function Note({
  tone,
  title,
  children,
}: {
  tone?: Tone;
  title?: string;
  children?: ComponentChildren;
}): JSX.Element {
  return (
    <div class={`note ${tone ?? ''}`} role={tone === 'bad' ? 'alert' : undefined}>
      {title ? <strong>{title}</strong> : null}
      {typeof children === 'string' ? <p>{children}</p> : children}
    </div>
  );
}

/** What went wrong, and what to do about it. */
export function ProblemNote({
  problem,
  again,
}: {
  problem: ApiProblem | undefined;
  again?: () => void;
}): JSX.Element | null {
  if (!problem) return null;
  return (
    <Note tone="bad" title={problem.body.title}>
      <p>{problem.body.detail}</p>
      {again ? (
        <button type="button" onClick={again}>
          {say('Spróbuj ponownie', 'Try again')}
        </button>
      ) : null}
    </Note>
  );
}

/** A page was come to whose title is not there yet. */
let isAwaited = false;

/** The title takes the focus, now or when it comes. */
export function focusTitle(): void {
  const title = document.getElementById('title');
  isAwaited = !title;
  title?.focus();
}

/** The title of a page takes the focus when one comes to it, so that a screen reader says where one is. */
export function Title({ children }: { children: string }): JSX.Element {
  const heading = useRef<HTMLHeadingElement>(null);
  useLayoutEffect(() => {
    document.title = `${children} – Halina`;
  }, [children]);
  useLayoutEffect(() => {
    // Who has gone on by a key meanwhile is not taken back.
    if (isAwaited && document.activeElement === document.body) heading.current?.focus();
    isAwaited = false;
  }, []);
  return (
    <h1 ref={heading} tabIndex={-1} id="title">
      {children}
    </h1>
  );
}

/** Draws what was loaded, or that it is awaited, or why it did not come. */
export function Await<T>({
  of,
  again,
  children,
}: {
  of: Loaded<T>;
  again?: () => void;
  children: (value: T) => ComponentChildren;
}): JSX.Element {
  if (of.state === 'loading')
    return (
      <p class="wait" role="status">
        {say('Wczytywanie…', 'Loading…')}
      </p>
    );
  if (of.state === 'failed') return <ProblemNote problem={of.problem} {...(again ? { again } : {})} />;
  return <>{children(of.value)}</>;
}

interface FieldProps {
  readonly label: string;
  readonly help?: string;
  readonly wrong?: string | undefined;
  readonly children: (ids: { id: string; 'aria-describedby'?: string; 'aria-invalid'?: 'true' }) => ComponentChildren;
}

/** A field with its label, its help and what is wrong with it, tied together for screen readers. */
export function Field({ label, help, wrong, children }: FieldProps): JSX.Element {
  const id = useId();
  const said = [help ? `${id}-help` : '', wrong ? `${id}-wrong` : ''].filter(Boolean).join(' ');
  return (
    <div class="field">
      <label for={id}>{label}</label>
      {help ? (
        <span class="help" id={`${id}-help`}>
          {help}
        </span>
      ) : null}
      {children({
        id,
        ...(said ? { 'aria-describedby': said } : {}),
        ...(wrong ? { 'aria-invalid': 'true' as const } : {}),
      })}
      {wrong ? (
        <p class="wrong" id={`${id}-wrong`}>
          {wrong}
        </p>
      ) : null}
    </div>
  );
}

interface InputProps extends Omit<FieldProps, 'children'> {
  readonly value: string;
  readonly set: (value: string) => void;
  readonly type?: 'text' | 'password' | 'date' | 'datetime-local' | 'time' | 'number' | 'search';
  readonly required?: boolean;
  readonly autocomplete?: string;
  readonly lines?: number;
  readonly inputMode?: 'numeric' | 'tel';
  readonly max?: number;
  /** Text for a machine: signs of one width, nothing corrected. Long lines go on below where they are paragraphs. */
  readonly code?: 'lines' | 'paragraphs';
}

/** Preact's types tell kinds of fields apart one by one; ours is one of several. */
const typeOf = (type: string): { type: string } => ({ type });

export function Input({
  label,
  help,
  wrong,
  value,
  set,
  type = 'text',
  lines,
  required,
  autocomplete,
  inputMode,
  max,
  code,
}: InputProps): JSX.Element {
  const shared = { value, maxLength: max ?? 2000, ...(required ? { required } : {}) };
  return (
    <Field label={label} {...(help ? { help } : {})} wrong={wrong}>
      {(ids) =>
        lines ? (
          <textarea
            {...ids}
            {...shared}
            {...(code ? { class: 'code', spellcheck: false, wrap: code === 'lines' ? 'off' : 'soft' } : {})}
            rows={lines}
            onInput={(event) => set(event.currentTarget.value)}
          />
        ) : (
          <input
            {...ids}
            {...shared}
            {...(typeOf(type) as { type: 'text' })}
            autocomplete={autocomplete ?? 'off'}
            {...(inputMode ? { inputMode } : {})}
            onInput={(event) => set(event.currentTarget.value)}
          />
        )
      }
    </Field>
  );
}

interface SelectProps extends Omit<FieldProps, 'children'> {
  readonly value: string;
  readonly set: (value: string) => void;
  readonly options: readonly (readonly [value: string, label: string])[];
}

export const Select = ({ label, help, wrong, value, set, options }: SelectProps): JSX.Element => (
  <Field label={label} wrong={wrong} {...(help ? { help } : {})}>
    {(ids) => (
      <select {...ids} value={value} onChange={(event) => set(event.currentTarget.value)}>
        {options.map(([one, name]) => (
          <option value={one} key={one}>
            {name}
          </option>
        ))}
      </select>
    )}
  </Field>
);

export const Check = ({
  label,
  checked,
  set,
}: {
  label: string;
  checked: boolean;
  set: (value: boolean) => void;
}): JSX.Element => (
  <label class="choice">
    <input type="checkbox" checked={checked} onChange={(event) => set(event.currentTarget.checked)} />
    {label}
  </label>
);

/** A fact in a list of them. */
export const Row = ({ name, children }: { name: string; children: ComponentChildren }): JSX.Element => (
  <>
    <dt>{name}</dt>
    <dd>{children}</dd>
  </>
);

/** A window above the page: the browser's own, with its keyboard manners. */
export function Dialog({
  title,
  close,
  urgent = false,
  children,
}: {
  title: string;
  close: () => void;
  /** Read out at once, with what it says. */
  urgent?: boolean;
  children: ComponentChildren;
}): JSX.Element {
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog
      ref={dialog}
      aria-labelledby={id}
      onClose={close}
      {...(urgent ? { role: 'alertdialog' as const, 'aria-describedby': `${id}-said` } : {})}
    >
      <h2 id={id}>{title}</h2>
      {urgent ? <div id={`${id}-said`}>{children}</div> : children}
    </dialog>
  );
}
