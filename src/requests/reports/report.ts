/** A report: tables under headings, the same for the page, for CSV and for paper. */

export type Language = 'pl' | 'en';
export type Say = (pl: string, en: string) => string;
export const sayIn =
  (language: Language): Say =>
  (pl, en) =>
    language === 'pl' ? pl : en;

export interface Section {
  readonly heading: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

export interface Report {
  readonly title: string;
  /** What it covers, e.g. a month. */
  readonly about: string;
  readonly sections: readonly Section[];
}
