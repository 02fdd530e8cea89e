/** Server and User-Agent (§§ 20.35, 20.41): products with versions, and comments, which may be nested. */
import { commentEnd } from '../grammar.js';
import { LIMITS } from '../limits.js';
import type { Codec } from './codec.js';

export type Product =
  | { readonly product: string; readonly version: string | undefined }
  /** Text between the parentheses, inner comments included. */
  | { readonly comment: string };

export const products: Codec<readonly Product[]> = {
  parse(value) {
    const found: Product[] = [];
    let rest = value.trim();
    while (rest !== '') {
      const end = rest.startsWith('(') ? commentEnd(rest, 0, LIMITS.nesting) : productEnd(rest);
      if (end <= 0) return undefined;
      found.push(rest.startsWith('(') ? { comment: rest.slice(1, end - 1) } : product(rest.slice(0, end)));
      rest = rest.slice(end).trimStart();
    }
    return found.length === 0 ? undefined : found;
  },
  format: (value) =>
    value
      .map((one) =>
        'comment' in one ? `(${one.comment})` : one.product + (one.version === undefined ? '' : `/${one.version}`),
      )
      .join(' '),
};

/** A product ends at white space or where a comment begins; phones put more than tokens into it, and that is let through. */
function productEnd(text: string): number {
  const end = text.search(/[\s(]/);
  return end < 0 ? text.length : end;
}

function product(text: string): Product {
  const slash = text.indexOf('/');
  return slash <= 0
    ? { product: text, version: undefined }
    : { product: text.slice(0, slash), version: text.slice(slash + 1) };
}
