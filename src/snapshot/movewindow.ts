/** When moves may begin: a span of the day in UTC, on some days of the week. */
export interface MoveWindow {
  /** 0 is Sunday, as in JavaScript. The day on which the span begins. */
  days: ReadonlySet<number>;
  /** Minutes since midnight; an end that is not after the start lies on the next day. */
  start: number;
  end: number;
}

const DAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];
const DAY_MINUTES = 24 * 60;
const DAY_MS = DAY_MINUTES * 60_000;
const EVERY_DAY: ReadonlySet<number> = new Set([0, 1, 2, 3, 4, 5, 6]);

/** `22:00-06:00`, `Mon-Fri 22:00-06:00`, `Sat,Sun 00:00-24:00`; undefined for anything else. */
export function readWindow(text: string): MoveWindow | undefined {
  const match = /^(?:([A-Za-z,-]+)\s+)?(\d{2}:\d{2})-(\d{2}:\d{2})$/.exec(text.trim());
  if (match === null) return undefined;
  const days = match[1] === undefined ? EVERY_DAY : readDays(match[1]);
  const start = readTime(match[2]!);
  const end = readTime(match[3]!);
  if (days === undefined || start === undefined || end === undefined || start === DAY_MINUTES)
    return undefined;
  return { days, start, end };
}

/** Whether the window is open at `now`, ms since the epoch. */
export function isOpen({ days, start, end }: MoveWindow, now: number): boolean {
  const date = new Date(now);
  const minute = date.getUTCHours() * 60 + date.getUTCMinutes();
  const today = days.has(date.getUTCDay());
  if (end > start) return today && minute >= start && minute < end;
  const yesterday = days.has((date.getUTCDay() + 6) % 7);
  return (today && minute >= start) || (yesterday && minute < end);
}

/** When the window opens next, ms since the epoch, given that it is closed at `now`. */
export function nextOpening({ days, start }: MoveWindow, now: number): number {
  const midnight = Math.floor(now / DAY_MS) * DAY_MS;
  for (let day = 0; day <= 7; day += 1) {
    const at = midnight + day * DAY_MS + start * 60_000;
    if (at > now && days.has(new Date(at).getUTCDay())) return at;
  }
  return now + 7 * DAY_MS;
}

function readTime(text: string): number | undefined {
  const [hours = 0, minutes = 0] = text.split(':').map(Number);
  const total = hours * 60 + minutes;
  return minutes < 60 && total <= DAY_MINUTES ? total : undefined;
}

/** `Mon`, `Mon,Wed`, `Fri-Mon`. */
function readDays(text: string): ReadonlySet<number> | undefined {
  const days = new Set<number>();
  for (const part of text.toLowerCase().split(',')) {
    const [first, last = first, ...more] = part.split('-').map((name) => DAYS.indexOf(name));
    if (first === undefined || last === undefined || first < 0 || last < 0 || more.length > 0)
      return undefined;
    for (let day = first; ; day = (day + 1) % 7) {
      days.add(day);
      if (day === last) break;
    }
  }
  return days;
}
