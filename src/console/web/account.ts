/** An account as the API gives it, and what is opened about one. */
export interface Account {
  readonly id: string;
  readonly login: string;
  readonly name: string;
  readonly roles: readonly string[];
  readonly units: readonly string[];
  readonly extensions: readonly string[];
  readonly hasPassword: boolean;
  readonly hasSecondFactor: boolean;
  readonly blocked?: { readonly at: number; readonly why: string };
}

export type Open =
  | { readonly what: 'new' }
  | { readonly what: 'edit' | 'authorise' | 'block' | 'factor'; readonly account: Account };
