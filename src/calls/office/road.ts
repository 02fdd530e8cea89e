/**
 * The road of a call through the office: from its route by opening hours, menus, groups, queues and forwards to handsets, or to
 * an end. It is built as the call goes along it, since hours, log-ins and forwards may change while a caller listens to
 * a menu; what it looks at is given as a view, so that the same rules answer "what would happen to a call at …".
 */
import type { Config } from '../../config/schema.js';
import type { Ending, Unanswered } from '../call/ending.js';
import { finishUnanswered } from '../inbound/itinerary.js';
import type { Itinerary, Next, Outcome, Step } from '../steps/step.js';
import type { DiversionReason } from '../trunks/diversion.js';
import { forwardOf, reached } from './forwarding.js';
import { openAt, type Opening } from './hours/opening.js';
import { groupTeam, queueTeam } from './service-codes.js';
import { handsetSettings, loggedIn, nightMode, type Occasion, type Settings } from './settings.js';

export type Route = Config['routes'][number];
export type Target = NonNullable<Route['to']>;
/** As much of a route as its road needs. */
export type Start = Pick<Route, 'strategy' | 'ring'> &
  Partial<Pick<Route, 'to' | 'onBusy' | 'onNoAnswer'>> & {
    readonly handsets: readonly string[];
    /** `false`: a call within the house, of which nothing is kept: outside it goes on as another one (`Finish.leave`). */
    readonly mayLeave?: boolean;
  };

/** What the road looks at: everything that may be another the next moment. */
export interface OfficeView {
  readonly config: Config;
  readonly settings: () => Settings;
  /** Unix milliseconds. */
  readonly now: () => number;
  /** Whether a handset is in a call. */
  readonly isBusy: (extension: string) => boolean;
  /** Since when a handset has been without a call; 0 if it had none yet. */
  readonly freeSince: (extension: string) => number;
}

/** What decided about a call, for the log and for previews. */
export type Turn =
  | { readonly at: 'hours'; readonly name: string; readonly opening: Opening }
  | { readonly at: 'menu' | 'group' | 'queue'; readonly name: string }
  | { readonly at: 'forward'; readonly from: string; readonly on: Occasion; readonly to: string }
  | { readonly at: 'left-alone'; readonly extension: string }
  | { readonly at: 'lost'; readonly why: string };

/** More turns than any sensible road has: a caller's keys can go round in menus, but not for ever. */
const MOST_TURNS = 200;

type Then = (outcome: Outcome) => Next;
/** What becomes of a call that nobody took. */
type Otherwise = (why: Unanswered, status?: number) => Next;

interface Ringing {
  readonly strategy: 'parallel' | 'in-turn';
  readonly ringMs: number;
}

export class Road implements Itinerary {
  readonly first: Next;
  readonly #view: OfficeView;
  readonly #route: Start;
  readonly #tell: (turn: Turn) => void;
  /** The step that was given out last, and what comes after it; a call goes one step at a time. */
  #last: { readonly step: Step; readonly next: Then } | undefined;
  #turns = 0;

  /** @param tell is told of each decision */
  constructor(view: OfficeView, route: Start, tell: (turn: Turn) => void = () => undefined) {
    this.#view = view;
    this.#route = route;
    this.#tell = tell;
    this.first = route.to
      ? this.#go(route.to)
      : this.#ring(route.handsets, this.#ofRoute, (why, status) => this.#byRoute(why, status));
  }

  next(step: Step, outcome: Outcome): Next {
    return this.#last?.step === step ? this.#last.next(outcome) : nobody('unreachable');
  }

  over(): void {
    this.#last = undefined;
  }

  get #ofRoute(): Ringing {
    return { strategy: this.#route.strategy, ringMs: this.#route.ring };
  }

  /** The route's own targets, once: a call that came to one of them does not come back here. */
  #byRoute(why: Unanswered, status?: number): Next {
    const { onBusy, onNoAnswer } = this.#route;
    return this.#instead(isBusy(why) ? onBusy : onNoAnswer, why, status);
  }

  #instead(target: Target | undefined, why: Unanswered, status: number | undefined): Next {
    const finish = finishUnanswered({ why, status });
    if (!target) return finish;
    // What is said to a caller whom nobody took is not what ends the call: that stays busy, or no answer.
    if ('announce' in target) return { ...finish, sound: { prompt: target.announce } };
    return this.#go(target, REASONS[occasionOf(why)]);
  }

  /** `reason`: why the call goes there, where that is outside. */
  #go(target: Target, reason: DiversionReason = 'unconditional'): Next {
    if (++this.#turns > MOST_TURNS) return this.#lost('the call went round in circles');
    if ('handsets' in target) return this.#ring(target.handsets, this.#ofRoute, nobody);
    if ('hours' in target) return this.#byHours(target.hours);
    if ('menu' in target) return this.#menu(target.menu, 1);
    if ('group' in target) return this.#group(target.group);
    if ('queue' in target) return this.#queue(target.queue);
    if ('number' in target) return this.#dial(target.number, undefined, reason, nobody);
    if ('announce' in target) return { do: 'finish', ending: over, sound: { prompt: target.announce } };
    return { do: 'finish', ending: over };
  }

  #lost(why: string): Next {
    this.#tell({ at: 'lost', why });
    return nobody('unreachable');
  }

  #byHours(name: string): Next {
    const { config, settings, now } = this.#view;
    const branch = config.hours.find((one) => one.name === name);
    const schedule = config.schedules.find((one) => one.name === branch?.schedule);
    if (!branch || !schedule) return this.#lost(`there are no opening hours ${name}`);
    const opening = openAt(schedule, now(), config.office.zone, nightMode(settings(), schedule.name));
    this.#tell({ at: 'hours', name, opening });
    if (opening.isOpen) return this.#go(branch.open);
    if (opening.why === 'night-mode') return this.#go(branch.night ?? branch.closed);
    return this.#go(opening.why === 'week' ? branch.closed : (branch.holiday ?? branch.closed));
  }

  #menu(name: string, time: number): Next {
    const menu = this.#view.config.menus.find((one) => one.name === name);
    if (!menu) return this.#lost(`there is no menu ${name}`);
    if (time === 1) this.#tell({ at: 'menu', name });
    const step: Step = { do: 'menu', name, say: menu.say, keys: Object.keys(menu.keys), waitMs: menu.wait };
    return this.#then(step, (outcome) => {
      const target = outcome.is === 'key' ? menu.keys[outcome.digit] : undefined;
      if (target) return this.#go(target);
      return time < menu.times ? this.#menu(name, time + 1) : this.#go(menu.otherwise);
    });
  }

  #group(name: string): Next {
    const { config, settings, isBusy: inCall, freeSince } = this.#view;
    const group = config.groups.find((one) => one.name === name);
    if (!group) return this.#lost(`there is no group ${name}`);
    this.#tell({ at: 'group', name });
    const otherwise: Otherwise = (why, status) =>
      this.#instead(isBusy(why) ? group.onBusy : group.onNoAnswer, why, status);
    const present = loggedIn(settings(), groupTeam(group)).filter((extension) => this.#takesCalls(extension));
    if (present.length === 0) return otherwise('unreachable');
    const free = present.filter((extension) => !inCall(extension));
    if (free.length === 0) return otherwise('busy');
    const handsets = group.strategy === 'longest-idle' ? free.toSorted((a, b) => freeSince(a) - freeSince(b)) : free;
    const strategy = group.strategy === 'all' ? 'parallel' : 'in-turn';
    return this.#ringStep(handsets, { strategy, ringMs: group.ring }, otherwise);
  }

  /** Members who forward all their calls, or want to be left alone, are not there for a group. */
  #takesCalls(extension: string): boolean {
    const settings = this.#view.settings();
    const away = forwardOf(this.#view.config, settings, extension, 'always') !== undefined;
    return !away && !handsetSettings(settings, extension).doNotDisturb;
  }

  #queue(name: string): Next {
    const { config, settings } = this.#view;
    const queue = config.queues.find((one) => one.name === name);
    if (!queue) return this.#lost(`there is no queue ${name}`);
    this.#tell({ at: 'queue', name });
    if (loggedIn(settings(), queueTeam(queue)).length === 0) return this.#go(queue.overflow);
    return this.#then({ do: 'queue', queue }, () => this.#go(queue.overflow));
  }

  /** One handset by its forwards; of several, those that can be rung in the house. */
  #ring(handsets: readonly string[], ringing: Ringing, otherwise: Otherwise): Next {
    const [only, ...more] = handsets;
    if (only !== undefined && more.length === 0) return this.#ringOne(only, ringing, otherwise, []);
    const places = handsets.map((extension) => this.#reached(extension, []));
    const inside = new Set(places.flatMap((place) => (place.at === 'handset' ? [place.extension] : [])));
    if (inside.size > 0) return this.#ringStep([...inside], ringing, otherwise);
    const outside = places.find((place) => place.at === 'outside');
    if (outside) return this.#dial(outside.number, outside.by, 'unconditional', otherwise);
    return otherwise(places.length > 0 ? 'busy' : 'unreachable');
  }

  #ringOne(extension: string, ringing: Ringing, otherwise: Otherwise, been: readonly string[]): Next {
    if (++this.#turns > MOST_TURNS) return this.#lost('the call was forwarded in circles');
    const place = this.#reached(extension, been);
    if (place.at === 'outside') return this.#dial(place.number, place.by, 'unconditional', otherwise);
    const { extension: at, via } = place;
    const failed: Otherwise = (why, status) => {
      const on = occasionOf(why);
      const to = forwardOf(this.#view.config, this.#view.settings(), at, on);
      if (to === undefined || to === at || via.includes(to)) return otherwise(why, status);
      this.#tell({ at: 'forward', from: at, on, to });
      const isHandset = this.#view.config.handsets.some((handset) => handset.extension === to);
      if (isHandset) return this.#ringOne(to, ringing, otherwise, [...via, at]);
      return this.#dial(to, at, REASONS[on], otherwise);
    };
    if (place.at === 'left-alone') {
      this.#tell({ at: 'left-alone', extension: at });
      return failed('busy');
    }
    return this.#ringStep([at], { ...ringing, ringMs: this.#ringsFor(at, ringing.ringMs) }, failed);
  }

  /** A handset that forwards when nobody answers rings as long as it says. */
  #ringsFor(extension: string, ringMs: number): number {
    const { config, settings } = this.#view;
    if (forwardOf(config, settings(), extension, 'noAnswer') === undefined) return ringMs;
    const after = config.handsets.find((handset) => handset.extension === extension)?.forwardAfter;
    return Math.min(ringMs, after ?? ringMs);
  }

  #reached(extension: string, been: readonly string[]) {
    const place = reached(this.#view.config, this.#view.settings(), extension, been);
    const to = place.at === 'outside' ? place.number : place.extension;
    if (to !== extension) this.#tell({ at: 'forward', from: extension, on: 'always', to });
    return place;
  }

  #ringStep(handsets: readonly string[], { strategy, ringMs }: Ringing, otherwise: Otherwise): Next {
    return this.#then({ do: 'ring', handsets, strategy, ringMs }, unanswered(otherwise));
  }

  /** To the outside; `by`: the handset that forwards there. */
  #dial(number: string, by: string | undefined, why: DiversionReason, otherwise: Otherwise): Next {
    const step = { do: 'dial', number, by, why } as const;
    if (this.#route.mayLeave ?? true) return this.#then(step, unanswered(otherwise));
    const ending: Ending = { by: 'halina', reason: 'unreachable' };
    return { do: 'finish', ending, leave: step };
  }

  #then(step: Step, then: Then): Step {
    this.#last = { step, next: then };
    return step;
  }
}

const nobody: Otherwise = (why, status) => finishUnanswered({ why, status });

/** A call that came to where the office wanted it to end. */
const over: Ending = { by: 'halina', reason: 'no-answer' };

const REASONS: Readonly<Record<Occasion, DiversionReason>> = {
  always: 'unconditional',
  busy: 'user-busy',
  noAnswer: 'no-answer',
  notRegistered: 'unavailable',
};

const isBusy = (why: Unanswered): boolean => why === 'busy' || why === 'refused';

const unanswered =
  (otherwise: Otherwise): Then =>
  (outcome) =>
    outcome.is === 'unanswered' ? otherwise(outcome.why, outcome.status) : otherwise('unreachable');

function occasionOf(why: Unanswered): Exclude<Occasion, 'always'> {
  if (isBusy(why)) return 'busy';
  return why === 'no-answer' ? 'noAnswer' : 'notRegistered';
}
