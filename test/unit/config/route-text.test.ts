import { expect } from 'chai';
import { parseConfig } from '../../../src/config/load.js';
import { targetsOf } from '../../../src/config/place-text.js';
import { routeForms, routeMistakes, routesSection, type RouteForm } from '../../../src/config/route-text.js';

const SECTION = `routes:
  # the number on the letterhead
  - name: main
    numbers: ["+48227836000"] # since 2019
    to: { hours: office }
    ring: 25s
  - name: dpo # nobody else hears these
    numbers: ["+48227836009"]
    handsets: ["202"]
    record: never
  - name: rest
    numbers: ["*"]
    to: { announce: closed }`;
const REST = `storage: { maxAge: 30d }
handsets:
  - { extension: "201", password: secret-of-201 }
  - { extension: "202", password: secret-of-202 }
schedules: [{ name: week, week: { mon: ["08:00-16:00"] } }]
hours: [{ name: office, schedule: week, open: { handsets: ["201"] } }]
`;
const config = (section: string) => parseConfig(`${REST}${section}\n`, 'x.yaml');

describe('routes in a form', () => {
  const given = config(SECTION);
  const forms = routeForms(given);
  const [main, dpo, rest] = forms as [RouteForm, RouteForm, RouteForm];
  const changed = (next: readonly RouteForm[]): string => routesSection(SECTION, forms, next);

  it('are a line each: name, numbers, and where they lead', () => {
    expect(forms).to.deep.equal([
      { was: 0, name: 'main', numbers: '+48227836000', leads: 'hours', to: 'office' },
      { was: 1, name: 'dpo', numbers: '+48227836009', leads: 'handsets', to: '202' },
      { was: 2, name: 'rest', numbers: '*', leads: 'announce', to: 'closed' },
    ]);
  });

  it('that were not changed come back as the same settings, comments and all', () => {
    expect(config(changed(forms)).routes).to.deep.equal(given.routes);
    for (const comment of ['# the number on the letterhead', '# since 2019', '# nobody else hears these'])
      expect(changed(forms)).to.contain(comment);
  });

  it('are changed where the form says something else, and nowhere else', () => {
    const text = changed([{ ...main, numbers: '+48227836000, +48227836001' }, { ...dpo, leads: 'hours', to: 'office' }, rest]); // prettier-ignore
    const { routes } = config(text);
    expect(routes[0]).to.deep.include({ numbers: ['+48227836000', '+48227836001'], ring: 25_000 });
    expect(routes[1]).to.deep.include({ handsets: [], to: { hours: 'office' }, record: 'never' });
    expect(routes[2]).to.deep.equal(given.routes[2]);
    expect(text).to.contain('# the number on the letterhead').and.contain('# nobody else hears these');
  });

  it('have one way to go, also where the file names handsets as a target', () => {
    const section = 'routes: [{ name: a, numbers: ["*"], to: { handsets: ["201"] } }]';
    const [route] = routeForms(config(section)) as [RouteForm];
    const text = routesSection(section, [route], [{ ...route, to: '202' }]);
    expect(config(text).routes[0])
      .to.deep.include({ handsets: ['202'] })
      .and.not.to.have.property('to');
    const ended = routesSection(section, [route], [{ ...route, leads: 'hangUp', to: '' }]);
    expect(config(ended).routes[0]).to.deep.include({ handsets: [], to: { hangUp: true } });
  });

  it('are added and taken away', () => {
    const added: RouteForm = { name: 'fax', numbers: '22 783 60 05', leads: 'handsets', to: '201, 202' };
    const { routes } = config(changed([main, rest, added]));
    expect(routes.map(({ name }) => name)).to.deep.equal(['main', 'rest', 'fax']);
    expect(routes[2]?.handsets).to.deep.equal(['201', '202']);
    expect(changed([main, rest])).to.not.contain('nobody else hears these');
    expect(config(routesSection('', [], [added])).routes).to.have.length(1);
    expect(config(changed([])).routes).to.deep.equal([]);
  });

  it('have their mistakes told by field', () => {
    const targets = targetsOf(given, { announce: [], music: [] });
    expect(routeMistakes(forms, targets)).to.deep.equal([]);
    const wrong: RouteForm[] = [
      { name: '', numbers: 'Urząd', leads: 'handsets', to: '201, 209' },
      { name: 'a b', numbers: '', leads: 'hours', to: '' },
      { name: 'main', numbers: '112*', leads: 'queue', to: 'nowhere' },
      { name: 'main', numbers: '123', leads: 'number', to: 'x' },
    ];
    expect(
      routeMistakes(wrong, targets).map(({ index, field, what, which }) =>
        `${index} ${field} ${what} ${which ?? ''}`.trim(),
      ),
    ).to.deep.equal([
      '0 name empty',
      '0 numbers not-a-number Urząd',
      '0 to unknown 209',
      '1 name wrong-name',
      '1 numbers empty',
      '1 to empty',
      '2 to unknown nowhere',
      '3 name twice',
      '3 to not-a-number x',
    ]);
  });
});
