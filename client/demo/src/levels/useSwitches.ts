import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { backstage, type Switches } from './backstage.js';

const KEY = ['switches'];

/** What of the local run is on, and how to turn it. `problem` says why the last turn did not work. */
export function useSwitches(): {
  readonly switches: Switches | undefined;
  readonly problem: string | undefined;
  readonly turn: (name: keyof Switches, on: boolean) => void;
} {
  const queryClient = useQueryClient();
  const { data } = useQuery({ queryKey: KEY, queryFn: backstage.switches, networkMode: 'always' });
  const [problem, setProblem] = useState<string>();
  const turn = (name: keyof Switches, on: boolean): void => {
    // At once: the database takes a while, and a second click meanwhile means the opposite.
    queryClient.setQueryData<Switches>(KEY, (before) => before && { ...before, [name]: on });
    void backstage.turn(name, on).then(
      (now) => {
        setProblem(undefined);
        queryClient.setQueryData(KEY, now);
      },
      (error: Error) => {
        setProblem(error.message);
        void queryClient.invalidateQueries({ queryKey: KEY });
      },
    );
  };
  return { switches: data, problem, turn };
}
