/** Opening hours as a form: a line a day, and the days that are others. What is typed is in the draft of the settings at once. */
import type { JSX } from 'preact';
import { say } from '../language.js';
import { Input, Select } from '../parts/basics.js';
import { Entries, type Entry } from '../parts/entries.js';
import type { Drafting } from '../section-draft.js';
import type { ScheduleForm } from '../../../config/schedule-text.js';

const days = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
const dayNames = (): Readonly<Record<(typeof days)[number], string>> => ({
  mon: say('Poniedziałek', 'Monday'),
  tue: say('Wtorek', 'Tuesday'),
  wed: say('Środa', 'Wednesday'),
  thu: say('Czwartek', 'Thursday'),
  fri: say('Piątek', 'Friday'),
  sat: say('Sobota', 'Saturday'),
  sun: say('Niedziela', 'Sunday'),
});

export const Hours = ({ schedules, drafting }: Given): JSX.Element | null =>
  schedules.length === 0 ? null : (
    <Entries name="schedules" title={say('Godziny pracy', 'Opening hours')} loaded={schedules} drafting={drafting}>
      {(entry) => (
        <fieldset>
          <legend>{entry.form.name}</legend>
          <Week {...entry} />
          <Exceptions {...entry} />
        </fieldset>
      )}
    </Entries>
  );

interface Given {
  readonly schedules: readonly ScheduleForm[];
  readonly drafting: Drafting;
}

type Props = Pick<Entry<ScheduleForm>, 'form' | 'set' | 'wrong'>;

const Week = ({ form, set: change, wrong }: Props): JSX.Element => (
  <div class="columns">
    {days.map((day) => (
      <Input
        key={day}
        label={dayNames()[day]}
        {...(day === 'mon'
          ? {
              help: say(
                'np. 08:00-12:00, 13:00-16:00; puste: zamknięte',
                'e.g. 08:00-12:00, 13:00-16:00; empty: closed',
              ),
            }
          : {})}
        value={form.week[day]}
        set={(hours) => change({ week: { ...form.week, [day]: hours } })}
        wrong={wrong(`week.${day}`, form.week[day])}
        max={200}
      />
    ))}
    <Select
      label={say('W święta państwowe', 'On public holidays')}
      value={form.holidays}
      set={(holidays) => change({ holidays: holidays === 'open' ? 'open' : 'closed' })}
      options={[
        ['closed', say('zamknięte', 'closed')],
        ['open', say('jak w zwykły dzień', 'as on every such day')],
      ]}
    />
  </div>
);

function Exceptions({ form, set: change, wrong }: Props): JSX.Element {
  const { exceptions } = form;
  const set = (index: number, more: Partial<ScheduleForm['exceptions'][number]>): void =>
    change({ exceptions: exceptions.map((one, n) => (n === index ? { ...one, ...more } : one)) });
  return (
    <>
      {exceptions.map((one, index) => (
        <div class="columns" key={index}>
          <Input
            label={`${say('Dzień inny niż zwykle', 'A day of other hours')} ${index + 1}`}
            help={say(
              '2026-12-24, 2026-08-03..2026-08-14 albo co rok 12-31',
              '2026-12-24, 2026-08-03..2026-08-14, or 12-31 every year',
            )}
            value={one.on}
            set={(on) => set(index, { on })}
            wrong={wrong(`exceptions.${index}.on`, one.on)}
            max={40}
            required
          />
          <Input
            label={`${say('Godziny tego dnia', 'Its hours')} ${index + 1}`}
            help={say('puste: zamknięte', 'empty: closed')}
            value={one.hours}
            set={(hours) => set(index, { hours })}
            wrong={wrong(`exceptions.${index}.hours`, one.hours)}
            max={200}
          />
          <Input
            label={`${say('Powód', 'Reason')} ${index + 1}`}
            value={one.why}
            set={(why) => set(index, { why })}
            max={200}
          />
          <button type="button" onClick={() => change({ exceptions: exceptions.filter((_, n) => n !== index) })}>
            {say('Usuń dzień', 'Take it away')} {index + 1}
          </button>
        </div>
      ))}
      <p>
        <button type="button" onClick={() => change({ exceptions: [...exceptions, { on: '', hours: '', why: '' }] })}>
          {say('Dodaj dzień inny niż zwykle', 'Add a day of other hours')}
        </button>
      </p>
    </>
  );
}
