/** What the configuration wants of a call from outside. */
import type { Config } from '../../config/schema.js';
import type { Itinerary } from '../steps/step.js';
import type { Plan } from './transition.js';

/**
 * A route that is never recorded has no notice: its words would not be true. A choice needs an answered call, since
 * providers let no sound and no keys of the caller pass before (`halina check` says so for the configuration).
 */
export function planOf(config: Config, route: Config['routes'][number], itinerary: Itinerary): Plan {
  const { mode, choice, order, onFailure } = config.notice;
  const notice = choice === 'none' ? mode : 'answered';
  return { notice: route.record === 'never' ? 'none' : notice, order, onFailure, itinerary };
}
