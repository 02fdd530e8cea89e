/** What would happen to a call, in sentences. */
import { count, phone, quoted, say, when } from './language.js';
import { promptName } from './prompt-words.js';

export interface StoryLine {
  readonly is: string;
  readonly [more: string]: unknown;
}

const text = (value: unknown): string => (typeof value === 'string' ? value : '');
const list = (value: unknown): string => (Array.isArray(value) ? value.map(String).join(', ') : '');
const amount = (value: unknown): number => (typeof value === 'number' ? value : 0);
const seconds = (value: unknown): string => {
  const n = Math.round(amount(value));
  return n >= 120
    ? count(Math.round(n / 60), ['minutę', 'minuty', 'minut'], ['minute', 'minutes'])
    : count(n, ['sekundę', 'sekundy', 'sekund'], ['second', 'seconds']);
};

export function storyLine(line: StoryLine): string {
  const known = lines[line.is];
  return known ? known(line) : line.is;
}

/** Where a key leads: `queue citizens`, as the configuration says it. */
function whither(leads: string): string {
  const [kind = '', ...rest] = leads.split(' ');
  const to = rest.join(' ');
  const kinds: Readonly<Record<string, string>> = {
    queue: `${say('kolejka', 'queue')} ${quoted(to)}`,
    group: `${say('grupa', 'group')} ${quoted(to)}`,
    menu: `${say('zapowiedź', 'menu')} ${quoted(to)}`,
    hours: `${say('godziny pracy', 'opening hours')} ${quoted(to)}`,
    announce: `${say('komunikat', 'announcement')} ${quoted(promptName(to))}`,
    handsets: `${to.includes(',') ? say('aparaty', 'handsets') : say('aparat', 'handset')} ${to}`,
    number: `${say('numer', 'number')} ${phone(to)}`,
    hangUp: say('koniec rozmowy', 'the call ends'),
  };
  return kinds[kind] ?? leads;
}

const lines: Readonly<Record<string, (line: StoryLine) => string>> = {
  'no-route': () =>
    say(
      'Żadne ustawienie nie obejmuje tego numeru: dzwoniący usłyszy, że numer jest niedostępny.',
      'No setting takes this number: the caller is told that it cannot be reached.',
    ),
  route: ({ numbers, dialled, recorded }) =>
    `${say('Numer', 'Number')} ${phone(text(dialled))} ${say('obejmuje ustawienie dla', 'is taken by the setting for')} ${Array.isArray(numbers) ? numbers.map((one) => phone(String(one))).join(', ') : ''}. ${
      recorded
        ? say('Rozmowa będzie nagrywana.', 'The call is recorded.')
        : say('Rozmowa nie będzie nagrywana.', 'The call is not recorded.')
    }`,
  notice: ({ choice }) =>
    choice === 'none'
      ? say('Dzwoniący słyszy informację o nagrywaniu.', 'The caller hears the notice of recording.')
      : say(
          'Dzwoniący słyszy informację o nagrywaniu i wybiera klawiszem, czy się zgadza.',
          'The caller hears the notice of recording and chooses by a key.',
        ),
  hours: ({ name, open, why, day, until }) => {
    const because =
      why === 'night-mode'
        ? say('tryb nocny ustawiony z aparatu', 'night mode, set from a handset')
        : why === 'holiday' || why === 'exception'
          ? text(day) || say('dzień szczególny', 'a day of its own hours')
          : say('godziny tygodnia', 'hours of the week');
    const to = typeof until === 'number' ? `, ${say('do', 'until')} ${when(until)}` : '';
    return `${say('Godziny pracy', 'Opening hours')} ${quoted(text(name))}: ${open === true ? say('otwarte', 'open') : say('zamknięte', 'closed')} (${because})${to}.`;
  },
  group: ({ name }) => `${say('Rozmowa trafia do grupy', 'The call goes to the group')} ${quoted(text(name))}.`,
  queue: ({ name }) => `${say('Rozmowa trafia do kolejki', 'The call goes to the queue')} ${quoted(text(name))}.`,
  menu: ({ name, prompt, keys }) => {
    const all = (Array.isArray(keys) ? (keys as { key: string; leads: string }[]) : []).map(
      ({ key, leads }) => `${key}: ${whither(leads)}`,
    );
    const sound = text(prompt) === 'menu' ? '' : ` (${promptName(text(prompt))})`;
    return `${say('Dzwoniący słyszy zapowiedź', 'The caller hears the menu')} ${quoted(text(name))}${sound} ${say('i wybiera klawisz:', 'and chooses a key:')} ${all.join('; ')}. ${say('Bez wyboru:', 'Without a choice:')}`;
  },
  ring: ({ handsets, inTurn, seconds: time }) =>
    `${inTurn === true ? say('Dzwonią po kolei', 'These ring one after the other') : say('Dzwonią', 'These ring')}: ${list(handsets)} (${seconds(time)}). ${say('Gdy nikt nie odbierze:', 'Where nobody answers:')}`,
  wait: ({ agents, seconds: time }) =>
    `${say('Dzwoniący czeka na kogoś wolnego spośród', 'The caller waits for whoever is free of')} ${list(agents)}, ${say('najdłużej', 'at most')} ${seconds(time)}. ${say('Potem:', 'Then:')}`,
  dial: ({ number, by }) =>
    `${say('Rozmowa jest przekazywana na numer', 'The call goes on to')} ${text(number)}${by === undefined ? '' : ` (${say('za aparat', 'for the handset')} ${text(by)})`}. ${say('Gdy nikt nie odbierze:', 'Where nobody answers:')}`,
  forward: ({ from, to }) =>
    `${say('Aparat', 'The handset')} ${text(from)} ${say('przekierowuje na', 'forwards to')} ${text(to)}.`,
  'left-alone': ({ extension }) =>
    `${say('Aparat', 'The handset')} ${text(extension)} ${say('ma włączone „nie przeszkadzać”.', 'is not to be disturbed.')}`,
  say: ({ prompt }) =>
    `${say('Dzwoniący słyszy komunikat', 'The caller hears the announcement')} ${quoted(promptName(text(prompt)))}.`,
  lost: ({ why }) => `${say('Rozmowa donikąd nie prowadzi:', 'The call leads nowhere:')} ${text(why)}.`,
  end: ({ prompt }) =>
    prompt === undefined
      ? say('Koniec rozmowy.', 'The call ends.')
      : `${say('Komunikat', 'The announcement')} ${quoted(promptName(text(prompt)))}, ${say('koniec rozmowy.', 'then the call ends.')}`,
};
