/** Who does something, as the rooms below want to be told. */
import type { Doer as AccountDoer } from '../accounts/book.js';
import type { Doer as ArchiveDoer } from '../archive/guards.js';
import type { Context } from './frame/route.js';

type Asking = Pick<Context, 'asker' | 'source'>;

export const accountDoer = ({ asker, source }: Asking, role?: string): AccountDoer => ({
  actor: { by: 'account', id: asker.person.id },
  source,
  ...(role === undefined ? {} : { role }),
});

export const archiveDoer = ({ asker, source }: Asking, role?: string): ArchiveDoer => ({
  by: asker.person.id,
  source,
  ...(role === undefined ? {} : { role }),
});
