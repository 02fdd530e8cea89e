/** Which application a new request goes to, where the configuration says so. */
import type { SipRequest } from '../message/message.js';
import { parseUri } from '../message/uri.js';
import type { Flow } from '../transport/types.js';

export interface ApplicationRoute {
  /** Methods; all where it is not given. */
  readonly methods?: readonly string[];
  /** User part of the Request-URI: whole, or a beginning with `*` at its end. */
  readonly user?: string;
  /** Name of the face on which the request came. */
  readonly face?: string;
  /** Applications that connected with this tag; or an application that listens there (outbound mode). */
  readonly to: { readonly tag: string } | { readonly host: string; readonly port: number };
}

/** Where the first route leads that fits the request. */
export function routeFor(
  routes: readonly ApplicationRoute[],
  request: SipRequest,
  flow: Pick<Flow, 'face'>,
): ApplicationRoute['to'] | undefined {
  const user = parseUri(request.uri)?.user ?? '';
  return routes.find(
    (route) =>
      (!route.methods || route.methods.some((method) => method.toUpperCase() === request.method)) &&
      (route.face === undefined || route.face === flow.face) &&
      (route.user === undefined || fits(route.user, user)),
  )?.to;
}

function fits(pattern: string, user: string): boolean {
  return pattern.endsWith('*') ? user.startsWith(pattern.slice(0, -1)) : user === pattern;
}
