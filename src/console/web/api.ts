/** Requests to the API: JSON both ways, the page's token, and problems as errors that a person can read. */
import { CommandKeys } from './command-keys.js';
import { currentLanguage, say } from './language.js';

export interface ProblemBody {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly fields?: readonly { readonly field: string; readonly what: string }[];
}

export class ApiProblem extends Error {
  constructor(readonly body: ProblemBody) {
    super(body.detail);
  }

  get kind(): string {
    return this.body.type.replace('/problems/', '');
  }
}

let token = '';
let onLoggedOut: () => void = () => {};
/** What commands prove themselves with; from `me`. */
export const setToken = (text: string): void => void (token = text);
let onAnswered: (askedAt: number) => void = () => {};
/**
 * Calls `listener` whenever the server has answered a wish, which puts off the log-out, until the function that it gives is called.
 * `askedAt`: Unix milliseconds; the server has heard of it then or later.
 */
export function watchAnswers(listener: (askedAt: number) => void): () => void {
  onAnswered = listener;
  return () => {
    onAnswered = () => {};
  };
}
export const whenLoggedOut = (listener: () => void): void => void (onLoggedOut = listener);
export const currentToken = (): string => token;

/** Asking it does not count as use. */
export const LEFT = '/me/left';

/** Longer than this nobody waits to see something. */
const PATIENCE_MS = 10_000;
/** A command may have much to do, and to give it up does not take it back. */
const COMMAND_PATIENCE_MS = 30_000;
/** After this it is said that something takes long. */
const SLOW_MS = 4000;

let slow = 0;
let onSlow: (isSlow: boolean) => void = () => {};
/** Calls `listener` whenever an answer begins or ceases to take long, until the function that it gives is called. */
export function watchPatience(listener: (isSlow: boolean) => void): () => void {
  onSlow = listener;
  return () => {
    onSlow = () => {};
  };
}

async function patiently<T>(work: Promise<T>): Promise<T> {
  let isSlow = false;
  const timer = setTimeout(() => {
    isSlow = true;
    slow += 1;
    onSlow(true);
  }, SLOW_MS);
  try {
    return await work;
  } finally {
    clearTimeout(timer);
    if (isSlow) slow -= 1;
    onSlow(slow > 0);
  }
}

export async function get<T>(path: string, signal?: AbortSignal): Promise<T> {
  return send<T>('GET', path, undefined, signal);
}

export async function command<T>(method: 'POST' | 'PUT' | 'DELETE', path: string, body: unknown = {}): Promise<T> {
  return send<T>(method, path, body, undefined, COMMAND_PATIENCE_MS);
}

export const post = <T>(path: string, body: unknown = {}, patienceMs = COMMAND_PATIENCE_MS): Promise<T> =>
  send<T>('POST', path, body, undefined, patienceMs);

/** Asked while one types: a later one aborts it. */
export const postUntil = <T>(signal: AbortSignal, path: string, body: unknown): Promise<T> =>
  send<T>('POST', path, body, signal);

/** What the server makes of it, as bytes: a sound, a document. */
export async function postForBlob(path: string, body: unknown, patienceMs = COMMAND_PATIENCE_MS): Promise<Blob> {
  const response = await ask('POST', path, body, undefined, patienceMs);
  if (response.ok) return response.blob();
  throw await problemIn(response);
}

async function send<T>(
  method: string,
  path: string,
  body: unknown,
  signal?: AbortSignal,
  patienceMs = PATIENCE_MS,
): Promise<T> {
  const askedAt = Date.now();
  const response = await ask(method, path, body, signal, patienceMs);
  if (!response.ok) throw await problemIn(response);
  if (path !== LEFT) onAnswered(askedAt);
  return (isJson(response) ? await response.json() : undefined) as T;
}

const isJson = (response: Response): boolean => response.headers.get('content-type')?.includes('json') ?? false;

async function problemIn(response: Response): Promise<ApiProblem> {
  const answer: unknown = isJson(response) ? await response.json() : undefined;
  const problem = new ApiProblem(isProblem(answer) ? answer : unreadable(response.status));
  if (problem.kind === 'not-logged-in') onLoggedOut();
  return problem;
}

async function ask(
  method: string,
  path: string,
  body: unknown,
  signal: AbortSignal | undefined,
  patienceMs: number,
): Promise<Response> {
  const patience = AbortSignal.timeout(patienceMs);
  const text = method === 'GET' ? undefined : JSON.stringify(body);
  const key = text === undefined || signal ? undefined : keys.keyOf(`${method} ${path} ${text}`);
  const headers: Record<string, string> = { 'accept-language': currentLanguage() };
  if (text !== undefined) {
    headers['content-type'] = 'application/json';
    headers['x-halina-token'] = token;
  }
  // What is asked while one types has none: it does nothing that could be done twice.
  if (key !== undefined) headers['idempotency-key'] = key;
  const answer = fetch(`/api/v1${path}`, {
    method,
    headers,
    credentials: 'same-origin',
    signal: signal ? AbortSignal.any([signal, patience]) : patience,
    ...(text === undefined ? {} : { body: text }),
  }).catch((error: unknown) => {
    if (signal?.aborted) throw error;
    throw new ApiProblem(away());
  });
  const response = await patiently(answer);
  // What was refused may go again under its key; and a refusal may be of the double alone, or a proxy's on the way.
  if (key !== undefined && response.ok) keys.done(key);
  return response;
}

const keys = new CommandKeys();

const isProblem = (value: unknown): value is ProblemBody =>
  typeof value === 'object' && value !== null && 'detail' in value && 'status' in value;

const away = (): ProblemBody => ({
  type: '/problems/away',
  status: 0,
  title: say('Serwer Haliny nie odpowiada', 'The server of Halina does not answer'),
  detail: say(
    'Sprawdź połączenie z siecią urzędu. Jeśli działa, powiadom administratora: program mógł zostać zatrzymany.',
    "Check your connection to the office's network. If that works tell the administrator: the program may have been stopped.",
  ),
});

const unreadable = (status: number): ProblemBody => ({
  type: '/problems/failed',
  status,
  title: say('Wystąpił błąd', 'Something failed'),
  detail: say(
    `Serwer odpowiedział kodem ${status}. Spróbuj ponownie.`,
    `The server answered with ${status}. Try again.`,
  ),
});
