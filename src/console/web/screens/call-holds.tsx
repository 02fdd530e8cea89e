/** What holds the recording of a call, restricts it, or erases it. */
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { post } from '../api.js';
import { say, when } from '../language.js';
import { hasRole, may, useMe } from '../me.js';
import { Dialog, Input, Mark, Note, ProblemNote } from '../parts/basics.js';
import { useDoing } from '../use.js';
import type { CallView, GuardView } from '../../routes/call-views.js';

export function Holds({ call, again }: { call: CallView; again: () => void }): JSX.Element {
  const { me } = useMe();
  const [open, setOpen] = useState<'hold' | 'restriction' | 'erasure' | GuardView>();
  const guards = call.guards.filter(({ released }) => !released);
  const close = (): void => {
    setOpen(undefined);
    again();
  };
  return (
    <section class="card" aria-labelledby="holds">
      <h2 id="holds">{say('Zabezpieczenia', 'Holds')}</h2>
      {guards.length === 0 ? <p class="soft">{say('Nagranie nie jest zabezpieczone.', 'Nothing holds it.')}</p> : null}
      <ul class="plain">
        {guards.map((guard) => (
          <li key={guard.id}>
            <Mark tone={guard.effect === 'restriction' ? 'bad' : 'warn'}>
              {guard.effect === 'restriction'
                ? say('ograniczenie (art. 18 RODO)', 'restriction (GDPR 18)')
                : say('zabezpieczenie', 'hold')}
            </Mark>{' '}
            {guard.reason}{' '}
            <span class="soft small">
              {when(guard.at)}
              {guard.until ? ` – ${when(guard.until, 'day')}` : ''}
            </span>{' '}
            {may(me, 'hold.release') ? (
              <button type="button" class="plain" onClick={() => setOpen(guard)}>
                {say('Zwolnij', 'Release')}
              </button>
            ) : null}
          </li>
        ))}
      </ul>
      {may(me, 'hold.place') && call.phase !== 'erased' ? (
        <p class="row">
          <button type="button" onClick={() => setOpen('hold')}>
            {say('Zabezpiecz', 'Place a hold')}
          </button>
          <button type="button" onClick={() => setOpen('restriction')}>
            {say('Ogranicz przetwarzanie', 'Restrict')}
          </button>
          {may(me, 'recording.erase') ? (
            <button type="button" class="danger" onClick={() => setOpen('erasure')}>
              {say('Usuń…', 'Erase…')}
            </button>
          ) : null}
        </p>
      ) : null}
      {open === undefined ? null : (
        <HoldDialog call={call} what={open} close={close} secretary={hasRole(me, 'secretary')} />
      )}
    </section>
  );
}

interface HoldDialogProps {
  readonly call: CallView;
  readonly what: 'hold' | 'restriction' | 'erasure' | GuardView;
  readonly close: () => void;
  readonly secretary: boolean;
}

function HoldDialog({ call, what, close, secretary }: HoldDialogProps): JSX.Element {
  const [reason, setReason] = useState('');
  const [waits, setWaits] = useState(false);
  const { busy, problem, run } = useDoing();
  const submit = (event: Event): void => {
    event.preventDefault();
    void run(async () => {
      if (what === 'hold' || what === 'restriction') {
        await post(`/calls/${call.id}/holds`, { effect: what, kind: 'administrator', reason });
        return close();
      }
      const path = what === 'erasure' ? 'erasure' : `holds/${what.id}/release`;
      const answer = await post<{ pending?: { state: string } }>(`/calls/${call.id}/${path}`, { reason });
      if (answer.pending?.state === 'asked') setWaits(true);
      else close();
    });
  };
  const title =
    what === 'hold'
      ? say('Zabezpieczenie nagrania', 'Hold')
      : what === 'restriction'
        ? say('Ograniczenie przetwarzania', 'Restriction')
        : what === 'erasure'
          ? say('Usunięcie nagrania', 'Erasure')
          : say('Zwolnienie zabezpieczenia', 'Release');
  return (
    <Dialog title={title} close={close}>
      {waits ? (
        <>
          <Note tone="good">
            {say('Wniosek czeka na potwierdzenie Sekretarza.', 'This waits for the Secretary to confirm it.')}
          </Note>
          <button type="button" onClick={close}>
            {say('Zamknij', 'Close')}
          </button>
        </>
      ) : (
        <form onSubmit={submit}>
          {what === 'erasure' ? (
            <Note tone="warn">
              {say(
                'Usuniętego nagrania nie da się odzyskać. Potwierdza je Sekretarz.',
                'What is erased cannot be brought back. The Secretary confirms it.',
              )}
            </Note>
          ) : null}
          {typeof what === 'object' && !secretary ? (
            <Note>{say('Zwolnienie potwierdza Sekretarz.', 'The Secretary confirms a release.')}</Note>
          ) : null}
          <ProblemNote problem={problem} />
          <Input label={say('Powód', 'Reason')} value={reason} set={setReason} lines={3} required />
          <p class="row end">
            <button type="button" onClick={close}>
              {say('Anuluj', 'Cancel')}
            </button>
            <button type="submit" class={what === 'erasure' ? 'danger' : 'main'} disabled={busy}>
              {say('Zapisz', 'Save')}
            </button>
          </p>
        </form>
      )}
    </Dialog>
  );
}
