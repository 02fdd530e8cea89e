/**
 * The log's lines of a call with each listening as one: the log has a line before the first byte of each piece of sound, one with what
 * went out of it, and one for every quarter of a minute that the player reports. Who asks who heard what and when wants them together.
 */

/** A line of the log, as the API gives it. */
export interface Line {
  readonly seq: number;
  readonly at: number;
  readonly event: string;
  readonly actor: { readonly by: string; readonly id?: string };
  readonly object?: { readonly kind: string; readonly id: string };
  readonly facts: Readonly<Record<string, unknown>>;
  readonly personal: Readonly<Record<string, string>>;
}

/** Seconds of a recording, from and to. */
export type Stretch = readonly [from: number, to: number];

/** Stretches that touch or overlap are one; a player tells of the next one a moment later. */
export function joined(stretches: readonly Stretch[]): Stretch[] {
  const all: Stretch[] = [];
  for (const [from, to] of stretches.toSorted(([a], [b]) => a - b)) {
    const last = all.at(-1);
    if (last && from <= last[1] + TOUCH_S) all[all.length - 1] = [last[0], Math.max(last[1], to)];
    else all.push([from, to]);
  }
  return all;
}
const TOUCH_S = 1;

/** The lines of one grant in the place of its first; all others as they are. The newest come first. */
export function byListening(lines: readonly Line[]): Line[] {
  return lines.flatMap((line) => {
    if (!isPlayback(line)) return [line];
    const all = lines.filter((one) => isPlayback(one) && one.facts['grant'] === line.facts['grant']);
    return line === all.at(-1) ? [{ ...line, facts: factsOf(all) }] : [];
  });
}

const isPlayback = ({ event, facts }: Line): boolean => event === 'playback' && typeof facts['grant'] === 'string';

/** What began and has no end on record is said too: the server was stopped meanwhile, or it still goes on. */
function factsOf(lines: readonly Line[]): Line['facts'] {
  const of = (what: string): Stretch[] =>
    lines.flatMap(({ facts }) =>
      facts['what'] === what ? [[Number(facts['from']), Number(facts['to'])] as const] : [],
    );
  const served = of('served');
  const open = of('sending').filter(([from]) => served.every(([began]) => began !== from));
  return {
    ...(of('heard').length === 0 ? {} : { heard: joined(of('heard')) }),
    ...(served.length === 0 ? {} : { served: joined(served) }),
    ...(open.length === 0 ? {} : { sending: open.map(([from]) => [from, from] as const) }),
  };
}
