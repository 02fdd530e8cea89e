/**
 * Which passwords are taken (NIST SP 800-63B § 3.1.1.2): long enough, not among those that are guessed first, nothing that
 * anyone knows of the person or the office. No rules of composition, no expiry.
 */

/** Alone a password has to be longer than beside a second factor. Characters. */
export const leastLength = (secondFactor: boolean): number => (secondFactor ? 10 : 15);
const MOST_LENGTH = 128;

/** What guessers try first, here and in the world; compared without digits and signs around it. */
const common: ReadonlySet<string> = new Set(
  `password passwort haslo haslohaslo mojehaslo tajnehaslo qwerty qwertyuiop qwertyuiopas qwertyuiopasdfgh asdfghjkl
  asdfghjklzxcvbnm zxcvbnm zxcvbnmasdfgh qazwsx qazwsxedc qazwsxedcrfv qweasdzxc admin administrator adminadmin root rootroot
  welcome welcomehome letmein letmeinplease iloveyou kochamcie kochamciebardzo monkey dragon football baseball sunshine princess
  superman batman master michael shadow polska polskapolska warszawa krakow halina halinow halinowhalinow burmistrz sekretarz
  sekretariat urzad urzadmiejski urzadgminy urzadmiasta gmina starostwo nagrania nagrywanie rozmowy telefon telefontelefon
  centrala centralatelefoniczna matrix samsung komputer internet lato zima wiosna jesien styczen luty marzec kwiecien maj
  czerwiec lipiec sierpien wrzesien pazdziernik listopad grudzien poniedzialek wtorek sroda czwartek piatek sobota niedziela
  jezus maryja bogurodzica janpawel janpawelii legia legiawarszawa lechpoznan wislakrakow misiek misiaczek kotek kicius
  kochanie slonko sloneczko zaqwsx dupa dupadupa cholera trustno changeme changemenow correcthorsebatterystaple
  thisismypassword passwordpassword letmeinletmein abcdef abcdefgh abcdefghijkl abcdefghijklmno abcabcabc aaaaaa`
    .split(/\s+/)
    .filter((word) => word !== ''),
);

const plain = (text: string): string =>
  text
    .normalize('NFKD')
    .replace(/[\u0300-\u036f]/g, '')
    .replace(/[łŁ]/g, 'l')
    .toLowerCase()
    .replace(/0/g, 'o')
    .replace(/@/g, 'a')
    .replace(/1/g, 'l')
    .replace(/3/g, 'e')
    .replace(/\$/g, 's')
    .replace(/[^a-z]/g, '');

/** The digits or letters go up or down by one (0 comes after 9), or a short piece comes again and again. */
function isRun(text: string): boolean {
  const steps = Array.from(text.slice(1), (letter, i) => letter.charCodeAt(0) - text.charCodeAt(i));
  const ways = [[0], [1, -9], [-1, 9]];
  return ways.some((way) => steps.every((step) => way.includes(step))) || /^(.{1,8})\1+.{0,3}$/s.test(text);
}

export type PasswordProblem = 'too-short' | 'too-long' | 'common' | 'repetitive' | 'known-words';

/** What is wrong with it; undefined where it is taken. `known`: the login, the name, the office's words. */
export function passwordProblem(
  password: string,
  { secondFactor, known }: { readonly secondFactor: boolean; readonly known: readonly string[] },
): PasswordProblem | undefined {
  const text = password.normalize('NFKC');
  const length = Array.from(text).length;
  if (length < leastLength(secondFactor)) return 'too-short';
  if (length > MOST_LENGTH) return 'too-long';
  if (isRun(text.toLowerCase())) return 'repetitive';
  const bare = plain(text);
  const core = plain(text.replace(/^\P{L}+|\P{L}+$/gu, ''));
  if (common.has(bare) || common.has(core)) return 'common';
  const words = known.map(plain).filter((word) => word.length >= 4);
  const left = words.reduce((rest, word) => rest.replaceAll(word, ''), bare);
  if (left.length < 4 && left.length < bare.length) return 'known-words';
  return undefined;
}

/** For the person who chose it. */
export function passwordAdvice(problem: PasswordProblem, secondFactor: boolean): string {
  switch (problem) {
    case 'too-short':
      return `hasło musi mieć co najmniej ${leastLength(secondFactor)} znaków; dobre są cztery przypadkowe słowa`;
    case 'too-long':
      return `hasło może mieć najwyżej ${MOST_LENGTH} znaków`;
    case 'common':
      return 'to hasło jest na liście najczęściej odgadywanych';
    case 'repetitive':
      return 'hasło jest ciągiem powtórzeń albo kolejnych znaków';
    case 'known-words':
      return 'hasło składa się z nazwiska, loginu albo nazwy urzędu';
  }
}
