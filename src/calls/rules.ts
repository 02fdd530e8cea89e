/** By what calls begin now: the configuration, and what follows from it. Calls that run keep what they began with. */
import type { Config } from '../config/schema.js';
import type { CallContext } from './call/context.js';
import type { Routing } from './routing/routing.js';

export interface Rules {
  readonly config: Config;
  readonly routing: Routing;
  /** What a call is given. */
  readonly context: CallContext;
}
