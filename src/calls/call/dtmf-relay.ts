/**
 * Keys in SIP INFO: `application/dtmf-relay` (`Signal=5`, `Duration=160`), which nearly every device that sends INFO
 * writes, and `application/dtmf`, whose body is the key alone.
 */
export interface Key {
  /** 0 to 9, `*`, `#`, A to D. */
  readonly digit: string;
  readonly durationMs: number;
}

const USUAL_MS = 160;
const LONGEST_MS = 5_000;

/** The key of an INFO, or undefined where its body is something else. */
export function parseDtmfRelay(contentType: string | undefined, body: string): Key | undefined {
  const type = contentType?.split(';')[0]?.trim().toLowerCase();
  if (type === 'application/dtmf') return key(body.trim(), USUAL_MS);
  if (type !== 'application/dtmf-relay') return undefined;
  const lines = new Map(
    body.split(/\r?\n/).map((line) => {
      const [name = '', value = ''] = line.split('=');
      return [name.trim().toLowerCase(), value.trim()] as const;
    }),
  );
  return key(lines.get('signal') ?? '', Number(lines.get('duration') ?? USUAL_MS));
}

function key(text: string, durationMs: number): Key | undefined {
  const digit = ({ '10': '*', '11': '#' } as Readonly<Record<string, string>>)[text] ?? text.toUpperCase();
  if (!/^[0-9*#A-D]$/.test(digit)) return undefined;
  const isUsable = Number.isInteger(durationMs) && durationMs > 0 && durationMs <= LONGEST_MS;
  return { digit, durationMs: isUsable ? durationMs : USUAL_MS };
}

export const dtmfRelay = {
  contentType: 'application/dtmf-relay',
  /** What is understood. */
  contentTypes: ['application/dtmf-relay', 'application/dtmf'],
  body: ({ digit, durationMs }: Key): string => `Signal=${digit}\r\nDuration=${durationMs}\r\n`,
};
