/** Who is rung, and how: the fields that groups of handsets and queues have alike. */
import type { JSX } from 'preact';
import { say } from '../language.js';
import { Input, Select } from './basics.js';
import type { Entry } from './entries.js';
import { whichHandsets } from './place.js';
import type { TeamForm } from '../../../config/group-text.js';
import type { Targets } from '../../../config/place-text.js';

/** The name of a new one: others name it by that, so it stays. */
export const NewName = ({ form, label, at, set, wrong }: NameProps): JSX.Element | null =>
  form.was === undefined ? (
    <Input
      label={`${label} ${at + 1}`}
      help={say('małe litery bez polskich znaków, np. sekretariat', 'small letters, e.g. secretariat')}
      value={form.name}
      set={(name) => set({ name })}
      wrong={wrong('name', form.name)}
      max={32}
    />
  ) : null;

interface NameProps extends Pick<Entry<Pick<TeamForm, 'name' | 'was'>>, 'form' | 'at' | 'set' | 'wrong'> {
  readonly label: string;
}

interface TeamProps extends Pick<Entry<TeamForm>, 'form' | 'set' | 'wrong'> {
  readonly n: string;
  readonly targets: Targets;
}

export const Team = ({ form, n, targets, set, wrong }: TeamProps): JSX.Element => (
  <>
    <Input
      label={`${say('Które aparaty dzwonią', 'Who is rung')}${n}`}
      help={whichHandsets(targets)}
      value={form.members}
      set={(members) => set({ members })}
      wrong={wrong('members', form.members)}
      max={400}
    />
    <Select
      label={`${say('W jakiej kolejności', 'In which order')}${n}`}
      value={form.strategy}
      set={(strategy) => set({ strategy: strategy as TeamForm['strategy'] })}
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
      wrong={wrong('ring', form.ring)}
      inputMode="numeric"
      max={5}
    />
  </>
);
