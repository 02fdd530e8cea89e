/** In which order the trunks of a route are tried. */
import type { Config } from '../../config/schema.js';

type OutboundRoute = Config['outbound']['routes'][number];

interface Weighted {
  readonly trunk: string;
  readonly weight: number;
}

/** The trunks of a route as they are listed. */
export function trunksOf(route: OutboundRoute): readonly Weighted[] {
  const listed = route.trunks ?? (route.trunk === undefined ? [] : [route.trunk]);
  return listed.map((one) => (typeof one === 'string' ? { trunk: one, weight: 1 } : one));
}

/** The order for one call: as listed, or by chance, each trunk first as often as its weight says (as in RFC 2782). */
export function inOrder(route: OutboundRoute, random: () => number): readonly string[] {
  const left = [...trunksOf(route)];
  if (route.order === 'listed') return left.map(({ trunk }) => trunk);
  const order: string[] = [];
  while (left.length > 0) {
    const sum = left.reduce((total, { weight }) => total + weight, 0);
    let at = random() * sum;
    const index = left.findIndex(({ weight }) => (at -= weight) < 0);
    order.push(...left.splice(Math.max(0, index), 1).map(({ trunk }) => trunk));
  }
  return order;
}

/** The trunks that emergency calls try: those configured for them, else those of the routes, then every other. */
export function emergencyTrunks(config: Pick<Config, 'emergency' | 'outbound' | 'trunks'>): readonly string[] {
  if (config.emergency.trunks) return config.emergency.trunks;
  const routed = config.outbound.routes.flatMap((route) => trunksOf(route).map(({ trunk }) => trunk));
  return [...new Set([...routed, ...config.trunks.map(({ name }) => name)])];
}
