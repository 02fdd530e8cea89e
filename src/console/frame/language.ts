/** The reader's language: Polish, or English for whoever asks for that (RFC 9110 § 12.5.4). */

export const languages = ['pl', 'en'] as const;
export type Language = (typeof languages)[number];

/** A text in every language of the console. */
export type Text = Readonly<Record<Language, string>>;

/** The best of ours for an `Accept-Language` header; Polish where it names neither, or nothing can be read in it. */
export function languageOf(header: string | undefined): Language {
  let best: { language: Language; weight: number } | undefined;
  for (const part of (header ?? '').slice(0, 500).split(',')) {
    const [range = '', ...parameters] = part.trim().toLowerCase().split(';');
    const language = languages.find((one) => range === one || range.startsWith(`${one}-`));
    const weight = weightOf(parameters);
    if (language && weight > (best?.weight ?? 0)) best = { language, weight };
  }
  return best?.language ?? 'pl';
}

function weightOf(parameters: readonly string[]): number {
  const text = parameters.map((one) => one.trim()).find((one) => one.startsWith('q='));
  if (text === undefined) return 1;
  const weight = Number(text.slice(2));
  return weight >= 0 && weight <= 1 ? weight : 0;
}
