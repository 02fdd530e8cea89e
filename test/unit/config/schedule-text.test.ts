import { expect } from 'chai';
import { parseConfig } from '../../../src/config/load.js';
import { scheduleForms, scheduleMistakes, schedulesSection, type ScheduleForm } from '../../../src/config/schedule-text.js'; // prettier-ignore

const config = (schedules: string) => parseConfig(`storage: { maxAge: 30d }\n${schedules}`, 'x.yaml');

describe('opening hours in a form', () => {
  const SECTION = `schedules:
  # agreed with the mayor
  - name: week
    week:
      mon: ["08:00-12:00", "13:00-16:00"] # a break since 2024
      # shorter by the collective agreement
      fri: ["08:00-14:30"] # until the summer
    holidays: open # the registry works
    exceptions:
      # by order 12/2026
      - { on: 2026-08-03..2026-08-14, why: urlop } # both weeks
      - { on: 12-31, hours: ["08:00-12:00"] } # as every year
    code: "90" # night mode
    switchedBy: ["201"]`;
  const REST = 'handsets: [{ extension: "201", password: secret-of-201 }]\n';
  const given = config(`${REST}${SECTION}\n`);
  const forms = scheduleForms(given);
  const made = (change: (form: ScheduleForm) => ScheduleForm): string => schedulesSection(SECTION, forms, forms.map(change)); // prettier-ignore

  it('are a line a day, and exceptions with their days', () => {
    const [form] = scheduleForms(given);
    expect(form?.week).to.include({ mon: '08:00-12:00, 13:00-16:00', tue: '', fri: '08:00-14:30' });
    expect(form?.exceptions).to.deep.equal([
      { was: 0, on: '2026-08-03..2026-08-14', hours: '', why: 'urlop' },
      { was: 1, on: '12-31', hours: '08:00-12:00', why: '' },
    ]);
  });

  it('that were not changed come back as they stood, to the letter', () => {
    expect(schedulesSection(SECTION, forms, forms)).to.equal(SECTION);
  });

  it('are changed where the form says something else, and nowhere else', () => {
    const text = made((form) => ({ ...form, week: { ...form.week, fri: '8-13', sat: '9-12' }, holidays: 'closed' }));
    expect(text).to.equal(
      SECTION.replace('08:00-14:30', '8:00-13:00')
        .replace('# until the summer', '# until the summer\n      sat: ["9:00-12:00"]')
        .replace('holidays: open', 'holidays: closed'),
    );
    const cleared = made((form) => ({ ...form, week: { ...form.week, mon: '' } }));
    expect(config(`${REST}${cleared}`).schedules[0]?.week.mon).to.deep.equal([]);
    expect(cleared).to.contain('# until the summer').and.not.to.contain('# a break');
  });

  it('have days added, changed and taken away, each with its own comment', () => {
    const day = { on: '2026-12-24', hours: '', why: 'Wigilia' };
    const text = made((form) => ({ ...form, exceptions: [{ ...form.exceptions[1], on: '12-30' } as typeof day, day] }));
    const [first, second] = config(`${REST}${text}`).schedules[0]?.exceptions ?? [];
    expect(first?.on).to.deep.include({ kind: 'yearly', month: 12, day: 30 });
    expect(second?.why).to.equal('Wigilia');
    expect(text).to.contain('# as every year').and.contain('# night mode').and.not.to.contain('# both weeks');
    const none = config(`${REST}${made((form) => ({ ...form, exceptions: [] }))}`).schedules[0];
    expect([none?.exceptions, none?.code]).to.deep.equal([[], '90']);
  });

  it('that are none are refused by the configuration, with their place', () => {
    const wrong = made((form) => ({ ...form, week: { ...form.week, mon: '8-16: "x"' } }));
    expect(() => config(`${REST}${wrong}`)).to.throw('schedules[0].week.mon');
  });

  it('may be written as people write them', () => {
    const text = made((form) => ({ ...form, week: { ...form.week, mon: '8-12,13–16', tue: '8:30 – 15' } }));
    expect(scheduleForms(config(`${REST}${text}`))[0]?.week).to.include({
      mon: '08:00-12:00, 13:00-16:00',
      tue: '08:30-15:00',
    });
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
