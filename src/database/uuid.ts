/** As PostgreSQL writes it, for a pattern that has one in it. */
export const UUID = '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}';

const WHOLE = new RegExp(`^${UUID}$`);

/** Whether the text is a UUID as PostgreSQL writes it: in lower case. */
export const isUuid = (text: string): boolean => WHOLE.test(text);

/** Before every tenant: where going through all of them begins. */
export const NIL_UUID = '00000000-0000-0000-0000-000000000000';
