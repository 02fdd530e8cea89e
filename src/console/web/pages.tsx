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
import { DisclosurePage } from './screens/disclosure.js';
import { DisclosureList, NewDisclosure } from './screens/disclosures.js';
import { LetterTemplates } from './screens/letters.js';
import { Audit } from './screens/audit.js';
import { Handsets } from './screens/handsets.js';
import { Confirmations, Held } from './screens/lists.js';
import { Own } from './screens/own.js';
import { Reports } from './screens/reports.js';
import { Prompts } from './screens/prompts.js';
import { NewRequest } from './screens/request-form.js';
import { RequestPage } from './screens/request.js';
import { Inbox, Requests } from './screens/requests.js';
import { Routing } from './screens/routing.js';
import { Today } from './screens/today.js';
import { Deputies } from './screens/deputies.js';
import { QuotaPage } from './screens/quota.js';
import { Trunks } from './screens/trunks.js';
import { AlertsPage, BackupPage } from './screens/watching.js';

/** What one does there: the day's work, watching over it, or keeping the system going. */
type Group = 'work' | 'oversight' | 'upkeep';

interface Page {
  readonly path: string;
  /** In the menu; undefined: it is not there. */
  readonly name?: () => string;
  /** Where in the menu; default: `work`. */
  readonly group?: Group;
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
    group: 'oversight',
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
    group: 'oversight',
    name: () => say('Zabezpieczenia', 'Holds'),
    open: (me) => may(me, 'hold.place'),
    draw: () => <Held />,
  },
  {
    path: '/handsets',
    group: 'upkeep',
    name: () => say('Aparaty', 'Handsets'),
    open: (me) => may(me, 'handsets.change'),
    draw: () => <Handsets />,
  },
  {
    path: '/accounts',
    group: 'upkeep',
    name: () => say('Konta', 'Accounts'),
    open: (me) => may(me, 'accounts.change'),
    draw: () => <Accounts />,
  },
  {
    path: '/audit',
    group: 'oversight',
    name: () => say('Dziennik zdarzeń', 'Audit log'),
    open: (me) => may(me, 'audit.read'),
    draw: () => <Audit />,
  },
  {
    path: '/trunks',
    group: 'upkeep',
    name: () => say('Łącza', 'Lines'),
    open: (me) => may(me, 'live.see'),
    draw: () => <Trunks />,
  },
  {
    path: '/routing',
    group: 'upkeep',
    name: () => say('Kierowanie rozmów', 'Routing'),
    open: (me) => may(me, 'settings.change'),
    draw: () => <Routing />,
  },
  {
    path: '/prompts',
    group: 'upkeep',
    name: () => say('Komunikaty', 'Announcements'),
    open: (me) => may(me, 'settings.change'),
    draw: () => <Prompts />,
  },
  {
    path: '/quota',
    group: 'upkeep',
    name: () => say('Miejsce na nagrania', 'Room for recordings'),
    open: (me) => may(me, 'quota.change'),
    draw: () => <QuotaPage />,
  },
  {
    path: '/deputies',
    group: 'oversight',
    name: () => say('Zastępstwa', 'Deputies'),
    open: (me) => may(me, 'deputy.name'),
    draw: () => <Deputies />,
  },
  {
    path: '/reports',
    group: 'oversight',
    name: () => say('Rejestry i sprawozdania', 'Registers and reports'),
    open: (me) => may(me, 'reports.read'),
    draw: () => <Reports />,
  },
  {
    path: '/letters',
    group: 'upkeep',
    name: () => say('Wzory pism', 'Letters'),
    open: (me) => may(me, 'settings.change'),
    draw: () => <LetterTemplates />,
  },
  {
    path: '/alerts',
    group: 'upkeep',
    name: () => say('Powiadomienia', 'Alerts'),
    open: (me) => may(me, 'settings.change'),
    draw: () => <AlertsPage />,
  },
  {
    path: '/backup',
    group: 'upkeep',
    name: () => say('Kopia zapasowa', 'Backup'),
    open: (me) => may(me, 'settings.change'),
    draw: () => <BackupPage />,
  },
  { path: '/api', open: everybody, draw: () => <ApiPage /> },
  { path: '/me', open: everybody, draw: () => <Own /> },
];

export interface MenuGroup {
  readonly name: string;
  readonly pages: readonly { readonly href: string; readonly name: string }[];
}

/** The pages that this person can open, as they stand in the menu. */
export function menuOf(me: Me): MenuGroup[] {
  if (me.limited) return [];
  const groups: readonly (readonly [Group, string])[] = [
    ['work', say('Praca', 'Work')],
    ['oversight', say('Nadzór', 'Oversight')],
    ['upkeep', say('System', 'System')],
  ];
  return groups.flatMap(([group, title]) => {
    const mine = pages.filter((page) => (page.group ?? 'work') === group);
    const shown = mine.flatMap(({ path, name, open }) => (name && open(me) ? [{ href: path, name: name() }] : []));
    return shown.length > 0 ? [{ name: title, pages: shown }] : [];
  });
}

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
        'Twoja rola nie obejmuje tej strony. Role nadaje administrator systemu.',
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
