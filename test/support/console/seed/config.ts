/** The configuration of the made-up town hall, as its administrator wrote it: lines, handsets, and where calls go. */
import { handsets } from './people.js';

const listed = handsets
  .map(
    ({ extension, displayName, unit }) =>
      `  - { extension: "${extension}", displayName: "${displayName}", unit: "${unit}", password: secret-of-${extension} }`,
  )
  .join('\n');

export const OFFICE_CONFIG = `# Urząd Miejski w Halinowie
storage: { maxAge: 365d, keepAtLeast: 180d }
trunks:
  - name: operator
    proxy: sip:sbc.operator.example
    addresses: [192.0.2.1]
  - name: zapasowe
    proxy: sip:voip.zapas.example
    addresses: [192.0.2.2]
handsets:
${listed}
routes:
  - name: glowny # na papierze firmowym
    numbers: ["+48227836000"]
    to: { hours: urzad }
  - name: podatki
    numbers: ["+48227836020"]
    to: { group: podatki }
  - name: usc
    numbers: ["+48227836030"]
    handsets: ["220"]
schedules:
  - name: tydzien
    week:
      mon: ["08:00-18:00"]
      tue: ["08:00-16:00"]
      wed: ["08:00-16:00"]
      thu: ["08:00-16:00"]
      fri: ["08:00-14:00"]
    exceptions:
      - { on: 12-24, why: Wigilia }
hours:
  - name: urzad
    schedule: tydzien
    open: { menu: powitanie }
menus:
  - name: powitanie
    say: menu
    keys: { '1': { queue: biuro-podawcze }, '2': { group: podatki }, '3': { handsets: ["220"] } }
    otherwise: { queue: biuro-podawcze }
groups:
  - { name: podatki, members: ["210", "211"], strategy: all, ring: 20s, onNoAnswer: { announce: no-answer } }
queues:
  - { name: biuro-podawcze, agents: ["201", "202"], maxWait: 10min, overflow: { group: podatki } }
`;
