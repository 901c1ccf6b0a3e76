import { useCallback, useEffect, useRef, useState } from 'react';
import type { ActionResult, OnboardingStepHandle } from '@foothold/react';

const SAVE_AFTER_MS = 500;

export interface Draft<Field extends string> {
  readonly values: Readonly<Record<Field, string>>;
  readonly change: (field: Field, value: string) => void;
  /** Completes the step with these answers, which take the place of what was typed and is not saved yet. */
  readonly submit: (answers: Readonly<Record<string, string>>) => Promise<ActionResult>;
}

/**
 * A half-filled form that survives: what is typed is saved as the step's data, shortly after the last key and when the
 * page is left. What another device typed into fields that were not touched here shows up.
 */
export function useDraft<Field extends string>(
  { step, save, complete }: Pick<OnboardingStepHandle<string>, 'step' | 'save' | 'complete'>,
  fields: readonly Field[],
): Draft<Field> {
  const [typed, setTyped] = useState<Partial<Record<Field, string>>>({});
  const unsaved = useRef<Partial<Record<Field, string>>>({});
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);

  const flush = useCallback(() => {
    clearTimeout(timer.current);
    const changed = Object.entries<string | undefined>(unsaved.current);
    unsaved.current = {};
    // Null takes a field away again: an empty one is no answer.
    if (changed.length) void save(Object.fromEntries(changed.map(([field, value]) => [field, value || null])));
  }, [save]);

  useEffect(() => {
    addEventListener('pagehide', flush);
    return () => {
      removeEventListener('pagehide', flush);
      flush();
    };
  }, [flush]);

  const change = (field: Field, value: string): void => {
    setTyped((before) => ({ ...before, [field]: value }));
    unsaved.current = { ...unsaved.current, [field]: value };
    clearTimeout(timer.current);
    timer.current = setTimeout(flush, SAVE_AFTER_MS);
  };

  const submit = (answers: Readonly<Record<string, string>>): Promise<ActionResult> => {
    clearTimeout(timer.current);
    unsaved.current = {};
    return complete(answers);
  };

  const stored = (field: Field): string => {
    const value = step?.data[field];
    return typeof value === 'string' ? value : '';
  };
  const values = Object.fromEntries(fields.map((field) => [field, typed[field] ?? stored(field)]));
  return { values: values as Record<Field, string>, change, submit };
}
