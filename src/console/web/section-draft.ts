/** A form whose section of the settings the server makes while one types: it is in the draft as soon as it is valid. */
import { useEffect, useState } from 'preact/hooks';
import { ApiProblem, postUntil } from './api.js';

export interface Section {
  readonly name: string;
  readonly text: string;
}

/** `made`: the draft says what the form says. */
export type Making = 'made' | 'making' | 'wrong';

/** What the page knows of a section that a form makes. */
export interface Drafting {
  /** As the file has it. */
  readonly file: Section;
  /** It was changed as text since: the form does not say what it says any more. */
  readonly byHand: boolean;
  /** Fields that are empty count as mistakes too: somebody wants to save. */
  readonly insist: boolean;
  readonly tell: (making: Making, made?: Section) => void;
}

/** Typing pauses for so long. */
const PAUSE_MS = 300;

export interface SectionDraft {
  readonly problem: ApiProblem | undefined;
  readonly again: () => void;
  /** What is wrong with a field, as the server names it. */
  readonly wrong: (field: string, value: string) => string | undefined;
}

/** @param loaded the forms as they were when nothing had been changed */
export function useSectionDraft(
  path: string,
  forms: readonly object[],
  loaded: readonly object[],
  drafting: Drafting,
): SectionDraft {
  const { file, tell, insist } = drafting;
  const [problem, setProblem] = useState<ApiProblem>();
  const [round, setRound] = useState(0);
  const [now, before] = [JSON.stringify(forms), JSON.stringify(loaded)];
  useEffect(() => {
    if (now === before) {
      setProblem(undefined);
      return tell('made', file);
    }
    tell('making');
    const stop = new AbortController();
    const make = async (): Promise<void> => {
      try {
        tell('made', await postUntil<Section>(stop.signal, path, { forms }));
        setProblem(undefined);
      } catch (error) {
        if (stop.signal.aborted) return;
        if (!(error instanceof ApiProblem)) throw error;
        setProblem(error);
        tell('wrong');
      }
    };
    const timer = setTimeout(() => void make(), PAUSE_MS);
    return () => {
      clearTimeout(timer);
      stop.abort();
    };
  }, [now, round]);
  const wrong = (field: string, value: string): string | undefined =>
    value.trim() === '' && !insist ? undefined : problem?.body.fields?.find((one) => one.field === field)?.what;
  return { problem: problem?.body.fields ? undefined : problem, again: () => setRound((n) => n + 1), wrong };
}
