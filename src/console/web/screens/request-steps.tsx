/** The steps that are open to whoever looks, as plain forms. */
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { post } from '../api.js';
import { say } from '../language.js';
import { Check, Input, Select } from '../parts/basics.js';
import { ActionForm } from '../parts/form.js';
import { gapName } from '../request-words.js';
import { stepForms, type StepForm, type StepProps } from '../request-step-forms.js';
import { Appoint } from './request-appoint.js';
import { ApproveCopy } from './request-copy.js';
import { isRematch, Match } from './request-match.js';
import { Opinion } from './request-opinion.js';
import type { RequestView } from '../../routes/requests/views.js';

/** The order in which they are offered. */
const order = ['match', 'ask-completion', 'give-opinion', 'go-on', 'approve-copy', 'approve', 'new-date', 'change-date', 'reject', 'answer', 'refuse', 'revoke', 'no-show', 'close', 'hand-over-copy', 'reopen', 'extend-term', 'enter-case-sign', 'withdraw']; // prettier-ignore
const first: ReadonlySet<string> = new Set([
  'match',
  'give-opinion',
  'approve',
  'approve-copy',
  'new-date',
  'go-on',
  'hand-over-copy',
]);

export function Steps({ view, done }: StepProps): JSX.Element | null {
  const open = order.filter((name) => view.open.includes(name));
  if (open.length === 0) return null;
  return (
    <section class="card no-print" aria-labelledby="steps">
      <h2 id="steps">{say('Co można zrobić', 'What you can do')}</h2>
      {open.map((name) => (
        <details class="fold" key={name} open={isFirst(name, view)}>
          <summary>{titleOf(name, view)}</summary>
          <OneStep name={name} view={view} done={done} />
        </details>
      ))}
    </section>
  );
}

/** What one has most likely come for: it is unfolded. */
const isFirst = (name: string, view: RequestView): boolean =>
  first.has(name) &&
  view.waits !== undefined &&
  !isRematch(name, view) &&
  !(name === 'approve' && view.kind === 'art15');

function titleOf(name: string, view: RequestView): string {
  if (isRematch(name, view)) return say('Dopasuj ponownie', 'Match again');
  if (name === 'match') return say('Wskaż rozmowę', 'Say which call it is');
  if (name === 'approve-copy') return say('Zgoda na kopię', 'Approve a copy');
  if (name === 'give-opinion') return say('Opinia', 'Opinion');
  if (name === 'ask-completion') return say('Wezwij do uzupełnienia', 'Ask for completion');
  if (name === 'approve') return say('Wyraź zgodę i wyznacz termin', 'Approve and set the date');
  if (name === 'change-date') return say('Zmień termin', 'Change the date');
  if (name === 'new-date') return say('Wyznacz nowy termin', 'Set a new date');
  return stepForms()[name]?.title ?? name;
}

function OneStep({ name, view, done }: StepProps & { name: string }): JSX.Element {
  if (name === 'match') return <Match view={view} done={done} />;
  if (name === 'approve-copy') return <ApproveCopy view={view} done={done} />;
  if (name === 'give-opinion') return <Opinion key={view.opinions.length} view={view} done={done} />;
  if (name === 'ask-completion') return <AskCompletion view={view} done={done} />;
  if (['approve', 'change-date', 'new-date'].includes(name)) return <Appoint name={name} view={view} done={done} />;
  const form = stepForms()[name];
  return form ? <PlainStep name={name} form={form} view={view} done={done} /> : <></>;
}

function PlainStep({ name, form, view, done }: StepProps & { name: string; form: StepForm }): JSX.Element {
  const start = form.fields.map((field): [string, string] => [field.name, field.options?.[0]?.[0] ?? '']);
  const [values, setValues] = useState<Readonly<Record<string, string>>>(() => Object.fromEntries(start));
  const send = async (): Promise<void> => done(await post<RequestView>(`/requests/${view.id}/${name}`, values));
  return (
    <ActionForm send={send} button={form.button} {...(form.danger ? { tone: 'danger' } : {})}>
      {form.fields.map(({ name: key, label, options }) => {
        const set = (value: string): void => setValues((before) => ({ ...before, [key]: value }));
        const value = values[key] ?? '';
        return options ? (
          <Select key={key} label={label} value={value} set={set} options={options} />
        ) : (
          <Input key={key} label={label} value={value} set={set} lines={2} required />
        );
      })}
    </ActionForm>
  );
}

function AskCompletion({ view, done }: StepProps): JSX.Element {
  const [missing, setMissing] = useState<readonly string[]>(view.gaps);
  const [note, setNote] = useState('');
  const [until, setUntil] = useState(() => new Date(Date.now() + 14 * 86_400_000).toLocaleDateString('sv'));
  const send = async (): Promise<void> =>
    done(await post(`/requests/${view.id}/ask-completion`, { gaps: missing, note, until }));
  const all = ['address', 'signature', 'statement', 'purpose', 'number', 'date', 'power-of-attorney'];
  return (
    <ActionForm
      send={send}
      button={say('Przygotuj wezwanie', 'Make the letter')}
      missing={missing.length === 0 ? say('Zaznacz, czego brakuje.', 'Say what is missing.') : undefined}
    >
      <fieldset>
        <legend>{say('Czego brakuje', 'What is missing')}</legend>
        {all.map((gap) => (
          <Check
            key={gap}
            label={gapName(gap)}
            checked={missing.includes(gap)}
            set={(on) => setMissing((before) => (on ? [...before, gap] : before.filter((one) => one !== gap)))}
          />
        ))}
      </fieldset>
      <Input label={say('Uzupełnić do dnia', 'To be completed by')} type="date" value={until} set={setUntil} required />
      <Input label={say('Uwagi do pisma', 'Note for the letter')} value={note} set={setNote} lines={2} />
    </ActionForm>
  );
}
