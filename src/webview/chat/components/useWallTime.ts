import { useEffect, useState } from 'preact/hooks';
import type { Clock } from '../../../base/clock.ts';
import { ResourceManager } from '../../../base/lifecycle.ts';

/** The time in ms since 1970, new every second while `isTicking`. */
export function useWallTime(clock: Clock, isTicking: boolean): number {
  const [now, setNow] = useState(clock.wallTime());
  useEffect(() => {
    setNow(clock.wallTime());
    if (!isTicking) {
      return undefined;
    }
    const resources = new ResourceManager('tick');
    resources.setInterval(() => setNow(clock.wallTime()), 1_000);
    return () => resources.dispose();
  }, [clock, isTicking]);
  return now;
}
