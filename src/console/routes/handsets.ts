/** The office's handsets: who has one, and the code with which it sets itself up. */
import { z } from 'zod';
import { defined } from '../../base/defined.js';
import type { Accounts } from '../../accounts/accounts.js';
import type { OfficeStatus, Telephony } from '../doors.js';
import { Problem } from '../frame/problem.js';
import { json, type Route } from '../frame/route.js';
import { squaresOf } from './own.js';

const asked = z.object({ at: z.number(), address: z.string(), userAgent: z.string().optional() });
type Asked = Readonly<z.infer<typeof asked>>;

/** Whether it can be called now. */
const registration = z.object({
  state: z.enum(['registered', 'unreachable', 'none']),
  /** Registered since, or not registered since. */
  since: z.number().optional(),
  address: z.string().optional(),
  userAgent: z.string().optional(),
});
export type Registration = Readonly<z.infer<typeof registration>>;

const handset = z.object({
  extension: z.string(),
  displayName: z.string().optional(),
  unit: z.string().optional(),
  maker: z.string().optional(),
  informed: z.boolean(),
  /** Absent where telephony tells nothing. */
  registration: registration.optional(),
  provisioned: z.object({ fetched: asked.optional(), refused: asked.optional() }).optional(),
});
export type HandsetView = Readonly<z.infer<typeof handset>>;

export interface HandsetDoor {
  list(): readonly {
    readonly extension: string;
    readonly displayName?: string;
    readonly unit?: string;
    readonly maker?: string;
    /** Of one that fetches its configuration. */
    readonly provisioned?: { readonly fetched?: Asked; readonly refused?: Asked };
  }[];
  /** Where it fetches its configuration; undefined where it does not. */
  address(extension: string): { readonly maker: string; readonly url: string } | undefined;
}

export function handsetRoutes(
  handsets: HandsetDoor,
  terms: Pick<Accounts['terms'], 'uninformed'>,
  telephony: Pick<Telephony, 'status'>,
): Route[] {
  return [
    json({
      method: 'GET',
      path: '/handsets',
      summary:
        'The handsets: how they are registered, when they fetched their configuration, and whether their persons were told of the recording (§ 7)',
      needs: 'handsets.change',
      audit: 'nothing',
      answer: z.object({
        handsets: z.array(handset),
      }),
      handle: async () => {
        const all = handsets.list();
        const untold = new Set(terms.uninformed(all.map(({ extension }) => extension)));
        const now = new Map((await telephony.status()).handsets.map((one) => [one.extension, one]));
        return {
          handsets: all.map((one) => ({
            ...one,
            informed: !untold.has(one.extension),
            ...defined({ registration: registrationOf(now.get(one.extension)) }),
          })),
        };
      },
    }),
    json({
      method: 'POST',
      path: '/handsets/:extension/code',
      summary: 'The code for its camera, or the address, with which a handset fetches its configuration: a secret',
      needs: 'handsets.change',
      params: z.object({ extension: z.string().max(20) }),
      audit: ({ params }) => ({
        event: 'settings',
        facts: { path: 'handsets.code' },
        personal: { extension: params.extension },
      }),
      answer: z.object({ maker: z.string(), url: z.string(), code: z.array(z.string()) }),
      handle: ({ params }) => {
        const address = handsets.address(params.extension);
        if (!address) throw noCode();
        return { maker: address.maker, url: address.url, code: squaresOf(address.url) };
      },
    }),
  ];
}

/** Of several telephones with one number the first that can be called. */
function registrationOf(now: OfficeStatus['handsets'][number] | undefined): Registration | undefined {
  if (!now) return undefined;
  const contact = now.contacts.find(({ reachable }) => reachable) ?? now.contacts[0];
  if (!contact) return { state: 'none', ...defined({ since: now.goneAt }) };
  const { reachable, since, address, userAgent } = contact;
  return { state: reachable ? 'registered' : 'unreachable', address, ...defined({ since, userAgent }) };
}

const noCode = (): Problem =>
  new Problem('not-found', {
    pl: 'Ten aparat nie pobiera konfiguracji sam. Dopisz mu „device” w pliku konfiguracji i włącz sekcję „provisioning”.',
    en: 'This handset does not fetch its configuration by itself. Add `device` to it in the configuration file, and the section `provisioning`.',
  });
