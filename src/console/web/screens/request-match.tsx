/** Which call a request is about: candidates by its number and days, chosen by whoever checked that the requester took part. */
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { post } from '../api.js';
import { length, say, when } from '../language.js';
import { Await, Check, Input } from '../parts/basics.js';
import { ActionForm } from '../parts/form.js';
import { useLoaded } from '../use.js';
import { Parties, RecordingMarks } from './calls.js';
import { directionName } from './today.js';
import type { CallRow } from '../../routes/call-views.js';
import type { StepProps } from '../request-step-forms.js';

/** Not what one comes for: the old holds go, and opinions are asked anew. */
export const isRematch = (name: string, { state }: StepProps['view']): boolean =>
  name === 'match' && state.phase !== 'received';

export function Match({ view, done }: StepProps): JSX.Element {
  const [wide, setWide] = useState(false);
  const [loaded, again] = useLoaded<{ calls: readonly CallRow[] }>(
    `/requests/${view.id}/candidates${wide ? '?wide=true' : ''}`,
  );
  const [chosen, setChosen] = useState<readonly string[]>([]);
  const [participation, setParticipation] = useState('');
  const send = async (): Promise<void> =>
    done(await post(`/requests/${view.id}/match`, { calls: chosen, participation }));
  const toggle = (id: string, on: boolean): void =>
    setChosen((before) => (on ? [...before, id] : before.filter((one) => one !== id)));
  return (
    <ActionForm
      send={send}
      button={say('Wskaż rozmowę i poproś o opinie', 'Name the call and ask for opinions')}
      missing={
        chosen.length === 0 ? say('Zaznacz, której rozmowy dotyczy wniosek.', 'Say which call it is about.') : undefined
      }
    >
      <p>
        {say(
          'Rozmowy z dni podanych we wniosku, z podanego numeru. Nagrania wskazanych rozmów zostaną zabezpieczone.',
          'Calls of the days and of the number on the form. The recordings of those you name are held.',
        )}{' '}
        {isRematch('match', view)
          ? say(
              'Dotychczasowe zabezpieczenia zostaną zwolnione, a opinie wydane od nowa.',
              'The holds until now are released, and opinions are asked anew.',
            )
          : ''}
      </p>
      <Check
        label={say('Pokaż wszystkie rozmowy z tych dni', 'Show all calls of those days')}
        checked={wide}
        set={setWide}
      />
      <Await of={loaded} again={again}>
        {({ calls }) =>
          calls.length === 0 ? (
            <p role="status">{say('Nie znaleziono rozmowy.', 'No call was found.')}</p>
          ) : (
            <fieldset>
              <legend>{say('Której rozmowy dotyczy wniosek', 'Which call it is about')}</legend>
              {calls.map((call) => (
                <Candidate
                  key={call.id}
                  call={call}
                  checked={chosen.includes(call.id)}
                  set={(on) => toggle(call.id, on)}
                />
              ))}
            </fieldset>
          )
        }
      </Await>
      <Input
        label={say('Jak sprawdzono udział w rozmowie', 'How the taking part was checked')}
        help={say('Sam numer telefonu nie wystarcza.', 'The number alone proves nothing.')}
        value={participation}
        set={setParticipation}
        lines={2}
        required
      />
    </ActionForm>
  );
}

/** A call that it may be, with all that tells it from others. */
const Candidate = ({
  call,
  checked,
  set,
}: {
  call: CallRow;
  checked: boolean;
  set: (on: boolean) => void;
}): JSX.Element => (
  <label class="choice candidate">
    <input type="checkbox" checked={checked} onChange={(event) => set(event.currentTarget.checked)} />
    <span>
      <strong class="numbers">{when(call.startedAt)}</strong>, {directionName(call.direction)},{' '}
      {call.talkMs === undefined ? say('bez rozmowy', 'nobody talked') : length(call.talkMs)}
      <Parties of={call} />
    </span>
    <span>
      <RecordingMarks call={call} />
    </span>
  </label>
);
