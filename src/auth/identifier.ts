/**
 * What a `sub` or an `org_id` may be, for a pattern that has one in it. PostgreSQL refuses NUL and lone surrogates in a text,
 * which would turn a bad one into a failure of ours.
 */
export const IDENTIFIER = '[^\\p{Cc}\\p{Cs}]{1,255}';

const WHOLE = new RegExp(`^${IDENTIFIER}$`, 'u');

export const isIdentifier = (text: string): boolean => WHOLE.test(text);
