/** Papers of an access request: read, signed, sent, and handed to the office's records. */
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { post } from '../api.js';
import { base64Of } from '../files.js';
import { onDay, say, when } from '../language.js';
import { may, useMe } from '../me.js';
import { Field, Input, Mark, ProblemNote, Select } from '../parts/basics.js';
import { ActionForm } from '../parts/form.js';
import { channelNames, paperTitle } from '../request-words.js';
import { useDoing } from '../use.js';
import type { PaperView, RequestView } from '../../routes/requests/views.js';

interface Props {
  readonly view: RequestView;
  readonly done: (view: RequestView) => void;
}

export function Papers({ view, done }: Props): JSX.Element {
  const { me } = useMe();
  return (
    <section class="card" aria-labelledby="papers">
      <h2 id="papers">{say('Pisma', 'Papers')}</h2>
      <ul class="plain">
        {view.papers.map((paper) => (
          <li key={paper.n}>
            {paper.made ? (
              <a href={`/api/v1/requests/${view.id}/papers/${paper.n}`} target="_blank" rel="noreferrer">
                {paperTitle(paper)} (PDF)
              </a>
            ) : (
              <>
                {paperTitle(paper)} <Mark tone="warn">{say('w przygotowaniu', 'being made')}</Mark>
              </>
            )}{' '}
            {paper.made ? <span class="soft small numbers">{when(paper.made.at, 'date')}</span> : null}{' '}
            <PaperState view={view} paper={paper} />
            {may(me, 'request.complete') && paper.made && !paper.delivered && paper.paper !== 'opinion' ? (
              <details>
                <summary>{say('Podpis i doręczenie', 'Signature and delivery')}</summary>
                <PaperForms view={view} paper={paper} done={done} />
              </details>
            ) : null}
          </li>
        ))}
      </ul>
      {view.state.phase === 'approved' ? (
        <p>
          <a href={`/api/v1/requests/${view.id}/date.ics`} download>
            {say('Termin do kalendarza (ics)', 'The date for a calendar (ics)')}
          </a>
        </p>
      ) : null}
      {view.waits?.what === 'file-away' ? <FileAway view={view} done={done} /> : null}
      {view.filedAway ? (
        <p>
          {say('Przekazano do akt:', "In the office's records:")} {onDay(view.filedAway.on)}, {view.filedAway.caseSign}
        </p>
      ) : null}
    </section>
  );
}

const PaperState = ({ view, paper }: { view: RequestView; paper: PaperView }): JSX.Element => (
  <>
    {paper.signed ? (
      <a href={`/api/v1/requests/${view.id}/papers/${paper.n}?form=signed`} target="_blank" rel="noreferrer">
        {say('podpisane', 'signed')}
      </a>
    ) : null}{' '}
    {paper.delivered ? (
      <Mark tone="good">{`${say('doręczone', 'delivered')} ${onDay(paper.delivered.on)}`}</Mark>
    ) : null}
  </>
);

function PaperForms({ view, paper, done }: Props & { paper: PaperView }): JSX.Element {
  const [channel, setChannel] = useState('electronic-delivery');
  const [on, setOn] = useState(() => new Date().toLocaleDateString('sv'));
  const [proof, setProof] = useState('');
  const { busy, problem, run } = useDoing();
  const path = `/requests/${view.id}/papers/${paper.n}`;
  const attach = (file: File | undefined): void => {
    if (file) void run(async () => done(await post(`${path}/signed`, { pdf: await base64Of(file) })));
  };
  const submit = (event: Event): void => {
    event.preventDefault();
    void run(async () => done(await post(`${path}/delivery`, { channel, on, proof })));
  };
  return (
    <form onSubmit={submit}>
      <Field label={say('Podpisane pismo (PDF)', 'The signed letter (PDF)')}>
        {(ids) => (
          <input
            {...ids}
            type="file"
            accept="application/pdf"
            disabled={busy}
            onChange={(event) => attach(event.currentTarget.files?.[0])}
          />
        )}
      </Field>
      <Select
        label={say('Jak doręczono', 'How it went out')}
        value={channel}
        set={setChannel}
        options={channelNames()}
      />
      <Input label={say('Dnia', 'On')} type="date" value={on} set={setOn} required />
      <Input label={say('Dowód doręczenia', 'Proof')} value={proof} set={setProof} max={500} required />
      <ProblemNote problem={problem} />
      <button type="submit" disabled={busy}>
        {say('Wpisz doręczenie', 'Enter it')}
      </button>
    </form>
  );
}

function FileAway({ view, done }: Props): JSX.Element {
  const [on, setOn] = useState(() => new Date().toLocaleDateString('sv'));
  const [caseSign, setCaseSign] = useState(view.caseSign ?? '');
  const send = async (): Promise<void> => done(await post(`/requests/${view.id}/file-away`, { on, caseSign }));
  return (
    <ActionForm send={send} button={say('Przekazano do akt', 'Handed over')} tone="plain">
      <h3>{say('Przekazanie do akt', "To the office's records")}</h3>
      <Input label={say('Dnia', 'On')} type="date" value={on} set={setOn} required />
      <Input label={say('Znak sprawy', 'Case sign')} value={caseSign} set={setCaseSign} max={80} required />
    </ActionForm>
  );
}
