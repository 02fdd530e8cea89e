/** Who did what with a call, of the audit log, for those who may read it: looked up when it is asked for, since that is on record too. */
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { get } from '../api.js';
import { say } from '../language.js';
import { byListening } from '../listenings.js';
import { may, useMe } from '../me.js';
import { ProblemNote } from '../parts/basics.js';
import { useDoing } from '../use.js';
import type { CallView } from '../../routes/call-views.js';
import { AuditTable, type AuditPage } from './audit.js';

export function CallAudit({ call }: { call: CallView }): JSX.Element | null {
  const { me } = useMe();
  const [page, setPage] = useState<AuditPage>();
  const { busy, problem, run } = useDoing();
  if (!may(me, 'audit.read')) return null;
  const look = (more = ''): void =>
    void run(async () => {
      const found = await get<AuditPage>(`/audit?object=${encodeURIComponent(call.id)}${more}`);
      setPage((before) => (before ? { ...found, lines: [...before.lines, ...found.lines] } : found));
    });
  const next = page?.next;
  return (
    <section class="card" aria-labelledby="call-audit">
      <h2 id="call-audit">{say('Dziennik tej rozmowy', 'Audit log of this call')}</h2>
      {page ? (
        <>
          <p class="soft">
            {say(
              'Każdy odsłuch jest tu jednym wierszem. Wszystkie jego wpisy są na stronie Dziennik zdarzeń.',
              'Each listening is one row here. All its lines are on the page Audit log.',
            )}
          </p>
          <AuditTable lines={byListening(page.lines)} />
        </>
      ) : (
        <>
          <p class="soft">
            {say(
              'Kto zaglądał do tej rozmowy, słuchał jej, chronił ją albo zmieniał. To zapytanie też zostanie zapisane.',
              'Who looked at this call, heard it, held or changed it. That you ask is written down too.',
            )}
          </p>
          <button type="button" disabled={busy} onClick={() => look()}>
            {say('Pokaż zdarzenia', 'Show the events')}
          </button>
        </>
      )}
      <ProblemNote problem={problem} />
      {next === undefined ? null : (
        <button type="button" disabled={busy} onClick={() => look(`&cursor=${encodeURIComponent(next)}`)}>
          {say('Pokaż wcześniejsze', 'Show earlier ones')}
        </button>
      )}
    </section>
  );
}
