// Something that a person does on a page: under way, done, or gone wrong.
import { useCallback, useState } from 'preact/hooks';
import { asProblem, type Problem } from '../../api/problem';

export interface Deed {
  busy: boolean;
  problem: Problem | undefined;
  /** True when it was done. */
  run: (work: () => Promise<void>) => Promise<boolean>;
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
  return { busy, problem, run };
}

/** What no field of the form says already. */
export function restOf(problem: Problem | undefined, pointers: readonly string[]): Problem | undefined {
  return problem?.fields.some((field) => pointers.includes(field.pointer)) ? undefined : problem;
}
