/** The opinion that waits for the reader: the officer's, or of a unit that they head; the server says which. */
import type { JSX } from 'preact';
import { post } from '../api.js';
import { say } from '../language.js';
import { OpinionForm } from '../parts/opinion.js';
import type { RequestView } from '../../routes/requests/views.js';

interface Props {
  readonly view: RequestView;
  readonly done: (view: RequestView) => void;
}

/** One after the other, where somebody heads two of the units. */
export function Opinion({ view, done }: Props): JSX.Element {
  const unit = view.opinions[0]?.unit;
  const [path, as] =
    unit === undefined
      ? ['opinion-dpo', say('Jako Inspektor Ochrony Danych.', 'As the data-protection officer.')]
      : ['opinion-unit', `${say('Za komórkę:', 'For the unit:')} ${unit}.`];
  return (
    <OpinionForm
      as={as}
      send={async (verdict, reasons) =>
        done(
          await post<RequestView>(`/requests/${view.id}/${path}`, {
            ...(unit === undefined ? {} : { unit }),
            verdict,
            reasons,
          }),
        )
      }
    />
  );
}
