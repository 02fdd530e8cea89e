import { expect } from 'chai';
import { parseConfig } from '../../../src/config/load.js';
import { targetsOf } from '../../../src/config/place-text.js';
import { queueForms, queueMistakes, queuesSection, type QueueForm } from '../../../src/config/queue-text.js';

const SECTION = `queues:
  # who comes in by telephone
  - { name: desk, agents: ["201"], mayJoin: ["202"], code: "51", maxWait: 100s, overflow: { handsets: ["202"] } }
  - name: taxes
    agents: ["201", "202"] # both, by order 7/2026
    announce: 0s
    sayWait: false`;
const REST = `storage: { maxAge: 30d }
handsets:
  - { extension: "201", password: secret-of-201 }
  - { extension: "202", password: secret-of-202 }
`;
const config = (section: string) => parseConfig(`${REST}${section}\n`, 'x.yaml');

describe('queues in a form', () => {
  const given = config(SECTION);
  const forms = queueForms(given);
  const [desk, taxes] = forms as [QueueForm, QueueForm];

  it('are who takes the calls, what is heard meanwhile, and limits, with what holds where nothing is written', () => {
    expect(desk).to.deep.equal({
      was: 0,
      name: 'desk',
      members: '201',
      strategy: 'longest-idle',
      ring: '20',
      rest: '5',
      music: 'waiting',
      welcome: 'please-wait',
      announce: '45',
      sayWait: true,
      maxWait: '1.67',
      maxLength: '20',
      overflow: { leads: 'handsets', to: '202' },
    });
    expect(taxes).to.deep.include({ announce: '0', sayWait: false, overflow: { leads: 'announce', to: 'queue-full' } });
  });

  it('that were not changed come back as they stood, to the letter', () => {
    expect(queuesSection(SECTION, forms, forms)).to.equal(SECTION);
  });

  it('are changed where the form says something else, and nowhere else', () => {
    const text = queuesSection(SECTION, forms, [
      { ...desk, maxLength: '5', overflow: { leads: 'queue', to: 'taxes' } },
      { ...taxes, announce: '30', sayWait: true, welcome: '', maxWait: '2,5' },
    ]);
    expect(text).to.equal(
      SECTION.replace('overflow: { handsets: ["202"] }', 'overflow: { queue: taxes }, maxLength: 5')
        .replace('announce: 0s', 'announce: 30s')
        .replace('sayWait: false', 'sayWait: true\n    welcome: ""\n    maxWait: 2.5min'),
    );
    expect(config(text).queues[1]).to.deep.include({ welcome: '', announce: 30_000, maxWait: 150_000 });
  });

  it('are added and taken away', () => {
    const { was: _, ...added } = { ...desk, name: 'front', maxWait: '3' };
    const { queues } = config(queuesSection(SECTION, forms, [taxes, added]));
    expect(queues.map(({ name }) => name)).to.deep.equal(['taxes', 'front']);
    const { code: _code, ...shown } = given.queues[0] ?? {};
    expect(queues[1]).to.deep.equal({ ...shown, mayJoin: [], name: 'front', maxWait: 180_000 });
  });

  it('have their mistakes told by field', () => {
    const targets = targetsOf(given, { announce: ['please-wait'], music: ['waiting'] });
    expect(queueMistakes(forms, targets)).to.deep.equal([]);
    const wrong: QueueForm = { ...taxes, name: 'desk', members: '209', ring: 'x', rest: '', music: 'jazz', announce: '-1', maxWait: '0', maxLength: '0', overflow: { leads: 'hours', to: '' } }; // prettier-ignore
    expect(
      queueMistakes([desk, wrong], targets).map(
        ({ index, field, what, which }) => `${index} ${field} ${what} ${which}`,
      ),
    ).to.deep.equal([
      '1 name twice undefined',
      '1 members unknown 209',
      '1 ring no-time x',
      '1 rest no-time-or-zero ',
      '1 music unknown jazz',
      '1 announce no-time-or-zero -1',
      '1 maxWait no-time 0',
      '1 maxLength no-count 1–999',
      '1 overflow.to empty undefined',
    ]);
  });
});
