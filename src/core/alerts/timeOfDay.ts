const hoursPerDay = 24;

/** Whether two moments are at most so many hours apart on the user's clock, whatever the day. */
export function isNearTimeOfDay(oneMs: number, otherMs: number, hours: number): boolean {
  const apart = Math.abs(new Date(oneMs).getHours() - new Date(otherMs).getHours());
  return Math.min(apart, hoursPerDay - apart) <= hours;
}
