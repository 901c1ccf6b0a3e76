import { isISO8601, ValidateBy } from 'class-validator';

const DATE_TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,9})?(Z|[+-]\d{2}:\d{2})$/;

/**
 * A moment, as RFC 3339 writes it: a time without its offset would mean another one on every machine, and the other
 * forms of ISO 8601 (weeks, ordinal days) are not understood by `Date`.
 */
export const IsTime = (): PropertyDecorator =>
  ValidateBy({
    name: 'isTime',
    validator: {
      // The first looks at the form, the second at the calendar: there is no 30 February.
      validate: (value: unknown) =>
        typeof value === 'string' && DATE_TIME.test(value) && isISO8601(value, { strict: true }),
      defaultMessage: () => 'must be a time with its offset, such as 2026-01-31T12:00:00Z',
    },
  });
