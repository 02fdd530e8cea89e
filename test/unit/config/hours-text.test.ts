import { expect } from 'chai';
import { hoursForms, hoursMistakes, hoursSection, type HoursForm } from '../../../src/config/hours-text.js';
import { parseConfig } from '../../../src/config/load.js';
import { targetsOf } from '../../../src/config/place-text.js';

const SECTION = `hours:
  - name: office # the town hall
    schedule: week
    open: { handsets: ["201"] }
    night: { hangUp: true } # by order 9/2026`;
const REST = `storage: { maxAge: 30d }
handsets: [{ extension: "201", password: secret-of-201 }]
schedules: [{ name: week, week: { mon: ["08:00-16:00"] } }]
`;
const config = (section: string) => parseConfig(`${REST}${section}\n`, 'x.yaml');

describe('what opening hours decide, in a form', () => {
  const given = config(SECTION);
  const forms = hoursForms(given);
  const [office] = forms as [HoursForm];

  it('is a place for each case, and unsaid ones', () => {
    expect(office).to.deep.equal({
      was: 0,
      name: 'office',
      schedule: 'week',
      open: { leads: 'handsets', to: '201' },
      closed: { leads: 'announce', to: 'closed' },
      holiday: { leads: 'unsaid', to: '' },
      night: { leads: 'hangUp', to: '' },
    });
    expect(hoursSection(SECTION, forms, forms)).to.equal(SECTION);
  });

  it('is changed where the form says something else, and nowhere else', () => {
    const unsaid = { leads: 'unsaid', to: '' } as const;
    const text = hoursSection(SECTION, forms, [
      { ...office, holiday: { leads: 'announce', to: 'busy' }, night: unsaid },
    ]);
    expect(text).to.equal(SECTION.replace('night: { hangUp: true } # by order 9/2026', 'holiday: { announce: busy }'));
    expect(config(text).hours[0]).to.deep.include({ holiday: { announce: 'busy' } });
  });

  it('has its mistakes told by field', () => {
    const targets = targetsOf(given, { announce: ['busy'], music: [] });
    const wrong: HoursForm = { ...office, name: '', schedule: 'none', closed: { leads: 'announce', to: 'hello' }, holiday: { leads: 'menu', to: '' } }; // prettier-ignore
    expect(hoursMistakes([wrong], targets)).to.deep.equal([
      { index: 0, field: 'name', what: 'empty' },
      { index: 0, field: 'schedule', what: 'unknown', which: 'none' },
      { index: 0, field: 'closed.to', what: 'unknown', which: 'hello' },
      { index: 0, field: 'holiday.to', what: 'empty' },
    ]);
  });
});
