/** Challenges and credentials (RFC 3261 §§ 20.7, 20.27, 20.28, 20.44; RFC 7235): a scheme and its parameters. */
import { isToken, parameter, parseParameters, splitOutside, type Parameter } from '../grammar.js';
import type { Codec } from './codec.js';

export interface Authentication {
  /** `Digest`, as written. */
  readonly scheme: string;
  /** What a scheme such as Basic or Bearer puts in place of parameters. */
  readonly token: string | undefined;
  /** Values as written: quotes and escapes are kept. `authenticationParameter` takes them off. */
  readonly parameters: readonly Parameter[];
}

function commaParameters(text: string): Parameter[] | undefined {
  const parts = splitOutside(text, ',')?.filter((part) => part !== '');
  const parameters = parts && parseParameters(parts);
  return parameters?.every(([, value]) => value !== undefined && value !== '') ? parameters : undefined;
}

const commaFormat = (parameters: readonly Parameter[]): string =>
  parameters.map(([name, value]) => `${name}=${value ?? '""'}`).join(', ');

export const authentication: Codec<Authentication> = {
  parse(value) {
    const match = /^(\S+)(?:\s+(.*))?$/.exec(value);
    const [scheme = '', rest = ''] = [match?.[1], match?.[2]];
    if (!isToken(scheme)) return undefined;
    if (rest === '' || /^[A-Za-z0-9\-._~+/]+=*$/.test(rest))
      return { scheme, token: rest || undefined, parameters: [] };
    const parameters = commaParameters(rest);
    return parameters && { scheme, token: undefined, parameters };
  },
  format: ({ scheme, token, parameters }) => `${scheme} ${token ?? commaFormat(parameters)}`.trimEnd(),
};

/** Authentication-Info (§ 20.6): parameters alone. */
export const authenticationInfo: Codec<readonly Parameter[]> = { parse: commaParameters, format: commaFormat };

/** A parameter without quotes, or undefined. `name` in small letters. */
export function authenticationParameter(value: Authentication, name: string): string | undefined {
  return parameter(value.parameters, name);
}
