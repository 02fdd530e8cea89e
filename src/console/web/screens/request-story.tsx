/** What has become of an access request, step by step. */
import type { JSX } from 'preact';
import { say, when } from '../language.js';
import { stepName } from '../request-words.js';
import { useNames } from '../use.js';
import type { RequestView } from '../../routes/requests/views.js';

const happened = (event: RequestView['events'][number]): string => {
  if (event['verdict'] === 'for') return say('wydano opinię za udostępnieniem', 'opinion for it');
  if (event['verdict'] === 'against') return say('wydano opinię przeciw udostępnieniu', 'opinion against it');
  return stepName(event.type);
};

export function Story({ view }: { view: RequestView }): JSX.Element {
  const nameOf = useNames();
  return (
    <section class="card" aria-labelledby="story">
      <h2 id="story">{say('Przebieg sprawy', 'Its story')}</h2>
      <ol class="plain">
        <Happened at={view.filedAt} what={say('przyjęto wniosek', 'received')} by={nameOf(view.filedBy)} />
        {view.events.map((event) => (
          <Happened
            key={`${event.at} ${event.type}`}
            at={event.at}
            what={happened(event)}
            by={event.by === 'system' ? say('samoczynnie', 'by itself') : nameOf(event.by)}
            why={typeof event['reasons'] === 'string' ? event['reasons'] : undefined}
          />
        ))}
      </ol>
    </section>
  );
}

const Happened = ({
  at,
  what,
  by,
  why,
}: {
  at: number;
  what: string;
  by: string;
  why?: string | undefined;
}): JSX.Element => (
  <li class="break">
    <span class="soft small numbers">{when(at)}</span>
    <div>
      {what} <span class="soft">({by})</span>
    </div>
    {why === undefined ? null : <div class="small">„{why}”</div>}
  </li>
);
