/** Groups of handsets as a form: who is rung, how and how long, and where a call goes that nobody takes. */
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { say } from '../language.js';
import { Input, ProblemNote, Select } from '../parts/basics.js';
import { ChangedByHand } from '../parts/unsaved.js';
import { useSectionDraft, type Drafting, type SectionDraft } from '../section-draft.js';
import { kindsFor, Target } from './inbound-routes.js';
import type { GroupForm, PlaceForm } from '../../../config/group-text.js';
import type { RouteTargets } from '../../../config/route-text.js';

/** Keys tell the forms apart while they come and go. */
type Keyed = GroupForm & { readonly key: number };

const plainOf = (all: readonly Keyed[]): GroupForm[] => all.map(({ key: _key, ...form }) => form);
const prompt: PlaceForm = { leads: 'prompt', to: '' };
const empty: GroupForm = { name: '', members: '', strategy: 'all', ring: '20', onBusy: prompt, onNoAnswer: prompt };

export function Groups({
  groups,
  targets,
  drafting,
}: {
  groups: readonly GroupForm[];
  targets: RouteTargets;
  drafting: Drafting;
}): JSX.Element {
  const [forms, setForms] = useState<readonly Keyed[]>(() => groups.map((one, key) => ({ ...one, key })));
  const [next, setNext] = useState(groups.length);
  const draft = useSectionDraft('/routing/groups', { groups: plainOf(forms) }, { groups }, drafting);
  const add = (): void => {
    setForms([...forms, { ...empty, key: next }]);
    setNext(next + 1);
  };
  return (
    <section class="card" aria-labelledby="groups">
      <h2 id="groups">{say('Grupy aparatów', 'Groups of handsets')}</h2>
      {drafting.byHand ? (
        <ChangedByHand />
      ) : (
        <>
          {forms.map((form, at) => (
            <OneGroup
              key={form.key}
              form={form}
              at={at}
              targets={targets}
              wrong={draft.wrong}
              set={(more) => setForms(forms.map((one) => (one.key === form.key ? { ...one, ...more } : one)))}
              remove={() => setForms(forms.filter(({ key }) => key !== form.key))}
            />
          ))}
          <p>
            <button type="button" onClick={add}>
              {say('Dodaj grupę', 'Add a group')}
            </button>
          </p>
        </>
      )}
      <ProblemNote problem={draft.problem} again={draft.again} />
    </section>
  );
}

interface GroupProps {
  readonly form: GroupForm;
  readonly at: number;
  readonly targets: RouteTargets;
  readonly wrong: SectionDraft['wrong'];
  readonly set: (more: Partial<GroupForm>) => void;
  readonly remove: () => void;
}

function OneGroup({ form, at, targets, wrong, set, remove }: GroupProps): JSX.Element {
  // Fields of the same name are told apart by whose they are.
  const n = ` – ${form.name === '' ? `${say('nowa grupa', 'new group')} ${at + 1}` : form.name}`;
  const wrongIn = (field: 'name' | 'members' | 'ring'): string | undefined => wrong(`groups.${at}.${field}`, form[field]); // prettier-ignore
  return (
    <fieldset>
      <legend>{form.name === '' ? say('Nowa grupa', 'New group') : form.name}</legend>
      <div class="columns">
        {form.was === undefined ? (
          <Input
            label={`${say('Nazwa grupy', 'Name of the group')} ${at + 1}`}
            help={say('małe litery bez polskich znaków, np. sekretariat', 'small letters, e.g. secretariat')}
            value={form.name}
            set={(name) => set({ name })}
            wrong={wrongIn('name')}
            max={32}
          />
        ) : null}
        <Input
          label={`${say('Które aparaty dzwonią', 'Who is rung')}${n}`}
          help={`${say('kilka po przecinku; są:', 'several with commas; there are:')} ${targets.handsets.slice(0, 12).join(', ')}`}
          value={form.members}
          set={(members) => set({ members })}
          wrong={wrongIn('members')}
          max={400}
        />
        <Select
          label={`${say('W jakiej kolejności', 'In which order')}${n}`}
          value={form.strategy}
          set={(strategy) => set({ strategy: strategy as GroupForm['strategy'] })}
          options={[
            ['all', say('wszystkie naraz', 'all at once')],
            ['in-turn', say('po kolei', 'one after the other')],
            ['longest-idle', say('najpierw ten, kto najdłużej nie rozmawiał', 'first who has been idle the longest')],
          ]}
        />
        <Input
          label={`${say('Jak długo (w sekundach)', 'How long (seconds)')}${n}`}
          value={form.ring}
          set={(ring) => set({ ring })}
          wrong={wrongIn('ring')}
          inputMode="numeric"
          max={3}
        />
      </div>
      <After
        of="onBusy"
        name={say('Gdy wszyscy rozmawiają', 'When all are busy')}
        {...{ form, at, n, targets, wrong, set }}
      />
      <After
        of="onNoAnswer"
        name={say('Gdy nikt nie odbierze', 'When nobody answers')}
        {...{ form, at, n, targets, wrong, set }}
      />
      <button type="button" onClick={remove}>
        {say('Usuń grupę', 'Take the group away')}
        {n}
      </button>
    </fieldset>
  );
}

interface AfterProps extends Omit<GroupProps, 'remove'> {
  readonly of: 'onBusy' | 'onNoAnswer';
  readonly name: string;
  readonly n: string;
}

/** Where a call goes on that the group does not take. */
function After({ of, name, n, form, at, targets, wrong, set }: AfterProps): JSX.Element {
  const { leads, to } = form[of];
  const options: [string, string][] = [['prompt', say('komunikat i koniec rozmowy', 'a prompt, and the end')], ...kindsFor(leads)]; // prettier-ignore
  return (
    <div class="columns">
      <Select
        label={`${name}${n}`}
        value={leads}
        set={(now) => set({ [of]: { leads: now as PlaceForm['leads'], to: '' } })}
        options={options}
      />
      {leads === 'prompt' ? null : (
        <Target
          form={{ leads, to }}
          n={` (${name.toLowerCase()})${n}`}
          targets={targets}
          wrong={wrong(`groups.${at}.${of}.to`, to)}
          set={(next) => set({ [of]: { leads, to: next } })}
        />
      )}
    </div>
  );
}
