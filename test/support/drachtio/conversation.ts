/**
 * Conversations between an application and a drachtio server, made comparable: what differs from run to run (ids, tags,
 * branches, times, byte counts, ports, CSeq beginnings, header order) is put behind marks, which must stand for each other
 * one to one in the two conversations.
 */

export type Sender = 'application' | 'server';

export interface Frame {
  readonly sender: Sender;
  readonly text: string;
}

/** Ports as they were recorded, by the ports of this run. */
export type Ports = ReadonlyMap<number, number>;

const MARK = /«([^:»]+):([^»]*)»/g;
const mark = (kind: string, value: string): string => `«${kind}:${value}»`;

/** Reads a recorded file: frames begin with a line of time, sender and length, their text is indented by four. */
export function parseRecording(file: string): Frame[] {
  const frames: { sender: Sender; lines: string[] }[] = [];
  for (const line of file.split('\n')) {
    const start = /^\d+ (application|server) → \w+ (\d+)#/.exec(line);
    if (start) frames.push({ sender: start[1] as Sender, lines: [] });
    else if (line.startsWith('    ')) frames.at(-1)?.lines.push(line.slice(4));
  }
  return frames
    .map(({ sender, lines }) => ({ sender, text: lines.join('\r\n') }))
    .filter(({ text }) => text !== '(closed the connection)');
}

/** A frame with marks: tokens and start line, headers sorted, body. */
export function marked(frame: Frame, ports: Ports, cseqBase: ReadonlyMap<string, number>): string {
  const [first = '', ...rest] = frame.text.split('\r\n');
  const empty = rest.indexOf('', 1);
  const [startLine, ...headers] = rest.length === 0 ? [] : rest.slice(0, empty < 0 ? rest.length : empty);
  const body = empty < 0 ? [] : rest.slice(empty + 1);
  const callId = callIdOf(headers) || (/([^|]+);from-tag=/.exec(first)?.[1] ?? '');
  const lines = headers.map((line) => markHeader(line, ports, cseqBase.get(callId) ?? 0)).sort();
  const start = startLine === undefined ? [] : [markPorts(startLine, ports)];
  return [markTokens(first, ports), ...start, ...lines, '', ...body].join('\n').trimEnd();
}

function callIdOf(headers: readonly string[]): string {
  return /^call-id: (.*)$/im.exec(headers.join('\n'))?.[1] ?? '';
}

/** The smallest CSeq of each call whose numbers were drawn by a server. */
export function cseqBases(frames: readonly Frame[]): Map<string, number> {
  const bases = new Map<string, number>();
  for (const { text } of frames) {
    const callId = callIdOf(text.split('\r\n'));
    const number = Number(/^cseq: (\d+)/im.exec(text)?.[1] ?? 0);
    if (number > 1000) bases.set(callId, Math.min(number, bases.get(callId) ?? number));
  }
  return bases;
}

function markPorts(text: string, ports: Ports): string {
  return text.replaceAll(/(:|rport=)(\d{4,5})\b/g, (whole, before: string, port: string) => {
    const recorded = ports.get(Number(port));
    return recorded === undefined ? whole : `${before}${recorded}`;
  });
}

function markTokens(line: string, ports: Ports): string {
  const tokens = line.split('|');
  const bytes = tokens[1] === 'sip' ? 3 : 5;
  return tokens
    .map((token, index) => {
      if (index === bytes && /^[1-9]\d*$/.test(token)) return mark('bytes', '');
      return markToken(token, ports);
    })
    .join('|');
}

function markToken(token: string, ports: Ports): string {
  if (/^[0-9a-f]{8}-[0-9a-f-]{27}$/.test(token)) return mark('id', token);
  if (/^\d\d:\d\d:\d\d\.\d+$/.test(token)) return mark('time', '');
  if (/^v\d+\.\d+\.\d+/.test(token)) return mark('version', '');
  const dialog = /^(.+);from-tag=(.+)$/.exec(token);
  if (dialog?.[1] && dialog[2]) return `${mark('call', dialog[1])};from-tag=${mark('tag', dialog[2])}`;
  const recorded = /^\d{4,5}$/.test(token) ? ports.get(Number(token)) : undefined;
  if (recorded !== undefined) return String(recorded);
  return markPorts(token, ports).split(',').sort().join(',');
}

function markHeader(line: string, ports: Ports, cseqBase: number): string {
  const [, name = '', value = ''] = /^([^:]+): ?(.*)$/.exec(line) ?? [];
  const lower = name.toLowerCase();
  return `${lower}: ${markValue(lower, markPorts(value, ports), cseqBase)}`;
}

function markValue(name: string, value: string, cseqBase: number): string {
  const drawn = (number: string): string =>
    cseqBase > 0 && Number(number) >= cseqBase ? `first+${Number(number) - cseqBase}` : number;
  switch (name) {
    case 'call-id':
      return mark('call', value);
    case 'cseq':
      return value.replace(/^\d+/, drawn);
    case 'rack':
      return value.replace(/^(\d+) (\d+)/, (_, rseq: string, cseq: string) => `${markRseq(rseq)} ${drawn(cseq)}`);
    case 'rseq':
      return markRseq(value);
    case 'date':
      return mark('date', '');
    case 'via':
      return markVia(value);
    case 'from':
    case 'to':
      return bracketed(value).replace(/;tag=([^;]+)/, (_, tag: string) => `;tag=${mark('tag', tag)}`);
    case 'authorization':
    case 'proxy-authorization':
      return value
        .replaceAll(', ', ',')
        .replaceAll(/(response|cnonce)="([0-9a-f]{8,})"/g, (_, key: string) => `${key}="${mark(key, '')}"`);
    default:
      return value;
  }
}

/** Numbers that a server drew; small ones are the script's own. */
function markRseq(number: string): string {
  return Number(number) > 1000 ? mark('rseq', number) : number;
}

/** Our own Via names the port, the recorded server stood on the port that need not be named. */
function markVia(value: string): string {
  const [sent = '', ...parameters] = value.split(';');
  const ours = parameters.includes('rport');
  const branch = parameters.map((one) =>
    one.replace(/^branch=(.*)$/, (_, id: string) => `branch=${mark('branch', id)}`),
  );
  return [ours ? sent.replace(/:5060$/, '') : sent, ...branch.sort()].join(';');
}

/** An address without brackets means the same as one with them. */
function bracketed(value: string): string {
  return value.includes('<') ? value : value.replace(/^([^;]+)/, '<$1>');
}

/** Gives marks that stand for each other the same number, so that equal conversations become equal texts. */
class Pairing {
  readonly #names: [Map<string, string>, Map<string, string>] = [new Map(), new Map()];
  #next = 1;

  learn(recorded: string, live: string): void {
    const [left, right] = [[...recorded.matchAll(MARK)], [...live.matchAll(MARK)]];
    for (const [index, [one, kind]] of left.entries()) {
      const [other, otherKind] = right[index] ?? [];
      if (kind !== otherKind || other === undefined) continue;
      if (this.#names[0].has(one) || this.#names[1].has(other)) continue;
      const name = `«${kind} ${this.#next++}»`;
      this.#names[0].set(one, name);
      this.#names[1].set(other, name);
    }
  }

  apply(text: string, side: 0 | 1): string {
    return text.replaceAll(MARK, (whole) => this.#names[side].get(whole) ?? whole);
  }
}

/**
 * Two conversations as texts that are equal if the conversations are. Frames of each sender are compared in their order;
 * how the two senders' frames fell between one another is chance.
 */
export function comparable(
  recorded: readonly Frame[],
  live: readonly Frame[],
  ports: Ports,
): { readonly recorded: string; readonly live: string } {
  const pairing = new Pairing();
  const sides = [recorded, live].map((frames, side) => {
    const bases = cseqBases(frames);
    const known = side === 0 ? new Map<number, number>() : ports;
    const texts = (sender: Sender): string[] =>
      frames.filter((frame) => frame.sender === sender).map((frame) => marked(frame, known, bases));
    return { application: texts('application'), server: texts('server') };
  });
  const [left, right] = sides;
  if (!left || !right) throw new Error('two conversations are compared');
  for (const sender of ['application', 'server'] as const)
    for (const [index, text] of left[sender].entries()) pairing.learn(text, right[sender][index] ?? '');
  const render = (side: { application: string[]; server: string[] }, which: 0 | 1): string =>
    (['application', 'server'] as const)
      .flatMap((sender) => [`### from the ${sender}`, ...side[sender].map((text) => pairing.apply(text, which))])
      .join('\n\n');
  return { recorded: render(left, 0), live: render(right, 1) };
}
