/**
 * What would become of a call from outside at an instant, told step by step: by the same routing and the same road as real
 * calls, with what handsets have set now, every handset free, and a caller who presses no key while nobody answers.
 */
import type { Config } from '../../config/schema.js';
import { planOf } from '../inbound/plan.js';
import { Routing } from '../routing/routing.js';
import type { Next } from '../steps/step.js';
import { Road, type Turn } from './road.js';
import type { Settings } from './settings.js';

export interface PreviewAsk {
  readonly trunk: string;
  /** As the provider would send it. */
  readonly dialled: string;
  /** Unix milliseconds. */
  readonly at: number;
}

export type StoryPart =
  | { readonly is: 'no-route' }
  | { readonly is: 'route'; readonly numbers: readonly string[]; readonly dialled: string; readonly recorded: boolean }
  | { readonly is: 'notice'; readonly mode: string; readonly choice: string }
  | { readonly is: 'hours'; readonly name: string; readonly open: boolean; readonly why: string; readonly day?: string; readonly until?: number } // prettier-ignore
  | { readonly is: 'group' | 'queue'; readonly name: string }
  | { readonly is: 'menu'; readonly name: string; readonly prompt: string; readonly keys: readonly { readonly key: string; readonly leads: string }[] } // prettier-ignore
  | { readonly is: 'ring'; readonly handsets: readonly string[]; readonly inTurn: boolean; readonly seconds: number }
  | { readonly is: 'wait'; readonly name: string; readonly agents: readonly string[]; readonly seconds: number }
  | { readonly is: 'dial'; readonly number: string; readonly by?: string }
  | { readonly is: 'forward'; readonly from: string; readonly on: string; readonly to: string }
  | { readonly is: 'left-alone'; readonly extension: string }
  | { readonly is: 'say'; readonly prompt: string }
  | { readonly is: 'lost'; readonly why: string }
  | { readonly is: 'end'; readonly prompt?: string };

/** No sensible road is longer. */
const MOST_STEPS = 40;

export function callStory(config: Config, settings: Settings, { trunk, dialled, at }: PreviewAsk): StoryPart[] {
  const found = new Routing(config, () => 0).inbound(trunk, dialled);
  if (found.kind === 'refused') return [{ is: 'no-route' }];
  const { route } = found;
  const story: StoryPart[] = [];
  const recorded = route.record !== 'never';
  story.push({ is: 'route', numbers: route.numbers, dialled: found.dialled, recorded });
  const turns: Turn[] = [];
  const view = { config, settings: () => settings, now: () => at, isBusy: () => false, freeSince: () => 0 };
  const road = new Road(view, route, (turn) => turns.push(turn));
  const plan = planOf(config, route, road);
  if (plan.notice !== 'none') story.push({ is: 'notice', mode: plan.notice, choice: config.notice.choice });
  walk(road, config, turns, story);
  return story;
}

function walk(road: Road, config: Config, turns: Turn[], story: StoryPart[]): void {
  let next: Next = road.first;
  for (let steps = 0; steps < MOST_STEPS; steps++) {
    story.push(...turns.splice(0).flatMap(toldTurn));
    const told = toldStep(next, config);
    const before = story.at(-1);
    // A menu that is said again is the same to whoever reads.
    const again = told.is === 'menu' && before?.is === 'menu' && before.name === told.name;
    if (!again) story.push(told);
    if (next.do === 'finish') return;
    next = road.next(next, outcomeOf(next));
  }
}

function outcomeOf(step: Exclude<Next, { do: 'finish' }>): Parameters<Road['next']>[1] {
  if (step.do === 'menu') return { is: 'no-key' };
  if (step.do === 'queue') return { is: 'overflow' };
  if (step.do === 'announce') return { is: 'said' };
  return { is: 'unanswered', why: 'no-answer' };
}

function toldTurn(turn: Turn): StoryPart[] {
  switch (turn.at) {
    case 'hours': {
      const { isOpen: open, why, name: day, until } = turn.opening;
      const more = { ...(day === undefined ? {} : { day }), ...(until === undefined ? {} : { until }) };
      return [{ is: 'hours', name: turn.name, open, why, ...more }];
    }
    case 'group':
    case 'queue':
      return [{ is: turn.at, name: turn.name }];
    case 'forward':
      return [{ is: 'forward', from: turn.from, on: turn.on, to: turn.to }];
    case 'left-alone':
      return [{ is: 'left-alone', extension: turn.extension }];
    case 'lost':
      return [{ is: 'lost', why: turn.why }];
    case 'menu':
      return []; // its step says more
  }
}

function toldStep(next: Next, config: Config): StoryPart {
  switch (next.do) {
    case 'ring':
      return { is: 'ring', handsets: next.handsets, inTurn: next.strategy === 'in-turn', seconds: next.ringMs / 1000 };
    case 'queue': {
      const { name, agents, maxWait } = next.queue;
      return { is: 'wait', name, agents, seconds: maxWait / 1000 };
    }
    case 'dial':
      return { is: 'dial', number: next.number, ...(next.by === undefined ? {} : { by: next.by }) };
    case 'announce':
      return { is: 'say', prompt: next.prompt };
    case 'menu': {
      const menu = config.menus.find((one) => one.name === next.name);
      const keys = Object.entries(menu?.keys ?? {}).map(([key, target]) => ({ key, leads: leadsTo(target) }));
      return { is: 'menu', name: next.name, prompt: next.say, keys };
    }
    case 'finish':
      return { is: 'end', ...(next.sound ? { prompt: next.sound.prompt } : {}) };
  }
}

/** `queue citizens`, as the configuration names it. */
const leadsTo = (target: Config['menus'][number]['otherwise']): string =>
  Object.entries(target)
    .map(([kind, what]) => (what === true ? kind : `${kind} ${Array.isArray(what) ? what.join(', ') : String(what)}`))
    .join(' ');
