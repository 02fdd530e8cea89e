/**
 * How far back the archive will reach: what was recorded on each weekday of the last weeks goes on, the oldest goes when
 * the room is full or its time is up, and day after day is counted forward.
 */

/** Days are numbered from 1 January 1970, in the office's zone. */
export interface DayBytes {
  readonly day: number;
  readonly bytes: number;
}

export interface ForecastInput {
  readonly today: number;
  /** What is there and may be evicted one day, by the day of the call. */
  readonly present: readonly DayBytes[];
  /** Bytes that are recorded on a Sunday, a Monday and so on. */
  readonly pace: readonly number[];
  /** Bytes that there is room for beside what never goes. */
  readonly room: number;
  /** Days. */
  readonly maxAge: number;
  /** The promise, days; 0: none. */
  readonly keepAtLeast: number;
}

export interface Forecast {
  /** At this pace, days; in the long run. */
  readonly reachDays: number;
  /** Bytes a week. */
  readonly weekBytes: number;
  /** The day on which the room is full and the first recording goes for it; none within three years. */
  readonly fullOn?: number;
  readonly promise?: {
    readonly days: number;
    /**
     * `kept`: it is and stays so. `comes`: the archive is too young, and will reach it `on` that day. `breaks`: from
     * `on` there is no room for so many days. `never`: the room is too small for it.
     */
    readonly state: 'kept' | 'comes' | 'breaks' | 'never';
    readonly on?: number;
  };
}

const HORIZON_DAYS = 3 * 366;
/** 1 January 1970 was a Thursday. */
export const weekdayOf = (day: number): number => (((day + 4) % 7) + 7) % 7;

/** Full days that fit when each takes what its weekday takes, counted back from yesterday. */
function reachAtPace({ today, pace, room, maxAge }: ForecastInput): number {
  const week = pace.reduce((sum, bytes) => sum + bytes, 0);
  if (week === 0) return maxAge;
  let left = room % week;
  let days = 7 * Math.floor(room / week);
  for (let day = today - 1; left >= (pace[weekdayOf(day)] ?? 0) && days < maxAge; day--) {
    left -= pace[weekdayOf(day)] ?? 0;
    days += 1;
  }
  return Math.max(0, Math.min(days, maxAge));
}

interface Ahead {
  readonly fullOn: number | undefined;
  /** Of each day from today on, how many days back the oldest recording is. */
  readonly reach: readonly number[];
}

/** Counts forward; stops when nothing new can come. */
function countForward({ today, present, pace, room, maxAge }: ForecastInput): Ahead {
  const days = [...present].sort((a, b) => a.day - b.day).map(({ day, bytes }) => ({ day, bytes }));
  let first = 0;
  let sum = days.reduce((all, { bytes }) => all + bytes, 0);
  let fullOn: number | undefined;
  const reach: number[] = [];
  for (let day = today; day <= today + HORIZON_DAYS; day++) {
    const bytes = day === today ? 0 : (pace[weekdayOf(day)] ?? 0);
    if (bytes > 0) days.push({ day, bytes });
    sum += bytes;
    for (let oldest = days[first]; oldest && day - oldest.day >= maxAge; oldest = days[first]) {
      sum -= oldest.bytes;
      first += 1;
    }
    for (let oldest = days[first]; oldest && sum > room; oldest = days[first]) {
      fullOn ??= day;
      const goes = Math.min(oldest.bytes, sum - room);
      oldest.bytes -= goes;
      sum -= goes;
      if (oldest.bytes <= 0) first += 1;
    }
    reach.push(day - (days[first]?.day ?? day));
  }
  return { fullOn, reach };
}

export function forecast(input: ForecastInput): Forecast {
  const { today, keepAtLeast, pace } = input;
  const { fullOn, reach } = countForward(input);
  const reachDays = reachAtPace(input);
  const common = {
    reachDays,
    weekBytes: pace.reduce((sum, bytes) => sum + bytes, 0),
    ...(fullOn === undefined ? {} : { fullOn }),
  };
  if (keepAtLeast <= 0) return common;
  const promised = Math.min(keepAtLeast, input.maxAge);
  // What is full and reaches less far back than was promised has broken it.
  const broken = fullOn === undefined ? -1 : reach.findIndex((days, i) => today + i >= fullOn && days < promised);
  if (broken >= 0) {
    const state = reachDays < promised && (reach[0] ?? 0) < promised ? 'never' : 'breaks';
    return { ...common, promise: { days: promised, state, on: today + broken } };
  }
  if ((reach[0] ?? 0) >= promised) return { ...common, promise: { days: promised, state: 'kept' } };
  const comes = reach.findIndex((days) => days >= promised);
  if (comes < 0) return { ...common, promise: { days: promised, state: 'kept' } }; // nothing is recorded, nothing goes
  return { ...common, promise: { days: promised, state: 'comes', on: today + comes } };
}
