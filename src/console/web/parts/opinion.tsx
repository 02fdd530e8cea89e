/** An opinion, of a request or of a disclosure: for or against, and why. */
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { say } from '../language.js';
import { Input, Select } from './basics.js';
import { ActionForm } from './form.js';

export type Verdict = 'for' | 'against';

interface OpinionFormProps {
  /** As whom it is given, where that is not plain. */
  readonly as?: string;
  readonly send: (verdict: Verdict, reasons: string) => Promise<unknown>;
}

export function OpinionForm({ as, send }: OpinionFormProps): JSX.Element {
  const [verdict, setVerdict] = useState<Verdict>('for');
  const [reasons, setReasons] = useState('');
  return (
    <ActionForm send={() => send(verdict, reasons)} button={say('Wydaj opinię', 'Give it')}>
      {as === undefined ? null : <p>{as}</p>}
      <Select
        label={say('Opinia', 'Opinion')}
        value={verdict}
        set={(value) => setVerdict(value === 'against' ? 'against' : 'for')}
        options={[
          ['for', say('za udostępnieniem', 'for')],
          ['against', say('przeciw udostępnieniu', 'against')],
        ]}
      />
      <Input label={say('Uzasadnienie', 'Reasons')} value={reasons} set={setReasons} lines={2} required />
    </ActionForm>
  );
}
