import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { backstage, type Switches } from './backstage.js';

const KEY = ['switches'];

/** How the parts of the local run are, and how to turn them. `problem` says why the last turn did not work. */
export function useSwitches(): {
  readonly switches: Switches | undefined;
  readonly problem: string | undefined;
  readonly turn: (change: Partial<Switches>) => void;
} {
  const queryClient = useQueryClient();
  const { data } = useQuery({ queryKey: KEY, queryFn: () => backstage.switches(), networkMode: 'always' });
  const [problem, setProblem] = useState<string>();
  const turn = (change: Partial<Switches>): void => {
    // At once: the database takes a while, and a second click meanwhile means the opposite.
    queryClient.setQueryData<Switches>(KEY, (before) => before && { ...before, ...change });
    void backstage
      .turn(change)
      .then(
        () => setProblem(undefined),
        (error: Error) => setProblem(error.message),
      )
      .then(() => queryClient.invalidateQueries({ queryKey: KEY }));
  };
  return { switches: data, problem, turn };
}
