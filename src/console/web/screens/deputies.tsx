/** Who stands in for whom. */
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { post } from '../api.js';
import { onDay, say } from '../language.js';
import { Await, Input, Mark, ProblemNote, Select, Title } from '../parts/basics.js';
import { ActionForm } from '../parts/form.js';
import { useDoing, useLoaded } from '../use.js';
import { roleName, roleOrder } from '../words.js';

interface Deputy {
  readonly id: string;
  readonly role: string;
  readonly deputy: string;
  readonly of: string;
  readonly from: string;
  readonly until: string;
  readonly reason: string;
  readonly document?: string;
  readonly endedAt?: number;
}
type People = readonly { readonly id: string; readonly name: string }[];

export function Deputies(): JSX.Element {
  const [loaded, again] = useLoaded<{ deputies: readonly Deputy[] }>('/deputies');
  const [people] = useLoaded<{ people: People }>('/people');
  return (
    <>
      <Title>{say('Zastępstwa', 'Deputies')}</Title>
      <Await of={people}>
        {({ people: all }) => (
          <>
            <Await of={loaded} again={again}>
              {({ deputies }) => <DeputyList deputies={deputies} people={all} again={again} />}
            </Await>
            <DeputyForm people={all} again={again} />
          </>
        )}
      </Await>
    </>
  );
}

function DeputyList({
  deputies,
  people,
  again,
}: {
  deputies: readonly Deputy[];
  people: People;
  again: () => void;
}): JSX.Element {
  const { busy, problem, run } = useDoing();
  const nameOf = (id: string): string => people.find((one) => one.id === id)?.name ?? id;
  const end = (id: string): void => void run(async () => post(`/deputies/${id}/end`).then(again));
  return (
    <section class="card" id="deputies" aria-label={say('Wyznaczone zastępstwa', 'Deputies named')}>
      <ProblemNote problem={problem} />
      {deputies.length === 0 ? <p>{say('Nikt nikogo nie zastępuje.', 'Nobody stands in for anybody.')}</p> : null}
      <ul class="plain">
        {deputies.map((one) => (
          <li key={one.id}>
            <div class="between">
              <span>
                <strong>{nameOf(one.deputy)}</strong> {say('zastępuje:', 'stands in for')} {nameOf(one.of)} (
                {roleName(one.role)})
                <span class="block soft">
                  {onDay(one.from)} – {onDay(one.until)}. {one.reason}
                  {one.document === undefined ? null : `, ${one.document}`}
                </span>
              </span>
              {one.endedAt === undefined ? (
                <button
                  type="button"
                  disabled={busy}
                  aria-label={`${say('Zakończ zastępstwo:', 'End it:')} ${nameOf(one.deputy)}`}
                  onClick={() => end(one.id)}
                >
                  {say('Zakończ zastępstwo', 'End it')}
                </button>
              ) : (
                <Mark>{say('zakończone', 'ended')}</Mark>
              )}
            </div>
          </li>
        ))}
      </ul>
    </section>
  );
}

function DeputyForm({ people, again }: { people: People; again: () => void }): JSX.Element {
  const names: [string, string][] = [['', '–'], ...people.map(({ id, name }): [string, string] => [id, name])];
  const [deputy, setDeputy] = useState('');
  const [of, setOf] = useState('');
  const [role, setRole] = useState('staff');
  const [from, setFrom] = useState('');
  const [until, setUntil] = useState('');
  const [reason, setReason] = useState('');
  const [document, setDocument] = useState('');
  const send = async (): Promise<void> => {
    const paper = document.trim() === '' ? {} : { document };
    await post('/deputies', { deputy, of, role, from, until, reason, ...paper });
    again();
  };
  const roles = roleOrder.filter((one) => ['secretary', 'staff', 'dpo', 'unit_head'].includes(one));
  return (
    <section class="card" aria-labelledby="new-deputy">
      <h2 id="new-deputy">{say('Wyznacz zastępcę', 'Name a deputy')}</h2>
      <ActionForm send={send} button={say('Wyznacz', 'Name')}>
        <div class="columns">
          <Select label={say('Kto zastępuje', 'Who stands in')} value={deputy} set={setDeputy} options={names} />
          <Select label={say('Kogo', 'For whom')} value={of} set={setOf} options={names} />
          <Select
            label={say('W roli', 'In the role')}
            value={role}
            set={setRole}
            options={roles.map((one) => [one, roleName(one)] as const)}
          />
        </div>
        <div class="columns">
          <Input label={say('Od', 'From')} type="date" value={from} set={setFrom} required />
          <Input label={say('Do (włącznie)', 'Until (included)')} type="date" value={until} set={setUntil} required />
          <Input label={say('Powód', 'Reason')} value={reason} set={setReason} required />
        </div>
        <Input
          label={say('Numer dokumentu Burmistrza', "Number of the Mayor's document")}
          help={say('Dla Sekretarza i Inspektora Ochrony Danych', 'For the Secretary and the data-protection officer')}
          value={document}
          set={setDocument}
        />
      </ActionForm>
    </section>
  );
}
