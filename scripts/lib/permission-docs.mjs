// The table of permissions as a page of the handbook, made from the one in the code.
/** `parts`: what src/accounts/permissions.ts and roles.ts export. */
export function permissionPage({ permissions, permissionTable, cell, conditions, roles, roleNames }) {
  const row = (cells) => `| ${cells.join(' | ')} |`;
  const lines = permissions.map((name) =>
    row([permissionTable[name].pl, ...roles.map((role) => conditions[cell(name, role)].pl)]),
  );
  return `# Tabela uprawnień

Kto co może zrobić w konsoli. Tabela powstaje z programu (\`npm run docs\`): według niej sprawdzana jest każda czynność.

${row(['Czynność', ...roles.map((role) => roleNames[role].pl)])}
${row(['---', ...roles.map(() => '---')])}
${lines.join('\n')}

Zawsze obowiązuje też:

- nikt nie prowadzi własnego wniosku ani sprawy rozmowy, w której brał udział,
- odsłuch wymaga upoważnienia Burmistrza (§ 6 pkt 2),
- Inspektor Ochrony Danych nie może być administratorem, Sekretarzem ani kierownikiem,
- zastępca ma prawa tego, kogo zastępuje, tylko w wyznaczonych dniach.
`;
}
