// Something a person does on a page: under way, done, or gone wrong; never twice at once.
import { useCallback, useState } from 'preact/hooks';
import { asProblem, type Problem } from '../../api/problem';

export interface Deed {
  busy: boolean;
  problem: Problem | undefined;
  /** True when it was done. */
  run: (work: () => Promise<void>) => Promise<boolean>;
  clear: () => void;
}

export function useDeed(): Deed {
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | undefined>(undefined);
  const run = useCallback(async (work: () => Promise<void>) => {
    setBusy(true);
    setProblem(undefined);
    try {
      await work();
      return true;
    } catch (error) {
      setProblem(asProblem(error));
      return false;
    } finally {
      setBusy(false);
    }
  }, []);
  const clear = useCallback(() => setProblem(undefined), []);
  return { busy, problem, run, clear };
}
