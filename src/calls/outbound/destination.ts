/** Where a call of a handset goes. */
import type { InviteOptions } from '../sip-port.js';
import type { Way } from '../trunks/way.js';
import type { Trunk } from '../trunks/sources.js';

export type Destination =
  | {
      readonly kind: 'external';
      readonly trunk: Trunk;
      /** E.164 with `+`, or a short number. */
      readonly number: string;
      readonly target: Omit<InviteOptions, 'sdp'>;
      /** Where the call goes if that trunk cannot take it. */
      readonly others: readonly Way[];
      readonly record: 'always' | 'never';
      readonly emergency: boolean;
    }
  | { readonly kind: 'internal'; readonly extension: string };
