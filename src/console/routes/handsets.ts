/** The office's handsets: who has one, and the code with which it sets itself up. */
import { z } from 'zod';
import type { Accounts } from '../../accounts/accounts.js';
import { Problem } from '../frame/problem.js';
import { json, type Route } from '../frame/route.js';
import { squaresOf } from './own.js';

export interface HandsetDoor {
  list(): readonly {
    readonly extension: string;
    readonly displayName?: string;
    readonly unit?: string;
    readonly maker?: string;
  }[];
  /** Where it fetches its configuration; undefined where it does not. */
  address(extension: string): { readonly maker: string; readonly url: string } | undefined;
}

export function handsetRoutes(handsets: HandsetDoor, terms: Pick<Accounts['terms'], 'uninformed'>): Route[] {
  return [
    json({
      method: 'GET',
      path: '/handsets',
      summary: 'The handsets, and whether their persons were told of the recording (§ 7)',
      needs: 'handsets.change',
      audit: 'nothing',
      answer: z.object({
        handsets: z.array(
          z.object({
            extension: z.string(),
            displayName: z.string().optional(),
            unit: z.string().optional(),
            maker: z.string().optional(),
            informed: z.boolean(),
          }),
        ),
      }),
      handle: () => {
        const all = handsets.list();
        const untold = new Set(terms.uninformed(all.map(({ extension }) => extension)));
        return { handsets: all.map((one) => ({ ...one, informed: !untold.has(one.extension) })) };
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

const noCode = (): Problem =>
  new Problem('not-found', {
    pl: 'Ten aparat nie pobiera konfiguracji sam. Dopisz mu „device” w pliku konfiguracji i włącz sekcję „provisioning”.',
    en: 'This handset does not fetch its configuration by itself. Add `device` to it in the configuration file, and the section `provisioning`.',
  });
