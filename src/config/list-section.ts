/**
 * A section of the configuration that is a list, as a form changes it: only the entries and settings that the form says otherwise are
 * written, so that comments, layout and whatever the form does not show stay where they are.
 */
import {
  isMap,
  isScalar,
  isSeq,
  parseDocument,
  Scalar,
  visit,
  type Document,
  type Node,
  type Pair,
  type YAMLMap,
  type YAMLSeq,
} from 'yaml';

export type Written = Readonly<Record<string, unknown>>;

/** Something in a list of a form. */
export interface Listed {
  /** Which of the entries in the file it is, from 0; absent: a new one. */
  readonly was?: number;
}

/** An entry of a list in the file. */
export class Entry {
  constructor(
    private readonly document: Document,
    private readonly map: YAMLMap,
  ) {}

  /** `undefined`: the setting goes. What is written beside the old value stays beside the new one. */
  set(key: string, value: unknown): void {
    const pair = this.#pair(key);
    const old = pair?.value;
    if (value === undefined) this.map.items = this.map.items.filter((one) => one !== pair);
    else if (isScalar(old) && typeof value !== 'object') old.value = value;
    else if (pair) pair.value = this.#made(value, old as Node | undefined);
    else this.map.set(key, this.#made(value));
  }

  /** What is set otherwise than before, and nothing else. `undefined`, or not there now: the setting goes. */
  setChanged(before: Written, now: Written): void {
    for (const key of new Set([...Object.keys(before), ...Object.keys(now)]))
      if (JSON.stringify(before[key]) !== JSON.stringify(now[key])) this.set(key, now[key]);
  }

  /** The settings under this one; none where it is not written as such. */
  under(key: string): Entry | undefined {
    const map: unknown = this.#pair(key)?.value;
    return isMap(map) ? new Entry(this.document, map) : undefined;
  }

  list<Form extends Listed>(key: string, before: readonly Form[], forms: readonly Form[], how: ListEdit<Form>): void {
    const list: unknown = this.map.get(key, true);
    if (forms.length === 0) this.map.delete(key);
    else if (isSeq(list)) changeList(this.document, list, before, forms, how);
    else this.map.set(key, this.document.createNode(forms.map(how.fresh)));
  }

  /** A key may be written as a number: those of a menu are digits. */
  #pair(key: string): Pair | undefined {
    return this.map.items.find((one) => String(isScalar(one.key) ? one.key.value : one.key) === key);
  }

  #made(value: unknown, old?: Node): Node {
    const made = this.document.createNode(value, { flow: true });
    if (old?.comment) made.comment = old.comment;
    if (old?.commentBefore) made.commentBefore = old.commentBefore;
    return made;
  }
}

export interface ListEdit<Form> {
  /** What stands in the file for a new one. */
  readonly fresh: (form: Form) => Written;
  /** Sets what is not as before. */
  readonly change: (entry: Entry, before: Form, now: Form) => void;
}

/** Entries whose settings are one by one what the form says. */
export const settingsEdit = <Form>(written: (form: Form) => Written): ListEdit<Form> => ({
  fresh: written,
  change: (entry, before, now) => entry.setChanged(written(before), written(now)),
});

/** @param before the forms of the section as it stands */
export function listSection<Form extends Listed>(
  section: string,
  key: string,
  before: readonly Form[],
  forms: readonly Form[],
  how: ListEdit<Form>,
): string {
  const document = parseDocument(section.trim() === '' ? `${key}: []` : section);
  const list: unknown = document.get(key);
  if (!isSeq(list)) return section; // for the configuration to complain of
  if (list.items.length === 0) list.flow = false;
  changeList(document, list, before, forms, how);
  keepSpacing(document, section);
  return document.toString({ lineWidth: 0 }).trimEnd();
}

/** A text that people write in quotes, as hours are. */
export function inQuotes(text: string): Scalar<string> {
  const scalar = new Scalar(text);
  scalar.type = 'QUOTE_DOUBLE';
  return scalar;
}

/** Collections on one line keep or lack their inner spaces as they were written; new ones are `[a]` and `{ a: b }`. */
function keepSpacing(document: Document, source: string): void {
  visit(document, {
    Collection(_, node) {
      const print: typeof node.toString = node.toString.bind(node);
      const spaced = node.range ? source[node.range[0] + 1] === ' ' : isMap(node);
      node.toString = (context, ...rest) =>
        print(context && { ...context, flowCollectionPadding: spaced ? ' ' : '' }, ...rest);
    },
  });
}

function changeList<Form extends Listed>(
  document: Document,
  list: YAMLSeq,
  before: readonly Form[],
  forms: readonly Form[],
  { fresh, change }: ListEdit<Form>,
): void {
  const nodes = [...list.items];
  list.items = forms.map((form) => {
    const [node, old] = form.was === undefined ? [undefined, undefined] : [nodes[form.was], before[form.was]];
    if (!isMap(node) || !old) return document.createNode(fresh(form));
    change(new Entry(document, node), old, form);
    return node;
  });
}
