/** The session's cookie (RFC 6265): `__Host-` ties it to this host, whole and over a secure connection only. */

export const SESSION_COOKIE = '__Host-halina';
const ATTRIBUTES = 'Path=/; Secure; HttpOnly; SameSite=Strict';
const LONGEST_HEADER = 8192;

/** Tells the own desk from a stranger's: an attack on the account does not lock it out there. */
const DEVICE_COOKIE = '__Host-halina-device';
const YEAR_S = 31_536_000;

/** The session's token in a `Cookie` header; undefined where there is none, or more than one: then something was slipped in. */
export const tokenOf = (header: string | undefined): string | undefined => valueOf(SESSION_COOKIE, header);
export const deviceOf = (header: string | undefined): string | undefined => valueOf(DEVICE_COOKIE, header);

function valueOf(name: string, header: string | undefined): string | undefined {
  if (header === undefined || header.length > LONGEST_HEADER) return undefined;
  const found = header
    .split(';')
    .map((pair) => pair.trim())
    .filter((pair) => pair.startsWith(`${name}=`))
    .map((pair) => pair.slice(name.length + 1));
  return found.length === 1 ? found[0] : undefined;
}

/** Without a time of its own: the browser forgets it when it is closed, the server before. */
export const setCookie = (token: string): string => `${SESSION_COOKIE}=${token}; ${ATTRIBUTES}`;
export const setDevice = (token: string): string => `${DEVICE_COOKIE}=${token}; ${ATTRIBUTES}; Max-Age=${YEAR_S}`;
export const clearCookie = (): string => `${SESSION_COOKIE}=; ${ATTRIBUTES}; Max-Age=0`;
