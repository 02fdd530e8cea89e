/** The announcements: what is played, an own one in the place of ours, speech from a text. Each change is on record by its hash. */
import { z } from 'zod';
import { HalinaError } from '../../base/errors.js';
import { Problem } from '../frame/problem.js';
import { json, raw, type Route } from '../frame/route.js';

export const promptView = z.object({
  language: z.string(),
  name: z.string(),
  /** The office's own. */
  own: z.boolean(),
  /** Of those that come with the program. */
  text: z.string().optional(),
  sha256: z.string(),
  durationMs: z.number(),
  /** It is what callers hear now. */
  inUse: z.boolean(),
});
export type PromptView = z.infer<typeof promptView>;

export interface PromptDoor {
  list(): Promise<PromptView[]>;
  sound(language: string, name: string): Promise<Buffer | undefined>;
  /** Throws `WAV_INVALID`. */
  check(wav: Uint8Array): { readonly sha256: string; readonly durationMs: number };
  /** Heard from the next announcement on. */
  put(language: string, name: string, wav: Uint8Array): Promise<void>;
  /** Back to ours; false where there is none. */
  drop(language: string, name: string): Promise<boolean>;
  canSpeak(): Promise<boolean>;
  /** A WAV file. */
  speak(language: string, text: string): Promise<Buffer>;
}

const needs = 'settings.change';
const params = z.object({
  language: z.string().regex(/^[a-z]{2}$/),
  name: z.string().regex(/^[a-z0-9][a-z0-9-]{0,39}$/),
});
/** Of a WAV file, bytes: three minutes of 48 kHz; base64 takes a third more. */
const MOST_BYTES = 18_000_000;

export function promptRoutes(prompts: PromptDoor): Route[] {
  return [...reading(prompts), ...changing(prompts)];
}

function reading(prompts: PromptDoor): Route[] {
  return [
    json({
      method: 'GET',
      path: '/prompts',
      summary: 'The announcements, with their texts and check sums; whether speech can be made here',
      needs,
      audit: 'nothing',
      answer: z.object({ prompts: z.array(promptView), canSpeak: z.boolean() }),
      handle: async () => ({ prompts: await prompts.list(), canSpeak: await prompts.canSpeak() }),
    }),
    raw({
      method: 'GET',
      path: '/prompts/:language/:name/sound',
      summary: 'The sound of an announcement',
      needs,
      params,
      audit: 'nothing',
      type: 'audio/wav',
      handle: async ({ params: { language, name } }, _, reply) => {
        const wav = await prompts.sound(language, name);
        if (!wav) throw unknown();
        return reply.type('audio/wav').send(wav);
      },
    }),
    raw({
      method: 'POST',
      path: '/prompts/speech',
      summary: 'Speech from a text, to be listened to before it is kept',
      needs,
      body: z.strictObject({ language: z.enum(['pl', 'en']), text: z.string().trim().min(1).max(2000) }),
      audit: 'nothing',
      type: 'audio/wav',
      handle: async ({ body: { language, text } }, _, reply) =>
        reply.type('audio/wav').send(await prompts.speak(language, text)),
    }),
  ];
}

function changing(prompts: PromptDoor): Route[] {
  const oldOf = async (language: string, name: string): Promise<PromptView | undefined> =>
    (await prompts.list()).find((one) => one.language === language && one.name === name);
  return [
    json({
      method: 'POST',
      path: '/prompts/:language/:name',
      summary: "The office's own announcement, a WAV file, in the place of the one there was",
      needs,
      params,
      body: z.strictObject({ wav: z.base64() }),
      bodyLimit: Math.ceil((MOST_BYTES * 4) / 3) + 1000,
      audit: 'in-room',
      answer: z.object({ sha256: z.string(), durationMs: z.number() }),
      handle: async ({ params: { language, name }, body, audit }) => {
        const wav = Buffer.from(body.wav, 'base64');
        const sound = usable(prompts, wav);
        const old = (await oldOf(language, name))?.sha256;
        const facts = { name: `${language}:${name}`, sha256: sound.sha256, ...(old === undefined ? {} : { old }) };
        await audit({ event: 'prompt', role: 'administrator', facts });
        await prompts.put(language, name, wav);
        return sound;
      },
    }),
    json({
      method: 'DELETE',
      path: '/prompts/:language/:name',
      summary: 'Back to the announcement that comes with the program',
      needs,
      params,
      audit: 'in-room',
      answer: z.object({}),
      handle: async ({ params: { language, name }, audit }) => {
        const old = await oldOf(language, name);
        if (!old?.own) throw unknown();
        const facts = { name: `${language}:${name}`, sha256: old.sha256, old: old.sha256 };
        await audit({ event: 'prompt', role: 'administrator', facts });
        if (!(await prompts.drop(language, name))) throw onlyOwn();
        return {};
      },
    }),
  ];
}

/** What is wrong with a file, in words for whoever chose it. */
const reasons: readonly (readonly [sign: string, pl: string])[] = [
  ['no WAV file', 'to nie jest plik WAV'],
  ['16-bit PCM', 'dźwięk nie jest w formacie PCM 16 bitów'],
  ['no sound in it', 'w pliku nie ma dźwięku'],
  ['before its format', 'plik jest uszkodzony'],
  ['cut short', 'plik jest ucięty'],
  ['out of range', 'nieobsługiwana częstotliwość albo liczba kanałów'],
  ['below 8000', 'częstotliwość próbkowania jest niższa niż 8000 Hz'],
  ['shorter than', 'nagranie jest krótsze niż jedna trzecia sekundy'],
  ['longer than', 'nagranie jest dłuższe niż trzy minuty'],
  ['only silence', 'w pliku jest tylko cisza'],
];

function usable(prompts: PromptDoor, wav: Uint8Array): ReturnType<PromptDoor['check']> {
  try {
    return prompts.check(wav);
  } catch (error) {
    if (!(error instanceof HalinaError) || error.code !== 'WAV_INVALID') throw error;
    const why = reasons.find(([sign]) => error.message.includes(sign))?.[1] ?? 'nie da się go odczytać';
    throw new Problem(
      'invalid',
      {
        pl: `Tego pliku nie można użyć: ${why}. Potrzebny jest plik WAV, PCM 16 bitów, najlepiej 8000 Hz lub 16000 Hz i jeden kanał.`,
        en: `${error.message}. Use a WAV file of 16-bit PCM, best with 8000 or 16000 Hz and one channel.`,
      },
      { cause: error },
    );
  }
}

const unknown = (): Problem =>
  new Problem('not-found', { pl: 'Nie ma takiego komunikatu.', en: 'There is no such announcement.' });
const onlyOwn = (): Problem =>
  new Problem('not-now', {
    pl: 'Tego komunikatu nie ma wśród tych, które są w programie: nie ma do czego wrócić.',
    en: 'The program has no such announcement of its own: there is nothing to go back to.',
  });
