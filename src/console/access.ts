/** The permissions as the routes name them. */
import { permissions, type Permission } from '../accounts/permissions.js';

const known: ReadonlySet<string> = new Set(permissions);

export const isPermission = (name: string): name is Permission => known.has(name);
