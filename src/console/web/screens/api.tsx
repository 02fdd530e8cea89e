/** The API as it describes itself: every route with what it needs. */
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { say } from '../language.js';
import { Await, Input, Mark, Title } from '../parts/basics.js';
import { useLoaded } from '../use.js';

interface Operation {
  readonly summary: string;
  readonly 'x-permission': string;
  readonly parameters: readonly {
    readonly name: string;
    readonly in: string;
    readonly required: boolean;
    readonly schema: object;
  }[];
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema?: object }>> };
  readonly responses: {
    readonly 200: { readonly content: Readonly<Record<string, { readonly schema?: object }>> };
  };
}
interface Description {
  readonly info: { readonly title: string; readonly version: string };
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
}

export function ApiPage(): JSX.Element {
  const [loaded, again] = useLoaded<Description>('/openapi.json');
  const [sought, setSought] = useState('');
  return (
    <>
      <Title>{say('Opis API', 'The API')}</Title>
      <p>
        {say(
          'Wszystko, co pokazują strony, pochodzi z tych adresów. Opis w formie OpenAPI 3.1:',
          'Whatever the pages show comes from these addresses. The description as OpenAPI 3.1:',
        )}{' '}
        <a href="/api/v1/openapi.json" target="_blank" rel="noreferrer">
          openapi.json
        </a>
      </p>
      <Await of={loaded} again={again}>
        {({ paths }) => {
          const all = Object.entries(paths).flatMap(([path, methods]) =>
            Object.entries(methods).map(([method, operation]) => ({ path, method: method.toUpperCase(), operation })),
          );
          const wanted = sought.trim().toLowerCase();
          const found = all.filter(({ path, operation }) =>
            `${path} ${operation.summary} ${operation['x-permission']}`.toLowerCase().includes(wanted),
          );
          return (
            <>
              <Input label={say('Szukaj w opisie', 'Search')} type="search" value={sought} set={setSought} />
              <p role="status">
                {found.length} {say('z', 'of')} {all.length}
              </p>
              <div id="api">
                {found.map((one) => (
                  <One key={`${one.method} ${one.path}`} {...one} />
                ))}
              </div>
            </>
          );
        }}
      </Await>
    </>
  );
}

function One({ path, method, operation }: { path: string; method: string; operation: Operation }): JSX.Element {
  const body = Object.values(operation.requestBody?.content ?? {})[0]?.schema;
  const [type, answer] = Object.entries(operation.responses[200].content)[0] ?? ['', {}];
  return (
    <details class="card">
      <summary class="break">
        <Mark tone={method === 'GET' ? 'good' : 'live'}>{method}</Mark> <code>{path}</code> {operation.summary}
      </summary>
      <dl>
        <dt>{say('Potrzebne uprawnienie', 'Permission')}</dt>
        <dd>
          <code>{operation['x-permission']}</code>
        </dd>
        {operation.parameters.map(({ name, in: where, required }) => (
          <>
            <dt class="break">{name}</dt>
            <dd>
              {where}
              {required ? `, ${say('wymagany', 'required')}` : ''}
            </dd>
          </>
        ))}
        <dt>{say('Odpowiedź', 'Answer')}</dt>
        <dd>{type}</dd>
      </dl>
      {body ? <Schema name={say('Treść żądania', 'Request')} schema={body} /> : null}
      {answer.schema ? <Schema name={say('Treść odpowiedzi', 'Answer')} schema={answer.schema} /> : null}
    </details>
  );
}

const Schema = ({ name, schema }: { name: string; schema: object }): JSX.Element => (
  <>
    <h3>{name}</h3>
    <pre class="schema" tabIndex={0} role="region" aria-label={name}>
      {JSON.stringify(schema, null, 2)}
    </pre>
  </>
);
