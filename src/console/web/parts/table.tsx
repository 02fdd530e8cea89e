/** A table that becomes a stack of cards on a narrow screen: each cell says then which column it is. */
import type { ComponentChildren, JSX } from 'preact';

export interface Column<Row> {
  readonly name: string;
  readonly class?: 'numbers' | 'break';
  readonly cell: (row: Row) => ComponentChildren;
}

export function Table<Row extends { readonly id: string }>({
  rows,
  columns,
}: {
  rows: readonly Row[];
  columns: readonly Column<Row>[];
}): JSX.Element {
  return (
    <table class="cards">
      <thead>
        <tr>
          {columns.map(({ name }) => (
            <th scope="col" key={name}>
              {name}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={row.id}>
            {columns.map(({ name, class: kind, cell }) => (
              <td key={name} data-label={name} {...(kind ? { class: kind } : {})}>
                {cell(row)}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
