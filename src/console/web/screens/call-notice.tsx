/** The proof that whoever called was told of the recording. */
import type { JSX } from 'preact';
import { say, when } from '../language.js';
import { Mark, Row } from '../parts/basics.js';
import { inLanguage, promptName } from '../prompt-words.js';
import type { CallView } from '../../routes/call-views.js';

export function Notice({ call }: { call: CallView }): JSX.Element {
  const { notice, outboundNotice } = call;
  return (
    <section class="card" aria-labelledby="notice">
      <h2 id="notice">{say('Informacja o nagrywaniu', 'Notice of recording')}</h2>
      {notice ? (
        <>
          <p>
            {notice.framesSent === notice.framesTotal ? (
              <Mark tone="good">{say('odtworzona w całości', 'played whole')}</Mark>
            ) : (
              <Mark tone="warn">{say('przerwana przez rozmówcę', 'not heard to its end')}</Mark>
            )}
          </p>
          <dl>
            <Row name={say('Od', 'From')}>{when(notice.beganAt, 'time')}</Row>
            <Row name={say('Do', 'To')}>{when(notice.endedAt, 'time')}</Row>
            <Row name={say('Komunikat', 'Prompt')}>
              {promptName(notice.prompt)}, {inLanguage(notice.language)}{' '}
              <code class="small soft">
                {notice.language}/{notice.prompt}
              </code>
            </Row>
            <Row name="SHA-256">
              <code class="small">{notice.sha256}</code>
            </Row>
          </dl>
        </>
      ) : outboundNotice ? (
        <p>
          {outboundNotice.confirmed
            ? say('Pracownik potwierdził, że poinformował rozmówcę.', 'The employee confirmed that the party was told.')
            : say('Nie potwierdzono poinformowania rozmówcy.', 'It was not confirmed that the party was told.')}
        </p>
      ) : (
        <p class="soft">{say('Nie odtworzono komunikatu.', 'No notice was played.')}</p>
      )}
    </section>
  );
}
