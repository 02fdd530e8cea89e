/** Which pages there are, who sees them in the menu, and where they are. */
import type { JSX } from 'preact';
import { say } from './language.js';
import { may, type Me } from './me.js';
import { Note, Title } from './parts/basics.js';
import { match, type Place } from './router.js';
import { Accounts } from './screens/accounts.js';
import { ApiPage } from './screens/api.js';
import { CallPage } from './screens/call.js';
import { Calls } from './screens/calls.js';
import { DisclosureList, DisclosurePage, NewDisclosure } from './screens/disclosures.js';
import { LetterTemplates } from './screens/letters.js';
import { Audit, Confirmations, Handsets, Held } from './screens/lists.js';
import { Own } from './screens/own.js';
import { Reports } from './screens/reports.js';
import { Prompts } from './screens/prompts.js';
import { NewRequest } from './screens/request-form.js';
import { RequestPage } from './screens/request.js';
import { Inbox, Requests } from './screens/requests.js';
import { Routing } from './screens/routing.js';
import { Today } from './screens/today.js';
import { Deputies, QuotaPage, Trunks } from './screens/upkeep.js';
import { AlertsPage, BackupPage } from './screens/watching.js';

interface Page {
  readonly path: string;
  /** In the menu; undefined: it is not there. */
  readonly name?: () => string;
  readonly open: (me: Me) => boolean;
  readonly draw: (parts: Readonly<Record<string, string>>, query: URLSearchParams) => JSX.Element;
}

const everybody = (): boolean => true;

const pages: readonly Page[] = [
  { path: '/', name: () => say('Dzisiaj', 'Today'), open: everybody, draw: () => <Today /> },
  {
    path: '/inbox',
    name: () => say('Czeka na mnie', 'Waits for me'),
    open: (me) => may(me, 'request.see') || may(me, 'disclosure.see'),
    draw: () => <Inbox />,
  },
  {
    path: '/requests',
    name: () => say('Wnioski', 'Requests'),
    open: (me) => may(me, 'request.see'),
    draw: () => <Requests />,
  },
  { path: '/requests/new', open: (me) => may(me, 'request.file'), draw: () => <NewRequest /> },
  {
    path: '/requests/:id',
    open: (me) => may(me, 'request.see'),
    draw: ({ id = '' }) => <RequestPage key={id} id={id} />,
  },
  {
    path: '/calls',
    name: () => say('Rozmowy', 'Calls'),
    open: (me) => may(me, 'calls.search'),
    draw: (_, query) => <Calls query={query} />,
  },
  {
    path: '/calls/:id',
    open: (me) => may(me, 'calls.search'),
    draw: ({ id = '' }) => <CallPage key={id} id={id} />,
  },
  {
    path: '/confirm',
    name: () => say('Do potwierdzenia', 'To be confirmed'),
    open: (me) => may(me, 'action.confirm'),
    draw: () => <Confirmations />,
  },
  {
    path: '/disclosures',
    name: () => say('Udostępnienia organom', 'Disclosures'),
    open: (me) => may(me, 'disclosure.see'),
    draw: () => <DisclosureList />,
  },
  {
    path: '/disclosures/new',
    open: (me) => may(me, 'disclosure.prepare'),
    draw: (_, query) => <NewDisclosure call={query.get('call') ?? undefined} />,
  },
  {
    path: '/disclosures/:id',
    open: (me) => may(me, 'disclosure.see'),
    draw: ({ id = '' }) => <DisclosurePage key={id} id={id} />,
  },
  {
    path: '/holds',
    name: () => say('Zabezpieczenia', 'Holds'),
    open: (me) => may(me, 'hold.place'),
    draw: () => <Held />,
  },
  {
    path: '/handsets',
    name: () => say('Aparaty', 'Handsets'),
    open: (me) => may(me, 'handsets.change'),
    draw: () => <Handsets />,
  },
  {
    path: '/accounts',
    name: () => say('Konta', 'Accounts'),
    open: (me) => may(me, 'accounts.change'),
    draw: () => <Accounts />,
  },
  {
    path: '/audit',
    name: () => say('Dziennik zdarzeń', 'Audit log'),
    open: (me) => may(me, 'audit.read'),
    draw: () => <Audit />,
  },
  {
    path: '/trunks',
    name: () => say('Łącza', 'Lines'),
    open: (me) => may(me, 'live.see'),
    draw: () => <Trunks />,
  },
  {
    path: '/routing',
    name: () => say('Kierowanie rozmów', 'Routing'),
    open: (me) => may(me, 'settings.change'),
    draw: () => <Routing />,
  },
  {
    path: '/prompts',
    name: () => say('Komunikaty', 'Announcements'),
    open: (me) => may(me, 'settings.change'),
    draw: () => <Prompts />,
  },
  {
    path: '/quota',
    name: () => say('Miejsce na nagrania', 'Room for recordings'),
    open: (me) => may(me, 'quota.change'),
    draw: () => <QuotaPage />,
  },
  {
    path: '/deputies',
    name: () => say('Zastępstwa', 'Deputies'),
    open: (me) => may(me, 'deputy.name'),
    draw: () => <Deputies />,
  },
  {
    path: '/reports',
    name: () => say('Rejestry i sprawozdania', 'Registers and reports'),
    open: (me) => may(me, 'reports.read'),
    draw: () => <Reports />,
  },
  {
    path: '/letters',
    name: () => say('Wzory pism', 'Letters'),
    open: (me) => may(me, 'settings.change'),
    draw: () => <LetterTemplates />,
  },
  {
    path: '/alerts',
    name: () => say('Powiadomienia', 'Alerts'),
    open: (me) => may(me, 'settings.change'),
    draw: () => <AlertsPage />,
  },
  {
    path: '/backup',
    name: () => say('Kopia zapasowa', 'Backup'),
    open: (me) => may(me, 'settings.change'),
    draw: () => <BackupPage />,
  },
  { path: '/api', open: everybody, draw: () => <ApiPage /> },
  { path: '/me', open: everybody, draw: () => <Own /> },
];

export const menuOf = (me: Me): { href: string; name: string }[] =>
  pages.flatMap(({ path, name, open }) => (name && open(me) ? [{ href: path, name: name() }] : []));

export function pageOf({ path, query }: Place, me: Me): JSX.Element {
  for (const page of pages) {
    const parts = match(page.path, path);
    if (!parts) continue;
    return page.open(me) ? page.draw(parts, query) : <Closed />;
  }
  return <Missing />;
}

const Closed = (): JSX.Element => (
  <>
    <Title>{say('Brak uprawnienia', 'Not permitted')}</Title>
    <Note tone="warn">
      {say(
        'Pani / Pana rola nie obejmuje tej strony. Role nadaje administrator systemu.',
        'Your role does not include this page. Roles are granted by the administrator.',
      )}
    </Note>
  </>
);

const Missing = (): JSX.Element => (
  <>
    <Title>{say('Nie ma takiej strony', 'There is no such page')}</Title>
    <p>
      <a href="/">{say('Przejdź na stronę „Dzisiaj”', 'Go to “Today”')}</a>
    </p>
  </>
);
