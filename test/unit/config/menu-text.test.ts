import { expect } from 'chai';
import { parseConfig } from '../../../src/config/load.js';
import { menuForms, menuMistakes, menusSection, type KeyForm, type MenuForm } from '../../../src/config/menu-text.js';
import { targetsOf } from '../../../src/config/place-text.js';

const SECTION = `menus:
  # told by the registry
  - name: main
    say: menu # read by Anna
    keys:
      2: { handsets: ["202"] } # taxes
      "1": { queue: desk } # everything else
      "*": { hangUp: true }
    otherwise: { queue: desk } # most people wait
  - { name: late, say: closed, keys: { "1": { announce: information } }, wait: 2500ms, times: 1, otherwise: { announce: closed } }`;
const REST = `storage: { maxAge: 30d }
handsets:
  - { extension: "201", password: secret-of-201 }
  - { extension: "202", password: secret-of-202 }
queues: [{ name: desk, agents: ["201"] }]
`;
const config = (section: string) => parseConfig(`${REST}${section}\n`, 'x.yaml');

describe('menus in a form', () => {
  const given = config(SECTION);
  const forms = menuForms(given);
  const [main, late] = forms as [MenuForm, MenuForm];
  const desk = { leads: 'queue', to: 'desk' } as const;

  it('are what is said, keys in the order of a telephone, and what becomes of who presses none', () => {
    expect(main).to.deep.equal({
      was: 0,
      name: 'main',
      say: 'menu',
      keys: [
        { key: '1', ...desk },
        { key: '2', leads: 'handsets', to: '202' },
        { key: '*', leads: 'hangUp', to: '' },
      ],
      wait: '5',
      times: '3',
      otherwise: desk,
    });
    expect(late).to.deep.include({ wait: '2.5', times: '1', otherwise: { leads: 'announce', to: 'closed' } });
  });

  it('that were not changed come back as they stood, to the letter', () => {
    expect(menusSection(SECTION, forms, forms)).to.equal(SECTION);
  });

  it('are changed where the form says something else, and nowhere else', () => {
    const [one, two] = main.keys as [KeyForm, KeyForm];
    const text = menusSection(SECTION, forms, [
      { ...main, keys: [one, { ...two, to: '201, 202' }, { key: '3', leads: 'menu', to: 'late' }], wait: '7,5' },
      { ...late, otherwise: desk },
    ]);
    expect(text).to.equal(
      SECTION.replace('["202"] }', '["201", "202"] }')
        .replace('"*": { hangUp: true }', '"3": { menu: late }')
        .replace('# most people wait', '# most people wait\n    wait: 7.5s')
        .replace('otherwise: { announce: closed }', 'otherwise: { queue: desk }'),
    );
    expect(config(text).menus[0]?.keys['2']).to.deep.equal({ handsets: ['201', '202'] });
  });

  it('are added and taken away', () => {
    const added: MenuForm = { name: 'front', say: 'menu', keys: [{ key: '0', ...desk }], wait: '4', times: '2', otherwise: desk }; // prettier-ignore
    const { menus } = config(menusSection(SECTION, forms, [late, added]));
    expect(menus.map(({ name }) => name)).to.deep.equal(['late', 'front']);
    expect(menus[1]).to.deep.equal({ name: 'front', say: 'menu', keys: { '0': { queue: 'desk' } }, wait: 4000, times: 2, otherwise: { queue: 'desk' } }); // prettier-ignore
    expect(config(menusSection('', [], [added])).menus).to.have.length(1);
  });

  it('have their mistakes told by field', () => {
    const targets = targetsOf(given, { announce: ['menu'], music: [] });
    expect(menuMistakes(forms, targets), 'what the file names is there').to.deep.equal([]);
    const wrong: MenuForm = {
      name: 'Główne',
      say: 'hello',
      keys: [
        { key: '1', ...desk },
        { key: '1', leads: 'group', to: 'x' },
        { key: '2', leads: 'announce', to: '' },
      ],
      wait: '0',
      times: '10',
      otherwise: { leads: 'number', to: 'x' },
    };
    expect(menuMistakes([wrong], targets)).to.deep.equal([
      { index: 0, field: 'name', what: 'wrong-name' },
      { index: 0, field: 'say', what: 'unknown', which: 'hello' },
      { index: 0, field: 'keys.1.key', what: 'twice-key', which: '1' },
      { index: 0, field: 'keys.1.to', what: 'unknown', which: 'x' },
      { index: 0, field: 'keys.2.to', what: 'empty' },
      { index: 0, field: 'wait', what: 'no-time', which: '0' },
      { index: 0, field: 'times', what: 'no-count', which: '1–9' },
      { index: 0, field: 'otherwise.to', what: 'not-a-number', which: 'x' },
    ]);
  });
});
