/**
 * What each extension is doing, as its SIP dialogs tell: every INVITE to or from a handset is a use of its line, with the
 * states of RFC 4235 § 3.7.1. Lamps, presence and missed calls are read from here.
 */
export type LineState = 'trying' | 'early' | 'confirmed' | 'terminated';

/** One dialog of an extension. */
export interface LineUse {
  readonly id: string;
  readonly extension: string;
  /** `initiator`: the handset calls; `recipient`: it is called. */
  readonly direction: 'initiator' | 'recipient';
  /** The other party as the handset sees it: an extension or a number; empty where it is withheld. */
  readonly party: string;
  readonly state: LineState;
}

/** How a use ended that was never answered. `elsewhere`: another handset took the call. */
export type Ending = 'over' | 'unanswered' | 'elsewhere';

export interface LineObserver {
  /** Something about the extension's line changed. */
  changed(extension: string): void;
  /** A call rang at the extension, and nobody took it. `call`: the same for all telephones that it rang at once. */
  missed(extension: string, call: object): void;
  /** The extension calls somebody. */
  called(extension: string): void;
}

export class LineBoard {
  /** By extension, each by its id, in the order in which they began. */
  readonly #uses = new Map<string, Map<string, LineUse>>();
  /** The last one that ended, by extension: the telephone that watches has to hear of the end. */
  readonly #last = new Map<string, LineUse>();
  readonly #observers: LineObserver[] = [];
  #counter = 0;

  observe(observer: LineObserver): void {
    this.#observers.push(observer);
  }

  /** The dialogs of an extension, the oldest first. Where there is none: the last one, terminated. */
  of(extension: string): readonly LineUse[] {
    const uses = this.#uses.get(extension);
    if (uses) return [...uses.values()];
    const last = this.#last.get(extension);
    return last ? [last] : [];
  }

  isBusy(extension: string): boolean {
    return this.#uses.has(extension);
  }

  /** A dialog begins; what is given back moves it on. */
  begin(extension: string, direction: LineUse['direction'], party: string, call: object = {}): OpenLine {
    const use: LineUse = { id: `d${++this.#counter}`, extension, direction, party, state: 'trying' };
    const uses = this.#uses.get(extension) ?? new Map<string, LineUse>();
    this.#uses.set(extension, uses.set(use.id, use));
    if (direction === 'initiator') for (const observer of this.#observers) observer.called(extension);
    this.#tell(extension);
    return new OpenLine(use, call, this.#move);
  }

  readonly #move = (next: LineUse, ending: Ending, call: object): void => {
    const { extension } = next;
    const uses = this.#uses.get(extension);
    if (next.state === 'terminated') {
      this.#last.set(extension, next);
      uses?.delete(next.id);
      if (uses?.size === 0) this.#uses.delete(extension);
      if (ending === 'unanswered' && next.direction === 'recipient')
        for (const observer of this.#observers) observer.missed(extension, call);
    } else uses?.set(next.id, next);
    this.#tell(extension);
  };

  #tell(extension: string): void {
    for (const observer of this.#observers) observer.changed(extension);
  }
}

const RANK: Readonly<Record<LineState, number>> = { trying: 0, early: 1, confirmed: 2, terminated: 3 };

/** A use that is not over. Its states only go forward, and the first end counts. */
export class OpenLine {
  constructor(
    private use: LineUse,
    private call: object,
    private readonly moved: (use: LineUse, ending: Ending, call: object) => void,
  ) {}

  early(): void {
    this.#to('early', 'over');
  }

  confirmed(): void {
    this.#to('confirmed', 'over');
  }

  /** An end after the answer is never `unanswered`. */
  ended(ending: Ending): void {
    this.#to('terminated', this.use.state === 'confirmed' ? 'over' : ending);
  }

  #to(state: LineState, ending: Ending): void {
    if (RANK[state] <= RANK[this.use.state]) return;
    this.use = { ...this.use, state };
    if (state === 'confirmed') this.call = this.use; // no call is missed that was answered
    this.moved(this.use, ending, this.call);
  }
}
