/** Who is logged in, for every part of the pages. */
import { createContext } from 'preact';
import { useContext } from 'preact/hooks';

export interface Me {
  readonly id: string;
  readonly login: string;
  readonly name: string;
  readonly roles: readonly { readonly role: string; readonly pl: string; readonly en: string }[];
  readonly may: readonly string[];
  readonly units: readonly string[];
  readonly authorisation?: { readonly number: string; readonly until?: number };
  readonly token: string;
  readonly limited?: 'second-factor' | 'password';
}

interface Present {
  readonly me: Me;
  /** Asks the server again who one is. */
  readonly look: () => void;
  readonly leave: () => void;
}

export const MeContext = createContext<Present | undefined>(undefined);

export function useMe(): Present {
  const present = useContext(MeContext);
  if (!present) throw new Error('nobody is logged in');
  return present;
}

export const may = (me: Me, permission: string): boolean => me.may.includes(permission);
export const hasRole = (me: Me, role: string): boolean => me.roles.some((one) => one.role === role);
