/** Which handset fetched its configuration, when and from where; and who asked for it without proof. */
import { z } from 'zod';

const asked = z.strictObject({
  /** Unix milliseconds. */
  at: z.number(),
  address: z.string(),
  /** What it says that it is. */
  userAgent: z.string().optional(),
});
export type Asked = z.infer<typeof asked>;

/** The last fetch of each handset, by extension. */
export const fetchesSchema = z.record(z.string(), asked);

export interface Provisioned {
  readonly fetched?: Asked;
  /** Somebody asked for its file with a wrong secret, since it was last fetched. Not kept over a restart. */
  readonly refused?: Asked;
}

export class Fetches {
  readonly #fetched: Map<string, Asked>;
  readonly #refused = new Map<string, Asked>();

  constructor(
    before: Readonly<Record<string, Asked>> = {},
    private readonly save: (fetched: Readonly<Record<string, Asked>>) => void = () => {},
  ) {
    this.#fetched = new Map(Object.entries(before));
  }

  fetched(extension: string, by: Asked): void {
    this.#fetched.set(extension, by);
    this.#refused.delete(extension);
    this.save(Object.fromEntries(this.#fetched));
  }

  refused(extension: string, by: Asked): void {
    this.#refused.set(extension, by);
  }

  of(extension: string): Provisioned {
    const [fetched, refused] = [this.#fetched.get(extension), this.#refused.get(extension)];
    return { ...(fetched ? { fetched } : {}), ...(refused ? { refused } : {}) };
  }
}
