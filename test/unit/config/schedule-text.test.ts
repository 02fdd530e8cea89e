import { expect } from 'chai';
import { parseConfig } from '../../../src/config/load.js';
import { scheduleForms, scheduleMistakes, schedulesSection } from '../../../src/config/schedule-text.js';

const config = (schedules: string) => parseConfig(`storage: { maxAge: 30d }\n${schedules}`, 'x.yaml');

describe('opening hours in a form', () => {
  const given = config(`schedules:
  - name: week
    week: { mon: ["08:00-12:00", "13:00-16:00"], fri: ["08:00-14:30"] }
    holidays: open
    exceptions:
      - { on: 2026-08-03..2026-08-14, why: urlop }
      - { on: 12-31, hours: ["08:00-12:00"] }
    code: "90"
`);

  it('are a line a day, and exceptions with their days', () => {
    const [form] = scheduleForms(given);
    expect(form?.week).to.include({ mon: '08:00-12:00, 13:00-16:00', tue: '', fri: '08:00-14:30' });
    expect(form?.exceptions).to.deep.equal([
      { on: '2026-08-03..2026-08-14', hours: '', why: 'urlop' },
      { on: '12-31', hours: '08:00-12:00', why: '' },
    ]);
  });

  it('come back as the same settings', () => {
    expect(config(schedulesSection(scheduleForms(given))).schedules).to.deep.equal(given.schedules);
  });

  it('that are none are refused by the configuration, with their place', () => {
    const [form] = scheduleForms(given);
    if (!form) throw new Error('no schedule');
    const wrong = schedulesSection([{ ...form, week: { ...form.week, mon: '8-16: "x"' } }]);
    expect(() => config(wrong)).to.throw('schedules[0].week.mon');
  });

  it('may be written as people write them', () => {
    const [form] = scheduleForms(given);
    if (!form) throw new Error('no schedule');
    const made = schedulesSection([{ ...form, week: { ...form.week, mon: '8-12,13–16', tue: '8:30 – 15' } }]);
    expect(scheduleForms(config(made))[0]?.week).to.include({ mon: '08:00-12:00, 13:00-16:00', tue: '08:30-15:00' });
  });

  it('have their mistakes told by field', () => {
    const [form] = scheduleForms(given);
    if (!form) throw new Error('no schedule');
    expect(scheduleMistakes([form])).to.deep.equal([]);
    const wrong = {
      ...form,
      week: { ...form.week, tue: '08:00-12:00, rano', wed: '16-8' },
      exceptions: [
        { on: '2026-02-30', hours: '25-26', why: '' },
        { on: '', hours: '', why: '' },
      ],
    };
    expect(scheduleMistakes([form, wrong])).to.deep.equal([
      { index: 1, field: 'week.tue', what: 'no-hours', which: 'rano' },
      { index: 1, field: 'week.wed', what: 'no-hours', which: '16:00-8:00' },
      { index: 1, field: 'exceptions.0.on', what: 'no-day', which: '2026-02-30' },
      { index: 1, field: 'exceptions.0.hours', what: 'no-hours', which: '25:00-26:00' },
      { index: 1, field: 'exceptions.1.on', what: 'no-day', which: '' },
    ]);
  });
});
