/** A section of the settings as a form: its entries, each with its fields, to add, change and take away. */
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { useSectionDraft, type Drafting } from '../section-draft.js';
import { ProblemNote } from './basics.js';
import { ChangedByHand } from './unsaved.js';

/** An entry of the form. */
export interface Entry<Form> {
  readonly form: Form;
  /** Its place in the list, from 0. */
  readonly at: number;
  /** It is the only one. */
  readonly alone: boolean;
  readonly set: (more: Partial<Form>) => void;
  readonly remove: () => void;
  /** What is wrong with a field, as the server names it; it holds this. */
  readonly wrong: (field: string, value: string) => string | undefined;
}

interface Given<Form> {
  /** Of the section in the file. */
  readonly name: string;
  readonly title: string;
  /** As they stand in the file. */
  readonly loaded: readonly Form[];
  readonly drafting: Drafting;
  /** A new one, and the words of the button that adds it; without: none are added. */
  readonly fresh?: { readonly form: Form; readonly button: string };
  /** Where there is no entry. */
  readonly none?: JSX.Element;
  readonly children: (entry: Entry<Form>) => JSX.Element;
}

export function Entries<Form extends object>(given: Given<Form>): JSX.Element {
  const { name, title, loaded, drafting, fresh, none, children } = given;
  // Keys tell the entries apart while they come and go.
  const [entries, setEntries] = useState(() => loaded.map((form, key) => ({ form, key })));
  const [next, setNext] = useState(loaded.length);
  const draft = useSectionDraft(`/routing/${name}`, entries.map(({ form }) => form), loaded, drafting); // prettier-ignore
  const add = (form: Form): void => {
    setEntries([...entries, { form, key: next }]);
    setNext(next + 1);
  };
  const drawn = entries.map(({ form, key }, at) => (
    <div key={key}>
      {children({
        form,
        at,
        alone: entries.length === 1,
        set: (more) => setEntries((all) => all.map((one) => (one.key === key ? { key, form: { ...one.form, ...more } } : one))), // prettier-ignore
        remove: () => setEntries(entries.filter((one) => one.key !== key)),
        wrong: (field, value) => draft.wrong(`forms.${at}.${field}`, value),
      })}
    </div>
  ));
  return (
    <section class="card" aria-labelledby={name}>
      <h2 id={name}>{title}</h2>
      {drafting.byHand ? (
        <ChangedByHand />
      ) : (
        <>
          {drawn.length === 0 ? none : drawn}
          {fresh ? (
            <p>
              <button type="button" onClick={() => add(fresh.form)}>
                {fresh.button}
              </button>
            </p>
          ) : null}
        </>
      )}
      <ProblemNote problem={draft.problem} again={draft.again} />
    </section>
  );
}
