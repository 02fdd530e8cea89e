/** The opinion that waits for the reader: the officer's, or of a unit that they head; the server says which. */
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { post } from '../api.js';
import { say } from '../language.js';
import { Input, Select } from '../parts/basics.js';
import { ActionForm } from '../parts/form.js';
import type { RequestView } from '../../routes/requests/views.js';

interface Props {
  readonly view: RequestView;
  readonly done: (view: RequestView) => void;
}

/** One after the other, where somebody heads two of the units. */
export function Opinion({ view, done }: Props): JSX.Element {
  const unit = view.opinions[0]?.unit;
  const [verdict, setVerdict] = useState('for');
  const [reasons, setReasons] = useState('');
  const send = async (): Promise<void> =>
    done(
      unit === undefined
        ? await post<RequestView>(`/requests/${view.id}/opinion-dpo`, { verdict, reasons })
        : await post<RequestView>(`/requests/${view.id}/opinion-unit`, { unit, verdict, reasons }),
    );
  return (
    <ActionForm send={send} button={say('Wydaj opinię', 'Give it')}>
      <p>
        {unit === undefined
          ? say('Jako Inspektor Ochrony Danych.', 'As the data-protection officer.')
          : `${say('Za komórkę:', 'For the unit:')} ${unit}.`}
      </p>
      <Select
        label={say('Opinia', 'Opinion')}
        value={verdict}
        set={setVerdict}
        options={[
          ['for', say('za udostępnieniem', 'for')],
          ['against', say('przeciw udostępnieniu', 'against')],
        ]}
      />
      <Input label={say('Uzasadnienie', 'Reasons')} value={reasons} set={setReasons} lines={2} required />
    </ActionForm>
  );
}
