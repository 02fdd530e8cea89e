/** How far a piece of work that takes long has come: so many things of so many, and what they are. */
export type Progress = (done: number, all: number, what: string) => void;

export const noProgress: Progress = () => {};
