/** When and where a recording is heard, and who is present (§ 2.6). */
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { post } from '../api.js';
import { say } from '../language.js';
import { Await, Check, Input } from '../parts/basics.js';
import { ActionForm } from '../parts/form.js';
import { useLoaded } from '../use.js';
import type { StepProps } from '../request-step-forms.js';

interface Conductor {
  readonly id: string;
  readonly name: string;
  readonly authorised: boolean;
}

export function Appoint({ name, view, done }: StepProps & { name: string }): JSX.Element {
  const [loaded, again] = useLoaded<{ people: readonly Conductor[] }>('/conductors');
  const [at, setAt] = useState('');
  const [place, setPlace] = useState('');
  const [present, setPresent] = useState<readonly string[]>([]);
  const send = async (): Promise<void> => {
    const appointment = { at: new Date(at).getTime(), place, present };
    done(await post(`/requests/${view.id}/${name}`, { appointment }));
  };
  return (
    <ActionForm
      send={send}
      button={say('Zapisz termin i przygotuj zawiadomienie', 'Set the date and make the notice')}
      missing={present.length === 0 ? say('Zaznacz, kto będzie obecny.', 'Say who is present.') : undefined}
    >
      <div class="columns">
        <Input
          label={say('Dzień i godzina odsłuchu', 'Date and time')}
          type="datetime-local"
          value={at}
          set={setAt}
          required
        />
        <Input label={say('Miejsce', 'Place')} value={place} set={setPlace} max={200} required />
      </div>
      <Await of={loaded} again={again}>
        {({ people }) => (
          <fieldset>
            <legend>{say('Kto będzie obecny (co najmniej jedna osoba)', 'Who is present (at least one)')}</legend>
            {people.map((one) => (
              <Check
                key={one.id}
                label={
                  one.authorised
                    ? one.name
                    : `${one.name} (${say('bez upoważnienia Burmistrza', 'without authorisation')})`
                }
                checked={present.includes(one.id)}
                set={(on) => setPresent((before) => (on ? [...before, one.id] : before.filter((id) => id !== one.id)))}
              />
            ))}
          </fieldset>
        )}
      </Await>
    </ActionForm>
  );
}
