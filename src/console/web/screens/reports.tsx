/** Registers and reports: read here, taken along as CSV or on paper. */
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { say } from '../language.js';
import { may, useMe } from '../me.js';
import { Await, Field, Select, Title } from '../parts/basics.js';
import { useLoaded } from '../use.js';

interface Section {
  readonly heading: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}
interface Report {
  readonly title: string;
  readonly about: string;
  readonly sections: readonly Section[];
}

const monthly = '/reports/monthly';

/** The month before this one: the one that a report is usually made of. */
function lastMonth(): string {
  const now = new Date();
  const before = new Date(now.getFullYear(), now.getMonth() - 1, 1);
  return `${before.getFullYear()}-${String(before.getMonth() + 1).padStart(2, '0')}`;
}

export function Reports(): JSX.Element {
  const { me } = useMe();
  const [which, setWhich] = useState(monthly);
  const [month, setMonth] = useState(lastMonth);
  const query = which === monthly ? `?month=${month}` : '';
  const [loaded, again] = useLoaded<Report>(`${which}${query}`);
  const options: [string, string][] = [
    [monthly, say('Zestawienie miesięczne Sekretarza', "The Secretary's monthly report")],
  ];
  if (may(me, 'register.read')) {
    options.push(['/registers/requests', say('Rejestr wniosków', 'Register of requests')]);
    options.push(['/registers/processing', say('Rejestr czynności przetwarzania', 'Record of processing')]);
  }
  const file = (format: string): string => `/api/v1${which}/${format}${query}`;
  return (
    <>
      <Title>{say('Rejestry i sprawozdania', 'Registers and reports')}</Title>
      <div class="card no-print">
        <div class="columns">
          <Select label={say('Co', 'What')} value={which} set={setWhich} options={options} />
          {which === monthly ? <MonthField month={month} set={setMonth} /> : null}
        </div>
        <p class="row">
          <a class="button" href={file('pdf')} download>
            {say('Pobierz PDF', 'Download PDF')}
          </a>
          <a class="button" href={file('csv')} download>
            {say('Pobierz CSV', 'Download CSV')}
          </a>
        </p>
      </div>
      <Await of={loaded} again={again}>
        {({ title, about, sections }) => (
          <section class="card" aria-labelledby="report">
            <h2 id="report">{title}</h2>
            <p>{about}</p>
            {sections.map((section) => (
              <Table key={section.heading} {...section} />
            ))}
          </section>
        )}
      </Await>
    </>
  );
}

const MonthField = ({ month, set }: { month: string; set: (month: string) => void }): JSX.Element => (
  <Field label={say('Miesiąc (rok-miesiąc)', 'Month (year-month)')}>
    {(ids) => (
      <input
        {...ids}
        type="month"
        min="2018-01"
        value={month}
        onInput={(event) => {
          if (/^20\d\d-\d\d$/.test(event.currentTarget.value)) set(event.currentTarget.value);
        }}
      />
    )}
  </Field>
);

const Table = ({ heading, columns, rows }: Section): JSX.Element => (
  <>
    <h3>{heading}</h3>
    {rows.length === 0 ? (
      <p class="soft">{say('Brak.', 'None.')}</p>
    ) : (
      <table class="cards">
        <thead>
          <tr>
            {columns.map((column) => (
              <th scope="col" key={column}>
                {column}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, n) => (
            <tr key={n}>
              {row.map((text, m) => (
                <td key={m} data-label={columns[m]} class={text.length > 20 ? 'break' : undefined}>
                  {text === '' ? '–' : text}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    )}
  </>
);
