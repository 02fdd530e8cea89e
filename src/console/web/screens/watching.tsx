/** Who is told of alarms, and how backups stand. */
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { post } from '../api.js';
import { bytes, count, number, say, when } from '../language.js';
import { Await, Mark, Note, ProblemNote, Title } from '../parts/basics.js';
import { useDoing, useLoaded } from '../use.js';
import type { AlertsView, AlertTried, BackupStep } from '../../routes/watching.js';

export function AlertsPage(): JSX.Element {
  const [loaded, again] = useLoaded<AlertsView>('/alerts');
  return (
    <>
      <Title>{say('Powiadomienia', 'Alerts')}</Title>
      <Await of={loaded} again={again}>
        {(alerts) => (
          <section class="card" id="alerts" aria-labelledby="channels">
            <h2 id="channels">{say('Kto dowiaduje się o awariach', 'Who is told of alarms')}</h2>
            <Channels alerts={alerts} />
            <Trying able={alerts.mail !== undefined || alerts.webhook !== undefined} />
          </section>
        )}
      </Await>
    </>
  );
}

function Channels({ alerts: { mail, webhook, atMost, afterMs } }: { alerts: AlertsView }): JSX.Element {
  if (!mail && !webhook)
    return (
      <Note tone="warn" title={say('Nikt nie jest powiadamiany', 'Nobody is told')}>
        {say(
          'Alarmy widać tylko na stronie „Dzisiaj”. W pliku konfiguracji ustaw sekcję „alerts”: adres poczty, na który program ma pisać.',
          'Alarms are seen on “Today” only. Set the section `alerts` of the configuration file: where the program writes to.',
        )}
      </Note>
    );
  return (
    <dl>
      {mail ? (
        <>
          <dt>{say('E-mail do', 'E-mail to')}</dt>
          <dd class="break">
            {mail.to.join(', ')} ({say('przez', 'by')} {mail.server}, {say('nadawca', 'from')} {mail.from})
          </dd>
        </>
      ) : null}
      {webhook ? (
        <>
          <dt>{say('Inny program', 'Another program')}</dt>
          <dd class="break">
            {webhook.host} {webhook.signed ? say('(z podpisem)', '(signed)') : say('(bez podpisu)', '(not signed)')}
          </dd>
        </>
      ) : null}
      <dt>{say('Kiedy', 'When')}</dt>
      <dd>
        {say('gdy alarm trwa dłużej niż', 'when an alarm lasts longer than')} {number(afterMs / 1000)} s,{' '}
        {say('najwyżej', 'at most')} {number(atMost)} {say('wiadomości na godzinę', 'messages an hour')}
      </dd>
    </dl>
  );
}

function Trying({ able }: { able: boolean }): JSX.Element | null {
  const [tried, setTried] = useState<readonly AlertTried[]>();
  const { busy, problem, run } = useDoing();
  if (!able) return null;
  const test = (): void =>
    void run(async () => setTried((await post<{ tried: AlertTried[] }>('/alerts/test', {}, 40_000)).tried));
  return (
    <>
      <button type="button" onClick={test} disabled={busy}>
        {say('Wyślij próbne powiadomienie', 'Send a test')}
      </button>
      <ProblemNote problem={problem} />
      <div role="status">
        <ul class="plain">
          {(tried ?? []).map(({ channel, failure }) => (
            <li key={channel}>
              {channel === 'mail' ? 'E-mail' : say('Inny program', 'Another program')}:{' '}
              {failure === undefined ? (
                <Mark tone="good">{say('wysłano', 'sent')}</Mark>
              ) : (
                <>
                  <Mark tone="bad">{say('nie udało się', 'failed')}</Mark> <span class="break">{failure}</span>
                </>
              )}
            </li>
          ))}
        </ul>
      </div>
    </>
  );
}

/** A backup that is older is a reason to worry. */
const OLD_MS = 8 * 86_400_000;

export function BackupPage(): JSX.Element {
  const [loaded, again] = useLoaded<{ backups: readonly BackupStep[] }>('/backups');
  return (
    <>
      <Title>{say('Kopia zapasowa', 'Backup')}</Title>
      <Await of={loaded} again={again}>
        {({ backups }) => (
          <section class="card" id="backups" aria-labelledby="state">
            <h2 id="state">{say('Stan', 'How it stands')}</h2>
            <State last={backups.find(({ step }) => step === 'done')} begun={backups[0]} />
            <ul class="plain">
              {backups.map((one) => (
                <li key={`${one.at} ${one.step}`}>
                  {when(one.at)}: {one.step === 'done' ? say('wykonano', 'done') : say('rozpoczęto', 'begun')}
                  {one.files === undefined
                    ? ''
                    : `, ${count(one.files, ['plik', 'pliki', 'plików'], ['file', 'files'])} (${bytes(one.bytes ?? 0)})`}
                </li>
              ))}
            </ul>
            <p>
              {say(
                'Kopię wykonuje polecenie na serwerze, także podczas rozmów:',
                'A command on the server makes one, while calls go on too:',
              )}{' '}
              <code class="break">halina backup --help</code>
            </p>
          </section>
        )}
      </Await>
    </>
  );
}

function State({ last, begun }: { last: BackupStep | undefined; begun: BackupStep | undefined }): JSX.Element {
  if (!last)
    return (
      <Note tone="bad" title={say('Nie ma żadnej kopii', 'There is no backup')}>
        {say(
          'Gdy zepsuje się dysk, nagrania i dziennik przepadną. Ustaw na serwerze codzienne wykonywanie kopii na inny dysk.',
          'When the disk breaks, recordings and audit log are lost. Let the server make a backup to another disk every day.',
        )}
      </Note>
    );
  const isOld = Date.now() - last.at > OLD_MS;
  return (
    <Note tone={isOld ? 'warn' : 'good'} title={`${say('Ostatnia kopia:', 'Last backup:')} ${when(last.at)}`}>
      <p>
        {isOld
          ? say(
              'To dawno. Sprawdź na serwerze, dlaczego nowszej nie ma.',
              'That is long ago. See on the server why there is no newer one.',
            )
          : say('Kopia jest aktualna.', 'It is fresh.')}{' '}
        {begun && begun.at > last.at
          ? say(
              'Następna została rozpoczęta i jeszcze trwa albo się nie udała.',
              'Another was begun: it still runs, or has failed.',
            )
          : ''}
      </p>
    </Note>
  );
}
